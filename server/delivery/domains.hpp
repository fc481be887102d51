// SPDX-License-Identifier: GPL-3.0-or-later
// Domains: what the settings say of mail domains besides the directory (settings domains.*), and
// which ones kontorctl has added.
//
// A local domain's addresses are people, rooms and groups here, or its catch-all. An alias domain
// is another name of a local or remote one: name@alias is name@domain everywhere, in recipients and
// in what a person may write as sender. A remote domain's mail is taken from anybody and sent on;
// addresses of it that the directory has are delivered here (a domain split between two servers).
// Pure; any thread. Entries that cannot be read are passed over: check_settings() refuses them
// before.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"

namespace kontor::delivery {

class Domains {
 public:
  explicit Domains(const config::Domains& settings);

  // By the settings or because it was added; the directory knows others.
  bool is_local(std::string_view domain) const;
  bool is_of_settings(std::string_view domain) const;  // local by them
  // Local domains besides, in small letters, instead of those before.
  void set_added(std::set<std::string> names);
  bool is_remote(std::string_view domain) const;  // mail for it is taken and sent on
  // The address under the true name of its domain; as it stands when that is no alias.
  std::string canonical(std::string_view address) const;
  // Who gets the mail for nobody of this domain; nothing: it is refused.
  std::optional<std::string> catch_all(std::string_view domain) const;
  // Domain for addresses that have none; empty: they are refused.
  const std::string& default_domain() const noexcept { return default_domain_; }

 private:
  std::set<std::string> local_;
  Guarded<std::set<std::string>> added_;
  std::set<std::string> remote_;
  std::map<std::string, std::string> alias_;      // name to true name
  std::map<std::string, std::string> catch_all_;  // domain to address
  std::string default_domain_;
};

}  // namespace kontor::delivery
