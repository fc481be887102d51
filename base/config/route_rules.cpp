// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/route_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/config/values.hpp"
#include "base/core/networks.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

using std::string_view;

constexpr std::size_t k_most_hosts = 8, k_longest_domain = 253, k_longest_value = 1'024;
constexpr std::uint32_t k_most_connections = 1'000, k_most_per_minute = 1'000'000;
constexpr std::chrono::seconds k_longest_time{5'184'000};  // as of queue.lifetime

bool is_wrong_in_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == 0x7F || c == '@' || c == '=' || c == ':' || c == '*' || c == ',' ||
         c == '/';
}

// A domain in any script, as in the settings of domains.
bool is_domain(string_view name) {
  if (name.empty() || name.size() > k_longest_domain || std::ranges::any_of(name, is_wrong_in_name))
    return false;
  return std::ranges::none_of(split(name, '.'), [](string_view label) { return label.empty(); });
}

// "host", "host:port", "[2001:db8::1]:port", "2001:db8::1".
bool is_host(string_view text) {
  string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == string_view::npos || !parse_ip_address(text.substr(1, end - 1))) return false;
    if (end + 1 == text.size()) return true;
    if (text[end + 1] != ':') return false;
    port = text.substr(end + 2);
  } else {
    if (parse_ip_address(text)) return true;
    const auto colon = std::min(text.find(':'), text.size());
    if (!is_domain(text.substr(0, colon))) return false;
    if (colon == text.size()) return true;
    port = text.substr(colon + 1);
  }
  return parse_number<std::uint16_t>(port).value_or(0) != 0;
}

Result<void> take_hosts(string_view text, RouteRule& rule) {
  if (iequals(text, "mx")) {
    rule.by_mx = true;
    return {};
  }
  for (const auto host : split(text, ',')) {
    if (!is_host(host))
      return fail(Errc::bad_input, fmt::format("\"{}\" is not HOST, HOST:PORT or mx", host));
    rule.hosts.emplace_back(to_lower(host));
  }
  if (rule.hosts.size() > k_most_hosts)
    return fail(Errc::bad_input, fmt::format("{} hosts at most", k_most_hosts));
  return {};
}

Result<void> take_user(string_view text, RouteRule& rule) {
  rule.user = text;
  return {};
}

Result<void> take_password_file(string_view text, RouteRule& rule) {
  rule.password_file = text;
  return {};
}

Result<void> take_tls(string_view text, RouteRule& rule) {
  if (text != "may" && text != "require" && text != "verify" && text != "dane")
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is none of may, require, verify and dane", text));
  rule.tls = text;
  return {};
}

Result<void> take_source(string_view text, RouteRule& rule) {
  if (!parse_ip_address(text))
    return fail(Errc::bad_input, fmt::format("\"{}\" is not an IPv4 or IPv6 address", text));
  rule.source = text;
  return {};
}

Result<std::uint32_t> parse_count(string_view text, std::uint32_t most) {
  const auto number = parse_number<std::uint32_t>(text);
  if (!number || *number == 0 || *number > most)
    return fail(Errc::bad_input, fmt::format("\"{}\" is not a number from 1 to {}", text, most));
  return *number;
}

Result<void> take_connections(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.connections, parse_count(text, k_most_connections));
  return {};
}

Result<void> take_rate(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.per_minute, parse_count(text, k_most_per_minute));
  return {};
}

Result<std::chrono::seconds> parse_seconds(string_view text) {
  KONTOR_TRY(const auto duration, parse_duration(text));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  if (seconds.count() < 1 || seconds > k_longest_time)
    return fail(Errc::bad_input, fmt::format("\"{}\" is not between 1s and {}", text,
                                             show_duration(k_longest_time)));
  return seconds;
}

// None is a value too: against one that holds for all.
Result<void> take_first_try(string_view text, RouteRule& rule) {
  if (text == "0" || text == "0s") {
    rule.first_try = std::chrono::seconds(0);
    return {};
  }
  KONTOR_TRY(rule.first_try, parse_seconds(text));
  return {};
}

Result<void> take_first_retry(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.first_retry, parse_seconds(text));
  return {};
}

Result<void> take_longest_retry(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.longest_retry, parse_seconds(text));
  return {};
}

Result<void> take_lifetime(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.lifetime, parse_seconds(text));
  return {};
}

Result<void> take_max_size(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.max_size, parse_size(text));
  if (rule.max_size == 0) return fail(Errc::bad_input, "nothing could be sent");
  return {};
}

