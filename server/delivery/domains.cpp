// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/domains.hpp"

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

// "left=right", both without blanks around; nothing when a side is missing.
std::optional<std::pair<std::string, std::string>> pair_of(std::string_view entry) {
  const auto equals = entry.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto left = trim(entry.substr(0, equals));
  const auto right = trim(entry.substr(equals + 1));
  if (left.empty() || right.empty()) return std::nullopt;
  return std::pair(to_lower(left), std::string(right));
}

}  // namespace

Domains::Domains(const config::Domains& settings)
    : default_domain_(to_lower(trim(settings.default_domain))) {
  for (const auto& name : settings.local) local_.insert(to_lower(trim(name)));
  for (const auto& entry : settings.remote)
    remote_.insert(to_lower(trim(std::string_view(entry).substr(0, entry.find('=')))));
  for (const auto& entry : settings.alias)
    if (const auto pair = pair_of(entry)) alias_.emplace(pair->first, to_lower(pair->second));
  for (const auto& entry : settings.catch_all)
    if (const auto pair = pair_of(entry)) catch_all_.insert(*pair);
}

bool Domains::is_of_settings(std::string_view domain) const {
  return local_.contains(to_lower(domain));
}

bool Domains::is_local(std::string_view domain) const {
  const auto name = to_lower(domain);
  return local_.contains(name) ||
         added_.with([&](const std::set<std::string>& names) { return names.contains(name); });
}

void Domains::set_added(std::set<std::string> names) {
  added_.with([&](std::set<std::string>& kept) { kept = std::move(names); });
}

bool Domains::is_remote(std::string_view domain) const {
  return remote_.contains(to_lower(domain));
}

std::string Domains::canonical(std::string_view address) const {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return std::string(address);
  const auto found = alias_.find(to_lower(address.substr(at + 1)));
  if (found == alias_.end()) return std::string(address);
  return std::string(address.substr(0, at + 1)) + found->second;
}

std::optional<std::string> Domains::catch_all(std::string_view domain) const {
  const auto found = catch_all_.find(to_lower(domain));
  if (found == catch_all_.end()) return std::nullopt;
  return found->second;
}

}  // namespace kontor::delivery
