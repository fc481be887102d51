// SPDX-License-Identifier: GPL-3.0-or-later
// The kinds of nodes of the tree, and of each list what the interface calls it and which columns
// it has.
#pragma once
#include <span>
#include <string>

#include "admin-mmc/base/words.hpp"
#include "admin-mmc/client/api.hpp"

namespace kontor::admin {

enum class Kind {
  root,
  server,
  services,
  domains,
  sessions,
  queue,
  mailboxes,
  groups,
  shares,
  trace,
  policies,
  quarantine
};
inline constexpr int kind_count = static_cast<int>(Kind::quarantine) + 1;

enum class Format { text, number, size, age, time, yes };

struct Column {
  Word title;
  const char* member;  // "a.b" goes down; "a/b" is the member b of the first one of the list a
  Format format;
  int width;  // in pixels of a common screen
};

struct List {
  Kind kind;
  Word title;
  const char* path;   // of the interface
  const char* count;  // its member in what GET /overview counts
  const char* key;    // what names a row in paths
  std::span<const Column> columns;
  bool in_parts;  // the interface gives it by offset and limit; else the newest that it has
  bool ordered;   // the interface sorts and filters it
};

// nullptr: the kind has no list of the interface.
const List* list_of(Kind kind);
// The children of a server, in order.
std::span<const Kind> kinds_of_server();

// What a cell shows.
std::wstring cell(const Json& row, const Column& column);
std::wstring formatted(const Json& value, Format format);

}  // namespace kontor::admin
