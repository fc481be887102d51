// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of policy as an administrator writes them: "WHO: name=value name=value …". Pure.
// bad_input says what is wrong in a sentence for the administrator.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/mailbox_rules.hpp"
#include "base/core/access_rules.hpp"
#include "base/core/result.hpp"

namespace kontor::config {

// In the order of the table in policy_rule.cpp.
enum class PolicyName : std::uint8_t {
  quota,
  messages,
  undelete,
  retention,
  protocols,
  networks,
  imap_networks,
  pop3_networks,
  submission_networks,
  http_networks,
  ldap_networks,
  local_only,
  message_size,
  recipients,
  daily_messages,
  daily_recipients,
  booking,
  booking_by,
  booking_days,
  booking_minutes,
  booking_conflicts,
  booking_series,
  capacity,
  invitations,
  publishing,
  free_busy,
  quarantine,
  locked,
};
inline constexpr std::size_t k_policy_names = 28;
std::string_view name_of(PolicyName name) noexcept;
std::optional<PolicyName> find_policy_name(std::string_view name) noexcept;

// What a person may sign in to.
enum class PolicyProtocol : std::uint8_t { imap, pop3, submission, http, ldap };
inline constexpr std::size_t k_policy_protocols = 5;
std::string_view name_of(PolicyProtocol protocol) noexcept;

// Who decides about a room or a piece of equipment.
enum class BookingMode : std::uint8_t {
  automatic,  // the server: it has one meeting at a time
  ask,        // a person; until then it is taken for now
  open,       // the server: any number of meetings at a time
};
struct BookingValues {
  BookingMode mode = BookingMode::automatic;
  std::vector<std::string> by;    // addresses or DOMAIN\\name of groups and people; empty: all
  std::uint32_t days = 180;       // how far ahead
  std::uint32_t minutes = 1'440;  // of one meeting; 0: any
  std::uint32_t conflicts = 3;    // instances of a series that may be declined alone
  bool takes_series = true;
  std::uint32_t capacity = 0;  // people; 0: any number
};

// What mail from outside may do to somebody's calendars (RFC 6047).
enum class OutsideInvitations : std::uint8_t {
  add,    // new invitations come in as not answered yet
  known,  // what is there already is changed, answered and cancelled; nothing new comes
  none,   // nothing: the mail alone is there
};

// What a published link may show of somebody's calendars to whoever has it.
enum class Publishing : std::uint8_t { full, free_busy, none };

// Who may learn when somebody is busy; he himself always may.
enum class BusyAskers : std::uint8_t {
  everybody,  // who signs in, unless a calendar takes it from him
  rights,     // whom a calendar gives it (a share: "l" or "r"), and who acts for him
  nobody,
};

// What somebody may do about mail to him that is held in quarantine.
enum class OwnQuarantine : std::uint8_t { none, see, release };

// What holds for somebody; what is absent is as the settings have it for everybody.
struct PolicyValues {
  std::optional<std::uint64_t> quota;     // bytes; 0 (written none): no limit
  std::optional<std::uint64_t> messages;  // 0: no limit
  std::optional<std::uint32_t> undelete_days;
  std::optional<std::vector<RetentionRow>> retention;  // instead of store.retention; none: empty
  std::optional<std::uint8_t> protocols;               // a bit each, by PolicyProtocol
  std::optional<AccessRules> networks;                 // of every protocol without its own
  std::array<std::optional<AccessRules>, k_policy_protocols> protocol_networks;
  bool sends_here_only = false;        // to people of this server's directory
  bool receives_here_only = false;     // from them
  std::uint64_t message_size = 0;      // of what is sent, in bytes; 0: smtp.max_message alone
  std::uint32_t recipients = 0;        // of one message; 0: smtp.max_recipients alone
  std::uint32_t daily_messages = 0;    // that he may send; 0: no limit
  std::uint32_t daily_recipients = 0;  // whom he may send to, counted in each message
  BookingValues booking;               // of a room
  OutsideInvitations invitations = OutsideInvitations::add;
  Publishing publishing = Publishing::full;
  BusyAskers free_busy = BusyAskers::everybody;
  OwnQuarantine quarantine = OwnQuarantine::none;
  bool is_locked = false;  // nobody signs in as him; mail still comes

  bool may_use(PolicyProtocol protocol) const noexcept;
  // The networks it may be used from; nullptr: any.
  const AccessRules* networks_of(PolicyProtocol protocol) const noexcept;
};

// One rule: whom it is for, and the values it names, as written and known to be good.
struct PolicyRule {
  // "everybody", an address, "@" and a mail domain, a distinguished name or DOMAIN\name; empty:
  // whoever it is written on.
  std::string who = {};
  // Among rules that are equally near to the person; more counts first; nothing: 0.
  std::optional<std::uint32_t> priority = {};
  std::map<PolicyName, std::string> values = {};

  bool operator==(const PolicyRule&) const = default;
};

// "WHO: name=value …".
Result<PolicyRule> parse_policy(std::string_view row);
// The same without WHO, as it stands in an attribute of the person, group or unit itself; it may
// name a priority alone.
Result<PolicyRule> parse_policy_values(std::string_view text);
// Reads WHO alone, in its form as a rule has it.
Result<std::string> parse_policy_who(std::string_view text);
// As parse_policy() reads it.
std::string format_policy(const PolicyRule& rule);
// "name=value …": format_policy() without WHO.
std::string format_policy_values(const PolicyRule& rule);
// Puts one value in; `text` is one that a PolicyRule holds.
void apply_policy_value(PolicyName name, std::string_view text, PolicyValues& values);

}  // namespace kontor::config
