// SPDX-License-Identifier: GPL-3.0-or-later
// Regular expressions of rules, by RE2: linear time whatever the text and the pattern are. Any
// case; UTF-8. Pure; any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/mime/message.hpp"

namespace re2 {
class RE2;
}

namespace kontor::rules {

class Pattern {
 public:
  // bad_input: what is wrong with it. limit: it would take too much memory.
  static Result<Pattern> make(std::string_view expression);
  // An expression for just this text.
  static std::string quote(std::string_view text);
  bool is_in(std::string_view utf8) const;
  // All places, ascending; empty ones are left out; at most `most`.
  std::vector<mime::Range> places(std::string_view utf8, std::size_t most) const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace kontor::rules
