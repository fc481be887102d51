// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite as the message trace uses it: connections and statements that close themselves, failures
// as Results. A connection is used by one thread at a time. Blocking: never on a network thread.
//
// Errors: corrupt (not a database, or a damaged one), no_space, io_error, busy, not_found (no such
// file), internal (our own mistake in a statement).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kontor::message_trace {

class Statement {
 public:
  Statement() = default;

  // Values by number, from 1. They are copied.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view value);
  Statement& bind_null(int index);

  Result<bool> step();  // true: there is a row
  Result<void> run();   // to the end, and ready for the next values

  void reset();
  std::int64_t number(int column) const;
  std::string text(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class Access : std::uint8_t { read, write, make };

class Connection {
 public:
  Connection() = default;
  static Result<Connection> open(const std::string& path, Access access);

  explicit operator bool() const noexcept { return handle_ != nullptr; }
  Result<void> run(const std::string& sql);  // one or more statements
  Result<Statement> prepare(std::string_view sql) const;
  std::int64_t last_id() const;
  // The first value of a query that has one row.
  Result<std::int64_t> ask(std::string_view sql) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace kontor::message_trace
