// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of SORT, THREAD, ESEARCH and CANCELUPDATE: what is accepted is complete and bounded.
#include <cstdint>
#include <cstdlib>

#include "server/imap/wire/sort_args.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void require_refusal(const kontor::Result<T>& parsed) {
  require(parsed || parsed.error().code() == kontor::Errc::bad_input ||
          parsed.error().code() == kontor::Errc::unsupported);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = kontor::imap::wire;
  namespace ret = wire::search_return;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto search_is_whole = [](const wire::Search& search) {
    require(!search.keys.empty());
    require(search.extended == (search.returns != 0));
    if ((search.returns & ret::partial) != 0)
      require(search.partial.first != 0 && search.partial.last != 0 &&
              (search.returns & ret::all) == 0);
  };
  const auto sort = wire::parse_sort(text);
  require_refusal(sort);
  if (sort) {
    require(!sort->criteria.empty() && sort->criteria.size() <= wire::k_max_criteria);
    search_is_whole(sort->search);
  }
  const auto thread = wire::parse_thread(text);
  require_refusal(thread);
  if (thread) search_is_whole(thread->search);
  for (const bool utf8 : {false, true}) {
    const auto multi = wire::parse_multi_search(text, utf8);
    require_refusal(multi);
    if (multi) search_is_whole(multi->search);
  }
  const auto tags = wire::parse_cancel_update(text);
  require_refusal(tags);
  if (tags) require(!tags->empty() && tags->size() <= wire::k_max_tags);
  return 0;
}
