// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/arguments.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

constexpr std::size_t k_max_id_fields = 30;     // RFC 2971, 3.3
constexpr std::size_t k_max_capabilities = 64;  // of one ENABLE
constexpr std::size_t k_max_uses = 16;          // of one CREATE
constexpr std::size_t k_max_languages = 64;     // of one LANGUAGE

bool is_range_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '*';
}

struct StatusItem {
  std::string_view name;
  unsigned bit;
};
constexpr std::array k_status_items{
    StatusItem{"MESSAGES", status::messages},
    StatusItem{"UIDNEXT", status::uidnext},
    StatusItem{"UIDVALIDITY", status::uidvalidity},
    StatusItem{"UNSEEN", status::unseen},
    StatusItem{"DELETED", status::deleted},
    StatusItem{"SIZE", status::size},
    StatusItem{"HIGHESTMODSEQ", status::highestmodseq},
    StatusItem{"RECENT", status::recent},
    StatusItem{"APPENDLIMIT", status::appendlimit},
    StatusItem{"MAILBOXID", status::mailboxid},
    StatusItem{"DELETED-STORAGE", status::deleted_storage},
};

Result<std::optional<std::string>> decode_initial(std::string_view text) {
  if (text == "=") return std::optional<std::string>("");  // RFC 4959, 3
  auto decoded = base64_decode(text);
  if (!decoded || text.empty()) return syntax("the response is not base64");
  return std::optional<std::string>(*std::move(decoded));
}

}  // namespace

Result<void> parse_nothing(std::string_view text) { return Lexer(text).end(); }

Result<Login> parse_login(std::string_view text) {
  Lexer lexer(text);
  Login out;
  KONTOR_TRY(out.user, lexer.astring());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.password, lexer.astring());
  KONTOR_TRY(lexer.end());
  return out;
}

Result<Authenticate> parse_authenticate(std::string_view text) {
  Lexer lexer(text);
  Authenticate out;
  KONTOR_TRY(const auto name, lexer.atom());
  out.mechanism = to_upper(name);
  if (lexer.at_end()) return out;
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.initial, decode_initial(lexer.rest()));
  return out;
}

Result<std::optional<std::string>> parse_sasl_response(std::string_view line) {
  if (line == "*") return std::nullopt;  // RFC 9051, 6.2.2
  auto decoded = base64_decode(line);
  if (!decoded) return syntax("the response is not base64");
  return std::optional<std::string>(*std::move(decoded));
}

Result<std::vector<std::string>> parse_enable(std::string_view text) {
  Lexer lexer(text);
  std::vector<std::string> out;
  do {
    KONTOR_TRY(const auto name, lexer.atom());
    if (out.size() >= k_max_capabilities) return syntax("too many capabilities");
    out.push_back(to_upper(name));
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.end());
  return out;
}

Result<std::vector<std::string>> parse_language(std::string_view text) {
  Lexer lexer(text);
  std::vector<std::string> out;
  if (text.empty()) return out;
  do {
    KONTOR_TRY(auto range, lexer.astring());
    if (out.size() >= k_max_languages) return syntax("too many languages");
    // RFC 4647, 2.1: subtags of up to eight letters and digits.
    if (range.empty() || !std::ranges::all_of(range, is_range_char))
      return syntax("not a language range");
    out.push_back(std::move(range));
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.end());
  return out;
}

Result<IdFields> parse_id(std::string_view text) {
  Lexer lexer(text);
  IdFields fields;
  if (!lexer.accept_word("NIL")) {
    KONTOR_TRY(lexer.expect('('));
    while (!lexer.accept(')')) {
      if (fields.size() >= k_max_id_fields) return syntax("too many fields");
      if (!fields.empty()) {
        KONTOR_TRY(lexer.space());
      }
      KONTOR_TRY(auto name, lexer.string());
      KONTOR_TRY(lexer.space());
      KONTOR_TRY(auto value, lexer.nstring());
      fields.emplace_back(std::move(name), std::move(value).value_or(""));
    }
  }
  KONTOR_TRY(lexer.end());
  return fields;
}

