// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/journalled.hpp"

#include "base/log/events/journal.hpp"
#include "base/mime/letter.hpp"
#include "server/delivery/delivery.hpp"
#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp {
namespace {

using log::Keys;

queue::Envelope envelope_of(const Journalled& mail,
                            const delivery::JournalCopy& copy,
                            UtcSeconds now) {
  queue::Envelope out;
  out.trace = delivery::make_trace_id();  // a message of its own: its target may get the other too
  out.sender = copy.reverse_path;
  out.returned = queue::Return::full;  // nothing is lost when the target refuses it
  out.body = static_cast<queue::Body>(mail.body);
  if (out.body == queue::Body::bits7 && !mime::is_ascii(copy.bytes)) out.body = queue::Body::mime8;
  out.is_utf8 = mail.is_utf8 || !mime::is_ascii(header_of(copy.bytes));
  out.size = copy.bytes.size();
  out.arrived = now;
  out.is_ours = out.is_made_here = true;
  return out;
}

std::string path_of(const std::string& address) {
  const auto mailbox = wire::parse_mailbox(address);
  return mailbox ? mailbox->text() : address;
}

void note(const Journalling& parts, const std::string& trace, const std::string& target) {
  message_trace::Step step;
  step.what = message_trace::What::ruled;
  step.trace = trace;
  step.text = "a copy for the archive " + target + " is in the queue";
  message_trace::note(parts.trace, std::move(step));
}

}  // namespace

Task<Result<void>> keep_copies(const Journalling& parts, Journalled mail) {
  if (parts.journal.is_empty()) co_return Result<void>();
  const bool is_large = mail.bytes.size() > delivery::k_large_message;
  const auto copy = parts.directory.current();
  const auto trace = mail.message.trace;
  mail.message.now = parts.clock.now();
  auto work = [&parts, &mail, &copy] {
    mail.message.bytes = mail.bytes;
    return parts.journal.copies_of(*copy, mail.message);
  };
  auto copies = is_large ? co_await io::on_pool(parts.workers, std::move(work)) : work();
  if (copies.empty() && parts.journal.is_copy(mail.bytes))
    parts.log.emit(log::events::k_journal_circle, {{Keys::trace, trace}});
  for (auto& one : copies) {
    auto envelope = envelope_of(mail, one, mail.message.now);
    std::vector<queue::Recipient> recipients(1);
    recipients[0].address = path_of(one.target);
    recipients[0].notify = queue::k_notify_failure;
    const auto added =
        co_await parts.queue.add(std::move(envelope), std::move(recipients), std::move(one.bytes));
    if (!added) {
      parts.log.emit(log::events::k_journal_unkept, added.error(),
                     {{Keys::trace, trace}, {Keys::address, one.target}});
      co_return fail(added.error());
    }
    parts.log.emit(log::events::k_journal_kept,
                   {{Keys::trace, trace}, {Keys::address, one.target}});
    note(parts, trace, one.target);
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
