// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/notice.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/queue/notice_text.hpp"

namespace kontor::queue {
namespace {

// What others wrote, as the value of a field: one line, no control characters.
std::string plain(std::string_view text, std::size_t most = 900) {
  std::string out(text.substr(0, most));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return std::string(trim(out));
}

std::string ascii(std::string_view text) {
  auto out = plain(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) > 0x7E; }, '?');
  return out;
}

// RFC 6533, 3: utf-8-addr-xtext, an address beyond ASCII in ASCII.
std::string addr_xtext(std::string_view address) {
  std::string out;
  for (std::size_t i = 0; i < address.size();) {
    const auto byte = static_cast<unsigned char>(address[i]);
    if (byte < 0x80) {
      const bool is_special =
          byte <= 0x20 || byte == '+' || byte == '=' || byte == '\\' || byte == 0x7F;
      if (is_special) out += "\\x{" + to_upper(hex_encode(address.substr(i, 1))) + "}";
      if (!is_special) out.push_back(address[i]);
      ++i;
      continue;
    }
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    std::uint32_t point = byte & (0x7FU >> length);
    for (std::size_t n = 1; n < length && i + n < address.size(); ++n)
      point = point << 6U | (static_cast<unsigned char>(address[i + n]) & 0x3FU);
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    std::string hex;
    for (; point > 0; point >>= 4U) hex.insert(hex.begin(), k_digits[point & 15U]);
    out += "\\x{" + hex + "}";
    i += length;
  }
  return out;
}

std::string_view action_of(NoticeKind kind, Fate fate) {
  if (kind == NoticeKind::failure) return "failed";
  if (kind == NoticeKind::delay) return "delayed";
  return fate == Fate::relayed ? "relayed" : "delivered";
}

std::string_view header_part(std::string_view message) {
  if (message.starts_with("\r\n")) return {};
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end + 2);
}

// One notice while it is written.
class Writer {
 public:
  Writer(NoticeKind kind, const NoticeRequest& request, const config::Queue& settings)
      : kind_(kind), request_(request), settings_(settings) {}

  void tell(std::size_t i) {
    const auto& outcome = (*request_.outcomes)[i];
    told_.push_back({(*request_.recipients)[i].address, status_of(outcome), &outcome});
    indexes_.push_back(i);
  }
  bool is_needed() const { return !told_.empty(); }

  // RFC 3461, 4.3: RET is about failures; other notices carry the header alone.
  Notice write(std::string to, bool may_be_whole) {
    const auto& envelope = *request_.envelope;
    Notice notice;
    auto& out = notice.head.envelope;
    out.trace = id_;
    out.arrived = request_.now;
    out.requires_tls = envelope.requires_tls;
    const bool is_global =
        envelope.is_utf8 && std::ranges::any_of(told_, [](const ToldRecipient& one) {
          return !mime::is_ascii(one.address);
        });
    const auto original = original_part(may_be_whole);
    notice.bytes = header(to) + part("text/plain; charset=utf-8", text()) + "--" + boundary() +
                   "\r\n" + status_part(is_global) + original + "--" + boundary() + "--\r\n";
    if (!mime::is_ascii(notice.bytes)) out.body = Body::mime8;
    out.is_utf8 = !mime::is_ascii(to);
    Recipient recipient;
    recipient.address = std::move(to);
    recipient.notify = k_notify_never;
    recipient.has_notify = true;
    notice.head.recipients.push_back(std::move(recipient));
    return notice;
  }

 private:
  std::string boundary() const { return "=_" + id_; }

