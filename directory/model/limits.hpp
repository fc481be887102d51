// SPDX-License-Identifier: GPL-3.0-or-later
// What the directory says against a person's being signed in, and the forms it says it in
// ([MS-ADTS] 2.2.16, [MS-ADA1], [MS-ADA3]). docs/admin/sign-in.md tells administrators the rules.
// Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/model.hpp"

namespace kontor::directory {

// Bits of userAccountControl ([MS-ADTS] 2.2.16).
namespace account_control {
inline constexpr std::uint32_t k_disabled = 0x2;
inline constexpr std::uint32_t k_password_never_expires = 0x10000;
inline constexpr std::uint32_t k_smart_card_required = 0x40000;
}  // namespace account_control

enum class Obstacle : std::uint8_t {
  not_a_person,
  removed,
  disabled,
  expired,
  outside_hours,
  no_address,
  smart_card,  // only tickets are taken
  must_change,
  protected_user,  // only Kerberos is taken
  locked,
};
// For the log of a refused sign-in: "account is disabled".
std::string_view refusal_of(Obstacle obstacle);
// For the person whose open session ends, as he can understand it.
std::string_view goodbye_of(Obstacle obstacle);

// Against the account, however he signs in. Counts for open sessions, too.
std::optional<Obstacle> obstacle_to(const Principal& principal, std::int64_t now);
// Against the way he signs in or signed in. `sids`: his effective ones. An app password is nobody's
// password of the domain: that one's having to be changed is no obstacle to it.
std::optional<Obstacle> obstacle_to_proof(const Principal& principal,
                                          const std::vector<Sid>& sids,
                                          Proof proof,
                                          bool has_app_password);
// Both, for an open session.
std::optional<Obstacle> obstacle_to_session(const Principal& principal,
                                            const Identity& identity,
                                            std::int64_t now);
// Are passwords refused for now, because too many wrong ones were tried? An obstacle to a password
// only: what others guess neither stops tickets nor ends sessions.
bool is_locked(const Principal& principal, std::int64_t now);
// Belongs, nested, to the domain's Protected Users (RID 525, [MS-ADTS] 6.1.1.4).
bool is_protected_user(const Principal& principal, const std::vector<Sid>& sids);

// logonHours as a copy keeps it: empty when every hour is allowed or the value is of another length
// than 21 bytes.
std::string logon_hours_of(std::string_view bytes);
// lockoutTime (FILETIME in decimal) and the domain's lockoutDuration (minus 100 ns steps; 0 and the
// smallest number: till unlocked) to the moment when the lock ends; nothing: not locked.
std::optional<std::int64_t> locked_until_of(std::string_view lockout_time,
                                            std::string_view lockout_duration);
// pwdLastSet is 0, and the account's password can be out of date at all ([MS-ADTS] 3.1.1.4.5.33).
bool must_change_password_of(std::string_view pwd_last_set, std::uint32_t control);

}  // namespace kontor::directory
