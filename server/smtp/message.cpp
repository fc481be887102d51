// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/message.hpp"

#include <algorithm>

#include "base/core/answers.hpp"
#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/checks.hpp"
#include "base/log/events/smtp.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/filter/signs.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/day_limits.hpp"
#include "server/smtp/handed_back.hpp"
#include "server/smtp/held.hpp"
#include "server/smtp/origin.hpp"
#include "server/smtp/policy.hpp"
#include "server/smtp/ruled.hpp"
#include "server/smtp/scanned.hpp"
#include "server/smtp/screened.hpp"
#include "server/smtp/sent_copy.hpp"
#include "server/smtp/submission.hpp"
#include "server/smtp/trace_fields.hpp"

namespace kontor::smtp {
namespace {

using log::Keys;
using message_trace::What;

// What of a message is looked at before it is taken. As long as its header: on the pool when the
// message is long, which may be all header.
struct Looked {
  std::optional<wire::Reply> refusal;
  std::string missing_fields;
  std::string message_id, subject;
  std::optional<filter::Evidence> evidence;  // of who sent it, where that is asked
  filter::Found signs;                       // that speak against it, where that is looked at
  std::string message;                       // handed back
  std::vector<SharedAuthor> shared;          // mailboxes in whose name it is
};

struct Question {
  std::size_t max_hops = 0;
  std::vector<std::string> expanded;  // recipients that others stand behind
  Writer writer;                      // of a submission
  const delivery::Domains* domains = nullptr;
  const filter::Signs* signs = nullptr;  // null: none are looked for
  std::string sender;                    // empty: <>
  bool is_submission = false;
  bool is_checked = false;  // who sent it
  bool is_trusted = false;  // what it says of checks may stay
  std::string trace, server_name;
  UtcSeconds now{};
};

std::optional<wire::Reply> author_refusal(const Question& question,
                                          std::string_view message,
                                          std::string& missing) {
  if (!question.writer.person) return wire::Reply(550, "5.7.1", "your account is gone");
  const auto checked = check_author(question.writer, *question.domains, message);
  if (checked && *checked == Right::on_behalf) missing += sender_field(*question.writer.person);
  if (checked) return std::nullopt;
  if (checked.error().code() == Errc::no_permission)
    return wire::Reply(550, "5.7.1", checked.error().detail());
  return wire::Reply(550, "5.6.0", checked.error().detail());
}

Looked look_at(const Question& question, std::string_view message) {
  Looked looked;
  const auto header = header_of(message);
  if (count_hops(message) >= question.max_hops) {  // RFC 5321, 6.3
    looked.refusal = wire::Reply(554, "5.4.6", "too many hops: this message goes in a circle");
    return looked;
  }
  for (const auto& address : question.expanded)
    if (went_through(header, address)) {
      looked.refusal = wire::Reply(554, "5.4.6", "this message went through that address before");
      return looked;
    }
  if (question.is_submission) {
    looked.missing_fields =
        missing_fields(message, question.trace, question.server_name, question.now);
    looked.refusal = author_refusal(question, message, looked.missing_fields);
    if (!looked.refusal)
      looked.shared = shared_authors(question.writer, *question.domains, message);
  }
  looked.message_id = mime::field_value(header, "Message-ID").value_or("");
  looked.subject = mime::field_value(header, "Subject").value_or("");
  if (question.is_checked) looked.evidence = filter::evidence_of(message);
  if (question.signs != nullptr)
    looked.signs = question.signs->in_header(header, question.sender, question.now);
  return looked;
}

// Signs are looked for in mail of strangers.
bool is_weighed(const Session& session) {
  const auto* signs = session.environment().signs;
  return signs != nullptr && signs->is_enabled() && session.role() == Role::mx &&
         !session.may_relay() && !session.visit.is_allowed;
}

Question question_of(const Session& session, const std::string& trace) {
  const auto& environment = session.environment();
  Question question;
  question.max_hops = session.limits().max_hops;
  for (const auto& recipient : session.transaction.recipients)
    if (recipient.is_expanded()) question.expanded.push_back(recipient.asked.address);
  question.domains = &environment.routing.delivery().domains();
  question.is_submission = session.role() == Role::submission;
  question.is_checked = is_origin_checked(session);
  if (is_weighed(session)) question.signs = environment.signs;
  const auto& sender = session.transaction.mail->sender;
  if (!sender.is_null) question.sender = sender.mailbox.address();
  question.is_trusted = !may_forge_results(session);
  if (question.is_submission)
    question.writer = writer_of(environment.directory, *session.identity,
                                &environment.routing.delivery().store());
  question.trace = trace;
  question.server_name = environment.settings.server.name;
  question.now = environment.clock.now();
  return question;
}

TraceInfo trace_info(const Session& session, const std::string& trace) {
  const auto& transaction = session.transaction;
  TraceInfo info;
  info.role = session.role();
  info.hello = *session.hello;
  info.is_extended = session.is_extended;
  info.is_signed_in = session.identity.has_value();
  info.is_utf8 = transaction.mail->smtputf8;
  info.peer_address = session.stream().peer().address;
  info.tls = session.stream().tls_info();
  info.server_name = session.environment().settings.server.name;
  info.trace = trace;
  if (transaction.recipients.size() == 1) info.recipient = transaction.recipients[0].asked.address;
  info.time = session.environment().clock.now();
  return info;
}

// RFC 5429, 2.1.1: the words of the recipient's script, where SMTP can carry them.
wire::Reply refusal_reply(const std::string& reason) {
  constexpr std::size_t k_longest = 400;
  auto text = mime::one_line(reason);
  if (text.empty() || text.size() > k_longest || !mime::is_ascii(text))
    text = "the recipient refuses this message";
  return {550, "5.7.1", text};
}

// The answer to one failed recipient. "Try again" comes as 451: 421 would end the session.
wire::Reply failure_reply(const Error& error) {
  if (const auto reason = delivery::refusal_of(error)) return refusal_reply(*reason);
  if (auto reply = handed_back_reply(error)) return *std::move(reply);
  const auto& answer = answer_for(error.code());
  const int reply = answer.smtp_reply == 421 ? 451 : answer.smtp_reply;
  return {reply, answer.smtp_enhanced, std::string(answer.text)};
}

// SMTP has one answer for all recipients. All stored: 250. Else the sender is told to try again,
// and delivery passes over the copies that are on disk; a refusal for good is given only when
// nothing was stored, because it makes the sender believe so.
wire::Reply joint_reply(const std::vector<Result<void>>& results, const std::string& trace) {
  const auto failed = [](const Result<void>& result) { return !result.has_value(); };
  const auto first = std::ranges::find_if(results, failed);
  if (first == results.end()) return {250, "2.0.0", "taken as " + trace};
  auto reply = failure_reply(first->error());
  if (reply.code >= 500 && !std::ranges::all_of(results, failed))
    return {451, "4.3.0", "not every recipient could be served; try again"};
  return reply;
}

void reply_results(Session& session,
                   const std::vector<Result<void>>& results,
                   const std::string& trace) {
  if (session.role() != Role::lmtp) {
    session.reply(joint_reply(results, trace));
    return;
  }
  for (const auto& result : results) {
    session.reply(result ? wire::Reply(250, "2.1.5", "delivered as " + trace)
                         : failure_reply(result.error()));
  }
}

std::string why_not(const std::vector<Result<void>>& results) {
  const auto failed =
      std::ranges::find_if(results, [](const auto& one) { return !one.has_value(); });
  const auto reply = failed == results.end() ? std::nullopt : handed_back_reply(failed->error());
  return reply ? reply->lines[0] : "it could not be stored";
}

void report(const Session& session,
            const std::string& trace,
            std::uint64_t bytes,
            const std::string& message_id,
            const std::vector<Result<void>>& results) {
  const auto taken =
      std::ranges::count_if(results, [](const auto& one) { return one.has_value(); });
  session.log().emit(
      taken > 0 ? log::events::k_smtp_message_accepted : log::events::k_smtp_message_refused,
      {{Keys::trace, trace},
       {Keys::sender, session.transaction.mail->sender.mailbox.text()},
       {Keys::recipients, taken},
       {Keys::bytes, bytes},
       {Keys::message_id, message_id},
       {Keys::reason, taken > 0 ? "" : why_not(results)}});
}

queue::Envelope envelope_of(const Session& session, const std::string& trace) {
  const auto& mail = *session.transaction.mail;
  queue::Envelope envelope;
  envelope.trace = trace;
  if (!mail.sender.is_null) envelope.sender = mail.sender.mailbox.text();
  envelope.envelope_id = mail.envelope_id.value_or("");
  // Both say the same in the same order (RFC 3461, 4.3; RFC 3030, 3).
  envelope.returned = static_cast<queue::Return>(mail.returned);
  envelope.body = static_cast<queue::Body>(mail.body);
  envelope.is_utf8 = mail.smtputf8;
  envelope.is_ours = session.role() != Role::lmtp && session.may_relay();
  envelope.requires_tls = mail.requires_tls;
  envelope.priority = mail.priority.value_or(0);
  const auto now = session.environment().clock.now();
  if (mail.hold_for) envelope.release = now + std::chrono::seconds(*mail.hold_for);
  if (mail.hold_until) envelope.release = *mail.hold_until;
  if (mail.deliver_by) {
    envelope.deliver_by = now + std::chrono::seconds(mail.deliver_by->seconds);
    envelope.is_by_return = mail.deliver_by->is_return;
    envelope.is_by_trace = mail.deliver_by->is_trace;
  }
  return envelope;
}

Task<Looked> look(const Session& session, std::string trace, std::string message) {
  const bool is_large = message.size() > delivery::k_large_message;
  auto work = [question = question_of(session, trace), message = std::move(message)]() mutable {
    auto looked = look_at(question, message);
    looked.message = question.is_trusted
                         ? std::move(message)
                         : filter::without_own_results(std::move(message), question.server_name);
    return looked;
  };
  if (!is_large) co_return work();
  co_return co_await io::on_pool(session.environment().routing.workers(), std::move(work));
}

// Whose results a client is told; who is deleted or sent on has steps of his own.
void trace_results(const Session& session,
                   const std::string& trace,
                   const Ruled& ruled,
                   const std::vector<Result<void>>& results) {
  if (ruled.is_same) return trace_answers(session, trace, session.transaction.recipients, results);
  std::vector<Destined> kept;
  std::vector<Result<void>> of_kept;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& by = ruled.answered_by[i];
    const auto& named = session.transaction.recipients[i];
    const bool is_his =
        !by.empty() && ruled.recipients[by.front()].asked.address == named.asked.address;
    if (results[i] && !is_his) continue;
    kept.push_back(named);
    of_kept.push_back(results[i]);
  }
  trace_answers(session, trace, kept, of_kept);
}

// False: something of it was not taken, and the client is to try again.
Task<bool> take(Session& session,
                std::string trace,
                Ruled ruled,
                Looked looked,
                std::optional<Holding> holding) {
  Routed routed;
  routed.envelope = envelope_of(session, trace);
  routed.recipients = ruled.is_same ? session.transaction.recipients : ruled.recipients;
  routed.return_path = return_path_field(routed.envelope.sender);
  routed.fields =
      std::move(ruled.added) + received_field(trace_info(session, trace)) + looked.missing_fields;
  routed.envelope.size = routed.fields.size() + ruled.message.size();
  SentMessage sent{trace, {}, std::move(looked.shared)};
  if (!sent.authors.empty()) sent.bytes = looked.missing_fields + ruled.message;
  routed.message = std::move(ruled.message);
  routed.answers_each = session.role() == Role::lmtp;
  if (session.identity) routed.person = session.identity->id;
  const auto bytes = routed.envelope.size;
  const auto held = co_await hold_by_rules(session, routed, ruled);
  std::vector<Result<void>> results;
  if (held && !routed.recipients.empty())
    results = holding ? co_await hold(session, std::move(routed), *holding)
                      : co_await session.environment().routing.take(std::move(routed));
  const auto asked = session.transaction.recipients.size();
  if (held)
    results = results_for_session(ruled, results, asked);
  else
    results.assign(asked, held);  // the sender tries again, for all of them
  report(session, trace, bytes, looked.message_id, results);
  const bool is_taken =
      std::ranges::all_of(results, [](const auto& one) { return one.has_value(); });
  if (is_taken) {
    co_await store_sent_copies(session, std::move(sent));
    co_await send_rule_notices(session, trace, ruled);
  }
  if (!holding) trace_results(session, trace, ruled, results);
  reply_results(session, results, trace);
  co_return is_taken;
}

wire::Reply as_reply(const filter::Refusal& refusal) {
  return {refusal.code, refusal.status, refusal.text};
}

// A filter took it, and nobody gets it.
void drop_message(Session& session, const Heard& heard) {
  trace_received(session, heard, 0);
  trace_finding(session, What::discarded, heard.trace, "by the word of a filter");
  session.log().emit(log::events::k_message_dropped,
                     {{Keys::trace, heard.trace},
                      {Keys::sender, session.transaction.mail->sender.mailbox.text()}});
  session.reply(wire::Reply(250, "2.0.0", "taken as " + heard.trace));
  session.reset();
}

// What the checks made of a message.
struct Examined {
  std::optional<wire::Reply> refusal;
  bool is_dropped = false;
  std::string added;  // fields for its start
  std::optional<Holding> holding;

