// SPDX-License-Identifier: GPL-3.0-or-later
// The queue comes first: when it refuses, nothing was stored anywhere. An address that others stand
// behind has a queue entry of its own, because its copy says in a Delivered-To field where it came
// from: by that a loop is found (server/smtp/message.cpp).
#include "server/smtp/routing.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/smtp.hpp"
#include "server/smtp/handed_back.hpp"
#include "server/smtp/trace_fields.hpp"

namespace kontor::smtp {

// One message of the queue.
struct Routing::Entry {
  std::string delivered_to;  // of the address that others stand behind; empty: as it came
  std::vector<queue::Recipient> recipients;
  std::vector<std::size_t> of;  // who of Routed::recipients needs it, ascending
  std::string key;              // in Remembered
  bool is_added = false;
};

struct Routing::Job {
  Routed routed;
  std::vector<Entry> entries;
  bool mailboxes_by_queue = false;
  std::vector<Result<void>> results;
  std::string digest;             // of sender and message; empty: not made yet
  std::vector<std::string> keys;  // in Remembered: copies for archives, messages that are held

  bool is_failed(std::size_t index) const { return !results[index].has_value(); }
  bool any_failed() const {
    return std::ranges::any_of(results, [](const auto& one) { return !one.has_value(); });
  }
};

namespace {

std::size_t count_copies(const Routed& routed) {
  std::set<directory::PrincipalId> people;
  for (const auto& recipient : routed.recipients)
    for (const auto& person : recipient.mailboxes) people.insert(person->id);
  std::set<std::pair<store::AccountId, store::FolderId>> folders;
  for (const auto& recipient : routed.recipients)
    for (const auto& folder : recipient.folders) folders.emplace(folder.account, folder.folder);
  return people.size() + folders.size();
}

// FUTURERELEASE (RFC 4865): nobody gets it before.
bool is_held(const Routed& routed) { return routed.envelope.release > routed.envelope.arrived; }

bool is_for_queue(const Routed& routed) {
  if (is_held(routed)) return true;
  const auto copies = count_copies(routed);
  if (routed.answers_each || copies < 2) return false;
  if (std::ranges::any_of(routed.recipients, &Destined::is_narrowed)) return false;
  return copies > k_most_copies || copies * routed.message.size() > k_most_bytes;
}

// Those who stand behind an address, as the queue sends to them. RFC 3461, 5.2.7: one contact takes
// the place of the address, with all that was asked for it; a list answers for its success itself.
std::vector<queue::Recipient> behind(const Destined& recipient) {
  std::vector<queue::Recipient> out;
  const bool is_one = recipient.outside.size() == 1 && !recipient.is_here();
  for (const auto& address : recipient.outside) {
    auto one = recipient.asked;
    if (one.original.empty()) one.original = "rfc822;" + one.address;
    one.address = address;
    if (!is_one) one.notify &= static_cast<queue::Notify>(~queue::k_notify_success);
    out.push_back(std::move(one));
  }
  return out;
}

// What was asked for, with its bytes as long as the message: on the pool when that is long.
Task<std::string> make_digest(io::WorkPool& pool, const Routed& routed) {
  if (routed.message.size() <= delivery::k_large_message)
    co_return crypto::sha256(crypto::sha256(routed.envelope.sender) +
                             crypto::sha256(routed.message));
  auto work = [sender = routed.envelope.sender, message = routed.message] {
    return crypto::sha256(crypto::sha256(sender) + crypto::sha256(message));
  };
  co_return co_await io::on_pool(pool, std::move(work));
}

}  // namespace

Routing::Routing(delivery::Delivery& delivery,
                 queue::Queue& queue,
                 io::WorkPool& workers,
                 const Clock& clock,
                 log::Context log)
    : delivery_(delivery), queue_(queue), workers_(workers), clock_(clock), log_(std::move(log)) {}

Task<const std::string*> Routing::digest_of(Job& job) {
  if (job.digest.empty()) job.digest = co_await make_digest(workers_, job.routed);
  co_return &job.digest;
}

// Of those who get it now; what waits for a moderator is journalled when it goes on.
Task<void> Routing::keep_journal(Job& job) {
  if (journalling_ == nullptr || journalling_->journal.is_empty()) co_return;
  const auto& routed = job.routed;
  Journalled mail;
  mail.message.trace = routed.envelope.trace;
  mail.message.sender = routed.envelope.sender;
  mail.message.person = routed.person;
  mail.message.is_submitted = routed.person.has_value();
  for (const auto& one : routed.recipients) {
    if (one.is_answer || (!one.is_relayed && !one.is_here() && !one.is_expanded())) continue;
    delivery::JournalRecipient recipient{one.asked.address, one.mailboxes, one.outside, {}};
    for (const auto& folder : one.folders) recipient.folders.push_back(folder.address.address);
    mail.message.recipients.push_back(std::move(recipient));
  }
  if (mail.message.recipients.empty()) co_return;
  auto key = *co_await digest_of(job) + "\njournal";
  for (const auto& one : mail.message.recipients) key += '\n' + one.address;
  if (!remembered_.take(key, clock_.steady())) {
    mail.bytes = routed.fields + routed.message;
    mail.body = static_cast<std::uint8_t>(routed.envelope.body);
    mail.is_utf8 = routed.envelope.is_utf8;
    const auto kept = co_await keep_copies(*journalling_, std::move(mail));
    if (!kept)
      for (auto& result : job.results) result = fail(Errc::busy, "no copy could be kept");
    if (!kept) co_return;
  }
  job.keys.push_back(std::move(key));
}

Task<void> Routing::hold_messages(Job& job) {
  auto* moderator = delivery_.moderator();
  const auto& routed = job.routed;
  for (std::size_t i = 0; i < routed.recipients.size() && moderator != nullptr; ++i)
    for (const auto& group : routed.recipients[i].held) {
      auto key = *co_await digest_of(job) + "\nheld\n" + group->id.text();
      if (!remembered_.take(key, clock_.steady())) {
        delivery::HeldMessage message;
        message.trace = routed.envelope.trace;
        message.sender = routed.envelope.sender;
        message.envelope_id = routed.envelope.envelope_id;
        message.body = static_cast<std::uint8_t>(routed.envelope.body);
        message.is_utf8 = routed.envelope.is_utf8;
        message.requires_tls = routed.envelope.requires_tls;
        message.arrived = routed.envelope.arrived;
        message.group = group;
        message.bytes = routed.fields + routed.message;
        const auto held = co_await moderator->hold(std::move(message));
        if (!held) job.results[i] = fail(held.error());
        if (!held) continue;
      }
      job.keys.push_back(std::move(key));
    }
}

// A refusal is told at once, in words.
Task<void> Routing::take_answers(Job& job) {
  auto* moderator = delivery_.moderator();
  const auto& routed = job.routed;
  for (std::size_t i = 0; i < routed.recipients.size() && moderator != nullptr; ++i) {
    const auto& recipient = routed.recipients[i];
    if (!recipient.is_answer || !routed.person || job.is_failed(i)) continue;
    auto address = recipient.asked.address;
    auto person = *routed.person;
    auto bytes = routed.message;
    const auto taken =
        co_await moderator->answer(std::move(address), std::move(person), std::move(bytes));
    if (taken) continue;
    switch (taken.error().code()) {
      case Errc::no_permission:
      case Errc::bad_input:
      case Errc::not_found:
      case Errc::conflict:
        job.results[i] = fail(delivery::refusal(taken.error().detail()));
        break;
      default:
        job.results[i] = fail(taken.error());
    }
  }
}

bool Routing::is_all_mailboxes(const Job& job, const Entry& entry) {
  return job.mailboxes_by_queue && !is_held(job.routed) && entry.delivered_to.empty() &&
         std::ranges::none_of(
             entry.of, [&](std::size_t index) { return job.routed.recipients[index].is_relayed; });
}

Task<void> Routing::add_entries(Job& job) {
  const auto& routed = job.routed;
  Entry plain;
  std::set<std::string> outside;
  for (const auto& recipient : routed.recipients)
    if (recipient.is_relayed) outside.insert(to_lower(recipient.asked.address));
  for (std::size_t i = 0; i < routed.recipients.size(); ++i) {
    const auto& recipient = routed.recipients[i];
    const bool by_queue = job.mailboxes_by_queue && recipient.is_here();
    if (recipient.is_relayed || by_queue) {
      plain.recipients.push_back(recipient.asked);
      plain.of.push_back(i);
    }
    if (!recipient.is_expanded()) continue;
    Entry entry;
    entry.delivered_to = recipient.asked.address;
    entry.recipients = behind(recipient);
    // Who stands behind several addresses of the message gets it once.
    std::erase_if(entry.recipients,
                  [&](const auto& one) { return !outside.insert(to_lower(one.address)).second; });
    if (entry.recipients.empty()) continue;
    entry.of.push_back(i);
    job.entries.push_back(std::move(entry));
  }
  if (!plain.recipients.empty()) job.entries.push_back(std::move(plain));
  if (job.entries.empty()) co_return;
  const auto digest = *co_await digest_of(job);
  if (job.mailboxes_by_queue) delivery_.announce(routed.envelope.trace);
  for (auto& entry : job.entries) {
    entry.key = digest + entry.delivered_to;
    for (const auto& one : entry.recipients) entry.key += '\n' + one.address;
    entry.is_added = remembered_.take(entry.key, clock_.steady());
    if (entry.is_added) continue;
    auto bytes = routed.fields + routed.message;
    if (!entry.delivered_to.empty()) bytes.insert(0, delivered_to_field(entry.delivered_to));
    auto envelope = routed.envelope;
    envelope.size = bytes.size();
    envelope.asked = entry.delivered_to;
    auto recipients = entry.recipients;
    const auto added =
        co_await queue_.add(std::move(envelope), std::move(recipients), std::move(bytes));
    entry.is_added = added.has_value();
    if (entry.is_added) continue;
    if (is_all_mailboxes(job, entry)) {
      job.mailboxes_by_queue = false;  // no queue is needed for them
      continue;
    }
    for (const auto index : entry.of) job.results[index] = fail(added.error());
    if (!routed.answers_each) co_return;  // the sender is told to try again: nothing more is done
  }
}

namespace {

std::vector<queue::Recipient> asked_of(const Routed& routed) {
  std::vector<queue::Recipient> all;
  for (const auto& one : routed.recipients) all.push_back(one.asked);
  return all;
}

// For others alone, with one answer for all.
bool may_be_direct(const Routed& routed) {
  const auto is_elsewhere = [](const Destined& one) {
    return one.is_relayed && !one.is_here() && !one.is_expanded() && one.held.empty();
  };
  return !routed.answers_each && std::ranges::all_of(routed.recipients, is_elsewhere);
}

}  // namespace

// Some of them are there, so the client hears that it is done: the others wait in the queue, or
// come back by a notice. When the queue takes nothing the client tries again, and some get it
// twice.
Task<void> Routing::keep_rest(Job& job, std::vector<queue::Outcome> outcomes) {
  const auto& routed = job.routed;
  auto bytes = routed.fields + routed.message;
  std::vector<queue::Recipient> waiting, settled;
  std::vector<queue::Outcome> fates;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& asked = routed.recipients[i].asked;
    const bool is_waiting = outcomes[i].fate == queue::Fate::deferred;
    (is_waiting ? waiting : settled).push_back(asked);
    if (!is_waiting) fates.push_back(std::move(outcomes[i]));
  }
  auto envelope = routed.envelope;
  envelope.size = bytes.size();
  if (!waiting.empty()) {
    const auto added = co_await queue_.add(envelope, std::move(waiting), bytes);
    if (!added)
      for (std::size_t i = 0; i < outcomes.size(); ++i)
        if (outcomes[i].fate == queue::Fate::deferred) job.results[i] = fail(added.error());
  }
  if (envelope.sender.empty()) co_return;
  const auto told = co_await queue_.tell(std::move(envelope), std::move(settled), std::move(fates),
                                         std::move(bytes));
  if (!told)
    log_.emit(log::events::k_smtp_notice_lost, told.error(),
              {{log::Keys::trace, routed.envelope.trace}});
}

