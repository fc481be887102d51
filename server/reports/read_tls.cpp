// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/read_tls.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/letter.hpp"

namespace kontor::reports {
namespace {

namespace json = boost::json;

constexpr std::size_t k_depth = 12, k_most_texts = 200;
constexpr std::uint64_t k_most_sessions = std::uint64_t{1} << 50U;

Error wrong(std::string_view what) {
  return {Errc::bad_input, "the report has no good " + std::string(what)};
}

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

std::string text_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? shown(view_of(*text)) : std::string();
}

// A text, or an array of them: both are seen.
std::vector<std::string> texts_of(const json::object& from, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = from.if_contains(name);
  if (value == nullptr) return out;
  if (const auto* text = value->if_string()) out.push_back(shown(view_of(*text)));
  if (const auto* list = value->if_array())
    for (const auto& one : *list)
      if (const auto* text = one.if_string(); text != nullptr && out.size() < k_most_texts)
        out.push_back(shown(view_of(*text)));
  return out;
}

std::optional<std::uint64_t> count_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr) return std::nullopt;
  std::optional<std::uint64_t> out;
  if (const auto* plain = value->if_int64(); plain != nullptr && *plain >= 0)
    out = static_cast<std::uint64_t>(*plain);
  if (const auto* text = value->if_string()) out = parse_number<std::uint64_t>(view_of(*text));
  return out && *out <= k_most_sessions ? out : std::nullopt;
}

const json::object* object_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}
const json::array* array_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

Result<ReportedFailure> failure_of(const json::value& value) {
  const auto* from = value.if_object();
  if (from == nullptr) return fail(wrong("failure-details"));
  ReportedFailure out;
  out.result = text_of(*from, "result-type");
  out.sender = text_of(*from, "sending-mta-ip");
  out.host = text_of(*from, "receiving-mx-hostname");
  out.address = text_of(*from, "receiving-ip");
  out.reason = text_of(*from, "failure-reason-code");
  const auto count = count_of(*from, "failed-session-count");
  if (out.result.empty()) return fail(wrong("result-type"));
  if (!count) return fail(wrong("failed-session-count"));
  out.count = *count;
  return out;
}

Result<ReportedPolicy> policy_of(const json::value& value) {
  const auto* from = value.if_object();
  const auto* policy = from != nullptr ? object_of(*from, "policy") : nullptr;
  const auto* summary = from != nullptr ? object_of(*from, "summary") : nullptr;
  if (policy == nullptr || summary == nullptr) return fail(wrong("policy or summary"));
  ReportedPolicy out;
  out.type = text_of(*policy, "policy-type");
  out.domain = to_lower(text_of(*policy, "policy-domain"));
  out.lines = texts_of(*policy, "policy-string");
  out.hosts = texts_of(*policy, "mx-host");
  if (out.domain.empty() || out.domain.contains(' ')) return fail(wrong("policy-domain"));
  if (out.type != "tlsa" && out.type != "sts" && out.type != "no-policy-found")
    return fail(wrong("policy-type"));
  const auto successes = count_of(*summary, "total-successful-session-count");
  const auto failed = count_of(*summary, "total-failure-session-count");
  if (!successes || !failed) return fail(wrong("session counts"));
  out.successes = *successes;
  out.failed = *failed;
  const auto* details = array_of(*from, "failure-details");
  if (details == nullptr) return out;
  if (details->size() > k_most_failures) return fail(wrong("number of failure-details"));
  for (const auto& one : *details) {
    KONTOR_TRY(auto failure, failure_of(one));
    out.failures.push_back(std::move(failure));
  }
  return out;
}

}  // namespace

std::string shown(std::string_view text, std::size_t most) {
  const auto valid = to_valid_utf8(text.substr(0, most));
  std::string out(mime::beginning(valid, most));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return out;
}

// Date, time, and an offset; fractions of a second do not count.
Result<UtcSeconds> read_moment(std::string_view text) {
  const auto digits = [&](std::size_t at, std::size_t size) {
    return text.size() >= at + size ? parse_number<unsigned>(text.substr(at, size)) : std::nullopt;
  };
  const auto is_at = [&](std::size_t at, std::string_view one_of) {
    return text.size() > at && one_of.contains(text[at]);
  };
  const auto year = digits(0, 4), month = digits(5, 2), day = digits(8, 2), hour = digits(11, 2),
             minute = digits(14, 2), second = digits(17, 2);
  const bool is_there = year && month && day && hour && minute && second && is_at(4, "-") &&
                        is_at(7, "-") && is_at(10, "Tt ") && is_at(13, ":") && is_at(16, ":");
  if (!is_there || *hour > 24 || *minute > 59 || *second > 60) return fail(wrong("date"));
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return fail(wrong("date"));
  auto at = UtcSeconds(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
            std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  auto rest = text.substr(19);
  if (rest.starts_with('.'))
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  if (rest.empty() || iequals(rest, "Z")) return at;
  const auto hours = rest.size() == 6 ? parse_number<unsigned>(rest.substr(1, 2)) : std::nullopt;
  const auto minutes = rest.size() == 6 ? parse_number<unsigned>(rest.substr(4, 2)) : std::nullopt;
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || rest[3] != ':' ||
      (rest[0] != '+' && rest[0] != '-'))
    return fail(wrong("date"));
  const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return rest[0] == '+' ? at - offset : at + offset;
}

Result<TlsReport> read_tls_report(std::string_view document) {
  json::parse_options options;
  options.max_depth = k_depth;
  boost::system::error_code failed;
  const auto value = json::parse({document.data(), document.size()}, failed, {}, options);
  if (failed) return fail(Errc::bad_input, "the JSON is not well-formed");
  const auto* root = value.if_object();
  if (root == nullptr) return fail(wrong("JSON object"));
  TlsReport out;
  out.organisation = text_of(*root, "organization-name");
  out.contact = text_of(*root, "contact-info");
  out.id = text_of(*root, "report-id");
  if (out.organisation.empty()) return fail(wrong("organization-name"));
  if (out.id.empty()) return fail(wrong("report-id"));
  const auto* range = object_of(*root, "date-range");
  if (range == nullptr) return fail(wrong("date-range"));
  KONTOR_TRY(out.begin, read_moment(text_of(*range, "start-datetime")));
  KONTOR_TRY(out.end, read_moment(text_of(*range, "end-datetime")));
  if (out.end < out.begin) return fail(wrong("date-range"));
  const auto* policies = array_of(*root, "policies");
  if (policies == nullptr || policies->empty() || policies->size() > k_most_policies)
    return fail(wrong("policies"));
  for (const auto& one : *policies) {
    KONTOR_TRY(auto policy, policy_of(one));
    out.policies.push_back(std::move(policy));
  }
  return out;
}

}  // namespace kontor::reports