Result<bool> parse_yes(string_view text) {
  if (text != "yes" && text != "no")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of yes and no", text));
  return text == "yes";
}

Result<void> take_hold(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.is_held, parse_yes(text));
  return {};
}

Result<void> take_drop(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.is_dropped, parse_yes(text));
  return {};
}

Result<void> take_direct(string_view text, RouteRule& rule) {
  KONTOR_TRY(rule.is_direct, parse_yes(text));
  return {};
}

struct NameRow {
  string_view word;
  Result<void> (*take)(string_view text, RouteRule& rule);
};

constexpr auto k_names = std::to_array<NameRow>({
    {"hosts", take_hosts},
    {"user", take_user},
    {"password_file", take_password_file},
    {"tls", take_tls},
    {"source", take_source},
    {"connections", take_connections},
    {"rate", take_rate},
    {"first_try", take_first_try},
    {"first_retry", take_first_retry},
    {"longest_retry", take_longest_retry},
    {"lifetime", take_lifetime},
    {"max_size", take_max_size},
    {"hold", take_hold},
    {"drop", take_drop},
    {"direct", take_direct},
});

std::string all_names() {
  std::string out;
  for (const auto& row : k_names) out.append(out.empty() ? "" : ", ").append(row.word).append("=");
  return out;
}

Result<void> take_field(string_view word, std::set<string_view>& seen, RouteRule& rule) {
  const auto equals = std::min(word.find('='), word.size());
  const auto name = word.substr(0, equals);
  const auto* row = std::ranges::find(k_names, name, &NameRow::word);
  if (row == k_names.end() || equals == word.size())
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of {}", word, all_names()));
  if (!seen.insert(name).second)
    return fail(Errc::bad_input, fmt::format("{} stands there twice", name));
  const auto value = word.substr(equals + 1);
  if (value.empty() || value.size() > k_longest_value)
    return fail(Errc::bad_input, fmt::format("{} has no value, or one that is too long", name));
  if (const auto taken = row->take(value, rule); !taken)
    return fail(Errc::bad_input, fmt::format("{}: {}", name, taken.error().detail()));
  return {};
}

// Values that need or exclude each other.
Result<void> check_together(const RouteRule& rule) {
  if (rule.user.empty() != rule.password_file.empty())
    return fail(Errc::bad_input, "user= and password_file= are set together or not at all");
  if (!rule.user.empty() && rule.hosts.empty())
    return fail(Errc::bad_input, "user= needs hosts=: a password is for no other server");
  if (rule.first_retry && rule.longest_retry && *rule.first_retry > *rule.longest_retry)
    return fail(Errc::bad_input, "first_retry= is longer than longest_retry=");
  const bool has_way = !rule.hosts.empty() || rule.by_mx || rule.is_held || !rule.tls.empty();
  if (rule.is_dropped && (has_way || rule.pattern.starts_with('*')))
    return fail(Errc::bad_input,
                "drop= is for one domain, and excludes hosts=, tls= and hold=: nothing is sent");
  const bool may_wait = rule.is_held || rule.is_dropped || rule.per_minute || rule.first_try;
  if (rule.is_direct && may_wait)
    return fail(Errc::bad_input,
                "direct= excludes hold=, drop=, rate= and first_try=: a client waits for it");
  return {};
}

}  // namespace

Result<RouteRule> parse_route(string_view row) {
  const auto colon = row.find(':');
  if (colon == string_view::npos)
    return fail(Errc::bad_input, "the domain it is for and a colon must come first");
  RouteRule rule;
  rule.pattern = to_lower(trim(row.substr(0, colon)));
  const auto domain = string_view(rule.pattern).substr(rule.pattern.starts_with("*.") ? 2 : 0);
  if (rule.pattern != "*" && !is_domain(domain))
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not a domain, *.DOMAIN or *", to_valid_utf8(rule.pattern)));
  std::set<string_view> seen;
  for (const auto word : split(row.substr(colon + 1), ' ')) {
    if (word.empty()) continue;
    KONTOR_TRY(take_field(word, seen, rule));
  }
  if (seen.empty()) return fail(Errc::bad_input, "it names no value");
  KONTOR_TRY(check_together(rule));
  return rule;
}

bool fits_route(string_view pattern, string_view domain) noexcept {
  if (pattern == "*" || pattern == domain) return true;
  return pattern.starts_with("*.") && domain.size() > pattern.size() - 1 &&
         domain.ends_with(pattern.substr(1));
}

}  // namespace kontor::config
