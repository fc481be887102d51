// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/header.hpp"
#include "server/collector/recipients.hpp"

namespace kontor::collector {
namespace {

constexpr std::string_view k_family = "kontor-collector-state ";
constexpr std::string_view k_head = "kontor-collector-state 2";
constexpr std::string_view k_first_head = "kontor-collector-state 1";  // without size and print
constexpr std::size_t k_print = 16;
constexpr std::uint64_t k_latest = 253'402'300'799;  // the end of the year 9999
constexpr std::array<std::string_view, 4> k_kinds{"taken", "deleting", "kept", "waiting"};
constexpr std::size_t k_head_lines = 6;

std::string end_of(std::size_t count, std::string_view before) {
  return fmt::format("end {} {:08x}\n", count, crc32c(before));
}

bool is_print(std::string_view text) {
  return text.size() == k_print &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// "waiting 2 1700000000 HEX", since version 2 "waiting 2 1700000000 SIZE PRINT HEX".
Result<void> add_note(State& state, std::string_view line, bool is_first_version) {
  auto words = split(line, ' ');
  if (is_first_version && words.size() == 4) words.insert(words.begin() + 3, {"0", "-"});
  if (words.size() != 6) return fail(Errc::corrupt, "it has not the words of a note");
  const auto size = parse_number<std::uint64_t>(words[3]);
  if (!size || (words[4] != "-" && !is_print(words[4])))
    return fail(Errc::corrupt, "its size or print cannot be read");
  const auto kind = std::ranges::find(k_kinds, words[0]);
  const auto tries = parse_number<std::uint32_t>(words[1]);
  const auto next = parse_number<std::uint64_t>(words[2]);
  auto key = hex_decode(words[5]);
  if (kind == k_kinds.end() || !tries || !next || *next > k_latest || !key || key->empty() ||
      key->size() > k_max_key)
    return fail(Errc::corrupt, "it cannot be read");
  Note note{static_cast<Note::Kind>(kind - k_kinds.begin()), *tries,
            UtcSeconds(std::chrono::seconds(*next)), *size,
            words[4] == "-" ? std::string() : std::string(words[4])};
  if (!state.notes.emplace(*std::move(key), note).second)
    return fail(Errc::corrupt, "it stands there twice");
  return {};
}

Result<std::string_view> value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key) || line.substr(key.size(), 1) != " ")
    return fail(Errc::corrupt, fmt::format("a line {} is missing", key));
  return line.substr(key.size() + 1);
}

Result<void> read_head(State& state, const std::vector<std::string_view>& lines) {
  KONTOR_TRY(const auto id, value_of(lines[1], "source"));
  KONTOR_TRY(state.source, Uuid::parse(id));
  KONTOR_TRY(const auto begun, value_of(lines[2], "begun"));
  state.has_begun = begun == "yes";
  KONTOR_TRY(const auto validity, value_of(lines[3], "validity"));
  state.validity = validity;
  KONTOR_TRY(const auto high, value_of(lines[4], "high"));
  const auto uid = parse_number<std::uint32_t>(high);
  KONTOR_TRY(const auto total, value_of(lines[5], "total"));
  const auto count = parse_number<std::uint64_t>(total);
  if (!uid || !count) return fail(Errc::corrupt, "a number cannot be read");
  state.high = *uid;
  state.total = *count;
  return {};
}

std::string format(const State& state, bool is_first_version) {
  std::string out =
      fmt::format("{}\nsource {}\nbegun {}\nvalidity {}\nhigh {}\ntotal {}\n",
                  is_first_version ? k_first_head : k_head, state.source.text(),
                  state.has_begun ? "yes" : "no", state.validity, state.high, state.total);
  for (const auto& [key, note] : state.notes) {
    out += fmt::format("{} {} {}", k_kinds[static_cast<std::size_t>(note.kind)], note.tries,
                       note.next.time_since_epoch().count());
    if (!is_first_version)
      out += fmt::format(" {} {}", note.size, note.print.empty() ? "-" : note.print);
    out += ' ' + hex_encode(key) + '\n';
  }
  out += end_of(state.notes.size(), out);
  return out;
}

}  // namespace

std::string print_of(std::string_view message) {
  const auto header = header_of(message);
  std::string of;
  for (const auto* name : {"Message-ID", "Date", "Subject"})
    of += mime::field_value(header, name).value_or(std::string()) + '\n';
  return hex_encode(crypto::sha256(of)).substr(0, k_print);
}

UtcSeconds next_try(std::uint32_t tries, UtcSeconds now) noexcept {
  constexpr std::chrono::seconds k_first{300}, k_longest{86'400};
  auto pause = k_first;
  for (std::uint32_t i = 1; i < tries && pause < k_longest; ++i) pause *= 2;
  return now + std::min(pause, k_longest);
}

std::string format_state(const State& state) { return format(state, false); }

Result<State> parse_state(std::string_view text) {
  const auto lines = split(text, '\n');
  const bool is_first_version = lines.front() == k_first_head;
  if (lines.front() != k_head && !is_first_version) {
    if (lines.front().starts_with(k_family))
      return fail(Errc::unsupported, "line 1: written by a later version");
    return fail(Errc::corrupt, "line 1: not a state of the collector");
  }
  if (lines.size() < k_head_lines + 2 || lines.size() > k_max_notes + k_head_lines + 2)
    return fail(Errc::corrupt, "the file is cut short, or too long");
  State out;
  KONTOR_TRY(read_head(out, lines));
  for (std::size_t i = k_head_lines; i + 2 < lines.size(); ++i) {
    const auto added = add_note(out, lines[i], is_first_version);
    if (!added)
      return fail(Errc::corrupt, fmt::format("line {}: {}", i + 1, added.error().detail()));
  }
  // One way only to write it.
  if (format(out, is_first_version) != text)
    return fail(Errc::corrupt, "the checksum does not fit the lines");
  return out;
}

}  // namespace kontor::collector
