// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/local_transport.hpp"

#include <algorithm>

#include "base/core/answers.hpp"
#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::app {
namespace {

using delivery::Verdict;
using queue::Fate;
using queue::Outcome;

// The queue has addresses as SMTP writes them, with quotes where they are needed.
std::string plain(std::string_view address) {
  const auto mailbox = smtp::wire::parse_mailbox(address);
  return mailbox ? mailbox->address() : std::string(address);
}

Outcome failed(std::string status, std::string reason) {
  Outcome out;
  out.fate = Fate::failed;
  out.status = std::move(status);
  out.reason = std::move(reason);
  return out;
}

// The fate of who has no mailbox (any more).
Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::disabled:
      return failed("5.2.1", "this mailbox takes no mail");
    case Verdict::empty:
      return failed("5.2.4", "nobody belongs to this list");
    case Verdict::foreign:
    case Verdict::remote:
      return failed("5.1.2", "this domain is not delivered here any more");
    default:
      return failed("5.1.1", "no such mailbox here");
  }
}

Outcome outcome_of(const Result<void>& stored) {
  Outcome out;
  out.fate = Fate::delivered;
  if (stored) return out;
  const auto& error = stored.error();
  const auto& answer = answer_for(error.code());
  out.fate = answer.retry ? Fate::deferred : Fate::failed;
  out.status = answer.smtp_enhanced;
  if (const auto reason = delivery::refusal_of(error)) {
    out.reason = *reason;
    return out;
  }
  out.reason = error.code() == Errc::over_quota ? "the mailbox is full" : std::string(answer.text);
  return out;
}

}  // namespace

std::string LocalTransport::destination(std::string_view address) const {
  switch (delivery_.resolve(plain(address)).verdict) {
    case Verdict::foreign:
    case Verdict::remote:
      return {};
    default:
      return std::string(k_destination);
  }
}

Task<std::vector<Outcome>> LocalTransport::deliver_piece(queue::Work& work, queue::Piece piece) {
  std::vector<Outcome> outcomes(piece.recipients.size());
  const auto bytes = co_await work.read(piece);
  if (!bytes) {
    for (auto& outcome : outcomes) outcome = outcome_of(fail(bytes.error()));
    co_return outcomes;
  }
  delivery::Envelope envelope;
  std::vector<std::size_t> of;
  std::vector<std::pair<std::size_t, std::vector<std::string>>> forwarded;
  for (std::size_t i = 0; i < piece.recipients.size(); ++i) {
    const auto& address = piece.recipients[i].address;
    auto resolved = delivery_.resolve(plain(address));
    // Who signed in is not known any more: what passes is what anybody's mail does, or was
    // approved.
    delivery::Sender sender;
    sender.address = piece.envelope->sender;
    delivery_.moderate(resolved, sender, piece.envelope->trace);
    if (auto held = co_await hold(piece, resolved.held, *bytes); held) {
      outcomes[i] = *std::move(held);
      if (outcomes[i].fate == Fate::deferred) continue;
    }
    const bool is_here = !resolved.mailboxes.empty() || !resolved.folders.empty();
    const bool is_forwarded =
        !resolved.outside.empty() && (!is_here || piece.envelope->sender.empty());
    if (is_forwarded) forwarded.emplace_back(i, std::move(resolved.outside));
    if (resolved.verdict == Verdict::deliver && is_here) {
      envelope.recipients.push_back({address, std::move(resolved.mailboxes), resolved.is_catch_all,
                                     is_forwarded, std::move(resolved.folders)});
      of.push_back(i);
    } else if (resolved.held.empty()) {
      outcomes[i] = resolved.is_early
                        ? outcome_of(fail(Errc::unavailable, "not everybody is known"))
                        : outcome_of(resolved.verdict);
    }
  }
  envelope.trace = piece.envelope->trace;
  envelope.sender = piece.envelope->sender;
  envelope.arrived = piece.envelope->arrived;
  envelope.requires_tls = piece.envelope->requires_tls;
  envelope.is_queued = true;
  envelope.refusable = delivery::Refusable::each;
  envelope.may_be_there = !delivery_.take_announced(envelope.trace);
  auto message = smtp::return_path_field(envelope.sender) + *bytes;
  const auto results = co_await delivery_.deliver(std::move(envelope), std::move(message));
  for (std::size_t i = 0; i < of.size(); ++i) outcomes[of[i]] = outcome_of(results[i]);
  for (auto& [index, to] : forwarded) {
    const bool has_mailbox = std::ranges::find(of, index) != of.end();
    if (has_mailbox && outcomes[index].fate != Fate::delivered) continue;
    const auto& address = piece.recipients[index].address;
    auto outcome = co_await forward(piece, address, std::move(to), *bytes);
    if (!has_mailbox || outcome.fate == Fate::deferred) outcomes[index] = std::move(outcome);
  }
  co_return outcomes;
}

// Nothing: no group waits for a moderator.
Task<std::optional<Outcome>> LocalTransport::hold(const queue::Piece& piece,
                                                  const delivery::Principals& groups,
                                                  const std::string& bytes) {
  if (groups.empty() || delivery_.moderator() == nullptr) co_return std::nullopt;
  const auto& envelope = *piece.envelope;
  for (const auto& group : groups) {
    delivery::HeldMessage message;
    message.trace = envelope.trace;
    message.sender = envelope.sender;
    message.envelope_id = envelope.envelope_id;
    message.body = static_cast<std::uint8_t>(envelope.body);
    message.is_utf8 = envelope.is_utf8;
    message.requires_tls = envelope.requires_tls;
    message.arrived = envelope.arrived;
    message.group = group;
    message.bytes = bytes;
    const auto held = co_await delivery_.moderator()->hold(std::move(message));
    if (!held) co_return outcome_of(fail(held.error()));
  }
  Outcome out;
  out.fate = Fate::delivered;
  out.reason = "it waits for a moderator of the group";
  co_return out;
}

Task<Outcome> LocalTransport::forward(const queue::Piece& piece,
                                      std::string from,
                                      std::vector<std::string> to,
                                      std::string_view bytes) {
  if (queue_ == nullptr) co_return failed("5.3.5", "this server has no way to send it on");
  if (smtp::went_through(bytes, from))  // RFC 5321, 6.3
    co_return failed("5.4.6", "this message went through that address before");
  auto envelope = *piece.envelope;
  auto message = smtp::delivered_to_field(from);
  message += bytes;
  envelope.size = message.size();
  envelope.asked = from;
  std::vector<queue::Recipient> recipients;
  for (auto& address : to) {
    queue::Recipient one;
    one.original = "rfc822;" + from;
    one.address = std::move(address);
    recipients.push_back(std::move(one));
  }
  const auto added =
      co_await queue_->add(std::move(envelope), std::move(recipients), std::move(message));
  Result<void> result;
  if (!added) result = fail(added.error());
  co_return outcome_of(result);
}

Task<void> LocalTransport::deliver(std::string, queue::Work& work) {
  while (auto piece = work.next()) {
    auto outcomes = co_await deliver_piece(work, *piece);
    // A report that fails leaves the piece due: the queue is closed then, and says so itself.
    if (!co_await work.report(*piece, std::move(outcomes))) co_return;
  }
}

}  // namespace kontor::app
