// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_password_file.hpp"

#include <fmt/format.h>

#include <set>

#include "base/core/crc32c.hpp"
#include "base/core/networks.hpp"
#include "base/core/text.hpp"

namespace kontor::trace {
namespace {

constexpr std::string_view k_family = "kontor-app-passwords ";
constexpr std::string_view k_head = "kontor-app-passwords 1";
constexpr std::string_view k_uses_head = "kontor-app-password-uses 1";
constexpr std::size_t k_fields = 9;
constexpr std::uint64_t k_latest = 253'402'300'799;  // the end of the year 9999

// One way only to write it, so that what is read is written the same.
std::optional<UtcSeconds> parse_time(std::string_view text) {
  const auto seconds = parse_number<std::uint64_t>(text);
  if (!seconds || *seconds > k_latest || std::to_string(*seconds) != text) return std::nullopt;
  return UtcSeconds(std::chrono::seconds(*seconds));
}

std::optional<directory::PrincipalId> parse_principal(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 255) return std::nullopt;
  const auto guid = Uuid::parse(text.substr(colon + 1));
  if (!guid || guid->text() != text.substr(colon + 1)) return std::nullopt;
  return directory::PrincipalId{std::string(text.substr(0, colon)), *guid};
}

// The fields of a line; the last one is the rest of it.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (fields.size() + 1 < k_fields) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) break;
    fields.push_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  fields.push_back(line);
  return fields;
}

std::optional<std::string> parse_hex(std::string_view text, std::size_t size) {
  auto bytes = hex_decode(text);
  if (!bytes || bytes->size() != size || hex_encode(*bytes) != text) return std::nullopt;
  return *std::move(bytes);
}

std::string words_of(const std::vector<std::string>& protocols) {
  return protocols.empty() ? "all" : join(protocols, ",");
}

// "ID SOURCE:GUID CREATED EXPIRES PROTOCOLS administrator|owner SALT HASH NAME"
std::optional<AppPassword> parse_line(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() != k_fields || !is_app_password_id(fields[0])) return std::nullopt;
  const auto owner = parse_principal(fields[1]);
  const auto created = parse_time(fields[2]), expires = parse_time(fields[3]);
  auto protocols = parse_app_password_protocols(fields[4]);
  auto salt = parse_hex(fields[6], 16), hash = parse_hex(fields[7], 32);
  if (!owner || !created || !expires || !protocols || !salt || !hash) return std::nullopt;
  if (words_of(*protocols) != fields[4] || !is_app_password_name(fields[8])) return std::nullopt;
  if (fields[5] != "administrator" && fields[5] != "owner") return std::nullopt;
  AppPassword one;
  one.id = fields[0];
  one.owner = *owner;
  one.name = fields[8];
  one.created = *created;
  if (expires->time_since_epoch().count() > 0) one.expires = *expires;
  one.protocols = *std::move(protocols);
  one.by_administrator = fields[5] == "administrator";
  one.salt = *std::move(salt);
  one.hash = *std::move(hash);
  return one;
}

std::string end_of(std::size_t count, std::string_view before) {
  return fmt::format("end {} {:08x}\n", count, crc32c(before));
}

}  // namespace

std::string format_app_passwords(const std::vector<AppPassword>& passwords) {
  std::string out(k_head);
  out += '\n';
  for (const auto& one : passwords)
    out += fmt::format("{} {} {} {} {} {} {} {} {}\n", one.id, one.owner.text(),
                       one.created.time_since_epoch().count(),
                       one.expires ? one.expires->time_since_epoch().count() : 0,
                       words_of(one.protocols), one.by_administrator ? "administrator" : "owner",
                       hex_encode(one.salt), hex_encode(one.hash), one.name);
  out += end_of(passwords.size(), out);
  return out;
}

Result<std::vector<AppPassword>> parse_app_passwords(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.front() != k_head) {
    if (lines.front().starts_with(k_family))
      return fail(Errc::unsupported, "line 1: written by a later version");
    return fail(Errc::corrupt, "line 1: not a file of app passwords");
  }
  if (lines.size() < 3 || !lines.back().empty())
    return fail(Errc::corrupt, fmt::format("line {}: the file is cut short", lines.size()));
  const std::size_t count = lines.size() - 3;
  if (count > k_most_app_passwords) return fail(Errc::corrupt, "line 1: too many lines");
  const auto end = lines[lines.size() - 2];
  if (std::string(end) + '\n' != end_of(count, text.substr(0, text.size() - end.size() - 1)))
    return fail(Errc::corrupt,
                fmt::format("line {}: the checksum does not fit the lines above", count + 2));
  std::vector<AppPassword> passwords;
  passwords.reserve(count);
  std::set<std::string_view> ids;
  for (std::size_t i = 1; i <= count; ++i) {
    auto one = parse_line(lines[i]);
    if (!one) return fail(Errc::corrupt, fmt::format("line {}: not an app password", i + 1));
    if (!ids.insert(lines[i].substr(0, one->id.size())).second)
      return fail(Errc::corrupt, fmt::format("line {}: a second one of this id", i + 1));
    passwords.push_back(*std::move(one));
  }
  return passwords;
}

std::string format_app_password_uses(const AppPasswordUses& uses) {
  std::string out(k_uses_head);
  out += '\n';
  for (const auto& [id, use] : uses)
    out += fmt::format("{} {} {} {}\n", id, use.at.time_since_epoch().count(), use.protocol,
                       use.address);
  return out;
}

AppPasswordUses parse_app_password_uses(std::string_view text) {
  AppPasswordUses uses;
  const auto lines = split(text, '\n');
  if (lines.front() != k_uses_head || lines.size() > k_most_app_passwords + 2) return uses;
  for (const auto line : lines) {
    const auto fields = split(line, ' ');
    if (fields.size() != 4 || !is_app_password_id(fields[0])) continue;
    const auto at = parse_time(fields[1]);
    const auto protocols = parse_app_password_protocols(fields[2]);
    const auto address = parse_ip_address(fields[3]);
    if (!at || !protocols || protocols->size() != 1 || !address) continue;
    uses.insert_or_assign(std::string(fields[0]),
                          AppPasswordUse{*at, protocols->front(), address->text()});
  }
  return uses;
}

}  // namespace kontor::trace
