// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/report.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/core/percent.hpp"
#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::filter::dmarc {
namespace {

constexpr std::array<std::string_view, 5> k_policy_tags{"adkim", "aspf", "p", "sp", "pct"};
constexpr std::size_t k_longest_address = 254, k_line = 76;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c >= ' ' && c <= '~')
      out += c;
  }
  return out;
}

std::string element(std::string_view name, std::string_view text) {
  std::string out = "<" + std::string(name) + ">";
  return out + escaped(text) + "</" + std::string(name) + ">\n";
}

std::string seconds(UtcSeconds time) { return std::to_string(time.time_since_epoch().count()); }

// "adkim=r p=reject" as elements of the same names.
std::string policy_elements(const Published& published) {
  std::string out = "<policy_published>\n" + element("domain", published.domain);
  for (const auto word : split(published.policy, ' ')) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (equals != std::string_view::npos &&
        std::ranges::find(k_policy_tags, name) != k_policy_tags.end())
      out += element(name, word.substr(equals + 1));
  }
  return out + "</policy_published>\n";
}

std::string record_element(const OutcomeRow& row, std::uint64_t count) {
  const auto word = [](bool is_pass) { return is_pass ? "pass" : "fail"; };
  std::string out = "<record>\n<row>\n" + element("source_ip", row.client) +
                    element("count", std::to_string(count)) + "<policy_evaluated>\n" +
                    element("disposition", row.disposition) +
                    element("dkim", word(row.is_dkim_aligned)) +
                    element("spf", word(row.is_spf_aligned));
  if (!row.overridden.empty())
    out += "<reason>\n" + element("type", "local_policy") + element("comment", row.overridden) +
           "</reason>\n";
  out += "</policy_evaluated>\n</row>\n<identifiers>\n";
  out += element("envelope_from", row.sender) + element("header_from", row.author);
  out += "</identifiers>\n<auth_results>\n";
  for (const auto& signature : row.signatures) {
    const auto words = split(signature, ' ');
    out += "<dkim>\n" + element("domain", words[0]) + element("selector", words[1]) +
           element("result", words[2]) + "</dkim>\n";
  }
  out += "<spf>\n" + element("domain", row.spf_domain) +
         element("scope", row.sender.empty() ? "helo" : "mfrom") +
         element("result", row.spf_result) + "</spf>\n";
  return out + "</auth_results>\n</record>\n";
}

// "!10m": the largest report that is taken (6.2).
std::optional<std::uint64_t> limit_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned shift = 0;
  switch (ascii_lower(text.back())) {
    case 'k':
      shift = 10;
      break;
    case 'm':
      shift = 20;
      break;
    case 'g':
      shift = 30;
      break;
    case 't':
      shift = 40;
      break;
    default:
      break;
  }
  if (shift != 0) text.remove_suffix(1);
  const auto number = parse_number<std::uint32_t>(text);
  return number ? std::optional(std::uint64_t{*number} << shift) : std::nullopt;
}

// Plain enough for a command line: local@domain of printable ASCII without what quotes or ends it.
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

}  // namespace

std::string report_xml(const ReportHead& head,
                       const Published& published,
                       const Outcomes& outcomes) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback>\n" +
                    element("version", "1.0") + "<report_metadata>\n" +
                    element("org_name", head.organisation) + element("email", head.sender) +
                    element("report_id", head.id) + "<date_range>\n" +
                    element("begin", seconds(head.begin)) + element("end", seconds(head.end)) +
                    "</date_range>\n</report_metadata>\n" + policy_elements(published);
  for (const auto& [row, count] : outcomes) out += record_element(row, count);
  return out + "</feedback>\n";
}

std::vector<std::string> destinations_of(std::string_view rua, std::uint64_t size) {
  std::vector<std::string> out;
  for (auto one : split(rua, ',')) {
    one = trim(one);
    if (!istarts_with(one, "mailto:") || out.size() == k_most_destinations) continue;
    one.remove_prefix(7);
    const auto mark = one.find('!');
    if (mark != std::string_view::npos) {
      const auto limit = limit_of(one.substr(mark + 1));
      if (limit && size > *limit) continue;
    }
    const auto address = percent_decode(one.substr(0, std::min(mark, one.size())));
    if (!address || !is_plain_address(*address)) continue;
    if (std::ranges::find(out, *address) == out.end()) out.push_back(*address);
  }
  return out;
}

std::string report_letter(const ReportLetter& letter) {
  const auto& head = letter.head;
  const auto file = head.organisation + "!" + letter.published.domain + "!" + seconds(head.begin) +
                    "!" + seconds(head.end) + ".xml.gz";
  std::string out = "From: " + head.sender + "\r\nTo: " + std::string(letter.to) +
                    "\r\nSubject: Report Domain: " + letter.published.domain +
                    "\r\n Submitter: " + head.organisation + "\r\n Report-ID: <" + head.id +
                    ">\r\nDate: " + mime::format_date(letter.date) + "\r\nMessage-ID: <" + head.id +
                    "@" + head.organisation +
                    ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: application/gzip; name=\"" +
                    file + "\"\r\nContent-Disposition: attachment;\r\n\tfilename=\"" + file +
                    "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const auto text = base64_encode(letter.compressed);
  for (std::size_t at = 0; at < text.size(); at += k_line) out += text.substr(at, k_line) + "\r\n";
  return out;
}

}  // namespace kontor::filter::dmarc
