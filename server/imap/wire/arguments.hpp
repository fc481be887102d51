// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of the commands that have few (RFC 9051, 9 and the extensions named). The text is what
// follows the command's name and one space. Pure; bad_input with a sentence for the client.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

// Commands without arguments.
Result<void> parse_nothing(std::string_view text);

struct Login {
  std::string user, password;
};
Result<Login> parse_login(std::string_view text);

struct Authenticate {
  std::string mechanism;               // upper case
  std::optional<std::string> initial;  // decoded; "=" is the empty one (RFC 4959)
};
Result<Authenticate> parse_authenticate(std::string_view text);
// A line that answers a challenge: base64, or "*", which gives nothing (cancelled).
Result<std::optional<std::string>> parse_sasl_response(std::string_view line);

Result<std::string> parse_compress(std::string_view text);  // the algorithm

Result<std::vector<std::string>> parse_enable(std::string_view text);  // upper case

// RFC 5255, 3.5: language ranges; none of them asks which languages there are.
Result<std::vector<std::string>> parse_language(std::string_view text);

using IdFields = std::vector<std::pair<std::string, std::string>>;
Result<IdFields> parse_id(std::string_view text);  // RFC 2971: at most 30 fields

struct Create {
  std::string mailbox;
  std::vector<std::string> uses;  // "\Drafts" as written (RFC 6154, 3)
};
Result<Create> parse_create(std::string_view text, bool utf8);

Result<std::string> parse_mailbox(std::string_view text, bool utf8);

struct Rename {
  std::string from, to;
};
Result<Rename> parse_rename(std::string_view text, bool utf8);

struct Copy {
  SequenceSet set;
  std::string mailbox;
};
Result<Copy> parse_copy(std::string_view text, bool utf8);

Result<SequenceSet> parse_uid_expunge(std::string_view text);

// RFC 10022: so many messages a batch; the batches from `first` to `last`.
struct UidBatches {
  std::uint32_t messages = 0;  // none of them is 0
  std::uint32_t first = 1;
  std::uint32_t last = 0xFFFF'FFFF;
};
Result<UidBatches> parse_uidbatches(std::string_view text);

enum class StoreAction : unsigned char { set, add, remove };
struct Store {
  SequenceSet set;
  std::optional<std::uint64_t> unchanged_since;  // RFC 7162, 3.1.3
  StoreAction action = StoreAction::set;
  bool silent = false;
  FlagList flags;
};
Result<Store> parse_store(std::string_view text);

// Items of STATUS, as bits, in the order they are answered (RFC 9051, 6.3.11; RFC 8438, 7889,
// 8474, 9208).
namespace status {
inline constexpr unsigned messages = 1, uidnext = 2, uidvalidity = 4, unseen = 8, deleted = 16,
                          size = 32, highestmodseq = 64, recent = 128, appendlimit = 256,
                          mailboxid = 512, deleted_storage = 1'024;
}  // namespace status
Result<unsigned> parse_status_items(Lexer& lexer);  // "(MESSAGES UNSEEN)"
struct StatusArguments {
  std::string mailbox;
  unsigned items = 0;
};
Result<StatusArguments> parse_status(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