// True: it is over. When nobody got it, nothing is kept, and the client hears why: of one that may
// get it later before all others.
Task<bool> Routing::hand_over(Job& job) {
  const auto& routed = job.routed;
  if (!may_be_direct(routed)) co_return false;
  auto envelope = routed.envelope;
  auto outcomes = co_await queue_.hand_over(std::move(envelope), asked_of(routed),
                                            routed.fields + routed.message);
  if (!outcomes) co_return false;
  const auto with = [&](queue::Fate fate) {
    return std::ranges::find(*outcomes, fate, &queue::Outcome::fate);
  };
  if (with(queue::Fate::relayed) != outcomes->end()) {
    co_await keep_rest(job, *std::move(outcomes));
    co_return true;
  }
  const auto waiting = with(queue::Fate::deferred);
  for (std::size_t i = 0; i < outcomes->size(); ++i)
    job.results[i] = fail(handed_back(waiting != outcomes->end() ? *waiting : outcomes->at(i)));
  co_return true;
}

Task<void> Routing::fill_mailboxes(Job& job) {
  const auto& routed = job.routed;
  delivery::Envelope envelope;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < routed.recipients.size(); ++i) {
    const auto& recipient = routed.recipients[i];
    if (!recipient.is_here() || job.is_failed(i)) continue;
    envelope.recipients.push_back({recipient.asked.address, recipient.mailboxes,
                                   recipient.is_catch_all, recipient.is_expanded(),
                                   recipient.folders});
    of.push_back(i);
  }
  if (of.empty()) co_return;
  envelope.trace = routed.envelope.trace;
  envelope.sender = routed.envelope.sender;
  envelope.requires_tls = routed.envelope.requires_tls;
  envelope.added = routed.return_path.size() + routed.fields.size();
  if (routed.answers_each)
    envelope.refusable = delivery::Refusable::each;
  else if (job.entries.empty())
    envelope.refusable = delivery::Refusable::all;
  auto message = routed.return_path + routed.fields + routed.message;
  const auto results = co_await delivery_.deliver(std::move(envelope), std::move(message));
  for (std::size_t i = 0; i < of.size(); ++i) job.results[of[i]] = results[i];
}

