// SPDX-License-Identifier: GPL-3.0-or-later
// Policies: what holds for whom, by the settings, by what kontorctl was told and by the directory,
// against the newest directory copy. What was found is kept for each person until the copy or a
// rule changes. Any thread; takes microseconds, and after a change of the directory the first
// question some milliseconds.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/log/log.hpp"
#include "server/policy/resolution.hpp"

namespace kontor::policy {

using SharedValues = std::shared_ptr<const config::PolicyValues>;

class Policies {
 public:
  // The settings were checked (config::check_settings).
  Policies(const config::Settings& settings, log::Context log);

  // Until then nothing holds for anybody. `directory` outlives it.
  void set_directory(const directory::Directory& directory);
  // The rules that kontorctl was told, instead of those before.
  void set_stored(const std::vector<config::PolicyRule>& rules);

  // Never null; nothing holds for who is not in the directory.
  SharedValues of(const directory::PrincipalId& person) const;
  std::vector<Decision> explain(const directory::PrincipalId& person) const;
  std::vector<Listed> list() const;
  // For the administrator: rules that hold for nobody, values that cannot be read.
  std::vector<std::string> problems() const;
  // May anything hold for anybody?
  bool has_rules() const noexcept {
    return !of_settings_.empty() || has_stored_ || reads_attribute_;
  }
  // Differs after each change of the stored rules.
  std::uint64_t version() const noexcept { return version_; }

 private:
  using Copy = std::shared_ptr<const directory::DirectoryCopy>;
  struct Known {
    std::vector<RulePointer> stored;
    std::shared_ptr<const RuleIndex> index;  // of `copy`; nullptr: to be made
    Copy copy;
    std::map<directory::PrincipalId, SharedValues> values;
    std::vector<std::string> told;  // problems that the log has
  };
  const RuleIndex& index_of(Known& known, const Copy& copy) const;
  void tell_problems(Known& known) const;

  std::vector<RulePointer> of_settings_;
  bool reads_attribute_;
  log::Context log_;
  std::atomic<const directory::Directory*> directory_ = nullptr;
  std::atomic<std::uint64_t> version_ = 0;
  std::atomic<bool> has_stored_ = false;
  mutable Guarded<Known> known_;
};

}  // namespace kontor::policy
