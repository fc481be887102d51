// SPDX-License-Identifier: GPL-3.0-or-later
// Work: how much one query may still cost. Pure; one thread.
#pragma once
#include <cstdint>

namespace kontor::search {

class Work {
 public:
  // False: there is no more to be had; what was asked for is not to be done.
  bool take_postings(std::uint64_t count) { return take(postings_, count); }
  void take_bytes(std::uint64_t count) { take(bytes_, count); }
  bool is_left() const { return bytes_ > 0; }  // for the reading of texts

 private:
  static bool take(std::uint64_t& left, std::uint64_t count) {
    if (left == 0) return false;
    left = left > count ? left - count : 0;
    return true;
  }

  std::uint64_t postings_ = 40'000'000;  // about a second
  std::uint64_t bytes_ = 1'000'000'000;  // of texts that are read: about three seconds
};

}  // namespace kontor::search
