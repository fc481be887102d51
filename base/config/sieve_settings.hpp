// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of scripts that file, answer and forward the mail of people (RFC 5228), and of
// ManageSieve, through which people write them (RFC 5804).
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace kontor::config {

struct Sieve {
  bool enabled = true;                            // false: no script runs
  bool manage = true;                             // ManageSieve; false: its port is left alone
  std::uint64_t max_script = 65'536;              // bytes of one script
  std::uint32_t max_scripts = 16;                 // of one person
  std::uint32_t max_actions = 32;                 // of one script with one message
  std::uint32_t max_redirects = 4;                // addresses one message is sent on to
  std::uint32_t max_steps = 1'000'000;            // server/sieve/limits.hpp
  std::chrono::seconds vacation_period{604'800};  // between answers to one sender
  std::chrono::seconds shortest_vacation{86'400};
  std::string spam_header;                   // field with the score a filter gave; empty: none
  std::uint32_t spam_score = 15;             // with which it is spam for certain
  std::string virus_header;                  // field with the word of a virus scanner; empty: none
  std::chrono::seconds idle_timeout{1'800};  // of ManageSieve
};

}  // namespace kontor::config
