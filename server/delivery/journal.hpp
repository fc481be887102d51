// SPDX-License-Identifier: GPL-3.0-or-later
// Journal: copies of mail for archives, by journal.rules. It says which copies there are to be of a
// message; whoever takes the message puts them into the queue before he answers.
//
// A report is what Exchange calls one ([MS-OXOJRNL]'s text): a list of sender and recipients,
// people of groups and blind copies among them, and the message attached as it came. Each target
// gets one copy of a message, a report where any rule wants one. Copies bear a mark that this
// process alone can make: one that comes back is not journalled again. Pure over one directory
// copy; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/journal_rules.hpp"
#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"
#include "server/delivery/resolve.hpp"

namespace kontor::delivery {

// One recipient of the envelope, and who stands behind him.
struct JournalRecipient {
  std::string address;
  Principals mailboxes = {};
  std::vector<std::string> outside = {};
  std::vector<std::string> folders = {};  // their addresses
};

struct JournalMessage {
  std::string trace;
  std::string sender;                            // reverse-path; empty: <>
  std::optional<directory::PrincipalId> person;  // who signed in
  bool is_submitted = false;                     // its hidden recipients are its writer's
  std::vector<JournalRecipient> recipients;      // whose mail waits for a moderator is not here
  std::string_view bytes;                        // with the fields this server added
  UtcSeconds now{};
};

struct JournalCopy {
  std::string target;
  std::string reverse_path;  // who gets back what the target refuses
  std::string bytes;
};

class Journal {
 public:
  // `settings` and `domains` outlive it.
  Journal(const config::Settings& settings, const Domains& domains);

  bool is_empty() const noexcept { return rules_.empty(); }
  // None: no rule is for it, or it is such a copy itself.
  std::vector<JournalCopy> copies_of(const directory::DirectoryCopy& directory,
                                     const JournalMessage& message) const;
  // Is it a copy that came back?
  bool is_copy(std::string_view message) const;

 private:
  struct Matching;
  bool fits(const config::JournalRule& rule,
            const directory::DirectoryCopy& directory,
            const JournalMessage& message) const;
  std::string mark(std::string_view trace) const;
  std::string reverse_path_for(const directory::DirectoryCopy& directory,
                               const JournalMessage& message) const;
  std::string report_of(const JournalMessage& message,
                        const std::string& target,
                        const std::string& from) const;

  const config::Settings& settings_;
  const Domains& domains_;
  std::vector<config::JournalRule> rules_;
  crypto::KeyedHash key_;
};

}  // namespace kontor::delivery
