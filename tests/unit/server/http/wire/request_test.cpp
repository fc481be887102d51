// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kontor::http::wire {
namespace {

constexpr Limits k_limits{4'096, 1'000};

// Feeds a text in pieces; the parser, or the refusal.
std::expected<RequestParser, Refusal> feed(std::string_view text, std::size_t piece = 1'000'000) {
  RequestParser parser(k_limits);
  std::string buffer;
  for (std::size_t at = 0; at < text.size() && !parser.is_done(); at += piece) {
    buffer.append(text.substr(at, piece));
    for (std::size_t taken = 1; taken > 0 && !parser.is_done();) {
      const auto took = parser.take(buffer);
      if (!took) return std::unexpected(took.error());
      taken = *took;
      buffer.erase(0, taken);
    }
  }
  return parser;
}

Request parsed(std::string_view text, std::size_t piece = 1'000'000) {
  auto parser = feed(text, piece);
  EXPECT_TRUE(parser) << parser.error().why;
  if (!parser) return {};
  EXPECT_TRUE(parser->is_done()) << text;
  return parser->release();
}

int refused(std::string_view text) {
  const auto parser = feed(text);
  EXPECT_FALSE(parser) << text;
  return parser ? 0 : parser.error().status;
}

TEST(HttpRequest, IsReadWholeHoweverItIsCut) {
  constexpr std::string_view text =
      "POST /a%20b/%D1%8F?x=1&y=%2B+z HTTP/1.1\r\nHost: mail.example.test\r\nX-A:  b \r\n"
      "Content-Length: 5\r\n\r\nhello";
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto request = parsed(text, piece);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/a b/я");
    EXPECT_EQ(request.query, "x=1&y=%2B+z");
    EXPECT_EQ(query_parameter(request.query, "Y"), "+ z");
    EXPECT_EQ(request.field("x-a"), "b");
    EXPECT_EQ(request.body, "hello");
    EXPECT_TRUE(request.keeps_alive);
  }
}

TEST(HttpRequest, PassesOverEmptyLinesBeforeIt) {
  for (std::size_t piece = 1; piece < 40; ++piece)
    EXPECT_EQ(parsed("\r\n\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", piece).path, "/x");
}

TEST(HttpRequest, LeavesTheNextOneAlone) {
  RequestParser parser(k_limits);
  constexpr std::string_view first = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string both = std::string(first) + "GET /2 HTTP/1.1\r\n";
  const auto taken = parser.take(both);
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, first.size());
  EXPECT_TRUE(parser.is_done());
}

TEST(HttpRequest, ReadsChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t piece = 1; piece < 30; ++piece) {
    EXPECT_EQ(parsed(head + "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n", piece).body,
              "hello!");
    EXPECT_EQ(parsed(head + "0\r\n\r\n", piece).body, "");
  }
}

TEST(HttpRequest, WaitsWhereTheClientWaits) {
  RequestParser parser(k_limits);
  constexpr std::string_view head =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  ASSERT_EQ(parser.take(head).value(), head.size());
  EXPECT_TRUE(parser.has_head());
  EXPECT_TRUE(parser.request().expects_continue);
  EXPECT_FALSE(parser.is_done());
  ASSERT_EQ(parser.take("ok").value(), 2U);
  EXPECT_TRUE(parser.is_done());
  EXPECT_EQ(parser.release().body, "ok");
}

TEST(HttpRequest, TellsWhoWantsToGoOn) {
  EXPECT_FALSE(parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keeps_alive);
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_TRUE(parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps_alive);
}

TEST(HttpRequest, TakesTheAbsoluteForm) {
  const auto request = parsed("GET HTTPS://mail.example.test/x?y HTTP/1.1\r\nHost: b\r\n\r\n");
  EXPECT_EQ(request.path, "/x");
  EXPECT_EQ(request.query, "y");
  EXPECT_EQ(parsed("GET http://mail.example.test HTTP/1.1\r\nHost: b\r\n\r\n").path, "/");
}

// RFC 9112, 11.2: what two servers could read differently is read by none.
TEST(HttpRequest, RefusesWhatIsAmbiguous) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refused(head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), 400);
  EXPECT_EQ(refused(head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(refused(head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(refused(head + "Transfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(refused(head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(refused(head + "Content-Length: +3\r\n\r\nabc"), 400);
  EXPECT_EQ(refused(head + "Content-Length : 3\r\n\r\nabc"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\nHost: a\n\n"), 505);  // the version ends in no CRLF
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic a\r\n"
                    "Authorization: Basic b\r\n\r\n"),
            400);
}

TEST(HttpRequest, RefusesOddTargets) {
  for (const std::string target : {"/%", "/%4", "/%zz", "/%00", "/a/../b", "/a/%2e%2E/b", "/.", "x",
                                   "/%ff", "/%0d%0a", "ftp://a/b", "*a", "/#x"})
    EXPECT_EQ(refused("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400) << target;
}

TEST(HttpRequest, HasLimits) {
  EXPECT_EQ(refused("GET /" + std::string(80'000, 'a')), 414);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(80'000, 'a')), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5'000, 'a') + "\r\n\r\n"),
            431);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d1\r\n" +
                    std::string(2'001, 'x') + "\r\n"),
            413);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                    std::string(10'000, 'x')),
            400);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 300; ++i) many += "A: b\r\n";
  EXPECT_EQ(refused(many + "\r\n"), 431);
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n"), 417);
}

// Somebody in a thousand groups has a ticket of 48 KB.
TEST(HttpRequest, HasRoomForATicket) {
  const auto request = parsed("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Negotiate " +
                              std::string(64'000, 'A') + "\r\n\r\n");
  EXPECT_EQ(request.field("authorization").size(), 64'010U);
}

}  // namespace
}  // namespace kontor::http::wire
