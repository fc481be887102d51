// SPDX-License-Identifier: GPL-3.0-or-later
// SORT and UID SORT (RFC 5256, BASE.6.4.SORT; RFC 5957; ESORT and CONTEXT=SORT: RFC 5267).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/relevancy.hpp"
#include "server/imap/search_context.hpp"
#include "server/imap/search_run.hpp"
#include "server/imap/sort_messages.hpp"
#include "server/imap/standing.hpp"

namespace kontor::imap {
namespace {

namespace ret = wire::search_return;

std::vector<SortedMessage> in_order(const Keyed& keyed, const SortOrder& order, bool by_uid) {
  std::vector<SortedMessage> out;
  out.reserve(keyed.messages.size());
  for (const auto place : order.sorted(keyed.messages)) {
    const auto& message = keyed.messages[place];
    out.push_back({by_uid ? message.uid : message.number, message.uid, keyed.modseqs[place],
                   message.relevancy});
  }
  return out;
}

bool orders_by_relevancy(const wire::Sort& sort) {
  return std::ranges::any_of(sort.criteria, [](const auto& criterion) {
    return criterion.key == wire::SortKey::relevancy;
  });
}

// Other keys of a message never change, but its relevancy depends on the others (RFC 5267, 4.3.1:
// NOUPDATE).
void keep_sort(Session& session, const wire::Sort& sort, SearchContext context) {
  if (orders_by_relevancy(sort))
    session.out.line("* NO [NOUPDATE \"", context.tag(), "\"] ",
                     session.say("Relevancy is not kept up to date"));
  else
    keep_updated(session, std::move(context));
}

}  // namespace

Task<Result<Tagged>> cmd_sort(Session& session, Request request) {
  auto sort = wire::parse_sort(request.arguments);
  if (!sort) co_return refused_search(sort.error());
  auto& search = sort->search;
  if (auto why = refuse_search(session, search)) co_return *std::move(why);
  auto began = begin_search(session, search, request.tag);
  if (!began) co_return bad_syntax(began.error());
  const auto among = limit_messages(session, began->candidates(session.selected->count()));
  auto ran =
      co_await find_messages(session, *session.selected, *began, among.numbers, true, request.tag);
  KONTOR_CO_TRY(const auto found, std::move(ran));
  const bool with_header = SortOrder::needs_header(sort->criteria);
  KONTOR_CO_TRY(auto keyed, co_await keys_of(session, found.uids(), with_header));
  if (orders_by_relevancy(*sort) || (search.returns & ret::relevancy) != 0) {
    const auto scores = co_await relevancy_scores(session, *began, *session.selected, found.uids());
    for (std::size_t i = 0; i < keyed.messages.size(); ++i) keyed.messages[i].relevancy = scores[i];
  }
  KONTOR_CO_TRY(co_await check_standing(session));  // rights may have gone meanwhile
  const SortOrder order(sort->criteria, keyed.keys);
  const auto sorted = in_order(keyed, order, request.by_uid);
  if ((search.returns & ret::save) != 0) session.saved_result = to_save(sorted, search);
  if (!search.extended)
    session.out.raw(sort_line(sorted, search.uses_modseq));
  else if ((search.returns & ret::data) != 0)
    session.out.raw(esearch_line(tag_correlator(request.tag), request.by_uid, search,
                                 esearch_data(sorted, search)));
  if ((search.returns & ret::update) != 0)
    keep_sort(
        session, *sort,
        SearchContext(request.tag, request.by_uid, *std::move(began), sort->criteria, sorted));
  Tagged tagged;
  tell_limit(session, tagged, among.lowest);
  co_return tagged;
}

}  // namespace kontor::imap
