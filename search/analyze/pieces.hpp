// SPDX-License-Identifier: GPL-3.0-or-later
// The words in a run of letters whose script writes no spaces, by ICU's dictionaries. One thread at
// a time.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

namespace kontor::search {

class Segmenter {
 public:
  using Sink = std::function<void(std::size_t begin, std::size_t end)>;
  Segmenter();
  Segmenter(Segmenter&&) noexcept;
  ~Segmenter();
  // Bytes of `run`, in order, not empty. Without dictionaries: the run.
  void cut(std::string_view run, const Sink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
