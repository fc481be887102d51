// SPDX-License-Identifier: GPL-3.0-or-later
// Limits of scripts: the same script has the same fate on every machine, so work is counted in
// steps and never in time. A step is a command, a test, a comparison, or k_step_bytes of text that
// one of them goes through.
#pragma once
#include <cstddef>
#include <cstdint>

namespace kontor::sieve {

inline constexpr std::size_t k_step_bytes = 64;

struct Limits {
  std::size_t max_script = 65'536;     // bytes
  std::uint32_t max_nesting = 32;      // of blocks and tests
  std::uint32_t max_commands = 4'096;  // with the tests of one script
  std::uint32_t max_actions = 32;      // of one run
  std::uint32_t max_redirects = 4;     // of one run
  std::uint32_t max_includes = 16;     // scripts one within another
  std::uint64_t max_steps = 1'000'000;
  std::size_t max_variable = 8'192;  // bytes; more is cut (RFC 5229, 3)
  std::uint32_t max_variables = 256;
  std::uint32_t max_parts = 1'000;  // of a message whose body is searched
  std::uint32_t max_depth = 100;
};

}  // namespace kontor::sieve
