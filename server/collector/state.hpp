// SPDX-License-Identifier: GPL-3.0-or-later
// What has been fetched from a source, as DATA/collector/NAME.state holds it
// (docs/formats/collector.md): what the server elsewhere no longer lists is forgotten. Losing it
// makes no message come twice that is still in its mailbox. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/core/uuid.hpp"

namespace kontor::collector {

// A message there that needs a note; of IMAP all others up to `high` were taken.
struct Note {
  enum class Kind : std::uint8_t {
    taken,     // it is here
    deleting,  // it is here, and is to be deleted there
    kept,      // it stays there: a loop
    waiting,   // it could not be taken and is tried again at `next`
  };
  Kind kind = Kind::taken;
  std::uint32_t tries = 0;
  UtcSeconds next{};
  // Of POP3, whose servers may give the name of a message to another one: its size as listed, and
  // print_of(); 0 and empty: not known.
  std::uint64_t size = 0;
  std::string print = {};
  bool operator==(const Note&) const = default;
};

struct State {
  Uuid source;                        // its id
  bool has_begun = false;             // there was a session that saw what lies there
  std::string validity;               // UIDVALIDITY; of POP3 empty
  std::uint32_t high = 0;             // UIDs up to it have had their turn
  std::uint64_t total = 0;            // messages taken so far
  std::map<std::string, Note> notes;  // by UID or UIDL
  bool operator==(const State&) const = default;
};

inline constexpr std::size_t k_max_notes = 1'000'000;
inline constexpr std::size_t k_max_key = 255;

// When a message that could not be taken `tries` times is tried again.
UtcSeconds next_try(std::uint32_t tries, UtcSeconds now) noexcept;

// What tells a message from another one: of its Message-ID, date and subject, 16 digits in base 16.
std::string print_of(std::string_view message);

std::string format_state(const State& state);
// unsupported: of a later version; corrupt: a sentence.
Result<State> parse_state(std::string_view text);

}  // namespace kontor::collector
