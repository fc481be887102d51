// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/policy_rule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/config/values.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

using std::string_view;

constexpr std::size_t k_longest_who = 2'048;
constexpr std::size_t k_longest_value = 8'192;
constexpr std::uint32_t k_most_undelete_days = 3'650;
constexpr std::uint32_t k_most_booking_days = 3'650;
constexpr std::uint32_t k_highest_priority = 1'000;
constexpr std::uint8_t k_every_protocol = (1U << k_policy_protocols) - 1;
constexpr string_view k_priority = "priority";

constexpr std::array<string_view, k_policy_protocols> k_protocols{"imap", "pop3", "submission",
                                                                  "http", "ldap"};

template <class Number>
Result<Number> parse_limit(string_view text, string_view what) {
  if (text == "none") return Number{0};
  const auto number = parse_number<std::uint32_t>(text);
  if (!number || *number == 0)
    return fail(Errc::bad_input, fmt::format("\"{}\" is not a number of {}, or none", text, what));
  return Number{*number};
}

Result<void> take_quota(string_view text, PolicyValues& values) {
  values.quota = 0;
  if (text == "none") return {};
  KONTOR_TRY(values.quota, parse_size(text));
  return {};
}

Result<void> take_messages(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.messages, parse_limit<std::uint64_t>(text, "messages"));
  return {};
}

Result<void> take_undelete(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.undelete_days, parse_days(text, 0, k_most_undelete_days));
  return {};
}

Result<void> take_retention(string_view text, PolicyValues& values) {
  values.retention.emplace();
  if (text == "none") return {};
  for (const auto one : split(text, ',')) {
    KONTOR_TRY(auto rule, parse_retention(trim(one)));
    values.retention->push_back(std::move(rule));
  }
  return {};
}

Result<void> take_protocols(string_view text, PolicyValues& values) {
  values.protocols = text == "all" ? k_every_protocol : std::uint8_t{0};
  if (text == "all" || text == "none") return {};
  for (const auto word : split(text, ',')) {
    const auto found = std::ranges::find(k_protocols, trim(word));
    if (found == k_protocols.end())
      return fail(Errc::bad_input, fmt::format("\"{}\" is not a protocol; there are {}, or all, "
                                               "or none",
                                               trim(word), fmt::join(k_protocols, " ")));
    *values.protocols |= static_cast<std::uint8_t>(1U << (found - k_protocols.begin()));
  }
  return {};
}

// Networks, ranges and addresses; a host name would have to be asked for at every sign-in.
Result<AccessRules> parse_networks(string_view text) {
  if (text == "any") return AccessRules();
  std::vector<std::string> rules;
  for (const auto one : split(text, ',')) {
    auto network = trim(one);
    if (network.starts_with('!')) network = trim(network.substr(1));
    KONTOR_TRY(parse_network(network));
    rules.emplace_back(trim(one));
  }
  return AccessRules::parse(rules);
}

Result<void> take_networks(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.networks, parse_networks(text));
  return {};
}

template <PolicyProtocol protocol>
Result<void> take_networks_of(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.protocol_networks[static_cast<std::size_t>(protocol)], parse_networks(text));
  return {};
}

Result<void> take_local_only(string_view text, PolicyValues& values) {
  const bool both = text == "yes";
  if (!both && text != "no" && text != "send" && text != "receive")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of yes, no, send and receive", text));
  values.sends_here_only = both || text == "send";
  values.receives_here_only = both || text == "receive";
  return {};
}

Result<void> take_message_size(string_view text, PolicyValues& values) {
  values.message_size = 0;
  if (text == "none") return {};
  KONTOR_TRY(values.message_size, parse_size(text));
  if (values.message_size == 0) return fail(Errc::bad_input, "for no limit say none");
  return {};
}

Result<void> take_recipients(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.recipients, parse_limit<std::uint32_t>(text, "recipients"));
  return {};
}

Result<void> take_daily_messages(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.daily_messages, parse_limit<std::uint32_t>(text, "messages"));
  return {};
}

