// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/audit_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_hash = 64;
constexpr std::string_view k_format = "kontor-audit ";
constexpr std::string_view k_first_version = "1";  // one file for ever
constexpr std::size_t k_longest_title = k_format.size() + 2 + 20 + 1 + k_hash;
// What a file's name has room for. Far below what JSON can hold, whatever a damaged title says.
constexpr std::uint64_t k_highest_number = 999'999'999'999;
constexpr std::string_view k_full_prefix = "audit-";
constexpr std::string_view k_full_suffix = ".log";

// What a first line says, without its end; nothing: no version known here writes it so.
std::optional<AuditStamp> read_title(std::string_view line) {
  if (!line.starts_with(k_format)) return std::nullopt;
  const auto words = split(line.substr(k_format.size()), ' ');
  if (words.size() == 1 && words[0] == k_first_version) return before_the_first_record();
  if (words.size() != 3 || words[0] != "2" || words[2].size() != k_hash) return std::nullopt;
  const auto number = parse_number<std::uint64_t>(words[1]);
  if (!number || *number > k_highest_number ||
      words[2].find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  AuditStamp stamp{*number, std::string(words[2])};
  if (audit_title(stamp) != std::string(line) + '\n') return std::nullopt;  // zeros in front
  return stamp;
}

// The number of a record whose hash fits the one before; 0: it does not.
std::uint64_t number_of(std::string_view line, std::string_view hash_before) {
  if (line.size() < k_hash + 2 || line[k_hash] != ' ') return 0;
  const auto record = line.substr(k_hash + 1);
  if (audit_line(hash_before, record) != std::string(line) + '\n') return 0;
  boost::system::error_code failed;
  const auto value = json::parse(record, failed);
  if (failed || !value.is_object()) return 0;
  const auto* number = value.as_object().if_contains("number");
  return number != nullptr && number->is_int64() ? static_cast<std::uint64_t>(number->as_int64())
                                                 : 0;
}

}  // namespace

AuditStamp before_the_first_record() { return {0, std::string(k_hash, '0')}; }

std::string audit_title(const AuditStamp& before) {
  return fmt::format("{}2 {} {}\n", k_format, before.number, before.hash);
}

std::string audit_line(std::string_view hash_before, std::string_view record) {
  std::string hashed(hash_before);
  hashed.append(" ").append(record);
  auto line = hex_encode(crypto::sha256(hashed));
  return line.append(" ").append(record).append("\n");
}

AuditCheck check_audit(std::string_view content) {
  AuditCheck check;
  check.before = check.last = before_the_first_record();
  const auto title = content.find('\n');
  if (title == std::string_view::npos && content.size() <= k_longest_title &&
      content.substr(0, k_format.size()) == k_format.substr(0, content.size())) {
    check.torn = content.size();  // a crash while the file was begun
    return check;
  }
  const auto before = read_title(content.substr(0, title));
  if (title == std::string_view::npos || !before) {
    check.problem = "It does not begin as an audit log of this version does.";
    return check;
  }
  check.before = check.last = *before;
  check.bytes = title + 1;
  while (check.bytes < content.size()) {
    const auto end = content.find('\n', check.bytes);
    if (end == std::string_view::npos) {
      check.torn = content.size() - check.bytes;
      return check;
    }
    const auto line = content.substr(check.bytes, end - check.bytes);
    if (number_of(line, check.last.hash) != check.last.number + 1) {
      check.problem = "What follows record " + std::to_string(check.last.number) +
                      " was changed, or something before it was taken out.";
      return check;
    }
    ++check.last.number;
    check.last.hash = std::string(line.substr(0, k_hash));
    check.bytes = end + 1;
  }
  return check;
}

std::string full_audit_name(const AuditStamp& last) {
  return fmt::format("{}{:012}{}", k_full_prefix, last.number, k_full_suffix);
}

std::vector<std::string> audit_files(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) {
    return name != k_audit_name &&
           !(name.starts_with(k_full_prefix) && name.ends_with(k_full_suffix));
  });
  // "audit-…" sorts before "audit.log", and the numbers have one length.
  std::ranges::sort(names);
  return names;
}

}  // namespace kontor::admin
