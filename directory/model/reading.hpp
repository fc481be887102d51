// SPDX-License-Identifier: GPL-3.0-or-later
// Reading: what the settings say about the attributes of entries, the same for every source: other
// names for the usual ones (directory.attributes), the groups whose members a filter finds
// (groups.dynamic), and whether photos are read.
//
// A dynamic group is an object of its own in the source k_dynamic_source; who fulfils its filter
// names it in member_of. Pure; rows that cannot be read are passed over, check_settings() refuses
// them before.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/group_rules.hpp"
#include "directory/model/filter.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

inline constexpr std::string_view k_dynamic_source = "dynamic";

struct DynamicGroup {
  explicit DynamicGroup(config::DynamicRule rule);
  PrincipalId id;  // made of the address
  std::string address;
  Filter filter;
};
// `rows` as the settings have them.
std::vector<DynamicGroup> dynamic_groups(const std::vector<std::string>& rows);
// The group as it stands in the copy.
Principal dynamic_principal(const DynamicGroup& group);

class Reading {
 public:
  Reading() = default;
  // `attributes` and `dynamic` as the settings have them.
  Reading(const std::vector<std::string>& attributes, const std::vector<std::string>& dynamic);

  // Photos are read, and given to `keep`, which says their names; an empty one: not kept. Before
  // wanted().
  void keep_photos(std::function<std::string(std::string_view bytes)> keep) {
    keep_photo_ = std::move(keep);
  }
  // What a source has to ask for: the usual names and those of the card, their other names, and
  // what the filters name.
  std::vector<std::string> wanted(const std::vector<std::string>& usual) const;
  bool renames() const { return !other_.empty(); }
  // Puts the values of other names in the place of the usual ones.
  void rename(Attributes& entry) const;
  // principal.card of an entry, its photo kept. After rename().
  void take_card(const Attributes& entry, Principal& principal) const;
  // Adds the dynamic groups whose filters the entry of a person fulfils to his member_of. After
  // rename().
  void add_groups(const Attributes& entry, Principal& principal) const;

 private:
  std::map<std::string, std::string> other_;  // usual to other, lower case
  std::vector<DynamicGroup> groups_;
  std::function<std::string(std::string_view)> keep_photo_;
};

}  // namespace kontor::directory