Result<void> take_daily_recipients(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.daily_recipients, parse_limit<std::uint32_t>(text, "recipients"));
  return {};
}

Result<void> take_booking(string_view text, PolicyValues& values) {
  using enum BookingMode;
  if (text != "auto" && text != "ask" && text != "open")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of auto, ask and open", text));
  values.booking.mode = text == "ask" ? ask : text == "open" ? open : automatic;
  return {};
}

Result<void> take_booking_by(string_view text, PolicyValues& values) {
  values.booking.by.clear();
  if (text == "everybody") return {};
  for (const auto one : split(text, ',')) {
    const auto who = trim(one);
    if (!who.contains('@') && !who.contains('\\'))
      return fail(Errc::bad_input,
                  fmt::format("\"{}\" is not the address or DOMAIN\\name of a group or person, "
                              "or everybody",
                              who));
    values.booking.by.emplace_back(who);
  }
  return {};
}

Result<void> take_booking_days(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.booking.days, parse_days(text, 1, k_most_booking_days));
  return {};
}

Result<void> take_booking_minutes(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.booking.minutes, parse_limit<std::uint32_t>(text, "minutes"));
  return {};
}

Result<void> take_booking_conflicts(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.booking.conflicts, parse_limit<std::uint32_t>(text, "conflicts"));
  return {};
}

Result<void> take_booking_series(string_view text, PolicyValues& values) {
  if (text != "yes" && text != "no")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of yes and no", text));
  values.booking.takes_series = text == "yes";
  return {};
}

Result<void> take_capacity(string_view text, PolicyValues& values) {
  KONTOR_TRY(values.booking.capacity, parse_limit<std::uint32_t>(text, "people"));
  return {};
}

Result<void> take_invitations(string_view text, PolicyValues& values) {
  using enum OutsideInvitations;
  if (text != "add" && text != "known" && text != "none")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of add, known and none", text));
  values.invitations = text == "known" ? known : text == "none" ? none : add;
  return {};
}

Result<void> take_publishing(string_view text, PolicyValues& values) {
  using enum Publishing;
  if (text != "full" && text != "free-busy" && text != "none")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of full, free-busy and none", text));
  values.publishing = text == "free-busy" ? free_busy : text == "none" ? none : full;
  return {};
}

Result<void> take_free_busy(string_view text, PolicyValues& values) {
  using enum BusyAskers;
  if (text != "everybody" && text != "rights" && text != "nobody")
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is none of everybody, rights and nobody", text));
  values.free_busy = text == "rights" ? rights : text == "nobody" ? nobody : everybody;
  return {};
}

Result<void> take_quarantine(string_view text, PolicyValues& values) {
  using enum OwnQuarantine;
  if (text != "none" && text != "see" && text != "release")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of none, see and release", text));
  values.quarantine = text == "release" ? release : text == "see" ? see : none;
  return {};
}

Result<void> take_locked(string_view text, PolicyValues& values) {
  if (text != "yes" && text != "no")
    return fail(Errc::bad_input, fmt::format("\"{}\" is none of yes and no", text));
  values.is_locked = text == "yes";
  return {};
}

struct NameRow {
  PolicyName name;
  string_view word;
  bool is_list;  // commas and blanks may stand in its value
  Result<void> (*take)(string_view text, PolicyValues& values);
};

