// SPDX-License-Identifier: GPL-3.0-or-later
// KeywordTable: the sets of keywords in use in an account, each stored once and named by a number.
//
// Keywords compare without case (RFC 9051, 2.3.2) and keep the spelling first seen in the account.
// Values; no threads of its own.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/format/types.hpp"

namespace kontor::store {

class KeywordTable {
 public:
  static constexpr std::size_t k_max_sets = 65'536;

  // The number of the set of these names (duplicates and order do not matter). Nothing when the
  // table is full.
  std::optional<KeywordSetId> find(const std::vector<std::string>& names) const;
  std::optional<KeywordSetId> intern(const std::vector<std::string>& names);
  // The set under a number of the writer's choice; false: the number stands for another set.
  bool define(KeywordSetId id, const std::vector<std::string>& names);
  // Sorted without case, spelled as first seen; the empty set for an unknown number.
  const std::vector<std::string>& names(KeywordSetId id) const;
  // The set that `action` makes of set `before` with `names`.
  std::optional<KeywordSetId> change(KeywordSetId before,
                                     FlagAction action,
                                     const std::vector<std::string>& names);
  std::size_t size() const noexcept { return sets_.size(); }  // with the empty one
  bool operator==(const KeywordTable&) const = default;

 private:
  std::vector<std::string> spelled(const std::vector<std::string>& names);

  std::vector<std::vector<std::string>> sets_{1};
  std::map<std::string, KeywordSetId, std::less<>> numbers_;  // canonical text -> set
  std::map<std::string, std::string, std::less<>> spelling_;  // lower case -> first seen
};

// What a message's system flags come to under `action`.
FlagBits changed_flags(FlagBits before, FlagAction action, FlagBits flags) noexcept;
// What a set of names comes to under `action`, lower case, sorted, each once.
std::vector<std::string> changed_keywords(const std::vector<std::string>& before,
                                          FlagAction action,
                                          const std::vector<std::string>& names);
// An atom without the characters that flags may not have (RFC 9051, 9: flag-keyword), of at most
// 255 bytes.
bool is_keyword(std::string_view name) noexcept;

}  // namespace kontor::store
