// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/scanned.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {
namespace {

std::string bare(std::string_view address) {
  if (address.starts_with('<') && address.ends_with('>'))
    address = address.substr(1, address.size() - 2);
  return to_lower(address);
}

}  // namespace

bool is_scanned(const Session& session) {
  const auto* scanning = session.environment().scanning;
  if (scanning == nullptr || !scanning->is_enabled() || session.role() == Role::lmtp) return false;
  return !session.may_relay() || scanning->is_outgoing_scanned();
}

Task<filter::Scanned> scan_message(Session& session, std::string trace, std::string message) {
  const auto& transaction = session.transaction;
  filter::scan::Mail mail;
  const auto& peer = session.stream().peer();
  mail.client = peer.address;
  mail.port = peer.port;
  if (session.visit.name.verdict == filter::screening::Verdict::pass)
    mail.client_name = session.visit.name.name;
  mail.hello = session.hello->name;
  if (!transaction.mail->sender.is_null) mail.sender = transaction.mail->sender.mailbox.text();
  for (const auto& recipient : transaction.recipients)
    mail.recipients.push_back(recipient.asked.address);
  if (session.identity) mail.user = session.identity->name;
  mail.trace = trace;
  mail.server_name = session.environment().settings.server.name;
  auto scanned = co_await session.environment().scanning->run(std::move(mail), std::move(message),
                                                              session.log());
  for (const auto& gone : scanned.recipients) {
    trace_taken_out(session, trace, bare(gone));
    std::erase_if(session.transaction.recipients, [&](const Destined& recipient) {
      return to_lower(recipient.asked.address) == bare(gone);
    });
  }
  co_return scanned;
}

}  // namespace kontor::smtp
