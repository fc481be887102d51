// SPDX-License-Identifier: GPL-3.0-or-later
// SEARCH and UID SEARCH (RFC 9051, 6.4.4). Columns are scanned batch by batch; messages that they
// leave open are read many at a time, bounded in bytes, header alone where that is enough.
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/progress.hpp"
#include "server/imap/search_answer.hpp"
#include "server/imap/search_match.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_batch = 1'024;
constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of messages read by one trip to the disk
namespace ret = wire::search_return;

class Searching {
 public:
  Searching(Session& session, SearchMatcher matcher, const Request& request)
      : session_(session),
        matcher_(std::move(matcher)),
        among_(limit_messages(session, matcher_.candidates(session.selected->count()))),
        progress_(session, request.tag, among_.numbers.count()),
        found_(request.by_uid) {}

  Task<Result<void>> run() {
    const auto& numbers = among_.numbers;
    const store::AccountView view = session_.account->view();
    NumberCursor cursor;
    for (;;) {
      const auto some = session_.selected->batch(numbers, cursor, k_batch);
      if (some.empty()) co_return Result<void>();
      KONTOR_CO_TRY(const auto matches, co_await match_all(view, some));
      for (std::size_t i = 0; i < some.size(); ++i)
        if (matches[i] == Match::yes) found_.add(some[i]);
      done_ += some.size();
    }
  }

  const Found& found() const { return found_; }
  // The lowest UID that was looked at, when not all were (RFC 9738).
  store::Uid lowest() const { return among_.lowest; }

 private:
  Task<Result<std::vector<Match>>> match_all(const store::AccountView& view,
                                             const std::vector<NumberedEntry>& some) {
    std::vector<Match> matches;
    for (const auto& message : some)  // of a ghost only its number is still there
      matches.push_back(message.ghost ? Match::no : matcher_.match(view, message, nullptr));
    for (std::size_t i = 0; i < some.size();) {
      std::vector<std::size_t> open;
      std::vector<store::ItemRange> ranges;
      for (std::uint64_t bytes = 0; i < some.size() && bytes < k_read_ahead; ++i) {
        if (matches[i] != Match::open) continue;
        const auto item = view.item(some[i].entry.item);
        const auto size = !item ? 0 : matcher_.needs_body() ? item->size : item->header_size;
        if (!open.empty() && bytes + size > k_read_ahead) break;
        bytes += size;
        open.push_back(i);
        ranges.push_back({some[i].entry.item, 0, size});
      }
      if (open.empty()) continue;
      auto read = co_await session_.account->read_ranges(std::move(ranges));
      for (std::size_t n = 0; n < open.size(); ++n) {
        KONTOR_CO_TRY(matches[open[n]], match_text(view, some[open[n]], std::move(read[n])));
      }
      KONTOR_CO_TRY(co_await progress_.at(done_ + i));
    }
    co_return matches;
  }

  Result<Match> match_text(const store::AccountView& view,
                           const NumberedEntry& message,
                           Result<std::string> raw) const {
    if (!raw && raw.error().code() == Errc::not_found) return Match::no;  // purged meanwhile
    if (!raw) return fail(std::move(raw).error().while_doing("searching"));
    const auto& limits = session_.env.settings.mime;
    SearchText text(*std::move(raw),
                    mime::Limits{.max_depth = limits.max_depth, .max_parts = limits.max_parts});
    return matcher_.match(view, message, &text);
  }

  Session& session_;
  SearchMatcher matcher_;
  LimitedMessages among_;
  Progress progress_;
  Found found_;
  std::uint64_t done_ = 0;  // messages in batches before this one
};

// RFC 9586, 3.2: no message numbers, in keys either.
bool names_numbers(const wire::Search& search) {
  return std::ranges::any_of(search.keys, [](const wire::SearchKey& key) {
    return key.op == wire::SearchOp::numbers && !key.set.saved_result;
  });
}

Tagged bad_charset() {
  return {Status::no, "BADCHARSET (UTF-8 US-ASCII)", "the charset is not known"};
}

}  // namespace

Task<Result<Tagged>> cmd_search(Session& session, Request request) {
  auto search = wire::parse_search(request.arguments);
  if (!search && search.error().code() == Errc::unsupported) co_return bad_charset();
  if (!search) co_return bad_syntax(search.error());
  if (search->names_charset && session.enabled.utf8_accept)  // RFC 6855, 3
    co_return Tagged(Status::bad, "", "a charset is not named after ENABLE UTF8=ACCEPT");
  if (session.enabled.uid_only && names_numbers(*search))
    co_return Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more");
  auto matcher = SearchMatcher::make(std::move(search->keys), *session.selected,
                                     session.saved_result, session.env.clock.now());
  if (!matcher) co_return bad_syntax(matcher.error());
  const bool save = (search->returns & ret::save) != 0;
  // RFC 9051, 6.4.4.1: a search that fails leaves an empty result.
  if (save) session.saved_result = {};
  if (search->uses_modseq) session.enabled.condstore = true;  // RFC 7162, 3.1
  Searching searching(session, *std::move(matcher), request);
  KONTOR_CO_TRY(co_await searching.run());
  const Found& found = searching.found();
  if (save) session.saved_result = found.to_save(search->returns);
  if (!search->extended && session.enabled.rev2) {  // RFC 9051, 7.3.4: SEARCH is not sent any more
    search->extended = true;
    search->returns = ret::all;
  }
  if (!search->extended)
    session.out.raw(search_line(found, search->uses_modseq));
  else if (search->returns != ret::save)  // RFC 9051, 6.4.4.1: SAVE alone is not answered
    session.out.raw(esearch_line(found, request.tag, request.by_uid, *search));
  Tagged tagged;
  tell_limit(session, tagged, searching.lowest());
  co_return tagged;
}

}  // namespace kontor::imap
