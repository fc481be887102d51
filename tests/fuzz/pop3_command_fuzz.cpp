// SPDX-License-Identifier: GPL-3.0-or-later
// POP3: any bytes as a command line and its arguments; and as a message, whose multi-line response
// must be the same for every split, end once, and give the message back.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/pop3/wire/command.hpp"
#include "server/pop3/wire/multi_line.hpp"

namespace {

using namespace kontor::pop3::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_line(std::string_view bytes) {
  const auto line = parse_line(bytes);
  if (!line) return;
  require(!line->keyword.empty() && !line->keyword.contains(' '));
  require(line->keyword.size() + line->arguments.size() <= bytes.size());
  for (const char c : line->keyword + line->arguments) require(c != '\n' && c != '\r' && c != '\0');
  if (const auto number = parse_message_number(line->arguments)) require(*number > 0);
  if (const auto top = parse_top(line->arguments)) require(top->message > 0);
  if (const auto auth = parse_auth(line->arguments)) require(!auth->mechanism.empty());
  static_cast<void>(parse_auth_response(bytes));
}

std::string stuffed(std::string_view message, std::size_t piece) {
  DotStuffer stuffer;
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += piece)
    stuffer.append(out, message.substr(at, piece));
  stuffer.finish(out);
  return out;
}

// As a client reads that takes LF for the end of a line: nothing may be left behind the end.
std::string read_back(std::string_view sent) {
  std::string out;
  for (;;) {
    const auto end = sent.find('\n');
    require(end != std::string_view::npos);
    auto line = sent.substr(0, end + 1);
    sent.remove_prefix(end + 1);
    if (line == ".\r\n") break;
    require(line != ".\n");
    if (line.starts_with('.')) line.remove_prefix(1);
    out.append(line);
  }
  require(sent.empty());
  return out;
}

void check_message(std::string_view message, std::size_t piece) {
  const auto whole = stuffed(message, message.size() + 1);
  require(whole == stuffed(message, piece));
  const auto back = read_back(whole);
  require(back.starts_with(message) && back.size() <= message.size() + 2);
}

void check_top(std::string_view message,
               std::size_t header,
               std::uint32_t lines,
               std::size_t piece) {
  TopCutter whole(header, lines);
  const auto expected = whole.take(message);
  TopCutter split(header, lines);
  std::string got;
  for (std::size_t at = 0; at < message.size() && !split.is_done(); at += piece)
    got.append(split.take(message.substr(at, piece)));
  require(got == expected && message.starts_with(expected));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t piece = 1U + data[0] % 17U;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 3), size - 3);
  check_line(bytes);
  check_message(bytes, piece);
  check_top(bytes, data[1] % (bytes.size() + 1), data[2] % 8U, piece);
  return 0;
}