  void add_junk(std::string_view reason) { added.insert(0, filter::junk_field(reason)); }
  // The first reason counts, a virus before all.
  void hold_for(const Session& session, Holding why) {
    if (is_excepted(session, why.cause)) return;
    if (!holding || why.cause == quarantine::Cause::virus) holding = std::move(why);
  }
};

// By the sum of signs in the header and of who brought it.
void weigh(Session& session, const Heard& heard, const filter::Found& in_header, Examined& out) {
  if (!is_weighed(session)) return;
  const auto& signs = *session.environment().signs;
  auto found = in_header;
  const auto of_visit = filter::Signs::of_visit(session.visit);
  found.insert(found.end(), of_visit.begin(), of_visit.end());
  const auto words = signs.words_of(found);
  const auto points = signs.points_of(found);
  const auto& limits = session.environment().settings.signs;
  const auto reaches = [&](std::uint32_t limit) { return limit != 0 && points >= limit; };
  trace_finding(session, What::screened, heard.trace, words.empty() ? "" : "signs: " + words);
  out.added += signs.field(found);
  if (reaches(limits.refuse))
    out.refusal = wire::Reply(550, "5.7.1", "too much speaks against this message: " + words);
  else if (reaches(limits.hold) && can_hold(session))
    out.hold_for(session, {quarantine::Cause::signs, words, std::to_string(points)});
  else if (reaches(limits.junk))
    out.add_junk("signs: " + words);
}

void judge_scan(Session& session, const filter::Scanned& scanned, Examined& out) {
  const auto& settings = session.environment().settings.scan;
  if (!scanned.virus.empty() && settings.virus == "hold" && can_hold(session))
    out.hold_for(session, {quarantine::Cause::virus, scanned.virus, {}});
  if (!scanned.quarantine.empty()) {
    if (settings.quarantine == "hold" && can_hold(session))
      out.hold_for(session, {quarantine::Cause::filter, scanned.quarantine, scanned.score});
    else
      out.add_junk(scanned.quarantine);
  }
  if (scanned.refusal) out.refusal = as_reply(*scanned.refusal);
  out.is_dropped = scanned.is_dropped || session.transaction.recipients.empty();
}

Task<Examined> examine(Session& session, const Heard& heard, Looked& looked) {
  Examined out;
  Origin origin;
  if (looked.evidence)
    origin = co_await check_origin(session, heard.trace, *std::move(looked.evidence));
  out.refusal = std::move(origin.refusal);
  if (out.refusal) co_return out;
  out.added = origin.field + screening_field(session);
  if (!origin.hold_reason.empty() && can_hold(session))
    out.hold_for(session, {quarantine::Cause::dmarc, origin.hold_reason, {}});
  weigh(session, heard, looked.signs, out);
  if (out.refusal || !is_scanned(session)) co_return out;
  auto scanned = co_await scan_message(session, heard.trace, std::move(looked.message));
  looked.message = std::move(scanned.message);
  trace_finding(session, What::scanned, heard.trace, scanned.words,
                scanned.has_virus ? message_trace::k_virus : 0);
  out.added += scanned.field;
  judge_scan(session, scanned, out);
  co_return out;
}

}  // namespace

