// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/collected_mail.hpp"

#include "base/mime/letter.hpp"
#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::app {
namespace {

// The address as SMTP writes it.
std::string path_of(const std::string& address) {
  const auto mailbox = smtp::wire::parse_mailbox(address);
  return mailbox ? mailbox->text() : address;
}

delivery::JournalRecipient recipient_of(const std::string& address,
                                        const delivery::Resolved& resolved) {
  delivery::JournalRecipient out{address, resolved.mailboxes, resolved.outside, {}};
  for (const auto& folder : resolved.folders) out.folders.push_back(folder.address.address);
  return out;
}

Task<Result<void>> send_on(queue::Queue& queue, const Clock& clock, collector::SentOn mail) {
  auto bytes = smtp::delivered_to_field(mail.from);
  bytes += mail.bytes;
  queue::Envelope envelope;
  envelope.trace = mail.trace;
  if (!mail.sender.empty()) envelope.sender = path_of(mail.sender);
  envelope.size = bytes.size();
  envelope.arrived = clock.now();
  envelope.is_utf8 = !mime::is_ascii(smtp::header_of(bytes)) || !mime::is_ascii(mail.sender);
  if (!mime::is_ascii(bytes)) envelope.body = queue::Body::mime8;
  std::vector<queue::Recipient> recipients;
  for (const auto& address : mail.to) {
    // RFC 5321, 6.3: it was with that address before.
    if (smtp::went_through(mail.bytes, mail.from)) continue;
    queue::Recipient one;
    one.address = path_of(address);
    one.original = "rfc822;" + mail.from;
    recipients.push_back(std::move(one));
  }
  if (recipients.empty()) co_return Result<void>();
  KONTOR_CO_TRY(co_await queue.add(std::move(envelope), std::move(recipients), std::move(bytes)));
  co_return Result<void>();
}

Task<Result<void>> keep_fetched(const smtp::Journalling& parts, collector::Fetching mail) {
  smtp::Journalled out;
  out.message.trace = mail.trace;
  out.message.sender = mail.sender;
  for (const auto& [address, resolved] : mail.to)
    out.message.recipients.push_back(recipient_of(address, resolved));
  out.bytes = std::move(mail.bytes);
  co_return co_await smtp::keep_copies(parts, std::move(out));
}

}  // namespace

Task<Result<void>> keep_released(const smtp::Journalling& parts, moderation::Released mail) {
  smtp::Journalled out;
  out.message.trace = mail.trace;
  out.message.sender = mail.sender;
  out.message.recipients.push_back(recipient_of(mail.address, mail.to));
  out.bytes = std::move(mail.bytes);
  co_return co_await smtp::keep_copies(parts, std::move(out));
}

std::unique_ptr<collector::Collector> open_collector(const CollectedMail& parts) {
  collector::IntakeEnvironment intake{parts.settings, parts.delivery, parts.workers, parts.clock};
  intake.send_on = [&queue = parts.queue, &clock = parts.clock](collector::SentOn mail) {
    return send_on(queue, clock, std::move(mail));
  };
  intake.scanning = parts.scanning;
  intake.log = parts.log;
  intake.trace = parts.trace;
  if (parts.journalling != nullptr)
    intake.journal = [&journalling = *parts.journalling](collector::Fetching mail) {
      return keep_fetched(journalling, std::move(mail));
    };
  collector::Environment environment{std::move(intake),
                                     {parts.resolver, parts.disk},
                                     io::real_file_system(),
                                     parts.log,
                                     parts.executor};
  return collector::Collector::open(std::move(environment),
                                    parts.settings.server.data_folder + "/collector");
}

}  // namespace kontor::app