Result<Create> parse_create(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  Create out;
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  if (lexer.at_end()) return out;
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(lexer.expect('('));
  if (!lexer.accept_word("USE")) return syntax("an unknown parameter");
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(lexer.expect('('));
  while (!lexer.accept(')')) {
    if (out.uses.size() >= k_max_uses) return syntax("too many uses");
    if (!out.uses.empty()) {
      KONTOR_TRY(lexer.space());
    }
    KONTOR_TRY(lexer.expect('\\'));
    KONTOR_TRY(const auto name, lexer.atom());
    out.uses.push_back("\\" + name);
  }
  KONTOR_TRY(lexer.expect(')'));
  KONTOR_TRY(lexer.end());
  return out;
}

Result<std::string> parse_mailbox(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  KONTOR_TRY(auto name, lexer.mailbox());
  KONTOR_TRY(lexer.end());
  return name;
}

Result<Rename> parse_rename(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  Rename out;
  KONTOR_TRY(out.from, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.to, lexer.mailbox());
  KONTOR_TRY(lexer.end());
  return out;
}

Result<Copy> parse_copy(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  Copy out;
  KONTOR_TRY(out.set, lexer.sequence_set());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(lexer.end());
  return out;
}

Result<std::string> parse_compress(std::string_view text) {
  Lexer lexer(text);
  KONTOR_TRY(auto algorithm, lexer.atom());
  KONTOR_TRY(lexer.end());
  return algorithm;
}

Result<SequenceSet> parse_uid_expunge(std::string_view text) {
  Lexer lexer(text);
  KONTOR_TRY(auto set, lexer.sequence_set());
  KONTOR_TRY(lexer.end());
  return set;
}

Result<UidBatches> parse_uidbatches(std::string_view text) {
  Lexer lexer(text);
  UidBatches out;
  KONTOR_TRY(out.messages, lexer.nz_number());
  if (lexer.accept(' ')) {
    KONTOR_TRY(out.first, lexer.nz_number());
    KONTOR_TRY(lexer.expect(':'));
    KONTOR_TRY(out.last, lexer.nz_number());
  }
  KONTOR_TRY(lexer.end());
  return out;
}

Result<Store> parse_store(std::string_view text) {
  Lexer lexer(text);
  Store out;
  KONTOR_TRY(out.set, lexer.sequence_set());
  KONTOR_TRY(lexer.space());
  if (lexer.accept('(')) {
    if (!lexer.accept_word("UNCHANGEDSINCE")) return syntax("an unknown modifier");
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(out.unchanged_since, lexer.number64());
    KONTOR_TRY(lexer.expect(')'));
    KONTOR_TRY(lexer.space());
  }
  if (lexer.accept('+'))
    out.action = StoreAction::add;
  else if (lexer.accept('-'))
    out.action = StoreAction::remove;
  KONTOR_TRY(const auto item, lexer.atom());
  out.silent = iequals(item, "FLAGS.SILENT");
  if (!out.silent && !iequals(item, "FLAGS")) return syntax("expected FLAGS or FLAGS.SILENT");
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.flags, lexer.flags());
  KONTOR_TRY(lexer.end());
  return out;
}

Result<unsigned> parse_status_items(Lexer& lexer) {
  unsigned items = 0;
  KONTOR_TRY(lexer.expect('('));
  do {
    KONTOR_TRY(const auto name, lexer.atom());
    const auto row = std::ranges::find_if(
        k_status_items, [&](const StatusItem& item) { return iequals(item.name, name); });
    if (row == k_status_items.end()) return syntax("an unknown status item");
    items |= row->bit;
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.expect(')'));
  return items;
}

Result<StatusArguments> parse_status(std::string_view text, bool utf8) {
  Lexer lexer(text, utf8);
  StatusArguments out;
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(out.items, parse_status_items(lexer));
  KONTOR_TRY(lexer.end());
  return out;
}

}  // namespace kontor::imap::wire
