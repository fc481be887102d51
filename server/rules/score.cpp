// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/score.hpp"

#include <charconv>
#include <string>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::rules {
namespace {

std::optional<double> number_in(std::string_view value) {
  for (const std::string_view mark : {"score=", "["})
    if (const auto at = value.find(mark); at != std::string_view::npos) {
      value.remove_prefix(at + mark.size());
      break;
    }
  const auto begin = value.find_first_of("+-0123456789");
  if (begin == std::string_view::npos) return std::nullopt;
  value.remove_prefix(value[begin] == '+' ? begin + 1 : begin);
  double out = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), out, std::chars_format::fixed);
  if (error != std::errc{} || out > 1e6 || out < -1e6) return std::nullopt;
  return out;
}

}  // namespace

std::optional<double> spam_score(std::string_view header, std::string_view preferred) {
  for (const std::string_view name :
       {preferred, std::string_view("X-Spam-Score"), std::string_view("X-Spamd-Result"),
        std::string_view("X-Spam-Status")}) {
    if (name.empty()) continue;
    const auto value = mime::field_value(header, name);
    if (!value) continue;
    if (const auto number = number_in(*value)) return number;
  }
  return std::nullopt;
}

}  // namespace kontor::rules