std::optional<wire::Reply> refusal_before_message(const Session& session) {
  if (!session.transaction.mail) return wire::Reply(503, "5.5.1", "MAIL comes first");
  if (!session.transaction.recipients.empty()) return std::nullopt;
  // RFC 2033, 4.2 wants 503 where SMTP has 554.
  if (session.role() == Role::lmtp) return wire::Reply(503, "5.5.1", "no valid recipients");
  return wire::Reply(554, "5.5.1", "no valid recipients");
}

void reply_refusal(Session& session, const wire::Reply& reply) {
  const std::size_t count =
      session.role() == Role::lmtp ? session.transaction.recipients.size() : 1;
  for (std::size_t i = 0; i < count; ++i) session.reply(reply);
}

wire::Reply too_large_reply() { return {552, "5.3.4", "the message is larger than allowed"}; }

std::optional<wire::Reply> bare_line_end_reply() {  // RFC 5321, 2.3.8
  return wire::Reply(550, "5.6.0", "a CR without LF, or an LF without CR, is in the message");
}

std::optional<wire::Reply> size_refusal(Session& session, std::uint64_t size) {
  const auto before = session.bytes;
  session.bytes += size;
  if (size > session.limits().max_message) return too_large_reply();
  const auto author = policy_of_author(session, session.transaction.mail->sender);
  if (auto refused = policy_size_refusal(*author, size)) return refused;
  const auto most = session.limits().max_session;
  if (most == 0 || session.bytes <= most) return std::nullopt;
  if (before == 0) return too_large_reply();  // no other connection would take it either
  session.is_closing = true;
  return wire::Reply(421, "4.7.0", "enough bytes for one session; connect again");
}

