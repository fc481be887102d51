// SPDX-License-Identifier: GPL-3.0-or-later
// THREAD and UID THREAD (RFC 5256, BASE.6.4.THREAD).
#include "server/imap/handlers.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/search_context.hpp"
#include "server/imap/search_run.hpp"
#include "server/imap/sort_messages.hpp"
#include "server/imap/standing.hpp"
#include "server/imap/thread_tree.hpp"

namespace kontor::imap {
namespace {

std::vector<ThreadMessage> to_thread(const Keyed& keyed, bool by_uid) {
  std::vector<ThreadMessage> out;
  out.reserve(keyed.messages.size());
  for (const auto& message : keyed.messages) {
    ThreadMessage one;
    one.number = by_uid ? message.uid : message.number;
    one.sent = message.keys.sent == k_no_date ? message.internal_date : message.keys.sent;
    one.message_id = message.keys.message_id;
    one.references = References(keyed.keys->text(message.keys.references));
    one.subject = keyed.keys->text(message.keys.subject);
    one.is_reply = message.keys.is_reply;
    out.push_back(one);
  }
  return out;
}

ThreadForest make_threads(wire::ThreadAlgorithm algorithm,
                          const std::vector<ThreadMessage>& messages) {
  switch (algorithm) {
    case wire::ThreadAlgorithm::ordered_subject:
      return thread_by_subject(messages);
    case wire::ThreadAlgorithm::references:
      return thread_by_references(messages);
    case wire::ThreadAlgorithm::refs:
      break;
  }
  return thread_by_refs(messages);
}

}  // namespace

Task<Result<Tagged>> cmd_thread(Session& session, Request request) {
  auto thread = wire::parse_thread(request.arguments);
  if (!thread) co_return refused_search(thread.error());
  if (auto why = refuse_search(session, thread->search)) co_return *std::move(why);
  auto began = begin_search(session, thread->search, request.tag);
  if (!began) co_return bad_syntax(began.error());
  const auto among = limit_messages(session, began->candidates(session.selected->count()));
  auto ran =
      co_await find_messages(session, *session.selected, *began, among.numbers, true, request.tag);
  KONTOR_CO_TRY(const auto found, std::move(ran));
  KONTOR_CO_TRY(const auto keyed, co_await keys_of(session, found.uids(), true));
  KONTOR_CO_TRY(co_await check_standing(session));  // rights may have gone meanwhile
  const auto messages = to_thread(keyed, request.by_uid);
  session.out.raw(thread_line(make_threads(thread->algorithm, messages)));
  Tagged tagged;
  tell_limit(session, tagged, among.lowest);
  co_return tagged;
}

}  // namespace kontor::imap
