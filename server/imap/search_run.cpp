// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_run.hpp"

#include <algorithm>

namespace kontor::imap {
namespace {

constexpr std::size_t k_batch = 1'024;
constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of messages read by one trip to the disk

Result<Match> match_text(const Session& session,
                         const SearchMatcher& matcher,
                         const store::AccountView& view,
                         const NumberedEntry& message,
                         Result<std::string> raw) {
  if (!raw && raw.error().code() == Errc::not_found) return Match::no;  // purged meanwhile
  if (!raw) return fail(std::move(raw).error().while_doing("searching"));
  const auto& limits = session.env.settings.mime;
  search::MessageText text(
      *std::move(raw), mime::Limits{.max_depth = limits.max_depth, .max_parts = limits.max_parts});
  return matcher.match(view, message, &text);
}

}  // namespace

Task<Result<std::vector<Match>>> match_messages(Session& session,
                                                const SearchMatcher& matcher,
                                                const std::vector<NumberedEntry>& some,
                                                Progress* progress,
                                                std::uint64_t done) {
  const store::AccountView view = session.account->view();
  std::vector<Match> matches;
  for (const auto& message : some)  // of a ghost only its number is still there
    matches.push_back(message.ghost ? Match::no : matcher.match(view, message, nullptr));
  for (std::size_t i = 0; i < some.size();) {
    std::vector<std::size_t> open;
    std::vector<store::ItemRange> ranges;
    for (std::uint64_t bytes = 0; i < some.size() && bytes < k_read_ahead; ++i) {
      if (matches[i] != Match::open) continue;
      const auto item = view.item(some[i].entry.item);
      const auto size = !item ? 0 : matcher.needs_body() ? item->size : item->header_size;
      if (!open.empty() && bytes + size > k_read_ahead) break;
      bytes += size;
      open.push_back(i);
      ranges.push_back({some[i].entry.item, 0, size});
    }
    if (open.empty()) continue;
    auto read = co_await session.account->read_ranges(std::move(ranges));
    for (std::size_t n = 0; n < open.size(); ++n) {
      KONTOR_CO_TRY(matches[open[n]],
                    match_text(session, matcher, view, some[open[n]], std::move(read[n])));
    }
    if (progress != nullptr) {
      KONTOR_CO_TRY(co_await progress->at(done + i));
    }
  }
  co_return matches;
}

Task<Result<Found>> find_messages(Session& session,
                                  const SelectedFolder& folder,
                                  const SearchMatcher& matcher,
                                  wire::NumberSet numbers,
                                  bool by_uid,
                                  std::string tag) {
  Found found(by_uid);
  Progress progress(session, std::move(tag), numbers.count());
  std::uint64_t done = 0;
  NumberCursor cursor;
  for (;;) {
    const auto some = folder.batch(numbers, cursor, k_batch);
    if (some.empty()) co_return found;
    KONTOR_CO_TRY(const auto matches,
                  co_await match_messages(session, matcher, some, &progress, done));
    for (std::size_t i = 0; i < some.size(); ++i)
      if (matches[i] == Match::yes) found.add(some[i]);
    done += some.size();
  }
}

std::optional<Tagged> refuse_search(const Session& session, const wire::Search& search) {
  if (search.names_charset && session.enabled.utf8_accept)  // RFC 6855, 3
    return Tagged(Status::bad, "", "a charset is not named after ENABLE UTF8=ACCEPT");
  // RFC 9586, 3.2: no message numbers, in keys either.
  const auto names_numbers = [](const wire::SearchKey& key) {
    return key.op == wire::SearchOp::numbers && !key.set.saved_result;
  };
  if (session.enabled.uid_only && std::ranges::any_of(search.keys, names_numbers))
    return Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more");
  return std::nullopt;
}

Tagged refused_search(const Error& error) {
  if (error.code() != Errc::unsupported) return bad_syntax(error);
  return {Status::no, "BADCHARSET (UTF-8 US-ASCII)", "the charset is not known"};
}

}  // namespace kontor::imap
