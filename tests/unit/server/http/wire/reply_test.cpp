// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/reply.hpp"

#include <gtest/gtest.h>

namespace kontor::http::wire {
namespace {

// Given in pieces, and then the end of the connection.
Result<Reply> read(std::string bytes, std::size_t piece, std::size_t most = 100) {
  ReplyParser parser({1'000, most});
  std::string held;
  while (!bytes.empty() && !parser.is_done()) {
    held += bytes.substr(0, piece);
    bytes.erase(0, piece);
    KONTOR_TRY(const auto taken, parser.take(held));
    held.erase(0, taken);
  }
  if (!parser.is_done()) {
    KONTOR_TRY(parser.end());
  }
  return parser.release();
}

TEST(HttpReply, BodiesEndByLengthChunksOrTheConnection) {
  for (const auto* text : {"HTTP/1.1 200 OK\r\nX: a\r\nContent-Length: 5\r\n\r\nabcde",
                           "HTTP/1.1 200 OK\r\nX: a\r\nTransfer-Encoding: "
                           "chunked\r\n\r\n2\r\nab\r\n3;x\r\ncde\r\n0\r\n\r\n",
                           "HTTP/1.0 200 OK\r\nX: a\r\n\r\nabcde"})
    for (const std::size_t piece : {1U, 2U, 7U, 1'000U}) {
      const auto reply = read(text, piece);
      ASSERT_TRUE(reply) << text << piece << reply.error().text();
      EXPECT_EQ(reply->status, 200);
      EXPECT_EQ(reply->field("x"), "a");
      EXPECT_EQ(reply->body, "abcde");
    }
  EXPECT_EQ(read("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 1'000)->status, 404);
}

TEST(HttpReply, WhatIsCutTooLongOrNoHttpIsRefused) {
  for (const auto& text : std::vector<std::string>{
           "", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200 OK\r\nX: a\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + std::string(500, 'x'),
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n", "220 mail.test\r\n\r\n",
           "HTTP/1.0 200 OK\r\n\r\n" + std::string(500, 'x')})
    for (const std::size_t piece : {1U, 1'000U}) EXPECT_FALSE(read(text, piece)) << text;
}

}  // namespace
}  // namespace kontor::http::wire
