// SPDX-License-Identifier: GPL-3.0-or-later
// With PIPELINING the whole envelope goes out in groups small enough that our commands and the
// answers to them fit into the buffers of TCP, whoever reads first (RFC 2920, 3.1).
#include "server/smtp/client/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kontor::smtp::client {
namespace {

constexpr std::size_t k_group = 50;        // commands sent before their answers are read
constexpr std::size_t k_recipients = 100;  // RFC 5321, 4.5.3.1.8: each server takes as many

class Transaction {
 public:
  Transaction(Peer& peer,
              const Terms& terms,
              const queue::Piece& piece,
              std::string_view bytes,
              UtcSeconds now)
      : peer_(peer),
        terms_(terms),
        piece_(piece),
        bytes_(bytes),
        now_(now),
        needs_(needs_of(*piece.envelope, piece.recipients, bytes)),
        outcomes_(piece.recipients.size()) {
    why_lost_.status = "4.5.3";  // unless the connection is lost
    why_lost_.reason = fmt::format("{} takes no more recipients now", peer.target().host);
  }

  Task<Handed> run() {
    check_addresses();
    if (auto why = obstacle(needs_, peer_.offered, bytes_.size())) settle_rest(*std::move(why));
    if (auto why = by_obstacle(*piece_.envelope, peer_.offered, now_)) settle_rest(*std::move(why));
    while (!peer_.is_broken()) {
      const auto batch = unsettled(k_recipients);
      if (batch.empty()) break;
      co_await round(batch);
      if (unsettled(k_recipients) == batch && !peer_.is_broken()) break;  // no progress
    }
    Handed handed;
    handed.is_untouched = is_untouched_;
    settle_rest(why_lost_);
    for (auto& outcome : outcomes_) {
      outcome->remote = peer_.target().host;
      handed.outcomes.push_back(*std::move(outcome));
    }
    co_return handed;
  }

 private:
  using Indices = std::vector<std::size_t>;

  void check_addresses() {
    queue::Outcome bad;
    bad.fate = queue::Fate::failed;
    bad.status = "5.1.3";
    bad.reason = "the address cannot be said in SMTP";
    for (std::size_t i = 0; i < outcomes_.size(); ++i)
      if (!is_sendable(piece_.recipients[i].address)) outcomes_[i] = bad;
    bad.status = "5.1.7";
    if (!is_sendable(piece_.envelope->sender)) settle_rest(bad);
  }

  Indices unsettled(std::size_t most) const {
    Indices found;
    for (std::size_t i = 0; i < outcomes_.size() && found.size() < most; ++i)
      if (!outcomes_[i]) found.push_back(i);
    return found;
  }

  void settle_rest(const queue::Outcome& with) {
    for (auto& outcome : outcomes_)
      if (!outcome) outcome = with;
  }
  void settle(const Indices& which, const wire::PeerReply& reply, std::string_view at) {
    for (const auto i : which)
      if (!outcomes_[i]) outcomes_[i] = outcome_of(reply, at);
  }

  queue::Outcome outcome_of(const wire::PeerReply& reply, std::string_view at) const {
    queue::Outcome outcome;
    outcome.diagnostic = reply.text();
    outcome.status = reply.enhanced;
    if (reply.is_permanent()) outcome.fate = queue::Fate::failed;
    if (outcome.status.empty()) outcome.status = reply.is_permanent() ? "5.0.0" : "4.0.0";
    outcome.reason = fmt::format("{} answered {} with {}", peer_.target().host, at, reply.text());
    return outcome;
  }

  // The connection is over; who has no outcome yet gets this one.
  void lose(std::string_view at, const Error& error) {
    peer_.break_off();
    why_lost_ = queue::Outcome();
    why_lost_.status = error.code() == Errc::bad_input || error.code() == Errc::limit
                           ? "4.5.0"   // no SMTP that we understand
                           : "4.4.2";  // bad connection
    why_lost_.reason =
        fmt::format("the connection to {} failed at {}: {}", peer_.target().host, at, error.text());
  }
  void lose(std::string_view at, const wire::PeerReply& reply) {
    if (reply.code == 421) {
      why_lost_ = outcome_of(reply, at);
    } else {
      const Error odd(Errc::bad_input, "an answer that does not belong there: " + reply.text());
      lose(at, odd);
    }
    peer_.break_off();
  }

