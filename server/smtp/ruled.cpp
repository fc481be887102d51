// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/ruled.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/log/events/rules.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/filter/outbound.hpp"
#include "server/filter/read_results.hpp"
#include "server/rules/engine.hpp"
#include "server/rules/score.hpp"
#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp {
namespace {

using log::Keys;
using message_trace::Step;
using message_trace::What;

constexpr std::size_t k_most_named = 5;  // recipients in a sentence

rules::Person person_of(const Session& session, const directory::DirectoryCopy& copy) {
  if (session.identity) return copy.find(session.identity->id);
  const auto& sender = session.transaction.mail->sender;
  if (!session.may_relay() || sender.is_null || session.role() == Role::lmtp) return nullptr;
  return copy.find_address(sender.mailbox.address());
}

rules::MailRecipient recipient_of(const Destined& recipient, const directory::DirectoryCopy& copy) {
  rules::MailRecipient out;
  const auto mailbox = wire::parse_mailbox(recipient.asked.address);
  out.address = mailbox ? mailbox->address() : recipient.asked.address;
  out.is_here = recipient.is_here();
  if (auto object = copy.find_address(out.address)) out.people.push_back(std::move(object));
  for (const auto& person : recipient.mailboxes)
    if (out.people.empty() || out.people.front()->id != person->id) out.people.push_back(person);
  return out;
}

rules::Mail mail_of(const Session& session,
                    const Heard& heard,
                    std::string message,
                    std::string added,
                    const std::vector<SharedAuthor>& shared) {
  const auto& environment = session.environment();
  const auto copy = environment.directory.current();
  const auto& sender = session.transaction.mail->sender;
  rules::Mail mail;
  mail.trace = heard.trace;
  if (!sender.is_null) mail.sender = sender.mailbox.address();
  mail.is_ours = session.role() != Role::lmtp && session.may_relay();
  mail.person = person_of(session, *copy);
  mail.author = shared.empty() ? mail.person : shared.front().mailbox;
  mail.is_authenticated = mail.is_ours;
  const auto header = header_of(message);
  if (!mail.is_ours)
    mail.is_authenticated =
        filter::proof_of_author(added, environment.settings.server.name,
                                filter::signing_domain(header)) == filter::Proof::proven;
  mail.is_junk = delivery::marked_folder(added) == store::SpecialUse::junk;
  mail.score = rules::spam_score(header, environment.settings.sieve.spam_header);
  for (const auto& recipient : session.transaction.recipients)
    mail.recipients.push_back(recipient_of(recipient, *copy));
  mail.added = std::move(added);
  mail.message = std::move(message);
  return mail;
}

std::string named(const Session& session, const std::vector<std::size_t>& of) {
  const auto& all = session.transaction.recipients;
  if (of.size() == all.size()) return {};
  std::vector<std::string> out;
  for (const auto index : of)
    if (out.size() < k_most_named) out.push_back(all[index].asked.address);
  if (of.size() > out.size()) out.push_back(std::to_string(of.size() - out.size()) + " more");
  return " (for " + join(out, ", ") + ")";
}

void tell(const Session& session, const std::string& trace, const rules::Outcome& outcome) {
  for (const auto& told : outcome.told) {
    auto words = (told.is_rehearsal ? "rehearsal of " : "") + told.rule + ": " + told.words +
                 named(session, told.of);
    session.log().emit(
        told.is_rehearsal ? log::events::k_rule_rehearsed : log::events::k_rule_acted,
        {{Keys::trace, trace}, {Keys::detail, words}});
    trace_finding(session, What::ruled, trace, words);
  }
}

void tell_fate(const Session& session,
               const std::string& trace,
               What what,
               std::size_t index,
               std::string text,
               std::string place = {}) {
  Step step;
  step.what = what;
  step.trace = trace;
  step.recipient = session.transaction.recipients[index].asked.address;
  step.text = std::move(text);
  step.place = std::move(place);
  message_trace::note(session.environment().trace, std::move(step));
}

void tell_failure(const Session& session,
                  const std::string& trace,
                  const rules::Target& target,
                  const Error& error) {
  const auto words = target.rule + ": " + target.address + " cannot be reached";
  session.log().emit(log::events::k_rule_failed, error,
                     {{Keys::trace, trace}, {Keys::detail, words}});
  trace_finding(session, What::ruled, trace, words + ": " + error.detail());
}

// Where a rule wants mail to go. not_found, unsupported: it leads nowhere.
Result<Destined> destined_to(const Session& session, const rules::Target& target) {
  const auto resolved = session.environment().routing.delivery().resolve(target.address);
  const auto verdict = resolved.verdict;
  const bool is_outside =
      verdict == delivery::Verdict::foreign || verdict == delivery::Verdict::remote;
  if (resolved.is_early) return fail(Errc::unavailable, "not everybody is known yet");
  if (!is_outside && verdict != delivery::Verdict::deliver)
    return fail(Errc::not_found, "no such mailbox here");
  if (is_outside && target.must_be_here)
    return fail(Errc::unsupported, "mail is moved to mailboxes of this server only");
  const auto mailbox = wire::parse_mailbox(target.address);
  Destined out;
  out.asked.address = mailbox ? mailbox->text() : target.address;
  // A copy goes by the queue wherever it goes: a mailbox that is full holds nobody up.
  out.is_relayed = is_outside || target.is_copy;
  if (target.is_copy) {
    out.asked.notify = queue::k_notify_never;
    out.asked.has_notify = true;
    return out;
  }
  out.mailboxes = resolved.mailboxes;
  out.folders = resolved.folders;
  out.outside = resolved.outside;
  return out;
}

bool is_same_address(const Destined& one, const Destined& other) {
  return one.is_relayed == other.is_relayed && iequals(one.asked.address, other.asked.address);
}

// A recipient beside those that are there, or the place of the same one.
std::size_t place_of(std::vector<Destined>& all, Destined one) {
  const auto found =
      std::ranges::find_if(all, [&](const Destined& other) { return is_same_address(one, other); });
  const auto place = static_cast<std::size_t>(found - all.begin());
  if (found == all.end()) all.push_back(std::move(one));
  return place;
}

// Who gets the message instead of whom, and who besides.
void plan(const Session& session,
          const std::string& trace,
          const rules::Outcome& outcome,
          Ruled& out) {
  const auto& named = session.transaction.recipients;
  out.is_same = false;
  out.answered_by.resize(named.size());
  std::vector<bool> is_lost(named.size());  // his place is taken by nobody: he keeps it
  std::vector<std::pair<const rules::Target*, Destined>> found;
  for (const auto& target : outcome.targets) {
    auto destined = destined_to(session, target);
    if (destined) {
      found.emplace_back(&target, *std::move(destined));
      continue;
    }
    tell_failure(session, trace, target, destined.error());
    for (const auto index : target.of) is_lost[index] = true;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (outcome.fates[i] != rules::Fate::kept && !is_lost[i]) continue;
    out.answered_by[i].push_back(out.recipients.size());
    out.recipients.push_back(named[i]);
  }
  for (auto& [target, destined] : found) {
    if (target->of.size() == 1 && !target->is_copy)
      destined.asked.original = "rfc822;" + named[target->of.front()].asked.address;
    const auto place = place_of(out.recipients, std::move(destined));
    if (target->is_copy) out.copies.push_back(place);
    for (const auto index : target->of) {
      out.answered_by[index].push_back(place);
      if (!is_lost[index])
        tell_fate(session, trace, What::redirected, index, "by the rule " + target->rule,
                  target->address);
    }
  }
}

void tell_drops(const Session& session, const std::string& trace, const rules::Outcome& outcome) {
  for (std::size_t i = 0; i < outcome.fates.size(); ++i)
    if (outcome.fates[i] == rules::Fate::dropped)
      tell_fate(session, trace, What::discarded, i, "by a rule of the organisation");
}

}  // namespace

