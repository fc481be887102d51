// SPDX-License-Identifier: GPL-3.0-or-later
// SEARCH and UID SEARCH (RFC 9051, 6.4.4; RFC 5267, 4; RFC 9394).
#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/relevancy.hpp"
#include "server/imap/search_context.hpp"
#include "server/imap/search_run.hpp"
#include "server/imap/standing.hpp"

namespace kontor::imap {
namespace {

namespace ret = wire::search_return;

}  // namespace

Task<Result<Tagged>> cmd_search(Session& session, Request request) {
  auto search = wire::parse_search(request.arguments);
  if (!search) co_return refused_search(search.error());
  if (auto why = refuse_search(session, *search)) co_return *std::move(why);
  auto began = begin_search(session, *search, request.tag);
  if (!began) co_return bad_syntax(began.error());
  const auto among = limit_messages(session, began->candidates(session.selected->count()));
  auto ran = co_await find_messages(session, *session.selected, *began, among.numbers,
                                    request.by_uid, request.tag);
  KONTOR_CO_TRY(const auto found, std::move(ran));
  std::vector<unsigned> scores;
  if ((search->returns & ret::data) != 0 && (search->returns & ret::relevancy) != 0)
    scores =
        co_await relevancy_scores(session, *began, *session.selected, scored_uids(found, *search));
  KONTOR_CO_TRY(co_await check_standing(session));  // rights may have gone meanwhile
  if ((search->returns & ret::save) != 0) session.saved_result = found.to_save(*search);
  if (!search->extended && session.enabled.rev2) {  // RFC 9051, 7.3.4: SEARCH is not sent any more
    search->extended = true;
    search->returns = ret::all;
  }
  if (!search->extended) {
    session.out.raw(search_line(found, search->uses_modseq));
  } else if ((search->returns & ret::data) != 0) {  // RFC 9051, 6.4.4.1: SAVE is not answered
    auto data = esearch_data(found, *search);
    data.scores = std::move(scores);
    session.out.raw(esearch_line(tag_correlator(request.tag), request.by_uid, *search, data));
  }
  if ((search->returns & ret::update) != 0)
    keep_updated(session, SearchContext(request.tag, request.by_uid, *std::move(began), found));
  Tagged tagged;
  tell_limit(session, tagged, among.lowest);
  co_return tagged;
}

}  // namespace kontor::imap
