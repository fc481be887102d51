// SPDX-License-Identifier: GPL-3.0-or-later
// SEARCH arguments: a program is bounded, its operands come before it, its texts are valid UTF-8.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "server/imap/wire/search_args.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = kontor::imap::wire;
  const auto search = wire::parse_search({reinterpret_cast<const char*>(data), size});
  if (!search) {
    require(search.error().code() == kontor::Errc::bad_input ||
            search.error().code() == kontor::Errc::unsupported);
    return 0;
  }
  require(!search->keys.empty() && search->keys.size() <= wire::k_max_search_keys);
  require(search->extended == (search->returns != 0));
  std::vector<bool> used(search->keys.size(), false);
  for (std::size_t i = 0; i < search->keys.size(); ++i) {
    const auto& key = search->keys[i];
    require(kontor::is_utf8(key.text));
    const bool joins = key.op == wire::SearchOp::both || key.op == wire::SearchOp::either ||
                       key.op == wire::SearchOp::negated;
    require(joins != key.operands.empty());
    for (const auto operand : key.operands) {
      require(operand < i && !used[operand]);
      used[operand] = true;
    }
  }
  require(!used.back());
  return 0;
}
