// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/clamd.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/filter/scan/big_endian.hpp"
#include "server/filter/scan/dial.hpp"

namespace kontor::filter::scan {
namespace {

constexpr std::size_t k_piece = 262'144;  // of the message
constexpr std::size_t k_most_answer = 4'096;

std::string piece_size(std::size_t size) {
  std::string out;
  append_number(out, static_cast<std::uint32_t>(size));
  return out;
}

}  // namespace

Result<std::string> read_clamd_answer(std::string_view answer) {
  constexpr std::string_view k_found = " FOUND";
  auto text = trim(answer.substr(0, answer.find('\0')));
  if (const auto colon = text.find(": "); colon != std::string_view::npos)
    text.remove_prefix(colon + 2);
  if (text == "OK") return std::string();
  std::string clean;
  const bool is_found = text.ends_with(k_found) && text.size() > k_found.size();
  if (is_found) text.remove_suffix(k_found.size());
  for (const char c : text.substr(0, 200)) clean += c > ' ' && c <= '~' ? c : '_';
  if (is_found) return clean;
  return fail(Errc::unavailable, "clamd says: " + clean);
}

Task<Result<std::string>> ask_clamd(net::Stream& stream,
                                    std::string_view message,
                                    SteadyTime deadline) {
  KONTOR_CO_TRY(co_await stream.write(std::string_view("zINSTREAM\0", 10), time_left(deadline)));
  // What it refuses to take to the end (StreamMaxLength) it says why, and closes.
  Result<void> written;
  for (std::size_t at = 0; at < message.size() && written; at += k_piece) {
    const auto piece = message.substr(at, k_piece);
    const auto size = piece_size(piece.size());
    written = co_await stream.write(size, time_left(deadline));
    if (written) written = co_await stream.write(piece, time_left(deadline));
  }
  if (written) {
    const auto end = piece_size(0);
    written = co_await stream.write(end, time_left(deadline));
  }
  std::string answer;
  std::array<char, 512> buffer{};
  while (answer.find('\0') == std::string::npos && answer.size() < k_most_answer) {
    const auto got = co_await stream.read_some(buffer, time_left(deadline));
    if (!got || *got == 0) break;
    answer.append(buffer.data(), *got);
  }
  if (answer.empty() && !written) co_return fail(written.error());
  if (answer.empty()) co_return fail(Errc::unavailable, "clamd gave no answer");
  co_return read_clamd_answer(answer);
}

}  // namespace kontor::filter::scan
