// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

using std::chrono::milliseconds;

struct DurationUnit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<DurationUnit, 6> k_duration_units{{{"w", 604'800'000},
                                                        {"d", 86'400'000},
                                                        {"h", 3'600'000},
                                                        {"m", 60'000},
                                                        {"s", 1'000},
                                                        {"ms", 1}}};
struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<SizeUnit, 14> k_size_units{{{"TB", 40},
                                                 {"GB", 30},
                                                 {"MB", 20},
                                                 {"KB", 10},
                                                 {"TiB", 40},
                                                 {"GiB", 30},
                                                 {"MiB", 20},
                                                 {"KiB", 10},
                                                 {"T", 40},
                                                 {"G", 30},
                                                 {"M", 20},
                                                 {"K", 10},
                                                 {"B", 0},
                                                 {"", 0}}};
constexpr std::uint64_t k_most = std::numeric_limits<std::int64_t>::max();

std::string_view take_while(std::string_view& text, bool (*is)(char)) {
  const auto end = std::ranges::find_if_not(text, is);
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

struct Overloaded {
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::uint16_t* value) const { return fmt::format("{}", *value); }
  std::string operator()(const std::uint32_t* value) const { return fmt::format("{}", *value); }
  std::string operator()(const ByteCount* value) const {
    const auto text = show_size(*value);
    return std::ranges::all_of(text, is_digit) ? text : quote(text);
  }
  std::string operator()(const std::string* value) const { return quote(*value); }
  std::string operator()(const std::vector<std::string>* value) const {
    std::vector<std::string> quoted;
    for (const auto& one : *value) quoted.push_back(quote(one));
    return "[" + join(quoted, ", ") + "]";
  }
  std::string operator()(const std::chrono::seconds* value) const {
    return quote(show_duration(*value));
  }
  std::string operator()(const milliseconds* value) const { return quote(show_duration(*value)); }
};

std::string show_number(std::int64_t number, const Field& field) {
  if (std::holds_alternative<ByteCount*>(field)) return show_size(static_cast<ByteCount>(number));
  if (std::holds_alternative<std::chrono::seconds*>(field))
    return show_duration(std::chrono::seconds(number));
  if (std::holds_alternative<milliseconds*>(field)) return show_duration(milliseconds(number));
  return fmt::format("{}", number);
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [text] {
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not a duration; write 30s, 10m, 1h 30m, 2d or 500ms", text));
  };
  std::uint64_t total = 0;
  auto rest = trim(text);
  if (rest.empty()) return refuse();
  while (!rest.empty()) {
    const auto number = parse_number<std::uint64_t>(take_while(rest, is_digit));
    rest = trim(rest);
    const auto unit = take_while(rest, is_letter);
    rest = trim(rest);
    const auto known = std::ranges::find(k_duration_units, unit, &DurationUnit::name);
    if (!number || known == k_duration_units.end()) return refuse();
    const auto factor = static_cast<std::uint64_t>(known->milliseconds);
    if (*number > (k_most - total) / factor) return refuse();
    total += *number * factor;
  }
  return milliseconds(static_cast<std::int64_t>(total));
}

Result<ByteCount> parse_size(std::string_view text) {
  auto rest = trim(text);
  const auto number = parse_number<std::uint64_t>(take_while(rest, is_digit));
  const auto unit = trim(rest);
  const auto known = std::ranges::find_if(
      k_size_units, [unit](const SizeUnit& one) { return iequals(one.name, unit); });
  if (!number || known == k_size_units.end() || *number > (k_most >> known->shift))
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not a size; write 65536, 64 KB, 50 MB or 1 GB", text));
  return *number << known->shift;
}

std::string show_duration(milliseconds duration) {
  for (const DurationUnit& unit : k_duration_units)
    if (duration.count() != 0 && duration.count() % unit.milliseconds == 0)
      return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
  return "0s";
}

std::string show_size(ByteCount size) {
  for (const SizeUnit& unit : std::span(k_size_units).first(4))
    if (size != 0 && size % (ByteCount{1} << unit.shift) == 0)
      return fmt::format("{} {}", size >> unit.shift, unit.name);
  return fmt::format("{}", size);
}

std::string show_value(const Field& field) { return std::visit(Overloaded{}, field); }

std::string_view kind_of(const Field& field) {
  static constexpr std::array<std::string_view, std::variant_size_v<Field>> k_kinds{
      "true or false", "number", "number", "size", "text", "list of texts", "duration", "duration"};
  return k_kinds[field.index()];
}

std::string show_range(const Row& row, const Field& field) {
  if (!row.range.choices().empty()) {
    std::string text;
    for (std::size_t i = 0; i < row.range.choices().size(); ++i) {
      if (i > 0) text += i + 1 == row.range.choices().size() ? " or " : ", ";
      text += row.range.choices()[i];
    }
    return text;
  }
  if (row.range.least == row.range.most) return {};
  return show_number(row.range.least, field) + " to " + show_number(row.range.most, field);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else
      out.push_back(c);
  }
  return out + "\"";
}

}  // namespace kontor::config
