// SPDX-License-Identifier: GPL-3.0-or-later
// SEARCH and UID SEARCH (RFC 9051, 6.4.4). Columns are scanned batch by batch; messages that they
// leave open are read one after another, header alone where that is enough.
#include "server/imap/handlers.hpp"
#include "server/imap/search_answer.hpp"
#include "server/imap/search_match.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_batch = 1'024;
namespace ret = wire::search_return;

class Searching {
 public:
  Searching(Session& session, SearchMatcher matcher, bool by_uid)
      : session_(session), matcher_(std::move(matcher)), found_(by_uid) {}

  Task<Result<void>> run() {
    const auto numbers = matcher_.candidates(session_.selected->count());
    const store::AccountView view = session_.account->view();
    NumberCursor cursor;
    for (;;) {
      const auto some = session_.selected->batch(numbers, cursor, k_batch);
      if (some.empty()) co_return Result<void>();
      for (const auto& message : some) {
        if (message.ghost) continue;  // it is gone; only its number is still there
        Match match = matcher_.match(view, message, nullptr);
        if (match == Match::open) {
          KONTOR_CO_TRY(match, co_await match_text(view, message));
        }
        if (match == Match::yes) found_.add(message);
      }
    }
  }

  const Found& found() const { return found_; }

 private:
  Task<Result<Match>> match_text(const store::AccountView& view, const NumberedEntry& message) {
    const auto item = view.item(message.entry.item);
    if (!item) co_return Match::no;
    auto raw = matcher_.needs_body()
                   ? co_await session_.account->read_message(item->id)
                   : co_await session_.account->read_range(item->id, 0, item->header_size);
    if (!raw && raw.error().code() == Errc::not_found) co_return Match::no;  // purged meanwhile
    if (!raw) co_return fail(std::move(raw).error().while_doing("searching"));
    const auto& limits = session_.env.settings.mime;
    SearchText text(*std::move(raw),
                    mime::Limits{.max_depth = limits.max_depth, .max_parts = limits.max_parts});
    co_return matcher_.match(view, message, &text);
  }

  Session& session_;
  SearchMatcher matcher_;
  Found found_;
};

Tagged bad_charset() {
  return {Status::no, "BADCHARSET (UTF-8 US-ASCII)", "the charset is not known"};
}

}  // namespace

Task<Result<Tagged>> cmd_search(Session& session, Request request) {
  auto search = wire::parse_search(request.arguments);
  if (!search && search.error().code() == Errc::unsupported) co_return bad_charset();
  if (!search) co_return bad_syntax(search.error());
  auto matcher = SearchMatcher::make(std::move(search->keys), *session.selected,
                                     session.saved_result, session.env.clock.now());
  if (!matcher) co_return bad_syntax(matcher.error());
  const bool save = (search->returns & ret::save) != 0;
  // RFC 9051, 6.4.4.1: a search that fails leaves an empty result.
  if (save) session.saved_result = {};
  if (search->uses_modseq) session.enabled.condstore = true;  // RFC 7162, 3.1
  Searching searching(session, *std::move(matcher), request.by_uid);
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
  co_return Tagged();
}

}  // namespace kontor::imap
