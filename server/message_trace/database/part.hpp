// SPDX-License-Identifier: GPL-3.0-or-later
// Part: one file of the message trace (docs/formats/message-trace.md).
//
// A day has one part or several, each of at most k_most_messages messages. While a part grows it
// has no indexes, so that writing costs little and looking through it is quick all the same; when
// it is full or its day is over it is sealed: the indexes are made at once. Steps that come later
// still find their message. One thread; blocking.
//
// Durability: what commit() took outlives the process; the machine's power may cost the last
// seconds. Errors: corrupt (set it aside), unsupported (of a newer version), no_space, io_error.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/core/result.hpp"
#include "server/message_trace/database/sqlite.hpp"
#include "server/message_trace/step.hpp"

namespace kontor::message_trace {

inline constexpr std::int64_t k_most_messages = 50'000;

struct TimedStep {
  std::int64_t time = 0;  // milliseconds since 1970
  Step step;
};

// The steps of one message that are written together.
struct Life {
  std::string trace;
  std::vector<TimedStep> steps;
};

// What is known of the message that steps were added to.
struct Written {
  std::int64_t id = 0;
  std::string sender;  // key
  std::string account;
  std::uint64_t size = 0;
  Marks marks = 0, new_marks = 0;
};

class Part {
 public:
  // Made when missing. A file of a newer version is not touched.
  static Result<std::unique_ptr<Part>> open(const std::string& path);

  Result<void> begin();   // nothing, when it was begun
  Result<void> commit();  // nothing, when nothing was begun
  void roll_back();

  Result<Written> add(const Life& life);  // a message that is not here yet
  Result<Written> add_to(std::int64_t id, const Life& life);
  // By its index: only a sealed part has one.
  Result<std::optional<std::int64_t>> find(std::string_view trace);
  Result<std::unordered_map<std::string, std::int64_t>> traces();

  Result<void> seal();
  bool is_sealed() const noexcept { return is_sealed_; }
  std::int64_t messages() const noexcept { return messages_; }

 private:
  struct Person;
  struct People;
  explicit Part(Connection connection) : connection_(std::move(connection)) {}
  Result<void> prepare();
  Result<void> make_tables();
  Result<void> arrive(Written& written, const Life& life);
  Result<void> insert(Written& written, const Life& life, const TimedStep* arrival);
  Result<void> write_steps(Written& written, People& people, const Life& life);
  Result<void> write_people(const Written& written, const People& people);
  Result<void> load(Written& written);
  Result<People> load_people(std::int64_t id);

  Connection connection_;
  Statement insert_, update_, load_, mark_, find_, word_;
  Statement person_add_, person_set_, people_, step_add_, last_step_;
  std::int64_t messages_ = 0;
  bool is_sealed_ = false, is_begun_ = false;
};

}  // namespace kontor::message_trace
