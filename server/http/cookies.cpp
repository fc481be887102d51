// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/cookies.hpp"

#include <array>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"

namespace kontor::http {
namespace {

// RFC 6265bis, 4.1.3.2: a browser takes it only from this host, over TLS, for all paths.
constexpr std::string_view k_name = "__Host-kontor";
constexpr std::string_view k_attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";
constexpr std::size_t k_most = 50'000;
constexpr std::chrono::seconds k_page_life{28'800};

std::string_view value_in(const wire::Request& request) {
  for (const auto& field : request.fields) {
    if (!iequals(field.name, "Cookie")) continue;
    for (const auto part : split(field.value, ';')) {
      const auto pair = trim(part);
      const auto equals = std::min(pair.find('='), pair.size());
      if (pair.substr(0, equals) == k_name && equals < pair.size()) return pair.substr(equals + 1);
    }
  }
  return {};
}

}  // namespace

bool is_from_elsewhere(const wire::Request& request) {
  const auto site = request.field("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const auto origin = request.field("Origin");
  return !origin.empty() && !iequals(origin, "https://" + std::string(request.field("Host")));
}

Cookies::Cookies(std::chrono::seconds life, const Clock& clock, Renew renew)
    : life_(life), clock_(clock), renew_(std::move(renew)) {}

bool Cookies::has(const wire::Request& request) { return !value_in(request).empty(); }

// All live equally long: the oldest ends first.
void Cookies::make_room(Table& table) const {
  while (!table.order.empty()) {
    const auto found = table.given.find(table.order.front());
    const bool is_over = found == table.given.end() || found->second.ends <= clock_.steady();
    if (!is_over && table.given.size() < k_most) return;
    if (found != table.given.end()) table.given.erase(found);
    table.order.pop_front();
  }
}

std::string Cookies::give(const directory::Identity& identity) {
  if (life_.count() == 0 || identity.proof != directory::Proof::ticket) return {};
  return add(identity, life_);
}

std::string Cookies::begin(const directory::Identity& identity) {
  return add(identity, life_.count() == 0 ? k_page_life : life_);
}

std::string Cookies::add(const directory::Identity& identity, std::chrono::seconds life) {
  std::array<char, 32> bytes{};
  random_bytes(bytes.data(), bytes.size());
  auto value = hex_encode({bytes.data(), bytes.size()});
  table_.with([&](Table& table) {
    make_room(table);
    table.given[value] = Given{identity, clock_.steady() + life};
    table.order.push_back(value);
  });
  return std::string(k_name) + '=' + value + std::string(k_attributes) +
         "; Max-Age=" + std::to_string(life.count());
}

std::string Cookies::end(const wire::Request& request) {
  const std::string value(value_in(request));
  table_.with([&](Table& table) { table.given.erase(value); });
  return std::string(k_name) + "=" + std::string(k_attributes) + "; Max-Age=0";
}

Result<directory::Identity> Cookies::find(const wire::Request& request, std::string_view peer) {
  const auto value = value_in(request);
  if (value.empty()) return fail(Errc::not_found, "no cookie");
  if (is_from_elsewhere(request)) return fail(Errc::auth_failed, "a page of another site asks");
  auto before = table_.with([&](Table& table) -> Result<directory::Identity> {
    const auto found = table.given.find(value);
    if (found == table.given.end() || found->second.ends <= clock_.steady())
      return fail(Errc::auth_failed, "the cookie is not in force");
    return found->second.identity;
  });
  if (!before) return before;
  auto now = renew_(*before, peer);
  if (!now) table_.with([&](Table& table) { table.given.erase(std::string(value)); });
  return now;
}

}  // namespace kontor::http