  std::string header(const std::string& to) const {
    const auto original = header_part(request_.original);
    const auto language =
        settings_.notice_languages.empty() ? "en" : std::string_view(settings_.notice_languages[0]);
    const std::string server(request_.server);
    std::string out = "From: Mail Delivery System <postmaster@" + server + ">\r\n";
    out += "To: <" + to + ">\r\n";
    out += "Subject: " + mime::encoded_words(notice_subject(kind_, language)) + "\r\n";
    out += "Date: " + mime::format_date(request_.now) + "\r\n";
    out += "Message-ID: <" + id_ + "@" + server + ">\r\n";
    const auto message_id = mime::field_value(original, "message-id");
    if (message_id && mime::is_ascii(*message_id) && message_id->size() < 900) {
      out += "In-Reply-To: " + plain(*message_id) + "\r\n";
      out += "References: " + plain(*message_id) + "\r\n";
    }
    out += "Auto-Submitted: auto-replied\r\n";  // RFC 3834, 5
    out += "MIME-Version: 1.0\r\n";
    out += "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" +
           boundary() + "\"\r\n\r\n";
    return out;
  }

  std::string part(std::string_view type, const std::string& body) const {
    std::string out = "--" + boundary() + "\r\nContent-Type: ";
    return out.append(type).append("\r\n") + mime::encoded_body(body);
  }

  std::string text() const {
    std::string out;
    for (const auto& language : settings_.notice_languages)
      out +=
          (out.empty() ? "" : "\n----\n\n") + notice_text(kind_, language, request_.server, told_);
    return out.empty() ? notice_text(kind_, "en", request_.server, told_) : out;
  }

  std::string status_part(bool is_global) const {
    const auto& envelope = *request_.envelope;
    std::string out = is_global ? "Content-Type: message/global-delivery-status\r\n"
                                  "Content-Transfer-Encoding: 8bit\r\n\r\n"
                                : "Content-Type: message/delivery-status\r\n\r\n";
    if (!envelope.envelope_id.empty())
      out += "Original-Envelope-Id: " + ascii(envelope.envelope_id) + "\r\n";
    out += "Reporting-MTA: dns; " + std::string(request_.server) + "\r\n";
    out += "Arrival-Date: " + mime::format_date(envelope.arrived) + "\r\n";
    for (const auto i : indexes_) out += "\r\n" + recipient_fields(i, is_global);
    return out + "\r\n";
  }

  // RFC 3464, 2.3.
  std::string recipient_fields(std::size_t i, bool is_global) const {
    const auto& recipient = (*request_.recipients)[i];
    const auto& outcome = (*request_.outcomes)[i];
    std::string out;
    if (const auto type = recipient.original.find(';'); type != std::string::npos) {
      const auto address = plain(recipient.original.substr(type + 1));
      out += "Original-Recipient: " + ascii(recipient.original.substr(0, type)) + ";" +
             (is_global || mime::is_ascii(address) ? address : addr_xtext(address)) + "\r\n";
    }
    const auto address = plain(recipient.address);
    if (mime::is_ascii(address))
      out += "Final-Recipient: rfc822;" + address + "\r\n";
    else
      out += "Final-Recipient: utf-8;" + (is_global ? address : addr_xtext(address)) + "\r\n";
    out += "Action: " + std::string(action_of(kind_, outcome.fate)) + "\r\n";
    out += "Status: " + status_of(outcome) + "\r\n";
    if (!outcome.remote.empty()) out += "Remote-MTA: dns; " + ascii(outcome.remote) + "\r\n";
    if (!outcome.diagnostic.empty())
      out += "Diagnostic-Code: smtp; " + ascii(outcome.diagnostic) + "\r\n";
    out += "Last-Attempt-Date: " + mime::format_date(request_.now) + "\r\n";
    out += "Final-Log-ID: " + ascii(request_.envelope->trace) + "\r\n";
    if (kind_ == NoticeKind::delay)
      out += "Will-Retry-Until: " + mime::format_date(retried_until(outcome)) + "\r\n";
    return out;
  }

  UtcSeconds retried_until(const Outcome& outcome) const {
    if (outcome.retried_until.time_since_epoch().count() != 0) return outcome.retried_until;
    return request_.envelope->begins() + settings_.lifetime;
  }