constexpr std::array<NameRow, k_policy_names> k_names{{
    {PolicyName::quota, "quota", false, take_quota},
    {PolicyName::messages, "messages", false, take_messages},
    {PolicyName::undelete, "undelete", false, take_undelete},
    {PolicyName::retention, "retention", true, take_retention},
    {PolicyName::protocols, "protocols", true, take_protocols},
    {PolicyName::networks, "networks", true, take_networks},
    {PolicyName::imap_networks, "imap_networks", true, take_networks_of<PolicyProtocol::imap>},
    {PolicyName::pop3_networks, "pop3_networks", true, take_networks_of<PolicyProtocol::pop3>},
    {PolicyName::submission_networks, "submission_networks", true,
     take_networks_of<PolicyProtocol::submission>},
    {PolicyName::http_networks, "http_networks", true, take_networks_of<PolicyProtocol::http>},
    {PolicyName::ldap_networks, "ldap_networks", true, take_networks_of<PolicyProtocol::ldap>},
    {PolicyName::local_only, "local_only", false, take_local_only},
    {PolicyName::message_size, "message_size", false, take_message_size},
    {PolicyName::recipients, "recipients", false, take_recipients},
    {PolicyName::daily_messages, "daily_messages", false, take_daily_messages},
    {PolicyName::daily_recipients, "daily_recipients", false, take_daily_recipients},
    {PolicyName::booking, "booking", false, take_booking},
    {PolicyName::booking_by, "booking_by", true, take_booking_by},
    {PolicyName::booking_days, "booking_days", false, take_booking_days},
    {PolicyName::booking_minutes, "booking_minutes", false, take_booking_minutes},
    {PolicyName::booking_conflicts, "booking_conflicts", false, take_booking_conflicts},
    {PolicyName::booking_series, "booking_series", false, take_booking_series},
    {PolicyName::capacity, "capacity", false, take_capacity},
    {PolicyName::invitations, "invitations", false, take_invitations},
    {PolicyName::publishing, "publishing", false, take_publishing},
    {PolicyName::free_busy, "free_busy", false, take_free_busy},
    {PolicyName::quarantine, "quarantine", false, take_quarantine},
    {PolicyName::locked, "locked", false, take_locked},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < k_names.size(); ++i)
    if (k_names[i].name != static_cast<PolicyName>(i)) return false;
  return true;
}
static_assert(in_order(), "one row for each PolicyName, in its order");

std::string all_names() {
  std::string out;
  for (const auto& row : k_names) out.append(row.word).append("=, ");
  return out + "priority=";
}

// A field and what follows up to the next one: names of folders may hold blanks.
struct Field {
  string_view word;
  std::string value;
};

Result<std::vector<Field>> split_fields(string_view text) {
  std::vector<Field> fields;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto row = std::ranges::find(k_names, name, &NameRow::word);
    if (equals != string_view::npos && (row != k_names.end() || name == k_priority)) {
      if (std::ranges::find(fields, name, &Field::word) != fields.end())
        return fail(Errc::bad_input, fmt::format("{} stands there twice", name));
      fields.push_back({name, std::string(word.substr(equals + 1))});
      continue;
    }
    const auto last = fields.empty()
                          ? k_names.end()
                          : std::ranges::find(k_names, fields.back().word, &NameRow::word);
    if (last == k_names.end() || !last->is_list)
      return fail(Errc::bad_input, fmt::format("\"{}\" is none of {}", word, all_names()));
    fields.back().value.append(" ").append(word);
  }
  return fields;
}

Result<void> take_field(const Field& field, PolicyRule& rule) {
  if (field.value.size() > k_longest_value)
    return fail(Errc::bad_input, fmt::format("{} is longer than a value may be", field.word));
  if (field.word == k_priority) {
    const auto number = parse_number<std::uint32_t>(field.value);
    if (!number || *number > k_highest_priority)
      return fail(Errc::bad_input, fmt::format("priority: \"{}\" is not a number up to {}",
                                               field.value, k_highest_priority));
    rule.priority = *number;
    return {};
  }
  const auto* row = std::ranges::find(k_names, field.word, &NameRow::word);
  PolicyValues values;
  if (const auto taken = row->take(field.value, values); !taken)
    return fail(Errc::bad_input, fmt::format("{}: {}", field.word, taken.error().detail()));
  rule.values.emplace(row->name, field.value);
  return {};
}

bool has_control_characters(string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
}

bool is_address(string_view who) {
  const auto at = who.rfind('@');
  return at != string_view::npos && at != 0 && at + 1 != who.size() && !who.contains(' ');
}

// "@example.test": whose address is of that domain.
bool is_mail_domain(string_view who) {
  return who.size() > 1 && who.front() == '@' &&
         who.find_first_of(" @:=\\,", 1) == string_view::npos;
}

