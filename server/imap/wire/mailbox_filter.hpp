// SPDX-License-Identifier: GPL-3.0-or-later
// Which mailboxes a command means (RFC 5465, 6: filter-mailboxes; RFC 7377, 4). Pure; bad_input
// with a sentence for the client.
#pragma once
#include <string>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_filter_names = 1'000;

enum class FilterKind : unsigned char {
  selected,
  selected_delayed,  // NOTIFY only
  inboxes,           // where mail is delivered to
  personal,          // all of the person's own
  subscribed,
  subtree,      // of `names` and all below them
  subtree_one,  // of `names` and their children; ESEARCH only
  mailboxes,    // `names`
};

constexpr bool is_selected(FilterKind kind) noexcept {
  return kind == FilterKind::selected || kind == FilterKind::selected_delayed;
}

struct MailboxFilter {
  FilterKind kind = FilterKind::selected;
  std::vector<std::string> names;  // UTF-8
};
Result<MailboxFilter> parse_mailbox_filter(Lexer& lexer);

}  // namespace kontor::imap::wire
