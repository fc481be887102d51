// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/idna.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp::client {
namespace {

constexpr std::string_view k_relay = "relay:", k_drop = "drop:", k_by = " by ";
constexpr unsigned k_smtp_port = 25;

struct HostPort {
  std::string host;
  unsigned port = 0;
};

// "host", "host:port", "[2001:db8::1]:port"; a bare IPv6 address has no port.
HostPort read_host_port(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = std::min(text.find(']'), text.size());
    if (text.substr(std::min(end + 1, text.size())).starts_with(':')) port = text.substr(end + 2);
    text = text.substr(1, end - 1);
  } else if (const auto colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == text.npos) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  return {to_lower(text), parse_number<std::uint16_t>(port).value_or(0)};
}

std::string relay_key(std::string_view host_and_port, unsigned default_port) {
  const auto [host, port] = read_host_port(trim(host_and_port));
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}:{}", k_relay, is_v6 ? "[" + host + "]" : host,
                     port != 0 ? port : default_port);
}

// The host of a domain of domains.remote; empty: by MX; nothing: not of them.
std::optional<std::string> remote_host(std::string_view domain, const config::Settings& settings) {
  for (const auto& row : settings.domains.remote) {
    const auto equals = std::min(row.find('='), row.size());
    const auto name = mime::domain_to_ascii(trim(std::string_view(row).substr(0, equals)));
    if (!name || *name != domain) continue;
    return equals < row.size() ? std::string(trim(std::string_view(row).substr(equals + 1)))
                               : std::string();
  }
  return std::nullopt;
}

// The pattern behind " by ", and the key before it.
struct Key {
  std::string_view way, pattern;
};

Key split_key(std::string_view destination) {
  const auto by = destination.find(k_by);
  if (by == std::string_view::npos) return {destination, {}};
  return {destination.substr(0, by), destination.substr(by + k_by.size())};
}

std::string ascii_pattern(const std::string& pattern) {
  const bool is_below = pattern.starts_with("*.");
  const auto ascii = mime::domain_to_ascii(std::string_view(pattern).substr(is_below ? 2 : 0));
  if (pattern == "*" || !ascii) return pattern;
  return is_below ? "*." + *ascii : *ascii;
}

std::string relay_keys(const std::vector<std::string>& hosts) {
  std::string out(k_relay);
  for (const auto& host : hosts)
    out.append(out.size() > k_relay.size() ? "," : "")
        .append(relay_key(host, k_smtp_port).substr(k_relay.size()));
  return out;
}

}  // namespace

Routes::Routes(const config::Settings& settings) : settings_(settings) {
  for (const auto& row : settings.queue.routes) {
    auto rule = config::parse_route(row);
    if (!rule) continue;  // the settings were refused for it
    rule->pattern = ascii_pattern(rule->pattern);
    rules_.push_back(*std::move(rule));
  }
  std::ranges::sort(rules_, [](const auto& a, const auto& b) {
    if (a.pattern.size() != b.pattern.size()) return a.pattern.size() > b.pattern.size();
    const bool is_a_whole = !a.pattern.starts_with('*'), is_b_whole = !b.pattern.starts_with('*');
    return is_a_whole != is_b_whole ? is_a_whole : a.pattern < b.pattern;
  });
}

const config::RouteRule* Routes::rule_for(std::string_view domain) const {
  const auto found = std::ranges::find_if(
      rules_, [&](const auto& rule) { return config::fits_route(rule.pattern, domain); });
  return found == rules_.end() ? nullptr : &*found;
}

std::string Routes::destination_of(std::string_view address) const {
  const auto at = address.rfind('@');
  const auto given = at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
  auto ascii = mime::domain_to_ascii(given);
  std::string domain = ascii ? *std::move(ascii) : to_lower(given);
  if (domain.ends_with('.')) domain.pop_back();
  const auto* rule = rule_for(domain);
  if (rule != nullptr && rule->is_dropped) return std::string(k_drop) + domain;
  const auto by = rule != nullptr ? std::string(k_by) + rule->pattern : std::string();
  if (rule != nullptr && !rule->hosts.empty()) return relay_keys(rule->hosts) + by;
  if (rule != nullptr && rule->by_mx) return domain + by;
  const auto host = remote_host(domain, settings_);
  if (host && !host->empty()) return relay_key(*host, k_smtp_port) + by;
  if (host || settings_.queue.smart_host.empty()) return domain + by;
  return relay_key(settings_.queue.smart_host, k_smtp_port) + by;
}

Route Routes::route_of(std::string_view destination) const {
  const auto [way, pattern] = split_key(destination);
  Route route;
  if (way.starts_with(k_relay)) {
    std::vector<Route::Host> hosts;
    for (const auto one : split(way.substr(k_relay.size()), ',')) {
      const auto [host, port] = read_host_port(one);
      if (host.empty()) return route;
      hosts.push_back({host, port});
    }
    route.kind = Route::Kind::host;
    route.name = hosts.front().name;
    route.port = hosts.front().port;
    route.others.assign(hosts.begin() + 1, hosts.end());
    route.is_smart_host = !settings_.queue.smart_host.empty() &&
                          way == relay_key(settings_.queue.smart_host, k_smtp_port);
  } else if (wire::is_address_literal(way)) {  // RFC 5321, 4.1.3
    const auto inner = way.substr(1, way.size() - 2);
    constexpr std::string_view k_v6 = "IPv6:";
    route.name = istarts_with(inner, k_v6) ? inner.substr(k_v6.size()) : inner;
    route.kind = Route::Kind::literal;
  } else if (wire::is_domain(way)) {
    route.name = way;
    route.kind = Route::Kind::domain;
  }
  const auto rule = std::ranges::find(rules_, pattern, &config::RouteRule::pattern);
  if (!pattern.empty() && rule != rules_.end()) {
    route.rule = &*rule;
    route.rule_number = static_cast<std::size_t>(rule - rules_.begin());
  }
  return route;
}

queue::DestinationRules Routes::rules_of(std::string_view destination) const {
  const auto pattern = split_key(destination).pattern;
  const auto rule = std::ranges::find(rules_, pattern, &config::RouteRule::pattern);
  queue::DestinationRules out;
  if (pattern.empty() || rule == rules_.end()) return out;
  out.route = rule->pattern;
  out.connections = rule->connections;
  out.per_minute = rule->per_minute;
  out.first_try = rule->first_try;
  out.first_retry = rule->first_retry;
  out.longest_retry = rule->longest_retry;
  out.lifetime = rule->lifetime;
  out.is_held = rule->is_held;
  out.is_direct = rule->is_direct;
  return out;
}

std::string_view dropped_domain(std::string_view destination) noexcept {
  return destination.starts_with(k_drop) ? destination.substr(k_drop.size()) : std::string_view();
}

std::string with_ascii_domain(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return std::string(address);
  const auto domain = mime::domain_to_ascii(address.substr(at + 1));
  // An ASCII domain stays as it was written.
  if (!domain || iequals(*domain, address.substr(at + 1))) return std::string(address);
  return std::string(address.substr(0, at + 1)) + *domain;
}

}  // namespace kontor::smtp::client
