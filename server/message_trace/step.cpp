// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/message_trace/step.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::message_trace {
namespace {

constexpr std::array<std::string_view, 23> k_whats{
    "",         "received", "screened",  "checked",  "scanned",    "rule",
    "refused",  "taken",    "delivered", "present",  "redirected", "discarded",
    "rejected", "queued",   "deferred",  "relayed",  "failed",     "removed",
    "told",     "expired",  "held",      "released", "lapsed"};
constexpr std::array<std::string_view, 12> k_states{
    "waiting",    "waiting",   "deferred", "delivered", "relayed", "expanded",
    "redirected", "discarded", "refused",  "failed",    "removed", "held"};

}  // namespace

std::string_view name_of(What what) noexcept {
  const auto index = static_cast<std::size_t>(what);
  return index < k_whats.size() ? k_whats[index] : std::string_view("unknown");
}

std::string_view name_of(State state) noexcept {
  const auto index = static_cast<std::size_t>(state);
  return index < k_states.size() ? k_states[index] : std::string_view("unknown");
}

State state_after(State before, What what) noexcept {
  switch (what) {
    case What::refused:
      return State::refused;
    case What::taken:
      return before == State::open || before == State::queued || before == State::deferred
                 ? State::delivered
                 : before;
    case What::delivered:
    case What::present:
      return State::delivered;
    case What::redirected:
      return before == State::delivered ? before : State::redirected;
    case What::discarded:
      return before == State::open || before == State::queued ? State::discarded : before;
    case What::rejected:
      return State::refused;
    case What::queued:
      return before == State::open ? State::queued : before;
    case What::deferred:
      return before == State::delivered ? before : State::deferred;
    case What::relayed:
      return State::relayed;
    case What::failed:
    case What::expired:
      return State::failed;
    case What::removed:
      return State::removed;
    case What::held:
      return before == State::open ? State::held : before;
    case What::released:
      return before == State::held ? State::open : before;
    case What::lapsed:
      return before == State::held ? State::discarded : before;
    default:
      return before;
  }
}

std::string key_of(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return to_lower(address);
  auto key = to_lower(address.substr(at + 1));
  key += '@';
  key += to_lower(address.substr(0, at));
  return key;
}

// A domain holds no '@', so the first one ends it.
std::string address_of(std::string_view key) {
  const auto at = key.find('@');
  if (at == std::string_view::npos) return std::string(key);
  std::string address(key.substr(at + 1));
  address += '@';
  address += key.substr(0, at);
  return address;
}

std::string_view domain_of_key(std::string_view key) {
  const auto at = key.find('@');
  return at == std::string_view::npos ? std::string_view() : key.substr(0, at);
}

}  // namespace kontor::message_trace
