// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/keyword_table.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::store {
namespace {

std::vector<std::string> canonical(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back(to_lower(name));
  std::ranges::sort(out);
  const auto rest = std::ranges::unique(out);
  out.erase(rest.begin(), rest.end());
  return out;
}

std::string text_of(const std::vector<std::string>& canonical_names) {
  std::string text;  // a length before each name: no byte of a name can be taken for a border
  for (const auto& name : canonical_names) text += std::to_string(name.size()) + ':' + name;
  return text;
}

}  // namespace

std::optional<KeywordSetId> KeywordTable::find(const std::vector<std::string>& names) const {
  if (names.empty()) return 0;
  const auto found = numbers_.find(text_of(canonical(names)));
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> KeywordTable::spelled(const std::vector<std::string>& names) {
  for (const auto& name : names) spelling_.try_emplace(to_lower(name), name);
  auto set = canonical(names);
  for (auto& name : set) name = spelling_.find(name)->second;
  return set;
}

std::optional<KeywordSetId> KeywordTable::intern(const std::vector<std::string>& names) {
  if (const auto found = find(names)) return found;
  if (sets_.size() >= k_max_sets) return std::nullopt;
  const auto id = static_cast<KeywordSetId>(sets_.size());
  sets_.push_back(spelled(names));
  numbers_.emplace(text_of(canonical(names)), id);
  return id;
}

bool KeywordTable::define(KeywordSetId id, const std::vector<std::string>& names) {
  if (id >= k_max_sets) return false;
  if (id < sets_.size()) return find(names) == id;
  if (find(names)) return false;
  sets_.resize(id);  // numbers between are sets that compaction found unused
  return intern(names) == id;
}

const std::vector<std::string>& KeywordTable::names(KeywordSetId id) const {
  return id < sets_.size() ? sets_[id] : sets_.front();
}

std::optional<KeywordSetId> KeywordTable::change(KeywordSetId before,
                                                 FlagAction action,
                                                 const std::vector<std::string>& names) {
  if (names.empty() && action != FlagAction::set) return before;
  std::vector<std::string> wanted = changed_keywords(this->names(before), action, names);
  if (const auto found = find(wanted)) return found;
  if (action == FlagAction::remove) return intern(wanted);
  static_cast<void>(spelled(names));  // the spelling of this change counts, not the lower case
  return intern(wanted);
}

FlagBits changed_flags(FlagBits before, FlagAction action, FlagBits flags) noexcept {
  switch (action) {
    case FlagAction::set:
      return flags;
    case FlagAction::add:
      return before | flags;
    case FlagAction::remove:
      return static_cast<FlagBits>(before & ~flags);
  }
  return before;
}

std::vector<std::string> changed_keywords(const std::vector<std::string>& before,
                                          FlagAction action,
                                          const std::vector<std::string>& names) {
  const auto old_names = canonical(before);
  const auto given = canonical(names);
  std::vector<std::string> out;
  if (action == FlagAction::set) return given;
  if (action == FlagAction::add)
    std::ranges::set_union(old_names, given, std::back_inserter(out));
  else
    std::ranges::set_difference(old_names, given, std::back_inserter(out));
  return out;
}

bool is_keyword(std::string_view name) noexcept {
  if (name.empty() || name.size() > 255) return false;
  return std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
  });
}

}  // namespace kontor::store
