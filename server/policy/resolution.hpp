// SPDX-License-Identifier: GPL-3.0-or-later
// Which rule of policy decides for whom.
//
// Each value is decided by itself, by the strongest rule that names it. A rule for the person is
// stronger than one for a group he belongs to (nested to any depth), that than one for the
// organisational unit he is in, that than one for the unit around it, and so on; one for everybody
// whose address is of a mail domain is weaker than any of these, and one for everybody is the
// weakest. Among equally near rules the higher priority counts, then where it is kept:
// kontorctl's before the settings', those before the directory's; then the order as written, in the
// directory by DN. Pure, over one directory copy.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/config/policy_rule.hpp"
#include "directory/model/model.hpp"

namespace kontor::policy {

enum class Origin : std::uint8_t { kontorctl, settings, directory };
enum class Level : std::uint8_t { person, group, unit, domain, everybody };
std::string_view name_of(Origin origin) noexcept;
std::string_view name_of(Level level) noexcept;

struct Rule {
  config::PolicyRule rule;  // of the directory's, `who` is the DN it is written on
  Origin origin = Origin::settings;
};
using RulePointer = std::shared_ptr<const Rule>;

// A rule that holds for somebody, and how near it is.
struct Applied {
  RulePointer rule;
  Level level = Level::everybody;
  std::size_t depth = 0;  // of a unit: the parts of its DN; more is nearer
  std::size_t place = 0;  // in the order as written
};

// One value of somebody: the rule that decides, and those that name it and lost, strongest first.
struct Decision {
  config::PolicyName name{};
  Applied winner;
  std::vector<Applied> losers;
};

// `applied` is sorted, the strongest first.
std::vector<Decision> decide(const std::vector<Applied>& applied);
config::PolicyValues values_of(const std::vector<Applied>& applied);

// A rule and whom it means in one copy, for the administrator.
struct Listed {
  RulePointer rule;
  Level level = Level::everybody;
  std::string problem;  // why it holds for nobody or cannot be read; empty: it is in force
};

// The rules as one directory copy reads them.
class RuleIndex {
 public:
  // `written` in the order of strength; Principal::policies of the copy besides.
  RuleIndex(const std::vector<RulePointer>& written, const directory::DirectoryCopy& copy);

  // The rules that hold for somebody of that copy, the strongest first.
  std::vector<Applied> applied_to(const directory::DirectoryCopy& copy,
                                  const directory::Principal& person) const;
  const std::vector<Listed>& listed() const noexcept { return listed_; }

 private:
  struct Looker;
  using Numbers = std::vector<std::size_t>;  // in listed_

  void take_written(const Looker& looker, RulePointer rule);
  void take_attribute(const directory::Principal& principal);
  void take_value(const directory::Principal& principal, const std::string& value);
  Applied applied(std::size_t number, std::size_t depth) const;

  std::vector<Listed> listed_;
  Numbers everybody_;
  std::map<directory::PrincipalId, Numbers> persons_;
  std::map<directory::Sid, Numbers> groups_;
  std::unordered_map<std::string, Numbers> units_;       // folded DN
  std::unordered_map<std::string, Numbers> domains_;     // of mail, in small letters
  std::unordered_map<std::string, std::size_t> values_;  // value of a unit to its rule
};

// Principal::policies holds each value behind the DN of the unit it is written on and a line feed;
// without a DN it is the entry's own (docs/formats/directory-copy.md).
struct WrittenValue {
  std::string_view unit, text;
};
WrittenValue split_value(std::string_view value);

}  // namespace kontor::policy
