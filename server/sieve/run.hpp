// SPDX-License-Identifier: GPL-3.0-or-later
// Running a script on one message: what is to be done comes out as a value, and nothing is done.
//
// Every run ends, by Limits. A mistake that shows only in the run (RFC 5228, 2.10.6) leaves one
// thing to do, which is to keep the message. Pure but for what World answers; one thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "server/sieve/limits.hpp"
#include "server/sieve/problem.hpp"
#include "server/sieve/program.hpp"

namespace kontor::sieve {

// What a script may ask about the mailbox and the server; memory only.
class World {
 public:
  virtual ~World() = default;
  // Folders by their full names in UTF-8, separated by '/'.
  virtual bool has_folder(std::string_view name) const = 0;
  // The folder with that use ("\Junk", RFC 6154), or that MAILBOXID (RFC 8474).
  virtual std::optional<std::string> folder_for(std::string_view special_use) const = 0;
  virtual std::optional<std::string> folder_of_id(std::string_view mailbox_id) const = 0;
  // Was this key noted by an earlier message (RFC 7352), and does it still count?
  virtual bool is_known(std::string_view key) const = 0;
  // A script of the same owner; nullptr: there is none, or it has a mistake.
  virtual std::shared_ptr<const Program> script(std::string_view name) const = 0;
  // RFC 5183; nothing: not known.
  virtual std::optional<std::string> item(std::string_view name) const = 0;
};

// RFC 5235: nothing: not checked.
struct Marks {
  std::optional<unsigned> spam_percent;  // 0 to 100
  std::optional<unsigned> virus;         // 1 to 5
};

struct Subject {
  std::shared_ptr<const std::string> message;
  std::string from, to;  // of the envelope; from is empty for <>
  UtcSeconds now{};
  int zone = 0;  // minutes east of UTC, of currentdate and date without :zone
  Marks marks;
};

struct Filing {
  std::string folder;  // "INBOX" for keep
  bool is_keep = false;
  bool may_create = false;
  std::string special_use;         // of a folder that is made; empty: none
  std::vector<std::string> flags;  // system flags and keywords
  std::shared_ptr<const std::string> message;
};
struct Redirection {
  std::string address;
  std::shared_ptr<const std::string> message;
};
struct Vacation {
  std::string reason;
  std::chrono::seconds period{};      // between answers to one sender
  bool has_period = false;            // it was given
  std::string subject, from, handle;  // empty: none was given
  std::vector<std::string> addresses;
  bool is_mime = false;
};
struct Refusal {
  std::string reason;
  bool is_ereject = false;
};
// A key to be noted once everything else is done.
struct Note {
  std::string key;
  std::chrono::seconds period{};
};

struct Verdict {
  std::vector<Filing> filings;  // none: the message goes nowhere
  std::vector<Redirection> redirections;
  std::optional<Vacation> vacation;
  std::optional<Refusal> refusal;
  std::vector<Note> notes;
  std::optional<Problem> problem;  // of the run; the rest is one keep then
};

Verdict run(const Program& program,
            const Subject& subject,
            const World& world,
            const Limits& limits);

}  // namespace kontor::sieve
