// SPDX-License-Identifier: GPL-3.0-or-later
// Deflater and Inflater: raw DEFLATE step by step, with memory that can be given back between two
// messages. Only for base/net/*.cpp. Pure, but for memory; one owner.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::net {

class Deflater {
 public:
  Deflater();
  ~Deflater();
  // Appends the compressed form of all of `data`; with `flush` up to a byte boundary at which the
  // peer has everything. unavailable: no memory.
  Result<void> add(std::string_view data, bool flush, std::string& out);
  // Forgets its window. Only after a flush.
  void rest();
  std::size_t held() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Inflater {
 public:
  Inflater();
  ~Inflater();
  struct Step {
    std::size_t used = 0;  // of the input
    std::size_t made = 0;  // of the output
    bool ended = false;    // the peer has closed its stream
  };
  // As much as fits into `out`. Call again while `made` fills it, also without input. closed: the
  // input is no DEFLATE.
  Result<Step> run(std::string_view in, std::span<char> out);
  // Keeps of its memory only the window, when it stands between two blocks.
  void rest();
  std::size_t held() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string window_;  // while it rests
};

}  // namespace kontor::net
