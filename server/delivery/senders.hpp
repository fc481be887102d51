// SPDX-License-Identifier: GPL-3.0-or-later
// Senders: who may send to a person, room or group. The directory says it (MailRules) and, for
// groups, the setting groups.rules: its senders take the place of the directory's allowed ones.
//
// Refused ones may never; the owner of a group may always, when he is signed in. A list of those
// who are allowed holds people, groups (their members, nested), contacts and addresses. Somebody
// who has a mailbox here is believed to be a sender only when he signed in: the reverse-path of
// others can be anything. The empty reverse-path reaches people and rooms, and groups that anybody
// may send to (RFC 5321, 6.1). Only the addressed object's rules count, not those of the groups in
// it.
//
// A group may be moderated (the directory's msExchEnableModeration, or groups.rules): moderators
// are those whom the setting names, else the directory, else its owner. Their own mail passes, and
// that of those who are let pass; others' waits for them. Pure over one directory copy; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/group_rules.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"

namespace kontor::delivery {

struct Sender {
  std::string address;                           // reverse-path; empty: <>
  std::optional<directory::PrincipalId> person;  // who signed in
  bool is_trusted = false;                       // of a network whose reverse-paths are believed
};

enum class Admission : unsigned char {
  allowed,
  refused,       // he is among those who may not
  not_listed,    // others may
  must_sign_in,  // he might, were it known that it is he
};

class Senders {
 public:
  // `rows` as groups.rules has them; `domains` outlives it.
  Senders(const std::vector<std::string>& rows, const Domains& domains);

  Admission check(const directory::DirectoryCopy& copy,
                  const directory::Principal& target,
                  const Sender& sender) const;
  bool is_moderated(const directory::Principal& group) const;
  // People with a mailbox who decide about mail to the group, each once.
  std::vector<std::shared_ptr<const directory::Principal>> moderators_of(
      const directory::DirectoryCopy& copy, const directory::Principal& group) const;
  // Does mail of this sender to the group pass without a moderator?
  bool passes_unasked(const directory::DirectoryCopy& copy,
                      const directory::Principal& group,
                      const Sender& sender) const;
  // The rule of the settings; nullptr: none.
  const config::GroupRule* rule_of(const directory::Principal& group) const;

 private:
  struct Question;
  Question question(const directory::DirectoryCopy& copy, const Sender& sender) const;

  std::map<std::string, config::GroupRule> rules_;  // by the group's address
  const Domains& domains_;
};

// Does `id`, of a list of people and groups, stand for this person? `sids`: his, sorted.
bool names(const directory::DirectoryCopy& copy,
           const directory::PrincipalId& id,
           const directory::PrincipalId& person,
           const std::vector<directory::Sid>& sids);

// The word for logs: "refused", "not_listed", "must_sign_in".
std::string_view name_of(Admission admission) noexcept;

}  // namespace kontor::delivery
