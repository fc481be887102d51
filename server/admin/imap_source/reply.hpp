// SPDX-License-Identifier: GPL-3.0-or-later
// What an IMAP server says to its client (RFC 9051, 7; RFC 3501), as values. Pure: any bytes give a
// value or bad_input. Servers in the field are met as they are: unknown data is passed over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/admin/sources/message.hpp"

namespace kontor::admin::imap_source {

struct Value {
  enum class Kind : std::uint8_t { atom, text, list, nil };
  Kind kind = Kind::atom;
  std::string text;          // of atoms, quoted strings and literals
  std::vector<Value> items;  // of lists
  bool is_list() const noexcept { return kind == Kind::list; }
};

struct Reply {
  std::string tag;            // "*", "+", or the tag of a command
  std::string name;           // "OK", "LIST", "FETCH", … in capitals; of "+" empty
  std::uint32_t number = 0;   // "* 12 FETCH"
  std::vector<Value> values;  // behind the name; of OK, NO, BAD, BYE, PREAUTH and "+" none
  std::string code;           // of those: what stood in brackets, capitals as sent
  std::string text;           // of those: the rest of the line
};

// The size of a literal that follows the line ("… {123}", "… {123+}", "~{123}").
std::optional<std::uint64_t> literal_behind(std::string_view line);
// One response with its literals and its last CRLF. bad_input.
Result<Reply> parse_reply(std::string_view bytes);

struct ListedFolder {
  std::string name;  // as the server spells it
  char delimiter = 0;
  std::vector<std::string> attributes;  // in lower case: "\sent"
  bool has(std::string_view attribute) const;
};
std::optional<ListedFolder> listed_folder(const Reply& reply);  // LIST and LSUB

struct FetchedMessage {
  std::uint32_t uid = 0;
  std::optional<std::uint64_t> size;
  std::optional<UtcSeconds> date;
  std::optional<sources::Marks> marks;
  std::optional<std::string> body;  // BODY[]
};
std::optional<FetchedMessage> fetched_message(Reply reply);

// The prefixes of the folders that are the user's own, and of all others (RFC 2342).
struct Namespaces {
  struct Space {
    std::string prefix;
    char delimiter = 0;
  };
  std::vector<Space> own, others;
};
Namespaces namespaces_of(const Reply& reply);

// The number behind a response code: number_in("UIDVALIDITY 7", "UIDVALIDITY").
std::optional<std::uint32_t> number_in(std::string_view code, std::string_view name);
// A string as an argument of a command: quoted, or nothing when it has to be a literal.
std::optional<std::string> quoted(std::string_view text);

}  // namespace kontor::admin::imap_source