  // One transaction for these recipients. Who still has no outcome after it is tried in another.
  Task<void> round(Indices batch) {
    const bool is_first = !is_begun_;
    is_begun_ = true;
    if (!co_await reset()) co_return;
    ++peer_.messages;
    peer_.needs_reset = true;
    accepted_.clear();
    mail_ok_ = false;
    co_await envelope(batch);
    if (peer_.is_broken() && !mail_ok_ && is_first && peer_.messages > 1) is_untouched_ = true;
    if (peer_.is_broken() || accepted_.empty()) co_return;
    if (needs_.chunks)
      co_await send_chunk();
    else
      co_await send_text();
  }

  Task<bool> reset() {
    if (!peer_.needs_reset) co_return true;
    auto reply = co_await peer_.command("RSET");
    peer_.needs_reset = false;
    if (reply && reply->is_done()) co_return true;
    if (reply)
      lose("RSET", *reply);
    else
      lose("RSET", reply.error());
    is_untouched_ = true;
    co_return false;
  }

  // MAIL, the RCPTs, and DATA right behind them where that is allowed. Leaves accepted_ empty when
  // nobody is to get the text.
  Task<void> envelope(Indices batch) {
    std::vector<std::string> commands{
        mail_command(*piece_.envelope, needs_, peer_.offered, bytes_.size(), now_)};
    for (const auto i : batch)
      commands.push_back(rcpt_command(piece_.recipients[i], needs_, peer_.offered));
    const bool has_data = peer_.offered.pipelining && !needs_.chunks;
    if (has_data) commands.emplace_back("DATA");
    const std::size_t group = peer_.offered.pipelining ? k_group : 1;
    for (std::size_t from = 0; from < commands.size(); from += group) {
      const std::size_t to = std::min(from + group, commands.size());
      if (!co_await exchange(commands, from, to, batch)) co_return;
      // Nothing of this group is left unread, so that the next need not be sent.
      if (!mail_ok_) co_return;
    }
    if (!has_data && !needs_.chunks && !accepted_.empty() && !peer_.is_broken()) {
      auto reply = co_await peer_.command("DATA");
      if (reply)
        co_await take_data_reply(*std::move(reply));
      else
        lose("DATA", reply.error());
    }
  }

  // Sends commands[from, to) and takes the answers; false: the connection is over.
  Task<bool> exchange(const std::vector<std::string>& commands,
                      std::size_t from,
                      std::size_t to,
                      const Indices& batch) {
    std::string bytes;
    for (std::size_t i = from; i < to; ++i) bytes.append(commands[i]).append("\r\n");
    auto sent = co_await peer_.send(std::move(bytes));
    if (!sent) lose("MAIL", sent.error());
    for (std::size_t i = from; i < to && sent; ++i) {
      const std::string_view at = std::string_view(commands[i]).substr(0, 4);
      auto reply = co_await peer_.read_reply(peer_.timeout());
      if (!reply) {
        lose(at, reply.error());
      } else if (reply->code == 421) {
        lose(at, *reply);
      } else if (i == 0) {
        take_mail_reply(*reply, batch);
      } else if (i <= batch.size()) {
        take_rcpt_reply(*reply, batch[i - 1]);
      } else {
        co_await take_data_reply(*std::move(reply));
      }
      if (peer_.is_broken()) break;
    }
    co_return !peer_.is_broken();
  }

  void take_mail_reply(const wire::PeerReply& reply, const Indices& batch) {
    mail_ok_ = reply.is_done();
    if (mail_ok_) return;
    if (reply.wants_more()) return lose("MAIL", reply);
    settle(batch, reply, "MAIL");
  }

  void take_rcpt_reply(const wire::PeerReply& reply, std::size_t recipient) {
    if (outcomes_[recipient]) return;  // MAIL was refused: this answer says nothing
    if (reply.is_done()) {
      accepted_.push_back(recipient);
    } else if (reply.wants_more()) {
      lose("RCPT", reply);
    } else if (!is_too_many(reply)) {
      outcomes_[recipient] = outcome_of(reply, "RCPT");
    }  // else: in the next transaction
  }

