// SPDX-License-Identifier: GPL-3.0-or-later
// Bringing a mailbox over from another IMAP server (docs/admin/import-imap.md). Blocking.
#pragma once
#include <string>

#include "server/admin/imap_source/connection.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

struct ImapJob {
  std::string account;  // of ours
  imap_source::Peer peer;
  imap_source::Login login;
  std::string folder;  // of the source, levels by '/', with those below it; empty: all
  std::string into;    // of ours; empty: each in its own place
  bool dry_run = false;
  std::string name() const;  // of the source: "user@host:port"
};

Result<Finding> import_from_imap(const Client& client, const ImapJob& job);
// By the options of `import`: one mailbox, or those of --list.
Result<Finding> import_by_options(const Client& client, const Request& request);

}  // namespace kontor::admin
