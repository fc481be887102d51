// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/released_mail.hpp"

#include <algorithm>

#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::app {
namespace {

using delivery::Verdict;
using quarantine::Held;

constexpr std::size_t k_most_listed = 1'000;

// As local@domain; what is kept is written as in SMTP.
std::string plain(const std::string& address) {
  const auto mailbox = smtp::wire::parse_mailbox(address);
  return mailbox ? mailbox->address() : address;
}

// Did an earlier try put it there, before the server ended?
bool is_queued(const queue::Queue& queue, const Held& held, const std::string& address) {
  return std::ranges::any_of(queue.list(address, k_most_listed), [&](const auto& info) {
    return info.envelope.trace == held.envelope.trace &&
           std::ranges::any_of(info.recipients,
                               [&](const auto& one) { return one.recipient.address == address; });
  });
}

struct Plan {
  delivery::Envelope here;
  std::vector<std::size_t> of;        // places in `which` of the recipients here
  std::vector<std::size_t> by_queue;  // of the others
};

// Who stands for addresses elsewhere too, or for nobody here, is the queue's work: it tells the
// sender what becomes of it.
Plan plan_of(const delivery::Delivery& delivery,
             const Held& held,
             const std::vector<std::size_t>& which) {
  Plan plan;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto& address = held.recipients[which[i]].address;
    auto resolved = delivery.resolve(plain(address));
    const bool is_here = !resolved.mailboxes.empty() || !resolved.folders.empty();
    if (resolved.verdict != Verdict::deliver || !is_here || !resolved.outside.empty()) {
      plan.by_queue.push_back(i);
      continue;
    }
    plan.here.recipients.push_back({address, std::move(resolved.mailboxes), resolved.is_catch_all,
                                    false, std::move(resolved.folders)});
    plan.of.push_back(i);
  }
  plan.here.trace = held.envelope.trace;
  plan.here.sender = held.envelope.sender;
  plan.here.arrived = held.envelope.arrived;
  plan.here.is_queued = true;  // another try is the administrator's work
  plan.here.may_be_there = true;
  return plan;
}

Task<std::vector<Result<void>>> release(delivery::Delivery& delivery,
                                        queue::Queue& queue,
                                        Held held,
                                        std::vector<std::size_t> which,
                                        std::string bytes) {
  std::vector<Result<void>> results(which.size());
  auto plan = plan_of(delivery, held, which);
  if (!plan.of.empty()) {
    auto message = smtp::return_path_field(held.envelope.sender) + bytes;
    const auto stored = co_await delivery.deliver(std::move(plan.here), std::move(message));
    for (std::size_t i = 0; i < plan.of.size(); ++i) results[plan.of[i]] = stored[i];
  }
  std::vector<queue::Recipient> others;
  std::vector<std::size_t> of;
  for (const auto index : plan.by_queue) {
    const auto& one = held.recipients[which[index]];
    if (is_queued(queue, held, one.address)) continue;
    others.push_back(one);
    of.push_back(index);
  }
  if (others.empty()) co_return results;
  auto envelope = held.envelope;
  envelope.size = bytes.size();
  const auto added = co_await queue.add(std::move(envelope), std::move(others), std::move(bytes));
  if (!added)
    for (const auto index : of) results[index] = fail(added.error());
  co_return results;
}

}  // namespace

quarantine::Deliver make_release(delivery::Delivery& delivery, queue::Queue& queue) {
  return [&delivery, &queue](const Held& held, std::vector<std::size_t> which, std::string bytes) {
    return release(delivery, queue, held, std::move(which), std::move(bytes));
  };
}

}  // namespace kontor::app
