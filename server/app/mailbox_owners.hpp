// SPDX-License-Identifier: GPL-3.0-or-later
// What the store asks about the owners of mailboxes: which policy holds for one (settings, and the
// groups that he belongs to), whether the directory still knows him, and the letter that tells him
// that his mailbox is nearly full.
//
// Any thread, memory only. A newer directory copy counts at the next question.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/config/mailbox_rules.hpp"
#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "store/mailbox/policy.hpp"

namespace kontor::app {

class MailboxOwners {
 public:
  // `settings` outlives it and was checked (config::check_settings).
  MailboxOwners(const config::Settings& settings, const Clock& clock, log::Context log);

  // Until then the settings hold for everybody, and nobody is gone. `directory` outlives it.
  // `is_sure`: the source of that name answers, and no set of people is held back.
  void set_directory(directory::Directory& directory,
                     std::function<bool(const std::string& source)> is_sure);

  store::MailboxPolicy policy(const store::Binding& owner) const;
  store::Standing standing(const store::Binding& owner) const;
  // A whole message, from the server to the owner.
  std::string quota_letter(const store::Binding& owner, const store::Quota& quota) const;

 private:
  // The policy of each person asked about, by one directory copy.
  struct Known {
    std::uint64_t generation = 0;
    std::vector<directory::Sid> groups;  // of each row; empty: no such group
    std::map<store::Binding, std::size_t> rows;
  };
  void find_groups(const directory::DirectoryCopy& copy, Known& known) const;

  const config::Settings& settings_;
  const Clock& clock_;
  log::Context log_;
  store::MailboxPolicy general_;
  std::vector<config::PolicyRow> rows_;
  std::vector<store::MailboxPolicy> policies_;  // of each row, completed by the general one
  std::atomic<directory::Directory*> directory_ = nullptr;
  std::function<bool(const std::string&)> is_sure_;
  mutable Guarded<Known> known_;
};

}  // namespace kontor::app