  // RFC 5321, 4.5.3.1.10: 452, or 552 of old servers, to one recipient more than it takes at a
  // time. The same codes mean a full mailbox: the enhanced code, or the next round, tells.
  bool is_too_many(const wire::PeerReply& reply) const {
    if (accepted_.empty() || (reply.code != 452 && reply.code != 552)) return false;
    return reply.enhanced.empty() || reply.enhanced.substr(1) == ".5.3";
  }

  Task<void> take_data_reply(wire::PeerReply reply) {
    if (reply.code == 354) {
      if (!accepted_.empty()) co_return;
      // RFC 2920, 3.1: for nobody; an empty message ends it, whatever is said to that.
      auto ended = co_await peer_.command(".");
      if (!ended) lose("DATA", ended.error());
      peer_.needs_reset = !ended || !ended->is_done();
      co_return;
    }
    if (reply.is_permanent() || reply.is_temporary())
      settle(accepted_, reply, "DATA");
    else if (!accepted_.empty())
      lose("DATA", reply);
    accepted_.clear();
  }

  Task<void> send_text() {
    DotStuffer stuffer(bytes_);
    std::string text = stuffer.next();
    while (!text.empty()) {
      auto sent = co_await peer_.send(std::move(text));
      if (!sent) co_return lose("the message", sent.error());
      text = stuffer.next();
      // Who speaks in the middle of the text refuses it, and often closes at once.
      if (!text.empty() && co_await peer_.has_input()) co_return co_await hear_refusal();
    }
    co_await finish("the end of the message");
  }

  Task<void> send_chunk() {  // RFC 3030, 2
    std::string chunk = fmt::format("BDAT {} LAST\r\n", bytes_.size());
    chunk.append(bytes_);
    auto sent = co_await peer_.send(std::move(chunk));
    if (!sent) co_return lose("the message", sent.error());
    co_await finish("BDAT");
  }

  Task<void> hear_refusal() {
    auto reply = co_await peer_.read_reply(peer_.timeout());
    if (reply && (reply->is_permanent() || reply->is_temporary()))
      settle(accepted_, *reply, "the message");
    lose("the message", Error(Errc::closed, "it was not read to its end"));
  }

  Task<void> finish(std::string_view at) {
    auto reply = co_await peer_.read_reply(terms_.timeout_after_dot);
    if (!reply) {
      lose(at, reply.error());
      why_lost_.reason += "; it may have taken the message";
      co_return;
    }
    if (reply->wants_more()) co_return lose(at, *reply);
    peer_.needs_reset = !reply->is_done();
    settle(accepted_, *reply, at);
    if (!reply->is_done()) co_return;
    for (const auto i : accepted_) {
      outcomes_[i]->fate = queue::Fate::relayed;
      outcomes_[i]->status = reply->enhanced.empty() ? "2.0.0" : reply->enhanced;
      const bool has_by = piece_.envelope->deliver_by.time_since_epoch().count() != 0;
      outcomes_[i]->is_by_lost = has_by && !peer_.offered.deliverby;
      outcomes_[i]->takes_notices =
          peer_.offered.dsn && !outcomes_[i]->is_by_lost && !piece_.envelope->is_by_trace;
      outcomes_[i]->reason.clear();
    }
  }

  Peer& peer_;
  const Terms& terms_;
  const queue::Piece& piece_;
  std::string_view bytes_;
  UtcSeconds now_;
  Needs needs_;
  std::vector<std::optional<queue::Outcome>> outcomes_;
  queue::Outcome why_lost_;
  Indices accepted_;  // of this round
  bool mail_ok_ = false;
  bool is_begun_ = false;
  bool is_untouched_ = false;
};

}  // namespace

Task<Handed> hand_over(Peer& peer,
                       const Terms& terms,
                       const queue::Piece& piece,
                       std::string_view bytes,
                       UtcSeconds now) {
  Transaction transaction(peer, terms, piece, bytes, now);
  co_return co_await transaction.run();
}

}  // namespace kontor::smtp::client