// RFC 3461, 5.2.1 and 5.2.7: what is in its mailbox, or given to the members of a list.
Task<void> Routing::tell_of_success(Job& job) {
  auto& routed = job.routed;
  std::vector<queue::Recipient> recipients;
  std::vector<queue::Outcome> outcomes;
  for (std::size_t i = 0; i < routed.recipients.size(); ++i) {
    const auto& recipient = routed.recipients[i];
    const bool is_wanted = (recipient.asked.notify & queue::k_notify_success) != 0;
    const bool by_queue = recipient.is_relayed ||
                          (!recipient.is_here() && recipient.outside.size() == 1) ||
                          (job.mailboxes_by_queue && recipient.is_here());
    const bool is_open = !recipient.held.empty() || recipient.is_answer;
    if (!is_wanted || by_queue || is_open || job.is_failed(i)) continue;
    queue::Outcome outcome;
    outcome.fate = queue::Fate::delivered;
    outcome.status = "2.1.5";
    if (recipient.is_expanded()) outcome.reason = "given to the members of the list";
    recipients.push_back(recipient.asked);
    outcomes.push_back(std::move(outcome));
  }
  if (recipients.empty() || routed.envelope.sender.empty()) co_return;
  auto bytes = routed.fields + routed.message;
  routed.envelope.size = bytes.size();
  const auto told = co_await queue_.tell(routed.envelope, std::move(recipients),
                                         std::move(outcomes), std::move(bytes));
  if (!told)
    log_.emit(log::events::k_smtp_notice_lost, told.error(),
              {{log::Keys::trace, routed.envelope.trace}});
}

