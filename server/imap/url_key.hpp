// SPDX-License-Identifier: GPL-3.0-or-later
// The mailbox access keys of URLAUTH (RFC 4467): what a URL's authorization is made with. A key is
// 32 random bytes; it stands as an annotation of its folder under a name that METADATA does not
// show (docs/formats/frames.md), and is made when the first URL is signed.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/task.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::imap {

// Mechanism INTERNAL: "01" and the HMAC-SHA-256 of the rump, in hexadecimal digits.
std::string sign_url(std::string_view key, std::string_view rump);

// Nothing: no URL of this folder was ever signed, or its key was reset.
std::optional<std::string> find_url_key(const store::AccountView& view, store::FolderId folder);
// The key there is, or a new one, durable when it is given.
Task<Result<std::string>> make_url_key(std::shared_ptr<store::Account> account,
                                       store::FolderId folder);
// No URL signed so far is good any more, once this is done.
Task<Result<void>> drop_url_key(std::shared_ptr<store::Account> account, store::FolderId folder);

}  // namespace kontor::imap
