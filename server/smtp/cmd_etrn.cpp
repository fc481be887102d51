// SPDX-License-Identifier: GPL-3.0-or-later
// ETRN (RFC 1985): who fetches mail asks that what is held for his domain be sent. It goes where
// the route says, never over this connection: who asks in another's name gains nothing. For domains
// with hold=yes in queue.routes, to who may send to anybody and the networks of
// queue.etrn_networks.
#include "base/core/networks.hpp"
#include "server/smtp/commands.hpp"

namespace kontor::smtp {
namespace {

bool may_ask(const Session& session) {
  if (session.may_relay()) return true;
  const auto networks = NetworkList::parse(session.environment().settings.queue.etrn_networks);
  return networks && networks->contains(session.stream().peer().address);
}

wire::Reply reply_for(const Result<std::uint64_t>& released, const std::string& domain) {
  if (released && *released == 0) return {251, "2.0.0", "no messages wait for " + domain};
  if (released)
    return {253, "2.0.0",
            std::to_string(*released) + " pending messages for " + domain + " started"};
  if (released.error().code() == Errc::not_found)
    return {459, "4.7.1", "mail for " + domain + " is not held here"};
  return {458, "4.3.0", "unable to queue messages for " + domain};
}

}  // namespace

Task<Result<void>> cmd_etrn(Session& session, std::string arguments) {
  const auto etrn = wire::parse_etrn(arguments);
  if (!etrn) {
    reply_bad(session, syntax_reply(etrn.error()));
  } else if (session.transaction.mail) {  // RFC 1985, 5.1
    reply_bad(session, wire::Reply(503, "5.5.1", "a transaction is under way"));
  } else if (etrn->is_queue) {
    reply_bad(session, wire::Reply(458, "4.3.0", "queues have no names here"));
  } else if (!may_ask(session)) {
    reply_bad(session, wire::Reply(459, "4.7.1", "you may not ask for mail"));
  } else {
    const auto released =
        co_await session.environment().routing.outgoing().release(etrn->domain, etrn->is_below);
    session.reply(reply_for(released, etrn->domain));
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
