// SPDX-License-Identifier: GPL-3.0-or-later
// What the store asks about the owners of mailboxes: what holds for one (the settings, and above
// them the rules of policy), whether the directory still knows him, and the letter that tells him
// that his mailbox is nearly full.
//
// Any thread, memory only. A newer directory copy counts at the next question.
#pragma once
#include <atomic>
#include <functional>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/policy/policies.hpp"
#include "store/mailbox/policy.hpp"

namespace kontor::app {

class MailboxOwners {
 public:
  // All of them outlive it; `settings` were checked (config::check_settings).
  MailboxOwners(const config::Settings& settings,
                const policy::Policies& policies,
                const Clock& clock);

  // Until then the settings hold for everybody, and nobody is gone. `directory` outlives it.
  // `is_sure`: the source of that name answers, and no set of people is held back.
  void set_directory(directory::Directory& directory,
                     std::function<bool(const std::string& source)> is_sure);

  store::MailboxPolicy policy(const store::Binding& owner) const;
  store::Standing standing(const store::Binding& owner) const;
  // A whole message, from the server to the owner.
  std::string quota_letter(const store::Binding& owner, const store::Quota& quota) const;

 private:
  const config::Settings& settings_;
  const policy::Policies& policies_;
  const Clock& clock_;
  store::MailboxPolicy general_;
  std::atomic<directory::Directory*> directory_ = nullptr;
  std::function<bool(const std::string&)> is_sure_;
};

}  // namespace kontor::app
