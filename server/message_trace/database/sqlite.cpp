// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/message_trace/database/sqlite.hpp"

#include <sqlite3.h>

#include "base/io/blocking.hpp"

namespace kontor::message_trace {
namespace {

constexpr int k_patience = 2'000;  // milliseconds for another connection's transaction

Error error_of(sqlite3* handle, int code) {
  const char* words = handle != nullptr ? ::sqlite3_errmsg(handle) : ::sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return {Errc::corrupt, words};
    case SQLITE_FULL:
      return {Errc::no_space, words};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::busy, words};
    case SQLITE_CANTOPEN:
      return {Errc::not_found, words};
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return {Errc::io_error, words};
    default:
      return {Errc::internal, words};
  }
}

int flags_for(Access access) {
  switch (access) {
    case Access::read:
      // Reading a database with a write-ahead log needs its index file, which may have to be made.
      return SQLITE_OPEN_READWRITE;
    case Access::write:
      return SQLITE_OPEN_READWRITE;
    case Access::make:
      break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  ::sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
  ::sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  ::sqlite3_bind_text64(statement_.get(), index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_null(int index) {
  ::sqlite3_bind_null(statement_.get(), index);
  return *this;
}

Result<bool> Statement::step() {
  const int code = ::sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(error_of(::sqlite3_db_handle(statement_.get()), code));
}

Result<void> Statement::run() {
  const auto done = step();
  reset();
  if (!done) return fail(done.error());
  return {};
}

void Statement::reset() { ::sqlite3_reset(statement_.get()); }

std::int64_t Statement::number(int column) const {
  return ::sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = ::sqlite3_column_text(statement_.get(), column);
  const auto size = ::sqlite3_column_bytes(statement_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

void Connection::Close::operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }

Result<Connection> Connection::open(const std::string& path, Access access) {
  io::assert_may_block();
  sqlite3* handle = nullptr;
  const int flags = flags_for(access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Connection connection;
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) return fail(error_of(handle, code).while_doing("opening " + path));
  ::sqlite3_busy_timeout(handle, k_patience);
  if (access == Access::read) {
    KONTOR_TRY(connection.run("PRAGMA query_only = 1"));
  }
  return connection;
}

Result<void> Connection::run(const std::string& sql) {
  const int code = ::sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(handle_.get(), code));
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error_of(handle_.get(), code));
  return Statement(statement);
}

std::int64_t Connection::last_id() const { return ::sqlite3_last_insert_rowid(handle_.get()); }

Result<std::int64_t> Connection::ask(std::string_view sql) const {
  KONTOR_TRY(auto statement, prepare(sql));
  KONTOR_TRY(const bool is_row, statement.step());
  return is_row ? statement.number(0) : 0;
}

}  // namespace kontor::message_trace
