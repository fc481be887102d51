// SPDX-License-Identifier: GPL-3.0-or-later
// IMAP URLs that their owners have signed (RFC 4467): who may read what they name. For URLFETCH and
// for BURL of submission (RFC 4468). One coroutine; the environment outlives the tasks.
#pragma once
#include <memory>
#include <string>

#include "directory/model/identity.hpp"
#include "server/imap/server.hpp"
#include "server/imap/wire/imap_url.hpp"

namespace kontor::imap {

struct UrlReader {
  directory::Identity who;
  bool by_submission = false;  // the submission server, on his behalf
};

// What a good URL names: whether the message is still there is not asked.
struct SignedUrl {
  std::shared_ptr<store::Account> account;
  store::FolderId folder;
  wire::ImapUrl url;
};

// no_permission: not signed for this reader, expired, or its key was reset.
Task<Result<SignedUrl>> open_signed_url(const Environment& env, UrlReader reader, std::string text);

// The bytes that a URL names, for a message that `who` submits (RFC 4468). bad_input: no URL;
// no_permission as above; not_found: the message, the part or its mailbox is gone.
Task<Result<std::string>> read_for_submission(const Environment& env,
                                              directory::Identity who,
                                              std::string url);

}  // namespace kontor::imap
