// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/limits.hpp"

#include <algorithm>
#include <limits>

#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "directory/model/sid.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint32_t k_protected_users = 525;  // DOMAIN_GROUP_RID_PROTECTED_USERS
constexpr std::size_t k_hours_bytes = 21;         // 7 * 24 bits
constexpr std::int64_t k_hour = 3'600;
constexpr std::int64_t k_week_hours = 168;
constexpr std::int64_t k_epoch_day = 4;  // 1 January 1970 was a Thursday; logonHours begins Sunday
constexpr std::int64_t k_ticks = 10'000'000;  // 100 ns in a second
constexpr auto k_for_good = std::numeric_limits<std::int64_t>::max();

struct Words {
  Obstacle obstacle;
  std::string_view refusal, goodbye;
};
constexpr Words k_words[] = {
    {Obstacle::not_a_person, "not a person", "This account is not a person's any more"},
    {Obstacle::removed, "account was removed",
     "Your account was removed. Please ask your administrator"},
    {Obstacle::disabled, "account is disabled",
     "Your account was disabled. Please ask your administrator"},
    {Obstacle::expired, "account has expired",
     "Your account has expired. Please ask your administrator"},
    {Obstacle::outside_hours, "outside the account's logon hours",
     "Your account may not be used at this hour. Come back later or ask your administrator"},
    {Obstacle::no_address, "account has no mail address",
     "Your account has no mail address any more. Please ask your administrator"},
    {Obstacle::smart_card, "account requires a smart card: a password is not taken, a ticket is",
     "Your account now requires a smart card; a password does not do any more"},
    {Obstacle::must_change, "password must be changed before it can be used",
     "Your password must be changed. Change it, then sign in again"},
    {Obstacle::protected_user, "member of Protected Users: only Kerberos is taken",
     "Your account is protected now. Sign in again with your computer's own sign-in"},
    {Obstacle::locked, "account is locked out", "Your account is locked"},
};

const Words& words_of(Obstacle obstacle) {
  return *std::ranges::find(k_words, obstacle, &Words::obstacle);
}

// The hour of the week counts from Sunday 00:00 UTC; bit 0 of each byte is its first hour.
bool is_allowed_hour(const std::string& hours, std::int64_t now) {
  if (hours.size() != k_hours_bytes) return true;
  const auto hour = (now / k_hour + k_epoch_day * 24) % k_week_hours;
  const auto bits = static_cast<unsigned char>(hours[static_cast<std::size_t>(hour / 8)]);
  return (bits >> (hour % 8) & 1U) != 0;
}

}  // namespace

std::string_view refusal_of(Obstacle obstacle) { return words_of(obstacle).refusal; }
std::string_view goodbye_of(Obstacle obstacle) { return words_of(obstacle).goodbye; }

std::optional<Obstacle> obstacle_to(const Principal& principal, std::int64_t now) {
  if (principal.kind != Kind::person || is_shared_mailbox(principal)) return Obstacle::not_a_person;
  switch (DirectoryCopy::state_at(principal, now)) {
    case State::disabled:
      return Obstacle::disabled;
    case State::expired:
      return Obstacle::expired;
    case State::enabled:
      break;
  }
  if (!is_allowed_hour(principal.limits.logon_hours, now)) return Obstacle::outside_hours;
  if (!principal.has_mailbox()) return Obstacle::no_address;
  return std::nullopt;
}

std::optional<Obstacle> obstacle_to_proof(const Principal& principal,
                                          const std::vector<Sid>& sids,
                                          Proof proof,
                                          bool has_app_password) {
  if (proof == Proof::ticket) return std::nullopt;
  if ((principal.limits.control & account_control::k_smart_card_required) != 0)
    return Obstacle::smart_card;
  if (principal.limits.must_change_password && !has_app_password) return Obstacle::must_change;
  // A password that the domain checks is Kerberos, too; one that Kontor keeps is not.
  if ((proof == Proof::ntlm || has_app_password) && is_protected_user(principal, sids))
    return Obstacle::protected_user;
  return std::nullopt;
}

std::optional<Obstacle> obstacle_to_session(const Principal& principal,
                                            const Identity& identity,
                                            std::int64_t now) {
  if (const auto obstacle = obstacle_to(principal, now)) return obstacle;
  return obstacle_to_proof(principal, identity.sids, identity.proof,
                           !identity.app_password.empty());
}

bool is_locked(const Principal& principal, std::int64_t now) {
  return principal.limits.locked_until && now < *principal.limits.locked_until;
}

bool is_protected_user(const Principal& principal, const std::vector<Sid>& sids) {
  const auto domain = domain_of_sid(principal.sid);
  return domain && std::ranges::binary_search(sids, sid_with_rid(*domain, k_protected_users));
}

std::string logon_hours_of(std::string_view bytes) {
  const bool is_always =
      std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) == 0xFF; });
  return bytes.size() != k_hours_bytes || is_always ? std::string() : std::string(bytes);
}

std::optional<std::int64_t> locked_until_of(std::string_view lockout_time,
                                            std::string_view lockout_duration) {
  const auto time = parse_number<std::uint64_t>(trim(lockout_time));
  if (!time) return std::nullopt;
  const auto since = expiry_of_filetime(*time);
  if (!since) return std::nullopt;
  auto text = trim(lockout_duration);
  if (!text.starts_with('-')) return k_for_good;
  text.remove_prefix(1);
  const auto ticks = parse_number<std::uint64_t>(text);
  if (!ticks || *ticks >= static_cast<std::uint64_t>(k_for_good)) return k_for_good;
  return *since + static_cast<std::int64_t>(*ticks) / k_ticks;
}

bool must_change_password_of(std::string_view pwd_last_set, std::uint32_t control) {
  constexpr auto k_never =
      account_control::k_password_never_expires | account_control::k_smart_card_required;
  return trim(pwd_last_set) == "0" && (control & k_never) == 0;
}

}  // namespace kontor::directory
