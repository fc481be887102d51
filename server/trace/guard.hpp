// SPDX-License-Identifier: GPL-3.0-or-later
// Guard: makes guessing passwords slow, then blocks the address it comes from (settings sign_in.*).
//
// One for all protocols, in memory; blocks go to a file (docs/formats/blocks.md) and survive a
// restart. Rules (docs/security.md, "Guessing passwords"):
// - Wrong passwords are counted for the address (of IPv6: its /64) and for the account, each
//   distinct one once: a forgotten phone repeats the same for ever and blocks nobody.
// - The answer to a wrong one waits sign_in.delay, doubled with each further one, of the address or
//   the account, whichever has more. While there are any, the next tries of that address wait in
//   line, so that many connections at once are no faster than one.
// - Somebody who signed in from this address before waits for nothing before his password is looked
//   at, and nothing here ever refuses an account: who guesses at it from elsewhere neither locks
//   its owner out nor slows him down. From a new address the owner of an account under attack waits
//   sign_in.longest_delay at most.
// - sign_in.block_failures within sign_in.block_window block the address; never those of
//   sign_in.never_block, whose tries do not count for the address at all.
// Tables are bounded: a botnet makes the oldest knowledge go, not the memory grow. Any thread;
// never blocks, never fails but for what is said.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/networks.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"

namespace kontor::trace {

// One try of a password.
struct Try {
  std::string address;  // numeric; anything else ("unix") is never counted or blocked
  std::string account;  // one spelling for all names of it
  std::chrono::milliseconds waited{0};  // as admit() said
};

struct Block {
  IpAddress address;
  unsigned prefix = 0;  // 32 or 128; 64 for what was counted by network
  UtcSeconds until{};
  bool by_administrator = false;
  std::uint32_t failures = 0;  // wrong passwords that led to it
  std::string account;         // of the last of them
  std::string text() const;    // "203.0.113.7", "2001:db8:1:2::/64"
};

class Guard {
 public:
  struct Limits {
    std::size_t sources = 50'000, accounts = 50'000, trusted = 200'000, blocks = 50'000;
  };
  // `settings` and `clock` outlive it. never_block has been checked (config::check_settings).
  static std::unique_ptr<Guard> make(const config::SignIn& settings,
                                     const Clock& clock,
                                     log::Context log);
  static std::unique_ptr<Guard> make(const config::SignIn& settings,
                                     const Clock& clock,
                                     log::Context log,
                                     const Limits& limits);
  virtual ~Guard() = default;

  // May a password be looked at now? 0: yes, and exactly one of succeeded(), failed() and gone()
  // follows. More: wait so long and ask again. unavailable: the address is blocked.
  virtual Result<std::chrono::milliseconds> admit(const Try& what) = 0;
  virtual void succeeded(const Try& what) = 0;
  // A wrong password (`secret` is kept as a keyed hash): how long the answer has to wait.
  virtual std::chrono::milliseconds failed(const Try& what, std::string_view secret) = 0;
  virtual void gone(const Try& what) = 0;  // neither: nobody could look, or the client left

  virtual std::optional<Block> find_block(std::string_view address) const = 0;
  virtual std::vector<Block> blocks() const = 0;  // by address
  // bad_input: no address or network of at least /32 (IPv6) or /8 (IPv4).
  virtual Result<Block> block(std::string_view address, std::chrono::seconds time) = 0;
  // What it forgets about an address that is not blocked, too: its wrong passwords. not_found.
  virtual Result<void> unblock(std::string_view address) = 0;
  virtual std::size_t unblock_all() = 0;

  // The file's text when the blocks changed since it was last taken.
  virtual std::optional<std::string> take_changed() = 0;
  // Blocks of an earlier run that are not over. bad_input: the sentence of the first strange line;
  // the others are taken.
  virtual Result<void> load(std::string_view text) = 0;
};

}  // namespace kontor::trace
