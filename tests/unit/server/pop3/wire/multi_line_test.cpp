// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/wire/multi_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kontor::pop3::wire {
namespace {

std::string stuffed(std::string_view bytes, std::size_t piece) {
  DotStuffer stuffer;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    stuffer.append(out, bytes.substr(at, piece));
  stuffer.finish(out);
  return out;
}

struct Row {
  std::string_view message, sent;
};

constexpr Row k_rows[] = {
    {"", ".\r\n"},
    {"a\r\n", "a\r\n.\r\n"},
    {".\r\n", "..\r\n.\r\n"},
    {"..\r\n.a\r\n", "...\r\n..a\r\n.\r\n"},
    {"a.b\r\n", "a.b\r\n.\r\n"},
    {"a\r\n\r\n.\r\n\r\n", "a\r\n\r\n..\r\n\r\n.\r\n"},
    // What does not end in CRLF gets one (RFC 1939, 3: the last line is a line of its own).
    {"a", "a\r\n.\r\n"},
    {"a\r", "a\r\r\n.\r\n"},
    {"a\n", "a\n\r\n.\r\n"},
    {".", "..\r\n.\r\n"},
    // No client may see an end where there is none.
    {"a\n.\nb\r\n", "a\n..\nb\r\n.\r\n"},
    {"a\n.\r\nb\r\n", "a\n..\r\nb\r\n.\r\n"},
    {"a\r.\r\n", "a\r.\r\n.\r\n"},
    {"\r\n.\r\n.\r\n", "\r\n..\r\n..\r\n.\r\n"},
};

TEST(Pop3DotStuffer, SendsEverySplitTheSame) {
  for (const auto& row : k_rows)
    for (std::size_t piece = 1; piece <= row.message.size() + 1; ++piece)
      EXPECT_EQ(stuffed(row.message, piece), row.sent) << row.message << " by " << piece;
}

TEST(Pop3DotStuffer, IsUndoneByTheClient) {
  for (const auto& row : k_rows) {
    const auto sent = stuffed(row.message, 3);
    // As a client does that takes LF for the end of a line.
    std::string got;
    std::size_t at = 0;
    for (;;) {
      const auto end = sent.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      auto line = std::string_view(sent).substr(at, end + 1 - at);
      at = end + 1;
      if (line == ".\r\n" || line == ".\n") break;
      if (line.starts_with('.')) line.remove_prefix(1);
      got.append(line);
    }
    EXPECT_EQ(at, sent.size());
    EXPECT_TRUE(got.starts_with(row.message));
    EXPECT_TRUE(got.substr(row.message.size()).find_first_not_of("\r\n") == std::string::npos);
  }
}

std::string top(std::string_view message,
                std::uint64_t header,
                std::uint32_t lines,
                std::size_t piece) {
  TopCutter cutter(header, lines);
  std::string out;
  for (std::size_t at = 0; at < message.size() && !cutter.is_done(); at += piece)
    out.append(cutter.take(message.substr(at, piece)));
  return out;
}

TEST(Pop3TopCutter, CutsBehindTheLinesWanted) {
  const std::string header = "Subject: x\r\n\r\n";
  const std::string message = header + "one\r\ntwo\r\n\r\nfour";
  struct Case {
    std::uint32_t lines;
    std::string body;
  };
  const Case cases[] = {{0, ""},
                        {1, "one\r\n"},
                        {2, "one\r\ntwo\r\n"},
                        {3, "one\r\ntwo\r\n\r\n"},
                        {4, "one\r\ntwo\r\n\r\nfour"},
                        {4'294'967'295U, "one\r\ntwo\r\n\r\nfour"}};
  for (const auto& row : cases)
    for (std::size_t piece = 1; piece <= message.size(); ++piece)
      EXPECT_EQ(top(message, header.size(), row.lines, piece), header + row.body)
          << row.lines << " lines by " << piece;
}

TEST(Pop3TopCutter, TakesAHeaderWithoutABody) {
  EXPECT_EQ(top("Subject: x\r\n", 12, 5, 4), "Subject: x\r\n");
  EXPECT_EQ(top("", 0, 0, 1), "");
  TopCutter empty(0, 0);
  EXPECT_TRUE(empty.is_done());
}

}  // namespace
}  // namespace kontor::pop3::wire
