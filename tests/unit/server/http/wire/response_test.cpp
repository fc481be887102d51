// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/response.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "server/http/wire/credentials.hpp"

namespace kontor::http::wire {
namespace {

using std::chrono::seconds;

TEST(HttpResponse, HasItsDateLengthAndSecurity) {
  const Response response{200, "text/plain", "hello", {{"X-A", "b\r\nEvil: c"}}};
  const auto bytes = to_bytes(response, {UtcSeconds(seconds(784'111'777)), true, false});
  EXPECT_TRUE(bytes.starts_with("HTTP/1.1 200 OK\r\n")) << bytes;
  EXPECT_TRUE(bytes.ends_with("\r\n\r\nhello")) << bytes;
  for (const auto* line : {"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Content-Length: 5\r\n",
                           "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
                           "Connection: keep-alive\r\n", "\r\nX-A: b  Evil: c\r\n"})
    EXPECT_TRUE(bytes.contains(line)) << line;
}

TEST(HttpResponse, MayHaveRulesOfItsOwn) {
  Response response{200, "text/html", "hello"};
  response.fields = {{"Content-Security-Policy", "default-src 'self'"},
                     {"Cache-Control", "no-cache"}};
  const auto bytes = to_bytes(response, {});
  EXPECT_TRUE(bytes.contains("Content-Security-Policy: default-src 'self'\r\n")) << bytes;
  EXPECT_EQ(bytes.find("Content-Security-Policy"), bytes.rfind("Content-Security-Policy"));
  EXPECT_EQ(bytes.find("Cache-Control"), bytes.rfind("Cache-Control"));
  EXPECT_TRUE(bytes.contains("X-Frame-Options: DENY\r\n"));
}

TEST(HttpResponse, ToHeadHasNoBody) {
  const auto bytes = to_bytes(plain(404, "nothing"), {UtcSeconds(), false, true});
  EXPECT_TRUE(bytes.ends_with("Connection: close\r\n\r\n")) << bytes;
  EXPECT_TRUE(bytes.contains("Content-Length: 23\r\n")) << bytes;
}

TEST(HttpResponse, WithoutContentHasNoLength) {
  EXPECT_FALSE(to_bytes({204, {}, {}}, {}).contains("Content-Length"));
}

TEST(HttpCredentials, AreReadAsTheirSchemesSay) {
  const auto basic = parse_authorization("basic " + base64_encode("анна:a:b"));
  ASSERT_TRUE(basic);
  EXPECT_EQ(std::get<Password>(*basic).user, "анна");
  EXPECT_EQ(std::get<Password>(*basic).password, "a:b");
  const auto token = parse_authorization("Negotiate AAEC");
  ASSERT_TRUE(token);
  EXPECT_EQ(std::get<Token>(*token).bytes, std::string("\0\1\2", 3));
  EXPECT_EQ(parse_authorization("Digest x").error().code(), Errc::unsupported);
  for (const std::string& wrong :
       {std::string("Basic"), std::string("Basic !"), "Basic " + base64_encode("nobody"),
        "Basic " + base64_encode("\xFF:x"), std::string("Negotiate "), std::string("Negotiate x")})
    EXPECT_EQ(parse_authorization(wrong).error().code(), Errc::bad_input) << wrong;
}

TEST(HttpCredentials, KnowTheLastTokenOfNegotiation) {
  const auto with_state = [](char state) {
    std::string der = "\xA1\x09\x30\x07\xA0\x03\x0A\x01";
    der += state;
    return der + std::string("\xA1\x00", 2);
  };
  EXPECT_TRUE(says_completed(with_state('\0')));
  EXPECT_FALSE(says_completed(with_state('\1')));
  // A long form of the lengths, as with a real answer of 300 bytes.
  std::string inside =
      std::string("\xA0\x03\x0A\x01", 4) + '\0' + std::string("\xA2\x82\x01\x00", 4);
  inside += std::string(256, 'x');
  const std::string long_form = std::string("\xA1\x82\x01\x0D\x30\x82\x01\x09", 8) + inside;
  EXPECT_TRUE(says_completed(long_form));
  for (std::size_t size = 0; size < long_form.size(); ++size)
    EXPECT_FALSE(says_completed(std::string_view(long_form).substr(0, size))) << size;
}

}  // namespace
}  // namespace kontor::http::wire
