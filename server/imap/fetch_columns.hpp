// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH items that come from columns and fragments, formatted straight into the buffer of the
// response: no string is made for a message. Pure.
#pragma once
#include <string>

#include "server/imap/selected.hpp"
#include "server/imap/wire/fetch_args.hpp"
#include "store/mailbox/account.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::imap {

// "17-Jul-1996 02:44:25 +0000" in quotes (RFC 9051, 9: date-time).
void append_date_time(std::string& out, UtcSeconds time);
void append_number(std::string& out, std::uint64_t value);

// "* 12 FETCH (", or with `uid_only` "* 4827 UIDFETCH (" (RFC 9586, 3.3).
void append_fetch_head(std::string& out, std::uint32_t number, store::Uid uid, bool uid_only);
// A bit beside wire::fetch's: the response is UIDFETCH.
inline constexpr unsigned k_uid_only = 1U << 31U;

// "* 12 FETCH (" and the items of columns in `items`, separated by blanks. `thread`: of a message
// that was delivered before THREADID was computed; 0: not known.
void append_columns(std::string& out,
                    const store::AccountView& view,
                    const NumberedEntry& message,
                    unsigned items,
                    std::uint64_t thread = 0);
// The items of fragments in `items`, each led by a blank unless it follows '('.
void append_fragments(std::string& out, const store::Fragments& fragments, unsigned items);

// Items that read_fragments() is needed for.
inline constexpr unsigned k_fragment_items =
    wire::fetch::envelope | wire::fetch::body | wire::fetch::bodystructure | wire::fetch::preview;

}  // namespace kontor::imap