// What is kept although the client will try again.
void Routing::remember(Job& job) {
  if (!job.any_failed()) return;
  for (auto& key : job.keys) remembered_.add(std::move(key), clock_.steady());
  for (const auto& entry : job.entries)
    if (entry.is_added) remembered_.add(entry.key, clock_.steady());
}

Task<std::vector<Result<void>>> Routing::take(Routed routed) {
  Job job;
  job.routed = std::move(routed);
  job.routed.envelope.arrived = clock_.now();
  job.results.resize(job.routed.recipients.size());
  job.mailboxes_by_queue = is_for_queue(job.routed);
  co_await keep_journal(job);
  const bool has_journal = !job.any_failed();
  if (has_journal) co_await hold_messages(job);
  if (has_journal && !job.any_failed() && co_await hand_over(job)) {
    remember(job);
    co_return std::move(job.results);
  }
  if (has_journal && (!job.any_failed() || job.routed.answers_each)) co_await add_entries(job);
  const bool is_over = !has_journal || (job.any_failed() && !job.routed.answers_each);
  if (!is_over && !job.mailboxes_by_queue) co_await fill_mailboxes(job);
  if (!is_over) co_await take_answers(job);
  remember(job);
  if (is_over)  // the sender is told to try again for all of them
    for (auto& result : job.results)
      if (result.has_value()) result = fail(Errc::busy, "the queue did not take the message");
  if (!is_over) co_await tell_of_success(job);
  co_return std::move(job.results);
}

}  // namespace kontor::smtp
