// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/smtp/client/route.hpp"

namespace kontor::smtp::client {
namespace {

bool is_8bit(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }
bool is_ascii(std::string_view text) noexcept { return std::ranges::none_of(text, is_8bit); }

std::string_view header_of(std::string_view bytes) {
  if (bytes.starts_with("\r\n")) return {};
  return bytes.substr(0, bytes.find("\r\n\r\n"));
}

// RFC 5321, 2.3.8: CR and LF only together.
bool has_bare_cr_or_lf(std::string_view bytes) {
  for (auto at = bytes.find_first_of("\r\n"); at != std::string_view::npos;
       at = bytes.find_first_of("\r\n", at)) {
    if (bytes.substr(at, 2) != "\r\n") return true;
    at += 2;
  }
  return false;
}

queue::Outcome refusal(std::string_view status, std::string_view reason) {
  queue::Outcome outcome;
  outcome.fate = queue::Fate::failed;
  outcome.status = status;
  outcome.reason = reason;
  return outcome;
}

void add_notify(const queue::Recipient& recipient, std::string& out) {
  if (!recipient.has_notify) return;
  std::vector<std::string_view> words;
  if ((recipient.notify & queue::k_notify_success) != 0) words.emplace_back("SUCCESS");
  if ((recipient.notify & queue::k_notify_failure) != 0) words.emplace_back("FAILURE");
  if ((recipient.notify & queue::k_notify_delay) != 0) words.emplace_back("DELAY");
  if (words.empty()) words.emplace_back("NEVER");
  out += fmt::format(" NOTIFY={}", fmt::join(words, ","));
}

bool has_by(const queue::Envelope& envelope) {
  return envelope.deliver_by.time_since_epoch().count() != 0;
}

// RFC 2852, 4: nine digits at most.
std::int64_t by_seconds(const queue::Envelope& envelope, UtcSeconds now) {
  constexpr std::int64_t k_most = 999'999'999;
  return std::clamp<std::int64_t>((envelope.deliver_by - now).count(), -k_most, k_most);
}

std::string path_of(const std::string& address, const Needs& needs) {
  return needs.utf8 ? address : with_ascii_domain(address);
}

}  // namespace

bool is_sendable(std::string_view address) noexcept {
  constexpr std::size_t k_max_path = 1'000;
  return address.size() <= k_max_path && std::ranges::none_of(address, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

std::string to_xtext(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 33 && byte <= 126 && c != '+' && c != '=')
      out.push_back(c);
    else
      out += fmt::format("+{:02X}", byte);
  }
  return out;
}

Needs needs_of(const queue::Envelope& envelope,
               const std::vector<queue::Recipient>& recipients,
               std::string_view bytes) {
  Needs needs;
  const auto asks_utf8 = [](const std::string& address) {
    return !is_ascii(with_ascii_domain(address));
  };
  needs.utf8 = asks_utf8(envelope.sender) ||
               std::ranges::any_of(recipients, asks_utf8, &queue::Recipient::address) ||
               (envelope.is_utf8 && !is_ascii(header_of(bytes)));
  needs.binary = envelope.body == queue::Body::binary;
  needs.chunks = needs.binary || has_bare_cr_or_lf(bytes);
  needs.mime8 = !is_ascii(bytes);
  return needs;
}

std::optional<queue::Outcome> obstacle(const Needs& needs,
                                       const Extensions& offered,
                                       std::uint64_t size) {
  if (needs.utf8 && !offered.utf8)  // RFC 6531, 3.2 and RFC 5248
    return refusal("5.6.7", "the other server takes no internationalised addresses or headers");
  if (needs.binary && !(offered.binary && offered.chunking))  // RFC 3030, 3
    return refusal("5.6.3", "the other server takes no binary messages");
  if (needs.chunks && !offered.chunking)
    return refusal("5.6.3", "lines of the message end in a way only BDAT can carry");
  if (needs.mime8 && !needs.binary && !offered.mime8)  // RFC 6152, 3
    return refusal("5.6.3", "the other server takes no 8-bit messages");
  if (offered.has_size && offered.size != 0 && size > offered.size)  // RFC 1870, 6.1
    return refusal("5.3.4", fmt::format("the message has {} bytes, the other server takes {}", size,
                                        offered.size));
  return std::nullopt;
}

std::optional<queue::Outcome> by_obstacle(const queue::Envelope& envelope,
                                          const Extensions& offered,
                                          UtcSeconds now) {
  if (!has_by(envelope) || !envelope.is_by_return) return std::nullopt;
  const auto left = (envelope.deliver_by - now).count();
  if (left <= 0) return refusal("5.4.7", "it could not be delivered by the time its sender set");
  if (!offered.deliverby)
    return refusal("5.3.3",
                   "the other server cannot promise to deliver it by its time (DELIVERBY)");
  if (static_cast<std::uint64_t>(left) < offered.deliverby_least)
    return refusal("5.4.7", fmt::format("the other server promises no delivery within {} seconds, "
                                        "which are left",
                                        left));
  return std::nullopt;
}

std::string mail_command(const queue::Envelope& envelope,
                         const Needs& needs,
                         const Extensions& offered,
                         std::uint64_t size,
                         UtcSeconds now) {
  std::string out = fmt::format("MAIL FROM:<{}>", path_of(envelope.sender, needs));
  if (offered.has_size) out += fmt::format(" SIZE={}", size);
  if (needs.binary)
    out += " BODY=BINARYMIME";
  else if (needs.mime8 && offered.mime8)
    out += " BODY=8BITMIME";
  if (needs.utf8) out += " SMTPUTF8";
  if (envelope.requires_tls) out += " REQUIRETLS";
  if (has_by(envelope) && offered.deliverby)
    out += fmt::format(" BY={};{}{}", by_seconds(envelope, now), envelope.is_by_return ? 'R' : 'N',
                       envelope.is_by_trace ? "T" : "");
  if (envelope.priority != 0 && offered.priority)
    out += fmt::format(" MT-PRIORITY={}", envelope.priority);
  if (!offered.dsn) return out;
  if (envelope.returned == queue::Return::full) out += " RET=FULL";
  if (envelope.returned == queue::Return::headers) out += " RET=HDRS";
  if (!envelope.envelope_id.empty()) out += " ENVID=" + to_xtext(envelope.envelope_id);
  return out;
}

std::string rcpt_command(const queue::Recipient& recipient,
                         const Needs& needs,
                         const Extensions& offered) {
  std::string out = fmt::format("RCPT TO:<{}>", path_of(recipient.address, needs));
  if (!offered.dsn) return out;
  add_notify(recipient, out);
  // "rfc822;address": the type stays, the address is xtext (RFC 3461, 4.2).
  const auto semicolon = recipient.original.find(';');
  if (semicolon != std::string::npos && is_ascii(recipient.original))
    out += fmt::format(" ORCPT={};{}", recipient.original.substr(0, semicolon),
                       to_xtext(recipient.original.substr(semicolon + 1)));
  return out;
}

std::string DotStuffer::next() {
  constexpr std::size_t k_piece = 65'536;
  std::string piece;
  while (!rest_.empty() && piece.size() < k_piece) {
    if (rest_.front() == '.') piece.push_back('.');
    const auto end = std::min(rest_.find('\n'), rest_.size() - 1);
    piece.append(rest_.substr(0, end + 1));
    rest_.remove_prefix(end + 1);
  }
  if (!rest_.empty() || is_over_) return piece;
  is_over_ = true;
  if (!ends_well_ && !piece.empty()) piece.append("\r\n");
  return piece.append(".\r\n");
}

}  // namespace kontor::smtp::client
