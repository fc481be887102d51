// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing a value with a key (RFC 5228, 2.7; RFC 5231; RFC 4790; RFC 5051). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/sieve/program.hpp"

namespace kontor::sieve {

// Work that is left; what takes more of it than there is has no outcome.
class Steps {
 public:
  explicit Steps(std::uint64_t most) : left_(most) {}
  bool spend(std::uint64_t steps) {
    if (steps > left_) {
      left_ = 0;
      is_over_ = true;
    } else {
      left_ -= steps;
    }
    return !is_over_;
  }
  bool spend_bytes(std::size_t bytes) { return spend(1 + bytes / k_step_bytes); }
  bool is_over() const noexcept { return is_over_; }
  std::uint64_t left() const noexcept { return left_; }

 private:
  std::uint64_t left_;
  bool is_over_ = false;
};

struct Comparison {
  Comparator comparator = Comparator::ascii_casemap;
  MatchType match = MatchType::is;
  Relation relation = Relation::eq;
};

inline constexpr std::size_t k_max_captures = 32;

// Of :matches, what the whole and each wildcard stood for goes to `captures`, when it matches and
// one is given. False as well when the steps are over.
bool compare(const Comparison& how,
             std::string_view value,
             std::string_view key,
             Steps& steps,
             std::vector<std::string>* captures = nullptr);

}  // namespace kontor::sieve
