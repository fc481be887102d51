// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the active script of a mailbox on a message, and says what it wants; nothing is done.
//
// Programs are kept, by the digest of their script, so that a script is read once. A script that
// has a mistake counts as one whose run has one: the message is kept. Any thread.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/config/sieve_settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/scripts.hpp"
#include "server/sieve/run.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::delivery {

sieve::Limits limits_of(const config::Sieve& settings);

class Programs {
 public:
  explicit Programs(const config::Sieve& settings) : limits_(limits_of(settings)) {}

  // Reads the script, or finds it read before.
  std::shared_ptr<const sieve::Outcome<sieve::Program>> get(const std::string& script);
  const sieve::Limits& limits() const noexcept { return limits_; }

 private:
  static constexpr std::size_t k_most = 256;
  static constexpr std::size_t k_most_bytes = 2U << 20U;  // of scripts
  struct Table {
    std::map<std::string, std::shared_ptr<const sieve::Outcome<sieve::Program>>, std::less<>> known;
    std::deque<std::pair<std::string, std::size_t>> order;  // oldest first
    std::size_t bytes = 0;
  };
  sieve::Limits limits_;
  Guarded<Table> table_;
};

// What a script is run on. Everything outlives the run.
struct ScriptSubject {
  const store::AccountView& view;
  const store::AnnotationMap& notes;
  const config::Sieve& settings;
  std::string server;  // server.name
  std::shared_ptr<const std::string> message;
  std::string from, to;  // of the envelope
  UtcSeconds now{};
};

// By the given script, whether it is active or not.
sieve::Verdict run_script(Programs& programs, const std::string& script, ScriptSubject subject);
// What `duplicate` notes, as a key of is_noted().
std::string duplicate_key(std::string_view key);

}  // namespace kontor::delivery
