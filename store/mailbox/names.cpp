// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/names.hpp"

#include "base/core/text.hpp"

namespace kontor::store {

std::string inbox_in_capitals(std::string_view name) {
  // RFC 9051, 5.1: INBOX is special in any case; as a first level it is one place, too.
  if (istarts_with(name, "INBOX") && (name.size() == 5 || name[5] == '/'))
    return "INBOX" + std::string(name.substr(5));
  return std::string(name);
}

Result<std::string> folder_name(std::string_view name) {
  if (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  if (name.empty()) return fail(Errc::bad_input, "an empty folder name");
  if (name.size() > k_max_name) return fail(Errc::bad_input, "the folder name is too long");
  if (!is_utf8(name)) return fail(Errc::bad_input, "a folder name that is not UTF-8");
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return fail(Errc::bad_input, "a control character in a folder name");
  const auto levels = split(name, '/');
  if (levels.size() > k_max_levels) return fail(Errc::bad_input, "the folder lies too deep");
  for (const auto level : levels) {
    if (level.empty()) return fail(Errc::bad_input, "an empty level in a folder name");
    if (level.size() > k_max_level)
      return fail(Errc::bad_input, "a level of the folder name is too long");
  }
  return inbox_in_capitals(name);
}

std::vector<std::string> parents_of(std::string_view name) {
  std::vector<std::string> out;
  for (auto end = name.find('/'); end != std::string_view::npos; end = name.find('/', end + 1))
    out.emplace_back(name.substr(0, end));
  return out;
}

bool is_below(std::string_view name, std::string_view parent) noexcept {
  return name.size() > parent.size() && name.starts_with(parent) && name[parent.size()] == '/';
}

bool is_recoverable_name(std::string_view name) noexcept {
  return name == k_recoverable_root || is_below(name, k_recoverable_root);
}

}  // namespace kontor::store
