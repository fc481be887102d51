// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/notify_args.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

struct EventName {
  std::string_view name;
  unsigned bit;
};
constexpr std::array k_events{
    EventName{"MessageNew", event::message_new},
    EventName{"MessageExpunge", event::message_expunge},
    EventName{"FlagChange", event::flag_change},
    EventName{"MailboxName", event::mailbox_name},
    EventName{"SubscriptionChange", event::subscription_change},
    EventName{"MailboxMetadataChange", event::mailbox_metadata},
    EventName{"ServerMetadataChange", event::server_metadata},
};

class NotifyParser {
 public:
  NotifyParser(std::string_view text, bool utf8) : lexer_(text, utf8) {}

  Result<Notify> run() {
    if (lexer_.accept_word("NONE")) {
      out_.none = true;
    } else {
      if (!lexer_.accept_word("SET")) return syntax("expected SET or NONE");
      KONTOR_TRY(lexer_.space());
      if (lexer_.accept_word("STATUS")) {
        out_.status = true;
        KONTOR_TRY(lexer_.space());
      }
      do {
        if (out_.groups.size() >= k_max_groups) return syntax("too many groups of events");
        KONTOR_TRY(group());
      } while (lexer_.accept(' '));
    }
    KONTOR_TRY(lexer_.end());
    KONTOR_TRY(check());
    return std::move(out_);
  }

 private:
  Result<void> group() {
    EventGroup group;
    KONTOR_TRY(lexer_.expect('('));
    KONTOR_TRY(group.where, parse_mailbox_filter(lexer_));
    if (group.where.kind == FilterKind::subtree_one)  // RFC 7377 has it for ESEARCH
      return syntax("an unknown set of mailboxes");
    names_ += group.where.names.size();
    if (names_ > k_max_watched) return syntax("too many mailboxes");
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(events(group));
    KONTOR_TRY(lexer_.expect(')'));
    out_.groups.push_back(std::move(group));
    return {};
  }

  // RFC 5465, 8 wants parentheses around the events; its example in 3.1 has none.
  Result<void> events(EventGroup& group) {
    if (lexer_.accept_word("NONE")) return {};
    const bool list = lexer_.accept('(');
    do {
      KONTOR_TRY(one_event(group));
    } while (lexer_.accept(' '));
    return list ? lexer_.expect(')') : Result<void>();
  }

  Result<void> one_event(EventGroup& group) {
    KONTOR_TRY(const auto name, lexer_.atom());
    const auto row = std::ranges::find_if(
        k_events, [&](const EventName& known) { return iequals(known.name, name); });
    group.events |= row == k_events.end() ? event::unknown : row->bit;
    if (row == k_events.end() || row->bit != event::message_new) return {};
    if (!lexer_.accept_text(" (")) return {};
    // 8: only of the selected mailbox
    if (!is_selected(group.where.kind))
      return syntax("items of new messages are for SELECTED only");
    KONTOR_TRY(group.fetch, parse_fetch_items(lexer_));
    for (auto& body : group.fetch->bodies) body.peek = true;  // 5.2: telling is not reading
    return lexer_.expect(')');
  }

  Result<void> check() const {
    if (std::ranges::count_if(
            out_.groups, [](const EventGroup& group) { return is_selected(group.where.kind); }) > 1)
      return syntax("SELECTED or SELECTED-DELAYED, and only once");
    for (const auto& group : out_.groups) {
      const bool is_new = (group.events & event::message_new) != 0;
      const bool expunge = (group.events & event::message_expunge) != 0;
      // 5: both or none of them; FlagChange only with them
      if (is_new != expunge || (!is_new && (group.events & event::flag_change) != 0))
        return syntax("MessageNew and MessageExpunge go together, and FlagChange with them");
      if (is_selected(group.where.kind) &&
          (group.events & ~(event::messages | event::unknown)) != 0)
        return syntax("only events of messages go with SELECTED");  // 6.1
    }
    return {};
  }

  Lexer lexer_;
  Notify out_;
  std::size_t names_ = 0;
};

}  // namespace

Result<Notify> parse_notify(std::string_view text, bool utf8) {
  return NotifyParser(text, utf8).run();
}

}  // namespace kontor::imap::wire