void refuse_message(Session& session, const Heard& heard, const wire::Reply& reply) {
  session.log().emit(log::events::k_smtp_message_refused,
                     {{Keys::sender, session.transaction.mail->sender.mailbox.text()},
                      {Keys::bytes, heard.size},
                      {Keys::reason, reply.lines[0]}});
  trace_refusal(session, reply, {}, heard);
  reply_refusal(session, reply);
  session.reset();
}

Task<void> accept_message(Session& session, std::string message) {
  const auto trace = delivery::make_trace_id();
  auto looked = co_await look(session, trace, std::move(message));
  Heard heard{trace, looked.message_id, looked.subject, looked.message.size()};
  if (looked.refusal) {
    refuse_message(session, heard, *looked.refusal);
    co_return;
  }
  auto examined = co_await examine(session, heard, looked);
  if (examined.refusal) {
    refuse_message(session, heard, *examined.refusal);
    co_return;
  }
  if (examined.is_dropped) {
    drop_message(session, heard);
    co_return;
  }
  Ruled ruled;
  if (is_ruled(session)) {
    ruled = co_await apply_rules(session, heard, std::move(looked.message),
                                 std::move(examined.added), looked.shared);
    if (ruled.refusal) {
      refuse_message(session, heard, *ruled.refusal);
      co_return;
    }
  } else {
    ruled.message = std::move(looked.message);
    ruled.added = std::move(examined.added);
  }
  // Who may not be signed in any more sends nothing more, also what was all here before the word.
  if (const auto ended = session.check_end(); !ended && session.identity) {
    refuse_message(session, heard, wire::Reply(421, "4.3.2", ended.error().detail()));
    session.is_closing = true;
    co_return;
  }
  DayCharge charge;
  if (const auto refused = charge_day(session, charge)) {
    refuse_message(session, heard, *refused);
    co_return;
  }
  const bool is_junk = delivery::marked_folder(ruled.added) == store::SpecialUse::junk;
  trace_received(session, heard, is_junk ? message_trace::k_junk : 0);
  const bool is_taken = co_await take(session, trace, std::move(ruled), std::move(looked),
                                      std::move(examined.holding));
  if (!is_taken) give_back(session, charge);
  session.reset();
}

}  // namespace kontor::smtp
