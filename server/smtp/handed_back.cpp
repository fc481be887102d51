// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/handed_back.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/letter.hpp"
#include "server/queue/notice.hpp"

namespace kontor::smtp {
namespace {

constexpr std::string_view k_mark = "handed back: ";
constexpr std::size_t k_longest = 400;  // RFC 5321, 4.5.3.1.5 allows 512
constexpr std::size_t k_code = 3;       // digits

// The other side's code when it fits its fate, and what it said after code and status.
std::pair<unsigned, std::string_view> read_reply(std::string_view diagnostic, unsigned otherwise) {
  const auto code =
      parse_number<std::uint16_t>(diagnostic.substr(0, std::min(k_code, diagnostic.size())));
  if (!code || *code / 100 != otherwise / 100) return {otherwise, diagnostic};
  auto text = trim(diagnostic.substr(k_code));
  const auto word = text.substr(0, std::min(text.find(' '), text.size()));
  const bool is_status = std::ranges::count(word, '.') == 2 &&
                         word.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_status) text = trim(text.substr(word.size()));
  return {*code == 421 ? 451U : *code, text};
}

}  // namespace

Error handed_back(const queue::Outcome& outcome) {
  const bool is_final = outcome.fate == queue::Fate::failed;
  const auto [code, said] = read_reply(outcome.diagnostic, is_final ? 550U : 451U);
  std::string text = outcome.remote.empty() ? "" : outcome.remote + " said: ";
  if (said.empty())
    text = outcome.reason.empty() ? "the next server did not take it" : outcome.reason;
  else
    text += said;
  text = mime::one_line(text);
  if (!mime::is_ascii(text)) text = "the next server did not take it";
  text.resize(std::min(text.size(), k_longest));
  auto status = queue::status_of(outcome);
  status[0] = is_final ? '5' : '4';  // RFC 2034, 4: as the code
  return {is_final ? Errc::no_permission : Errc::unavailable,
          std::string(k_mark) + std::to_string(code) + ' ' + status + ' ' + text};
}

std::optional<wire::Reply> handed_back_reply(const Error& error) {
  if (!error.detail().starts_with(k_mark)) return std::nullopt;
  const auto text = std::string_view(error.detail()).substr(k_mark.size());
  const auto space = text.find(' ', k_code + 1);
  const auto code = parse_number<std::uint16_t>(text.substr(0, k_code)).value_or(451);
  return wire::Reply(code, std::string(text.substr(k_code + 1, space - k_code - 1)),
                     std::string(text.substr(space + 1)));
}

}  // namespace kontor::smtp
