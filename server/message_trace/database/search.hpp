// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the message trace: which messages, and the whole way of one. Newest first, a page at
// a time. Each question opens the parts it needs, the newest first, and stops when its page is
// full. Blocking; any thread. A part that cannot be read is passed over and named in `problems`.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "server/message_trace/step.hpp"

namespace kontor::message_trace {

// Addresses whose mail somebody may ask about: keys (key_of()), and the name he signs in with.
struct Viewer {
  std::vector<std::string> addresses;
  std::string account;
};

// What is empty asks nothing.
struct Question {
  std::string trace;
  std::string message_id;  // with or without <>
  std::uint64_t queue_id = 0;
  std::string sender, recipient;  // an address, or "example.test": everybody of the domain
  std::string client;
  std::string subject;                       // words, or beginnings of words; all of them
  std::optional<std::int64_t> since, until;  // milliseconds since 1970
  std::string status;                        // name_of(State), or junk, or virus
  std::optional<Viewer> viewer;              // only what he sent or received
  std::size_t most = 50;
  std::string before;  // FoundPage::next of the page before
};

struct Person {
  std::string address;
  std::string asked;  // the address that led to him; empty: his own
  State state = State::open;
  std::int64_t time = 0;  // since when it is so
  std::uint64_t queue_id = 0;
};

struct Found {
  std::string trace;
  std::int64_t time = 0;  // milliseconds since 1970
  Arrival arrival;        // without recipients
  Marks marks = 0;
  std::vector<Person> people;       // some: those asked for first
  std::uint64_t people_in_all = 0;  // of those that the viewer may see
};

struct FoundPage {
  std::vector<Found> messages;
  std::string next;  // empty: there is no more
  std::vector<std::string> problems;
  std::vector<std::pair<std::string, Error>> damaged;  // parts
};

struct StepShown {
  std::int64_t time = 0;
  std::string recipient;  // empty: the message
  What what = What::received;
  std::string status, text, place;
};

struct Way {
  Found message;  // with all people
  std::vector<StepShown> steps;
};

// bad_input: a sentence about the question.
Result<FoundPage> find_messages(const std::string& folder, const Question& question);
// The ways of the messages with that id: one, but for ids that were used twice. not_found: none, or
// none that the viewer may see.
Result<std::vector<Way>> show_message(const std::string& folder,
                                      const std::string& trace,
                                      const std::optional<Viewer>& viewer);

}  // namespace kontor::message_trace
