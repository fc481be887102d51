// SPDX-License-Identifier: GPL-3.0-or-later
// Events: what happened, as a name from the vocabulary and fields, never prose.
//
// Code emits events through a Context, which inherits fields from its parents: server > connection
// > user > mailbox > command. A Log writes them (logfmt or JSON) and counts them: every metric is
// derived from an event, so that a metric and a log line cannot disagree. Any thread; emitting
// never blocks on the disk for long and never fails. Names: subsystem.object.outcome, see
// base/log/events/*.hpp.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/answers.hpp"
#include "base/core/result.hpp"
#include "base/log/keys.hpp"

namespace kontor::log {

struct EventKind {
  std::string_view name;  // "imap.login.refused": low cardinality, no data, no severity
  LogLevel level;
  std::string_view meaning;  // for the administrator: what it says
  std::string_view action;   // what to do about it; empty: nothing
};

class Field {
 public:
  Field(Key key, std::string_view value) : key_(key), value_(std::string(value)) {}
  Field(Key key, const std::string& value) : key_(key), value_(value) {}
  Field(Key key, const char* value) : key_(key), value_(std::string(value)) {}
  template <std::integral T>
  Field(Key key, T value) : key_(key), value_(static_cast<std::int64_t>(value)) {}

  Key key() const noexcept { return key_; }
  const std::variant<std::string, std::int64_t>& value() const noexcept { return value_; }

 private:
  Key key_;
  std::variant<std::string, std::int64_t> value_;
};

using Fields = std::vector<Field>;

// Where events go. Implementations: sinks in base/log/log.cpp, a recording one for tests.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const EventKind& kind, const Fields& inherited, const Fields& own) = 0;
};

enum class Format : unsigned char { logfmt, json };

// Writes lines to standard error or a file, events of `least` and above; all events are counted.
class Log final : public Sink {
 public:
  // An empty path is standard error. no_permission or io_error when the file cannot be appended to.
  static Result<std::unique_ptr<Log>> open(const std::string& path, Format format, LogLevel least);
  ~Log() override;
  void write(const EventKind& kind, const Fields& inherited, const Fields& own) override;
  // Opens the file again under its name, after it was moved away (log rotation). The old one stays
  // in use when that fails.
  Result<void> reopen();
  // The newest lines that were written, the oldest of them first: 4,000 at most, 4 MB together.
  std::vector<std::string> recent() const;
  // Event name to how often it was emitted since the start.
  std::map<std::string, std::uint64_t> counts() const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Fields that every event of a scope carries. Cheap to copy; the Sink must outlive it.
class Context {
 public:
  explicit Context(Sink& sink) : sink_(&sink) {}
  Context with(std::initializer_list<Field> fields) const;  // a child scope
  void emit(const EventKind& kind, std::initializer_list<Field> fields = {}) const;
  // The event with the error's kind and detail added.
  void emit(const EventKind& kind,
            const Error& error,
            std::initializer_list<Field> fields = {}) const;

 private:
  Sink* sink_;
  std::shared_ptr<const Fields> inherited_;
};

// A sink that keeps nothing; lives as long as the program.
Sink& null_sink();

// Every event of the vocabulary, sorted by name (base/log/vocabulary.cpp gathers
// base/log/events/*.hpp).
const std::vector<const EventKind*>& vocabulary();
// The vocabulary for administrators, in Markdown (docs/generated/events.md).
std::string events_markdown();

}  // namespace kontor::log
