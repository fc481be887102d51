// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/pattern.hpp"

#include <re2/re2.h>

#include "base/core/text.hpp"

namespace kontor::rules {
namespace {

constexpr std::size_t k_longest = 10'000;
constexpr std::int64_t k_most_memory = 8 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<Pattern> Pattern::make(std::string_view expression) {
  if (expression.size() > k_longest) return fail(Errc::bad_input, "an expression is too long");
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_max_mem(k_most_memory);
  options.set_never_capture(true);
  Pattern out;
  auto made = std::make_shared<re2::RE2>(piece(expression), options);
  if (!made->ok())
    return fail(Errc::bad_input,
                "\"" + to_valid_utf8(expression) + "\" is no expression: " + made->error());
  out.expression_ = std::move(made);
  return out;
}

std::string Pattern::quote(std::string_view text) { return re2::RE2::QuoteMeta(piece(text)); }

bool Pattern::is_in(std::string_view utf8) const {
  return re2::RE2::PartialMatch(piece(utf8), *expression_);
}

std::vector<mime::Range> Pattern::places(std::string_view utf8, std::size_t most) const {
  std::vector<mime::Range> out;
  const auto text = piece(utf8);
  re2::StringPiece found;
  for (std::size_t at = 0; at <= utf8.size() && out.size() < most;) {
    if (!expression_->Match(text, at, text.size(), re2::RE2::UNANCHORED, &found, 1)) break;
    const auto begin = static_cast<std::size_t>(found.data() - utf8.data());
    if (!found.empty()) out.push_back({begin, found.size()});
    at = begin + std::max<std::size_t>(found.size(), 1);
  }
  return out;
}

}  // namespace kontor::rules
