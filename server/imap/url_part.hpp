// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes that an IMAP URL names (RFC 5092), for CATENATE and URLFETCH. Memory: the message at
// most. One coroutine; the session outlives the tasks.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"
#include "server/imap/command.hpp"
#include "server/imap/wire/imap_url.hpp"

namespace kontor::imap {

// The client's own folder that a URL names, whatever its host; not_found: somebody else's or none.
Result<store::FolderId> own_folder(const Session& session, const wire::ImapUrl& url);
mime::Limits part_limits(const config::Settings& settings);

// Of a message of the client's own account, relative to what is selected (RFC 4469, 3). Any error
// but closed: BADURL.
Task<Result<std::string>> read_url_part(Session& session, std::string url);
// NO [BADURL "..."] (RFC 4469, 4.1).
Tagged bad_url(std::string_view url);

// The message `url` names in that folder, and of it the section it names. not_found: it, the
// section or the folder's UIDVALIDITY is not there (any more).
Task<Result<std::string>> read_part(std::shared_ptr<store::Account> account,
                                    store::FolderId folder,
                                    wire::ImapUrl url,
                                    mime::Limits limits);

// What URLFETCH tells of a part (RFC 5524, 3.2).
struct UrlContent {
  std::string body;                   // as it stands
  std::optional<std::string> binary;  // without its transfer encoding; nothing: it is not known
  std::string structure;              // BODYPARTSTRUCTURE, of what is given
};
// `what`: bits of wire::url_item. A partial URL counts in the bytes that are given. Errors as
// above.
Task<Result<UrlContent>> read_content(std::shared_ptr<store::Account> account,
                                      store::FolderId folder,
                                      wire::ImapUrl url,
                                      unsigned what,
                                      mime::Limits limits);

}  // namespace kontor::imap
