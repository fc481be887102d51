// SPDX-License-Identifier: GPL-3.0-or-later
// Query: what a person asks of a mailbox, as a tree. Its leaves are about texts (a TextQuery, which
// an index answers) or about what the store has in columns: kind, folder, flags, dates, size,
// keywords.
//
// Pure values. parse.hpp makes one of what was typed, print.hpp the text of one; the evaluator
// joins what the index and the columns say by all, any and none_of.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/time.hpp"
#include "search/query/text_query.hpp"

namespace kontor::search {

// Bytes of the text that was parsed. Two queries are equal wherever they stood.
struct SourceRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const SourceRange&) const { return true; }
};

struct FolderIs {
  std::string name;           // levels separated by '/'; or a word such as "sent"
  bool with_children = true;  // those below it too
  bool operator==(const FolderIs&) const = default;
};

enum class MessageMark : std::uint8_t { seen, answered, flagged, draft, deleted };
struct FlagIs {
  MessageMark mark = MessageMark::seen;
  bool set = true;
  bool operator==(const FlagIs&) const = default;
};

struct KeywordIs {
  std::string name;
  bool operator==(const KeywordIs&) const = default;
};

// When it came: from `from` on and before `to`.
struct ReceivedIn {
  std::optional<UtcSeconds> from;
  std::optional<UtcSeconds> to;
  bool operator==(const ReceivedIn&) const = default;
};

struct SizeIn {  // bytes; both ends belong to it
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  bool operator==(const SizeIn&) const = default;
};

// The List-Id field (RFC 2919) has `name` in it, in any case.
struct ListIs {
  std::string name;
  bool operator==(const ListIs&) const = default;
};

// The Message-ID, with or without angle brackets, or the EMAILID (RFC 8474).
struct IdIs {
  std::string id;
  bool operator==(const IdIs&) const = default;
};

// What an item is to a person. `person`: an entry of the address book, which is in no mailbox.
enum class ItemKind : std::uint8_t { mail, event, task, contact, note, person };
struct KindIs {
  ItemKind kind = ItemKind::mail;
  bool operator==(const KindIs&) const = default;
};

enum class QueryOp : std::uint8_t {
  all,      // every child; of none: true
  any,      // one child at least
  none_of,  // no child; there is one
  leaf,
};

using QueryLeaf =
    std::variant<TextQuery, FolderIs, FlagIs, KeywordIs, ReceivedIn, SizeIn, ListIs, IdIs, KindIs>;

struct Query {
  QueryOp op = QueryOp::all;
  QueryLeaf leaf = {};          // of QueryOp::leaf
  std::vector<Query> children;  // of the others
  SourceRange range;

  bool operator==(const Query&) const = default;
};

// The texts that a bare word is looked for in: all but the header fields that only programs read.
inline constexpr Fields k_people_fields = k_every_field & Fields(~fields_of(Field::header));

// A query that has texts alone in it, as what an index is asked; nothing for another.
std::optional<TextQuery> as_text(const Query& query);

// For marking what was found: the leaves whose truth speaks for the query (those below none_of do
// not), under one `any`.
TextQuery wanted_texts(const Query& query);

}  // namespace kontor::search
