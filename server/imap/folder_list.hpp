// SPDX-License-Identifier: GPL-3.0-or-later
// Lines of LIST and STATUS about one folder (RFC 9051, 7.3.1 and 7.3.4).
#pragma once
#include <string>

#include "server/imap/session.hpp"

namespace kontor::imap {

struct ListAttributes {
  bool exists = true;
  bool only_parent = false;       // a level above others and no more: tell \Noselect
  bool subscribed = false;        // tell \Subscribed
  std::optional<bool> children;   // tell \HasChildren or \HasNoChildren
  bool subscribed_below = false;  // CHILDINFO ("SUBSCRIBED") (RFC 5258, 3.5)
  bool special_below = false;     // CHILDINFO ("SPECIAL-USE")
  bool no_access = false;         // \NoAccess (RFC 5465, 3.1)
  std::string old_name;           // OLDNAME (RFC 5465, 5.4); empty: not told
};

// "* LIST (\HasNoChildren \Drafts) "/" Drafts", without CRLF.
std::string list_line(const Session& session,
                      const store::FolderInfo& folder,
                      const ListAttributes& attributes);
// "* STATUS Drafts (MESSAGES 3)", without CRLF, of a folder of this account. `items`: wire::status
// bits.
std::string status_line(const Session& session,
                        const store::Account& account,
                        const store::FolderInfo& folder,
                        unsigned items);

}  // namespace kontor::imap
