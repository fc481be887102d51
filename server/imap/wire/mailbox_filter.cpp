// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/mailbox_filter.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

struct Row {
  std::string_view name;
  FilterKind kind;
  bool takes_names;
};
constexpr std::array k_rows{
    Row{"SELECTED", FilterKind::selected, false},
    Row{"SELECTED-DELAYED", FilterKind::selected_delayed, false},
    Row{"INBOXES", FilterKind::inboxes, false},
    Row{"PERSONAL", FilterKind::personal, false},
    Row{"SUBSCRIBED", FilterKind::subscribed, false},
    Row{"SUBTREE", FilterKind::subtree, true},
    Row{"SUBTREE-ONE", FilterKind::subtree_one, true},
    Row{"MAILBOXES", FilterKind::mailboxes, true},
};

}  // namespace

Result<MailboxFilter> parse_mailbox_filter(Lexer& lexer) {
  KONTOR_TRY(const auto name, lexer.atom());
  const auto row =
      std::ranges::find_if(k_rows, [&](const Row& r) { return iequals(r.name, name); });
  if (row == k_rows.end()) return syntax("an unknown mailbox specifier");
  MailboxFilter out;
  out.kind = row->kind;
  if (!row->takes_names) return out;
  KONTOR_TRY(lexer.space());
  // RFC 5465, 8: one-or-more-mailbox
  const bool many = lexer.accept('(');
  do {
    if (out.names.size() >= k_max_filter_names) return syntax("too many mailboxes");
    KONTOR_TRY(auto mailbox, lexer.mailbox());
    out.names.push_back(std::move(mailbox));
  } while (many && lexer.accept(' '));
  if (many) {
    KONTOR_TRY(lexer.expect(')'));
  }
  return out;
}

}  // namespace kontor::imap::wire
