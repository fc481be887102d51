// SPDX-License-Identifier: GPL-3.0-or-later
// Expansion: the mailboxes, folders and addresses elsewhere that mail to some people, groups and
// contacts ends in (server/delivery/resolve.hpp says by which rules). Pure.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"
#include "server/delivery/resolve.hpp"

namespace kontor::delivery {

// One look at one copy.
struct Lookup {
  const directory::DirectoryCopy& copy;
  const Domains& domains;
  std::int64_t now;
  const DisabledMail& disabled;
  const store::Shares* folders;                // nullptr: none has an address
  const ModeratedGroups* moderated = nullptr;  // nullptr: there are none

  bool is_local(std::string_view domain) const;
  // Has a mailbox, and is neither disabled nor expired.
  bool is_open(const directory::Principal& principal) const;
  // Who has an address; several: each of them.
  Principals find(std::string_view local, std::string_view domain) const;
  // The folders that an address of ours is for.
  std::vector<store::AddressedFolder> find_folders(std::string_view local,
                                                   std::string_view domain) const;
  // Is mail taken for what this account holds?
  bool takes_mail(const store::Binding& owner) const;
};

struct Expansion {
  Principals mailboxes;                         // each once
  std::vector<std::string> outside;             // each once
  std::vector<store::AddressedFolder> folders;  // each once
  Principals moderated, held;                   // each once
};

class Expander {
 public:
  explicit Expander(const Lookup& lookup) : lookup_(lookup) {}  // outlives it

  // False: mail to this one ends nowhere.
  bool add(const std::shared_ptr<const directory::Principal>& principal);
  Expansion take() { return std::move(out_); }

 private:
  using Pointer = std::shared_ptr<const directory::Principal>;

  bool expand(const Pointer& principal);
  bool expand_group(const Pointer& group);
  bool has_moderated_within(const directory::Principal& group) const;
  std::vector<directory::PrincipalId> direct_members(const directory::Principal& group) const;
  bool expand_mailbox(const Pointer& person);
  bool forward(const directory::Principal& from);
  bool forward_disabled(const directory::Principal& from);
  bool add_id(const directory::PrincipalId& id);
  bool add_address(const std::string& address);
  bool add_outside(std::string address);
  bool add_folders(std::string_view address);  // under its domain's true name

  const Lookup& lookup_;
  Expansion out_;
  std::set<std::string> outside_;
  std::map<directory::PrincipalId, bool> done_;
  std::set<directory::PrincipalId> path_, circles_;  // under way; of these, reached again
  bool is_passing_ = false;                          // within a group that lets all in it pass
};

}  // namespace kontor::delivery
