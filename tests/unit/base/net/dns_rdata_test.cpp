// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "base/net/resolver.hpp"

namespace kontor::net {
namespace {

using namespace std::string_literals;

std::string label(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

TEST(DnsRdata, NamesAreLowerCaseWithoutTheLastDot) {
  EXPECT_EQ(*read_name_rdata(label("Mail") + label("Example") + label("TEST") + "\0"s),
            "mail.example.test");
  EXPECT_EQ(*read_name_rdata("\0"s), "");
  EXPECT_EQ(*read_name_rdata(label("_dmarc") + label("a-b") + "\0"s), "_dmarc.a-b");
}

TEST(DnsRdata, HostileNamesAreNone) {
  const std::vector<std::string> rows = {
      "",
      label("open"),                           // no end
      label("a") + "\0x"s,                     // bytes after the end
      "\xC0\x0C"s,                             // a pointer
      "\x40"s + std::string(64, 'a') + "\0"s,  // a label of 64
      "\x05xy\0"s,                             // a label that says more than there is
      label("a.b") + "\0"s,                    // a dot that is none
      label("a\0b"s) + "\0"s,
      label("a b") + "\0"s,
      label("a\r\nQUIT") + "\0"s,
      label("\xD0\xB0") + "\0"s,
      label("<script>") + "\0"s,
  };
  for (const auto& row : rows) {
    const auto name = read_name_rdata(row);
    ASSERT_FALSE(name) << *name;
    EXPECT_EQ(name.error().code(), Errc::bad_input);
  }
  std::string longest;
  for (int i = 0; i < 5; ++i) longest += label(std::string(50, 'a'));
  EXPECT_FALSE(read_name_rdata(longest + "\0"s)) << "256 bytes";
}

TEST(DnsRdata, MxRecords) {
  const auto mx = read_mx_rdata("\x01\x02"s + label("mx") + label("test") + "\0"s);
  EXPECT_EQ(mx->preference, 258);
  EXPECT_EQ(mx->host, "mx.test");
  EXPECT_EQ(read_mx_rdata("\0\0\0"s)->host, "") << "RFC 7505: null MX";
  for (const auto& row : {""s, "\0"s, "\0\x0A"s, "\0\x0A\x05mx"s}) EXPECT_FALSE(read_mx_rdata(row));
}

TEST(DnsRdata, TextsAreJoined) {
  EXPECT_EQ(*read_txt_rdata(label("v=spf1 ") + label("-all")), "v=spf1 -all");
  EXPECT_EQ(*read_txt_rdata("\0"s), "");
  EXPECT_EQ(*read_txt_rdata(""), "");
  EXPECT_FALSE(
      read_txt_rdata("\x05"
                     "abc"s));
}

TEST(DnsRdata, Addresses) {
  EXPECT_EQ(*read_address_rdata("\xC0\0\x02\x01"s), "192.0.2.1");
  EXPECT_EQ(*read_address_rdata("\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"),
            "2001:db8::1");
  for (const std::size_t size : {0U, 3U, 5U, 15U, 17U})
    EXPECT_FALSE(read_address_rdata(std::string(size, 'a'))) << size;
}

}  // namespace
}  // namespace kontor::net
