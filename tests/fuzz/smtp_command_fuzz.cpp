// SPDX-License-Identifier: GPL-3.0-or-later
// SMTP command lines: any bytes; what is read prints back to something that is read the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/smtp/wire/command.hpp"
#include "server/smtp/wire/xtext.hpp"

namespace {

using namespace kontor::smtp::wire;

void check_mailbox(const Mailbox& mailbox) {
  if (mailbox.domain.empty()) return;
  const auto again = parse_mailbox(mailbox.text());
  if (!again || again->address() != mailbox.address()) std::abort();
}

void check_xtext(std::string_view bytes) {
  const auto again = xtext_decode(xtext_encode(bytes));
  if (!again || *again != bytes) std::abort();
}

void check_wishes(const MailCommand& mail) {
  if (mail.hold_for && (mail.hold_until || *mail.hold_for == 0)) std::abort();
  if (mail.deliver_by && mail.deliver_by->is_return && mail.deliver_by->seconds <= 0) std::abort();
  if (mail.deliver_by && std::abs(mail.deliver_by->seconds) > 999'999'999) std::abort();
  if (mail.priority && (*mail.priority < -9 || *mail.priority > 9)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto line = parse_line(bytes);
  if (!line) return 0;
  if (line->arguments.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    std::abort();
  if (const auto mail = parse_mail(line->arguments)) check_mailbox(mail->sender.mailbox);
  if (const auto rcpt = parse_rcpt(line->arguments)) check_mailbox(rcpt->recipient.mailbox);
  if (const auto mail = parse_mail(line->arguments); mail && mail->envelope_id)
    check_xtext(*mail->envelope_id);
  if (const auto mail = parse_mail(line->arguments)) check_wishes(*mail);
  if (const auto etrn = parse_etrn(line->arguments))
    if (etrn->domain.empty() || (!etrn->is_queue && etrn->domain.contains('@'))) std::abort();
  static_cast<void>(parse_date_time(line->arguments));
  static_cast<void>(parse_bdat(line->arguments));
  if (const auto burl = parse_burl(line->arguments))
    if (burl->url.empty() || burl->url.contains(' ')) std::abort();
  check_xtext(line->arguments);
  if (const auto decoded = xtext_decode(line->arguments)) check_xtext(*decoded);
  static_cast<void>(parse_auth(line->arguments));
  static_cast<void>(parse_hello(line->arguments));
  static_cast<void>(parse_auth_response(bytes));
  return 0;
}
