// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/results.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/tokens.hpp"
#include "server/filter/scan/scanning.hpp"
#include "server/filter/screening/screening.hpp"
#include "server/filter/signs.hpp"

namespace kontor::filter {
namespace {

constexpr std::string_view k_field = "Authentication-Results";
constexpr std::size_t k_longest_value = 320, k_longest_reason = 200;

// RFC 2045, 5.1; a value of other characters is quoted.
constexpr std::string_view k_specials = "()<>@,;:\\\"/[]?=";
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && k_specials.find(c) == std::string_view::npos;
  });
}

// What a stranger wrote, without what could end a quoted string or a line.
std::string clean(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most))
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') out.push_back(c);
  return out;
}

std::string value_of(std::string_view text) {
  if (is_token(text) && text.size() <= k_longest_value) return std::string(text);
  return "\"" + clean(text, k_longest_value) + "\"";
}

std::string reason_of(std::string_view reason) {
  const auto text = clean(reason, k_longest_reason);
  return text.empty() ? "" : " reason=\"" + text + "\"";
}

// RFC 8601, 2.2: [[local-part] "@"] domain-name; a local part of other characters is left out.
std::string mailbox_value(std::string_view address) {
  const auto at = address.rfind('@');
  const auto local = address.substr(0, at);
  const bool is_plain =
      at != std::string_view::npos && address.size() <= k_longest_value &&
      std::ranges::all_of(local, [](char c) {
        return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
               std::string_view("!#$&'*+-/=?^_`{|}~.%").find(c) != std::string_view::npos;
      });
  const auto domain = at == std::string_view::npos ? address : address.substr(at + 1);
  if (!is_token(domain)) return value_of(domain);
  return is_plain ? std::string(address) : std::string(domain);
}

std::string spf_part(const Report& report) {
  std::string part = "spf=" + std::string(word_of(report.spf.verdict));
  if (report.spf.verdict != spf::Verdict::none) part += reason_of(report.spf.reason);
  if (report.sender.empty()) return part + "\r\n\tsmtp.helo=" + value_of(report.hello);
  return part + "\r\n\tsmtp.mailfrom=" + mailbox_value(report.sender);
}

std::string dkim_part(const dkim::Outcome& outcome) {
  std::string part = "dkim=" + std::string(dkim::word_of(outcome.verdict));
  part += reason_of(outcome.reason);
  if (outcome.is_partial) part += " (part of the body)";
  if (outcome.domain.empty()) return part;
  part += "\r\n\theader.d=" + value_of(outcome.domain) + " header.s=" + value_of(outcome.selector) +
          "\r\n\theader.a=" + value_of(outcome.algorithm);
  return part + " header.b=" + value_of(outcome.value_start);
}

std::string arc_part(const arc::Answer& answer) {
  std::string part = "arc=" + std::string(arc::word_of(answer.verdict));
  if (answer.verdict == arc::Verdict::pass)
    return part + " (i=" + std::to_string(answer.sealers.size()) +
           ")\r\n\theader.d=" + value_of(answer.sealers.back().domain);
  return part + reason_of(answer.reason);
}

std::string dmarc_part(const dmarc::Answer& answer) {
  std::string part = "dmarc=" + std::string(dmarc::word_of(answer.verdict));
  const bool has_policy =
      answer.verdict == dmarc::Verdict::pass || answer.verdict == dmarc::Verdict::fail;
  if (has_policy) part += " (p=" + std::string(dmarc::word_of(answer.published)) + ")";
  part += reason_of(answer.reason);
  if (!answer.domain.empty()) part += "\r\n\theader.from=" + value_of(answer.domain);
  if (has_policy) part += " policy.dmarc=" + std::string(dmarc::word_of(answer.policy));
  return part;
}

// The server that a field's value says it is of (RFC 8601, 2.2).
std::string server_of(std::string_view value) {
  mime::Tokens tokens(value);
  tokens.skip_cfws();
  if (tokens.at('"')) return tokens.read_quoted();
  return std::string(tokens.read_until(";("));
}

}  // namespace

std::string results_field(std::string_view server_name, const Report& report) {
  std::string field = std::string(k_field) + ": " + value_of(server_name);
  field += ";\r\n\t" + spf_part(report);
  if (report.signatures.empty()) field += ";\r\n\tdkim=none";
  for (const auto& outcome : report.signatures) field += ";\r\n\t" + dkim_part(outcome);
  if (report.arc.verdict != arc::Verdict::none) field += ";\r\n\t" + arc_part(report.arc);
  return field + ";\r\n\t" + dmarc_part(report.dmarc) + "\r\n";
}

std::string junk_field(std::string_view reason) {
  return "X-Kontor-Junk: " + clean(reason, k_longest_value) + "\r\n";
}

bool is_partly_unknown(const Report& report) {
  return report.spf.verdict == spf::Verdict::temperror ||
         report.dmarc.verdict == dmarc::Verdict::temperror ||
         std::ranges::any_of(report.signatures, [](const dkim::Outcome& outcome) {
           return outcome.verdict == dkim::Verdict::temperror;
         });
}

std::string summary_of(const Report& report) {
  std::string text = "spf=" + std::string(word_of(report.spf.verdict));
  if (!report.spf.reason.empty()) text += " (" + report.spf.reason + ")";
  if (report.signatures.empty()) text += " dkim=none";
  for (const auto& outcome : report.signatures) {
    text += " dkim=" + std::string(dkim::word_of(outcome.verdict)) + " (" + outcome.domain;
    text += (outcome.reason.empty() ? "" : ": " + outcome.reason) + ")";
  }
  if (report.arc.verdict != arc::Verdict::none) {
    text += " arc=" + std::string(arc::word_of(report.arc.verdict));
    text += report.arc.reason.empty() ? "" : " (" + report.arc.reason + ")";
    for (const auto& sealer : report.arc.sealers) text += " (" + sealer.domain + ")";
  }
  text += " dmarc=" + std::string(dmarc::word_of(report.dmarc.verdict));
  if (!report.dmarc.domain.empty()) text += " (" + report.dmarc.domain + ")";
  return clean(text, 2'000);
}

std::string without_own_results(std::string message, std::string_view server_name) {
  std::vector<mime::Range> own;
  const auto end = message.find("\r\n\r\n");
  const auto header = std::string_view(message).substr(0, end == std::string::npos ? end : end + 2);
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);)
    if ((iequals(field.name, k_field) && iequals(server_of(field.value), server_name)) ||
        iequals(field.name, Screening::k_field) || iequals(field.name, Scanning::k_field) ||
        iequals(field.name, Signs::k_field) || iequals(field.name, "X-Kontor-Junk"))
      own.push_back(field.range);
  if (own.empty()) return message;
  std::string rest;
  std::size_t from = 0;
  for (const auto& range : own) {
    rest.append(message, from, range.offset - from);
    from = range.offset + range.size;
  }
  return rest.append(message, from);
}

}  // namespace kontor::filter