bool is_ruled(const Session& session) {
  const auto* engine = session.environment().rules;
  return engine != nullptr && !engine->is_idle();
}

Task<Ruled> apply_rules(Session& session,
                        const Heard& heard,
                        std::string message,
                        std::string added,
                        const std::vector<SharedAuthor>& shared) {
  auto mail = mail_of(session, heard, std::move(message), added, shared);
  auto outcome = co_await session.environment().rules->run(std::move(mail));
  tell(session, heard.trace, outcome);
  Ruled out;
  out.message = std::move(outcome.message);
  out.added = outcome.added + added;
  if (outcome.refusal) {
    out.refusal =
        wire::Reply(550, "5.7.1",
                    mime::is_ascii(outcome.refusal->text) ? outcome.refusal->text
                                                          : "the rules here refuse this message");
    co_return out;
  }
  out.holds = std::move(outcome.holds);
  const bool is_kept = std::ranges::all_of(
      outcome.fates, [](rules::Fate fate) { return fate == rules::Fate::kept; });
  if (!is_kept || !outcome.targets.empty()) plan(session, heard.trace, outcome, out);
  tell_drops(session, heard.trace, outcome);
  out.letters = std::move(outcome.notices);
  if (!out.letters.empty()) {
    const auto& sender = session.transaction.mail->sender;
    out.notices =
        "Sender / Отправитель: " + (sender.is_null ? std::string("<>") : sender.mailbox.text()) +
        "\nSubject / Тема: " + mime::decode_words(heard.subject) +
        "\nTrace / Номер: " + heard.trace + "\n";
  }
  co_return out;
}

std::vector<Result<void>> results_for_session(const Ruled& ruled,
                                              const std::vector<Result<void>>& routed,
                                              std::size_t count) {
  if (ruled.is_same) return routed;
  std::vector<Result<void>> out(count);
  for (std::size_t i = 0; i < count; ++i)
    for (const auto place : ruled.answered_by[i])
      if (out[i] && !routed[place]) out[i] = fail(routed[place].error());
  for (const auto place : ruled.copies)
    if (!routed[place])
      for (auto& one : out)
        if (one) one = fail(routed[place].error());
  return out;
}

Task<void> send_rule_notices(Session& session, std::string trace, Ruled& ruled) {
  if (ruled.letters.empty()) co_return;
  co_await session.environment().rules->send_notices(std::move(trace), std::move(ruled.letters),
                                                     std::move(ruled.notices));
}

}  // namespace kontor::smtp