  std::string original_part(bool may_be_whole) const {
    const auto& envelope = *request_.envelope;
    const auto original = request_.original;
    if (original.empty()) return {};
    const bool is_wanted =
        envelope.returned == Return::full ||
        (envelope.returned == Return::unspecified && original.size() <= k_returned_whole);
    // RFC 8689, 4.3: what had to go over verified TLS does not come back whole.
    const bool is_whole = may_be_whole && kind_ == NoticeKind::failure && is_wanted &&
                          !envelope.requires_tls && envelope.body != Body::binary &&
                          !original.contains('\0');
    const auto header = header_part(original);
    const auto body = is_whole ? original : header;
    const bool is_global = envelope.is_utf8 && !mime::is_ascii(header);  // RFC 6533, 5
    std::string out = "--" + boundary() + "\r\nContent-Type: ";
    if (is_whole)
      out += is_global ? "message/global" : "message/rfc822";
    else
      out += is_global ? "message/global-headers" : "text/rfc822-headers";
    out += mime::is_ascii(body) ? "\r\n\r\n" : "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    out.append(body);
    if (!body.ends_with("\r\n")) out += "\r\n";
    return out + "\r\n";
  }

  const NoticeKind kind_;
  const NoticeRequest& request_;
  const config::Queue& settings_;
  const std::string id_ = Uuid::random().hex().substr(0, 20);
  std::vector<ToldRecipient> told_;
  std::vector<std::size_t> indexes_;
};

NoticeKind kind_of(Fate fate) {
  if (fate == Fate::failed) return NoticeKind::failure;
  return fate == Fate::deferred ? NoticeKind::delay : NoticeKind::success;
}

bool is_status(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && parts[0].size() == 1 &&
         std::string_view("245").contains(parts[0][0]) &&
         std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.size() <= 3 && std::ranges::all_of(part, is_digit);
         });
}

}  // namespace

std::string status_of(const Outcome& outcome) {
  if (is_status(outcome.status)) return outcome.status;
  const auto words = split(outcome.diagnostic, ' ');
  // RFC 2034, 4: the class is the same as the reply's.
  if (words.size() > 1 && is_status(words[1]) && words[1][0] == words[0][0])
    return std::string(words[1]);
  if (outcome.fate == Fate::failed) return "5.0.0";
  return outcome.fate == Fate::deferred ? "4.0.0" : "2.0.0";
}

bool wants_notice(const Recipient& recipient, const Outcome& outcome) {
  if (outcome.fate == Fate::failed) return (recipient.notify & k_notify_failure) != 0;
  if (outcome.fate == Fate::deferred) return (recipient.notify & k_notify_delay) != 0;
  if (outcome.fate == Fate::relayed && outcome.takes_notices) return false;
  return (recipient.notify & k_notify_success) != 0;
}

std::vector<Notice> notices_about(const NoticeRequest& request, const config::Queue& settings) {
  std::vector<Notice> all;
  if (request.envelope->sender.empty()) return all;  // RFC 3464, 2: no notice about a notice
  for (const auto kind : {NoticeKind::failure, NoticeKind::delay, NoticeKind::success}) {
    Writer sender(kind, request, settings);
    Writer postmaster(kind, request, settings);
    for (std::size_t i = 0; i < request.recipients->size(); ++i) {
      const auto& outcome = (*request.outcomes)[i];
      if (kind_of(outcome.fate) != kind) continue;
      if (kind == NoticeKind::failure && !settings.postmaster.empty()) postmaster.tell(i);
      if (wants_notice((*request.recipients)[i], outcome)) sender.tell(i);
    }
    if (sender.is_needed()) all.push_back(sender.write(request.envelope->sender, true));
    if (postmaster.is_needed()) all.push_back(postmaster.write(settings.postmaster, false));
  }
  return all;
}

}  // namespace kontor::queue
