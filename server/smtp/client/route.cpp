// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/route.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/core/text.hpp"
#include "base/mime/idna.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::smtp::client {
namespace {

constexpr std::string_view k_relay = "relay:";
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

}  // namespace

std::string destination_of(std::string_view address, const config::Settings& settings) {
  const auto at = address.rfind('@');
  const auto given = at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
  auto ascii = mime::domain_to_ascii(given);
  std::string domain = ascii ? *std::move(ascii) : to_lower(given);
  if (domain.ends_with('.')) domain.pop_back();
  const auto host = remote_host(domain, settings);
  if (host && !host->empty()) return relay_key(*host, k_smtp_port);
  if (host || settings.queue.smart_host.empty()) return domain;
  return relay_key(settings.queue.smart_host, k_smtp_port);
}

Route route_of(std::string_view destination, const config::Settings& settings) {
  Route route;
  if (destination.starts_with(k_relay)) {
    const auto [host, port] = read_host_port(destination.substr(k_relay.size()));
    if (host.empty()) return route;
    route = {Route::Kind::host, host, port, false};
    route.is_smart_host = !settings.queue.smart_host.empty() &&
                          destination == relay_key(settings.queue.smart_host, k_smtp_port);
  } else if (wire::is_address_literal(destination)) {  // RFC 5321, 4.1.3
    const auto inner = destination.substr(1, destination.size() - 2);
    constexpr std::string_view k_v6 = "IPv6:";
    route.name = istarts_with(inner, k_v6) ? inner.substr(k_v6.size()) : inner;
    route.kind = Route::Kind::literal;
  } else if (wire::is_domain(destination)) {
    route.name = destination;
    route.kind = Route::Kind::domain;
  }
  return route;
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
