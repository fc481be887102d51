// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/attributes.hpp"

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

struct ClassRow {
  std::string_view name;
  EntryClass meaning;
};

// The first row that an entry has decides.
constexpr ClassRow k_classes[] = {
    {"kontorroom", EntryClass::room},
    {"room", EntryClass::room},
    {"contact", EntryClass::contact},
    {"inetorgperson", EntryClass::person},
    {"user", EntryClass::person},
    {"posixaccount", EntryClass::person},
    {"organizationalperson", EntryClass::person},
    {"person", EntryClass::person},
    {"account", EntryClass::person},
    {"groupofnames", EntryClass::group},
    {"groupofuniquenames", EntryClass::group},
    {"groupofmembers", EntryClass::group},
    {"posixgroup", EntryClass::group},
    {"group", EntryClass::group},
    {"organizationalunit", EntryClass::container},
    {"organization", EntryClass::container},
    {"domain", EntryClass::container},
    {"dcobject", EntryClass::container},
    {"container", EntryClass::container},
    {"country", EntryClass::container},
    {"locality", EntryClass::container},
};

constexpr std::uint64_t k_never = 0x7FFF'FFFF'FFFF'FFFF;
constexpr std::int64_t k_seconds_1601_to_1970 = 11'644'473'600;

bool is_separator(char c) { return c == ',' || c == '+' || c == '=' || c == ';'; }

// One escaped character at `at` (a backslash): the character itself, and `at` moved past it.
// RFC 4514, 2.4: a backslash, then two hexadecimal digits or the character.
char unescape(std::string_view dn, std::size_t& at) {
  if (at + 2 < dn.size()) {
    if (const auto byte = hex_decode(dn.substr(at + 1, 2)); byte) {
      at += 3;
      return (*byte)[0];
    }
  }
  const char c = at + 1 < dn.size() ? dn[at + 1] : '\\';
  at += 2;
  return c;
}

}  // namespace

EntryClass entry_class_of(const std::vector<std::string>& object_classes) {
  for (const auto& row : k_classes)
    for (const auto& name : object_classes)
      if (iequals(name, row.name)) return row.meaning;
  return EntryClass::unknown;
}

void set_addresses(Principal& principal,
                   std::string_view mail,
                   const std::vector<std::string>& proxy_addresses) {
  std::string_view primary = trim(mail);
  for (const std::string_view value : proxy_addresses) {
    const auto colon = value.find(':');
    const auto kind = colon == std::string_view::npos ? "smtp" : value.substr(0, colon);
    if (!iequals(kind, "smtp")) continue;
    const auto address = colon == std::string_view::npos ? value : value.substr(colon + 1);
    if (kind == "SMTP" && primary.empty()) primary = address;
    principal.addresses.emplace_back(trim(address));
  }
  principal.mail = std::string(trim(primary));
}

State state_of_account_control(std::uint32_t account_control) {
  return (account_control & 2U) != 0 ? State::disabled : State::enabled;
}

std::uint32_t group_type_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto bits = parse_number<std::uint32_t>(text.substr(is_negative ? 1 : 0)).value_or(0);
  return is_negative ? 0U - bits : bits;
}

std::optional<std::int64_t> expiry_of_filetime(std::uint64_t filetime) {
  if (filetime == 0 || filetime >= k_never) return std::nullopt;
  return static_cast<std::int64_t>(filetime / 10'000'000) - k_seconds_1601_to_1970;
}

std::string fold_dn(std::string_view dn) {
  std::string out;
  std::size_t blanks = 0;  // seen and not yet known to stand inside a value
  for (std::size_t at = 0; at < dn.size();) {
    const char c = dn[at];
    if (c == ' ') {
      ++blanks;
      ++at;
      continue;
    }
    if (is_separator(c)) {
      out.push_back(c == ';' ? ',' : c);
      blanks = 0;
      ++at;
      continue;
    }
    const bool begins = out.empty() || is_separator(out.back());
    if (!begins) out.append(blanks, ' ');
    blanks = 0;
    if (c != '\\') {
      out.push_back(c);
      ++at;
      continue;
    }
    const char literal = unescape(dn, at);
    if (is_separator(literal) || literal == '\\' || literal == ' ')  // keep apart from the bare one
      out.append("\\" + hex_encode(std::string_view(&literal, 1)));
    else
      out.push_back(literal);
  }
  return fold_name(out);
}

std::string domain_of_dn(std::string_view folded_dn) {
  std::string domain;
  for (const auto part : split(folded_dn, ',')) {
    if (!part.starts_with("dc=")) continue;
    if (!domain.empty()) domain.push_back('.');
    domain.append(part.substr(3));
  }
  return domain;
}

}  // namespace kontor::directory
