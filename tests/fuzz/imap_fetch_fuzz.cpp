// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH arguments: what is read is within its limits, its label reads back as itself, and its
// sections can be cut out of a message.
#include <cstdint>
#include <cstdlib>

#include "server/imap/wire/fetch_args.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = kontor::imap::wire;
  const auto fetch = wire::parse_fetch({reinterpret_cast<const char*>(data), size});
  if (!fetch) {
    require(fetch.error().code() == kontor::Errc::bad_input && !fetch.error().detail().empty());
    return 0;
  }
  require(fetch->items != 0 || !fetch->bodies.empty());
  require(fetch->bodies.size() <= wire::k_max_fetch_items);
  for (const auto& item : fetch->bodies) {
    require(item.section.path.size() <= wire::k_max_section_path);
    require(!item.partial || item.partial->size > 0);
    std::string again = item.label;
    if (item.partial) again.insert(again.size() - 1, "." + std::to_string(item.partial->size));
    const auto second = wire::parse_fetch("1 " + again);
    require(second && second->bodies.size() == 1);
    require(second->bodies[0].section.path == item.section.path);
    require(second->bodies[0].section.names == item.section.names);
    require(second->bodies[0].label == item.label);
  }
  return 0;
}
