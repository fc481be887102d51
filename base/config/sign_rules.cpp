// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/sign_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

constexpr std::uint32_t k_most_points = 100;

struct SignRow {
  Sign sign;
  std::string_view name;
  std::uint32_t points;
};

constexpr std::array<SignRow, k_signs> k_rows{{
    {Sign::null_sender, "null-sender", 2},
    {Sign::many_received, "many-received", 1},
    {Sign::bad_received, "bad-received", 1},
    {Sign::no_date, "no-date", 2},
    {Sign::bad_date, "bad-date", 2},
    {Sign::far_date, "far-date", 2},
    {Sign::no_message_id, "no-message-id", 1},
    {Sign::bad_message_id, "bad-message-id", 1},
    {Sign::foreign_message_id, "foreign-message-id", 1},
    {Sign::no_from, "no-from", 3},
    {Sign::several_from, "several-from", 3},
    {Sign::reverse_name, "reverse-name", 1},
    {Sign::hello, "hello", 1},
    {Sign::sender_domain, "sender-domain", 2},
    {Sign::sender_address, "sender-address", 3},
    {Sign::own_sender, "own-sender", 2},
    {Sign::dns_list, "dns-list", 3},
    {Sign::spam_base, "spam-base", 3},
    {Sign::early_talk, "early-talk", 3},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < k_rows.size(); ++i)
    if (k_rows[i].sign != static_cast<Sign>(i)) return false;
  return true;
}
static_assert(in_order(), "one row for each Sign, in its order");

}  // namespace

std::string_view name_of(Sign sign) noexcept { return k_rows[static_cast<std::size_t>(sign)].name; }

Result<SignPoints> parse_sign_points(const std::vector<std::string>& rows) {
  SignPoints points{};
  for (std::size_t i = 0; i < k_signs; ++i) points[i] = k_rows[i].points;
  for (const auto& row : rows) {
    const auto equals = std::min(row.find('='), row.size());
    const auto name = trim(std::string_view(row).substr(0, equals));
    const auto found = std::ranges::find(k_rows, name, &SignRow::name);
    if (found == k_rows.end())
      return fail(Errc::bad_input, fmt::format("\"{}\" is none of the signs; they are {}", name,
                                               usual_sign_points()));
    const auto text =
        equals < row.size() ? trim(std::string_view(row).substr(equals + 1)) : std::string_view();
    const auto number = parse_number<std::uint32_t>(text);
    if (!number || *number > k_most_points)
      return fail(Errc::bad_input, fmt::format("\"{}\" is not NAME=POINTS with points up to {}",
                                               row, k_most_points));
    points[static_cast<std::size_t>(found->sign)] = *number;
  }
  return points;
}

std::string usual_sign_points() {
  std::string out;
  for (const auto& row : k_rows)
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", row.name, row.points);
  return out;
}

}  // namespace kontor::config