// RFC 4514, 3: an attribute type and '='.
bool is_dn(string_view who) {
  const auto type = trim(who.substr(0, who.find('=')));
  return type.size() < who.size() && !type.empty() &&
         std::ranges::all_of(
             type,
             [](char c) {
               return is_digit(c) || c == '-' || c == '.' ||
                      (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
             });
}

bool is_domain_name(string_view who) {
  const auto slash = who.find('\\');
  return slash != string_view::npos && slash != 0 && slash + 1 != who.size();
}

// Where WHO ends: a colon may stand in a distinguished name, with something behind it.
std::size_t end_of_who(string_view row) {
  const auto wide = row.find(": ");
  if (wide != string_view::npos) return wide;
  return row.ends_with(':') ? row.size() - 1 : row.find(':');
}

}  // namespace

string_view name_of(PolicyName name) noexcept {
  return k_names[static_cast<std::size_t>(name)].word;
}

std::optional<PolicyName> find_policy_name(string_view name) noexcept {
  const auto* row = std::ranges::find(k_names, name, &NameRow::word);
  if (row == k_names.end()) return std::nullopt;
  return row->name;
}

string_view name_of(PolicyProtocol protocol) noexcept {
  return k_protocols[static_cast<std::size_t>(protocol)];
}

bool PolicyValues::may_use(PolicyProtocol protocol) const noexcept {
  return !protocols || (*protocols & 1U << static_cast<unsigned>(protocol)) != 0;
}

const AccessRules* PolicyValues::networks_of(PolicyProtocol protocol) const noexcept {
  const auto& own = protocol_networks[static_cast<std::size_t>(protocol)];
  if (own) return &*own;
  return networks ? &*networks : nullptr;
}

Result<std::string> parse_policy_who(string_view text) {
  const auto who = trim(text);
  if (who == "*" || iequals(who, "everybody")) return "everybody";
  if (who.size() > k_longest_who || has_control_characters(who) || !is_utf8(who) ||
      who.contains(": ") || who.ends_with(':') ||
      !(is_address(who) || is_mail_domain(who) || is_dn(who) || is_domain_name(who)))
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not the address of a group or person, @DOMAIN, a "
                            "distinguished name, DOMAIN\\name or everybody",
                            to_valid_utf8(who.substr(0, 200))));
  return std::string(who);
}

Result<PolicyRule> parse_policy_values(string_view text) {
  if (has_control_characters(text) || !is_utf8(text))
    return fail(Errc::bad_input, "control characters, or bytes that are no text, stand there");
  KONTOR_TRY(const auto fields, split_fields(text));
  PolicyRule rule;
  for (const auto& field : fields) {
    KONTOR_TRY(take_field(field, rule));
  }
  if (fields.empty()) return fail(Errc::bad_input, "it names no value");
  return rule;
}

Result<PolicyRule> parse_policy(string_view row) {
  const auto colon = end_of_who(row);
  if (colon == string_view::npos)
    return fail(Errc::bad_input, "whom it is for and a colon must come first");
  KONTOR_TRY(auto who, parse_policy_who(row.substr(0, colon)));
  KONTOR_TRY(auto rule, parse_policy_values(row.substr(colon + 1)));
  if (rule.values.empty()) return fail(Errc::bad_input, "it names no value");
  rule.who = std::move(who);
  return rule;
}

std::string format_policy_values(const PolicyRule& rule) {
  std::string out;
  if (rule.priority) out = fmt::format("{}={}", k_priority, *rule.priority);
  for (const auto& [name, text] : rule.values)
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", name_of(name), text);
  return out;
}

std::string format_policy(const PolicyRule& rule) {
  return rule.who + ": " + format_policy_values(rule);
}

void apply_policy_value(PolicyName name, string_view text, PolicyValues& values) {
  // A rule holds good values only.
  (void)k_names[static_cast<std::size_t>(name)].take(text, values);
}

}  // namespace kontor::config
