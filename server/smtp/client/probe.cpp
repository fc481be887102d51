// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/probe.hpp"

#include <algorithm>
#include <array>

#include "server/smtp/client/commands.hpp"
#include "server/smtp/client/route.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp::client {
namespace {

// RFC 3463, 3.2 and 3.3, RFC 7505: of the mailbox, not of the way to it or of who asks.
constexpr std::array<std::string_view, 7> k_of_the_address{"5.1.0", "5.1.1",  "5.1.2", "5.1.3",
                                                           "5.1.6", "5.1.10", "5.2.1"};
constexpr std::array<int, 3> k_no_mailbox{550, 551, 553};  // RFC 5321, 4.2.3

template <class List, class Value>
bool has(const List& list, const Value& value) {
  return std::ranges::find(list, value) != list.end();
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string words_of(const wire::PeerReply& reply) {
  return std::to_string(reply.code) + (reply.enhanced.empty() ? "" : " " + reply.enhanced);
}

}  // namespace

ProbeAnswer read_probe(const wire::PeerReply& reply) {
  if (reply.is_done()) return ProbeAnswer::exists;
  if (!reply.is_permanent()) return ProbeAnswer::unknown;
  const bool is_of_address = reply.enhanced.empty() ? has(k_no_mailbox, reply.code)
                                                    : has(k_of_the_address, reply.enhanced);
  return is_of_address ? ProbeAnswer::missing : ProbeAnswer::unknown;
}

Task<Probe> probe_address(Peer& peer, std::string address) {
  Probe out;
  out.remote = peer.target().host;
  address = with_ascii_domain(address);
  const bool is_plain = is_ascii(address);
  if (!is_sendable(address) || (!is_plain && !peer.offered.utf8)) {
    out.reply = "the address cannot be said to this server";
    co_return out;
  }
  auto mail = co_await peer.command(is_plain ? "MAIL FROM:<>" : "MAIL FROM:<> SMTPUTF8");
  if (!mail || !mail->is_done()) {
    out.reply = mail ? mail->text() : mail.error().text();
    co_return out;
  }
  auto rcpt = co_await peer.command("RCPT TO:<" + address + ">");
  out.reply = rcpt ? rcpt->text() : rcpt.error().text();
  if (!rcpt) co_return out;
  out.words = words_of(*rcpt);
  out.answer = read_probe(*rcpt);
  co_return out;
}

}  // namespace kontor::smtp::client
