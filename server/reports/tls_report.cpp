// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/tls_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/core/percent.hpp"
#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::reports {
namespace {

namespace json = boost::json;

constexpr std::string_view k_version = "v=TLSRPTv1";
constexpr std::size_t k_longest_address = 254, k_longest_path = 2'000;

std::string moment(UtcSeconds time) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", time); }

// Plain enough for a command line.
bool is_plain_address(std::string_view address) {
  const auto at = address.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
         address.size() <= k_longest_address &&
         address.find('@', at + 1) == std::string_view::npos &&
         std::ranges::all_of(address, [](char c) {
           return c > ' ' && c <= '~' &&
                  std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
         });
}

bool is_host_char(char c) {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.';
}

std::optional<Destination> mail_of(std::string_view uri) {
  Destination out;
  out.is_mail = true;
  const auto address = percent_decode(uri.substr(0, uri.find('?')));
  if (!address || !is_plain_address(*address)) return std::nullopt;
  out.address = *address;
  return out;
}

// "host[:port][/path]"; what could end a line of a request is refused.
std::optional<Destination> web_of(std::string_view uri) {
  Destination out;
  const auto slash = std::min(uri.find_first_of("/?"), uri.size());
  auto host = uri.substr(0, slash);
  const auto path = uri.substr(slash, uri.find('#') - slash);
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    const auto port = parse_number<std::uint16_t>(host.substr(colon + 1));
    if (!port || *port == 0) return std::nullopt;
    out.port = *port;
    host = host.substr(0, colon);
  }
  const bool is_path = path.size() <= k_longest_path &&
                       std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~'; });
  if (host.empty() || host.size() > 253 || !std::ranges::all_of(host, is_host_char) || !is_path)
    return std::nullopt;
  out.host = to_lower(host);
  out.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  return out;
}

void add_destinations(std::vector<Destination>& out, std::string_view list) {
  for (auto uri : split(list, ',')) {
    uri = trim(uri);
    std::optional<Destination> one;
    if (istarts_with(uri, "mailto:")) one = mail_of(uri.substr(7));
    if (istarts_with(uri, "https://")) one = web_of(uri.substr(8));
    if (one && out.size() < k_most_destinations && std::ranges::find(out, *one) == out.end())
      out.push_back(*std::move(one));
  }
}

json::array texts_of(const std::vector<std::string>& lines) {
  json::array out;
  for (const auto& line : lines) out.emplace_back(line);
  return out;
}

json::object details_of(const TlsFailure& failure, std::uint64_t count) {
  json::object out;
  out["result-type"] = failure.result;
  if (!failure.sender.empty()) out["sending-mta-ip"] = failure.sender;
  if (!failure.host.empty()) out["receiving-mx-hostname"] = failure.host;
  if (!failure.address.empty()) out["receiving-ip"] = failure.address;
  out["failed-session-count"] = count;
  if (!failure.reason.empty()) out["failure-reason-code"] = failure.reason;
  return out;
}

json::object policy_of(const TlsPolicy& policy, const TlsCounts& counts) {
  json::object told;
  told["policy-type"] = word_of(policy.type);
  if (!policy.lines.empty()) told["policy-string"] = texts_of(policy.lines);
  told["policy-domain"] = policy.domain;
  if (!policy.hosts.empty()) told["mx-host"] = texts_of(policy.hosts);
  json::object summary;
  summary["total-successful-session-count"] = counts.successes;
  summary["total-failure-session-count"] = counts.failed();
  json::object out;
  out["policy"] = std::move(told);
  out["summary"] = std::move(summary);
  if (counts.failures.empty()) return out;
  json::array details;
  for (const auto& [failure, count] : counts.failures)
    details.push_back(details_of(failure, count));
  out["failure-details"] = std::move(details);
  return out;
}

}  // namespace

std::vector<Destination> destinations_of(const std::vector<std::string>& texts) {
  std::optional<std::string_view> record;
  for (const auto& text : texts) {
    const auto rest = std::string_view(text).substr(std::min(k_version.size(), text.size()));
    if (!text.starts_with(k_version) || !trim(rest).starts_with(';')) continue;
    if (record) return {};  // 3: more than one is none
    record = rest;
  }
  std::vector<Destination> out;
  if (!record) return out;
  for (auto field : split(*record, ';')) {
    field = trim(field);
    if (field.starts_with("rua=")) add_destinations(out, field.substr(4));
  }
  return out;
}

std::string tls_report_json(const TlsReportHead& head, const TlsTally& domain) {
  json::object range;
  range["start-datetime"] = moment(head.begin);
  range["end-datetime"] = moment(head.end);
  json::array policies;
  for (const auto& [policy, counts] : domain) policies.push_back(policy_of(policy, counts));
  json::object out;
  out["organization-name"] = head.organisation;
  out["date-range"] = std::move(range);
  out["contact-info"] = head.contact;
  out["report-id"] = head.id;
  out["policies"] = std::move(policies);
  return json::serialize(out);
}

std::string tls_report_file(const TlsReportHead& head, std::string_view domain) {
  return fmt::format("{}!{}!{}!{}!{}.json.gz", head.organisation, domain,
                     head.begin.time_since_epoch().count(), head.end.time_since_epoch().count(),
                     head.id);
}

std::string tls_report_letter(const TlsReportLetter& letter) {
  const auto& head = letter.head;
  const auto boundary = "tlsrpt-" + head.id;
  const auto file = tls_report_file(head, letter.domain);
  std::string out = fmt::format(
      "From: {}\r\nTo: {}\r\nSubject: Report Domain: {}\r\n Submitter: {}\r\n Report-ID: "
      "<{}@{}>\r\n"
      "Date: {}\r\nMessage-ID: <{}@{}>\r\nTLS-Report-Domain: {}\r\nTLS-Report-Submitter: {}\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n"
      "\treport-type=\"tlsrpt\"; boundary=\"{}\"\r\n\r\n",
      letter.sender, letter.to, letter.domain, head.organisation, head.id, head.organisation,
      mime::format_date(letter.date), head.id, head.organisation, letter.domain, head.organisation,
      boundary);
  const auto text = fmt::format(
      "This is a report on TLS between {} and the mail servers of {}\nfrom {} to {}. It is read by "
      "programs (RFC 8460).\n",
      head.organisation, letter.domain, moment(head.begin), moment(head.end));
  out += "--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n" +
         mime::encoded_body(text) + "\r\n--" + boundary +
         "\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Disposition: attachment" +
         mime::parameter("filename", file) + "\r\n" + mime::encoded_file(letter.compressed) +
         "\r\n--" + boundary + "--\r\n";
  return out;
}

}  // namespace kontor::reports
