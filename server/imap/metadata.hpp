// SPDX-License-Identifier: GPL-3.0-or-later
// Annotations as a client sees them (RFC 5464): shared ones, and the private ones of the person who
// is signed in; and the METADATA response.
//
// Of the server /shared/admin is told and nothing else is shared: shared entries of the server are
// not a client's to set.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/session.hpp"
#include "server/imap/wire/metadata_args.hpp"

namespace kontor::imap {

struct Annotation {
  std::string entry;
  std::optional<std::string> value;  // nothing: NIL
};

// The name in the store of an entry that the client names, and back; nothing: somebody else's.
std::string stored_entry(const Session& session,
                         const store::Account& account,
                         std::string_view entry);
std::optional<std::string> shown_entry(const Session& session,
                                       const store::Account& account,
                                       std::string_view stored);

// May the annotations of this folder be read and set? (RFC 5464, 3.3: l and one of r, s, w, i, p.)
bool may_annotate(const Session& session,
                  const store::Account& account,
                  const store::FolderInfo& folder);

// What GETMETADATA asks for; entries named are there with NIL when they have no value and nothing
// below them is asked for. `folder` 0: of the server.
std::vector<Annotation> annotations_of(const Session& session,
                                       const store::Account& account,
                                       store::FolderId folder,
                                       const std::vector<std::string>& entries,
                                       wire::Depth depth);

// "* METADATA INBOX (/shared/comment "text")", without CRLF. `mailbox`: as on the wire.
std::string metadata_line(const std::string& mailbox, const std::vector<Annotation>& annotations);
// RFC 5464, 4.4.2: names alone, of what changed.
std::string metadata_names_line(const std::string& mailbox, const std::vector<std::string>& names);

}  // namespace kontor::imap
