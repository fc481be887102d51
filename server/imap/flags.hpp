// SPDX-License-Identifier: GPL-3.0-or-later
// Flags as the client reads them (RFC 9051, 2.3.2) and as the store keeps them. Pure.
#pragma once
#include <string>
#include <vector>

#include "server/imap/wire/lexer.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::imap {

// "(\Answered $Label)", appended.
void append_flags(std::string& out,
                  store::FlagBits flags,
                  const std::vector<std::string>& keywords);
// Those of an entry; `view` knows its keywords.
void append_flags(std::string& out, const store::AccountView& view, const store::Entry& entry);
// "\Answered \Flagged \Deleted \Seen \Draft", those of them in `system`, and the keywords, without
// parentheses.
std::string flags_in_use(const std::vector<std::string>& keywords, store::FlagBits system = 0xFF);
// "\Drafts"; empty for none (RFC 6154, 2).
std::string_view special_use_name(store::SpecialUse use);
// none for a name that is no special use.
store::SpecialUse special_use_of(std::string_view name);

}  // namespace kontor::imap
