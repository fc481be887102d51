// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "base/core/ber.hpp"
#include "base/core/text.hpp"
#include "server/ldap/wire/controls.hpp"
#include "server/ldap/wire/request.hpp"

namespace kontor::ldap::wire {
namespace {

std::string bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ') digits.push_back(c);
  return *hex_decode(digits);
}

std::string item(std::uint8_t tag, std::string_view content) {
  std::string out;
  ber::put(out, tag, content);
  return out;
}

Request parsed(std::string_view hex) {
  auto request = parse_request(bytes(hex));
  EXPECT_TRUE(request) << hex;
  return request ? *std::move(request) : Request{};
}

// As OpenLDAP's ldapsearch sends them.
TEST(LdapMessage, BindsAreRead) {
  const auto simple = parsed("30 0f 02 01 01 60 0a 02 01 03 04 01 61 80 02 70 77");
  const auto& bind = std::get<Bind>(simple.operation);
  EXPECT_EQ(simple.id, 1);
  EXPECT_EQ(bind.version, 3);
  EXPECT_EQ(bind.name, "a");
  EXPECT_EQ(bind.password, "pw");
  const auto sasl =
      parsed("30 17 02 01 02 60 12 02 01 03 04 00 a3 0b 04 06 47 53 53 41 50 49 04 01 ff");
  EXPECT_EQ(std::get<Bind>(sasl.operation).mechanism, "GSSAPI");
  EXPECT_EQ(std::get<Bind>(sasl.operation).credentials, "\xFF");
  EXPECT_FALSE(std::get<Bind>(sasl.operation).password);
}

TEST(LdapMessage, SearchesAreRead) {
  // (&(cn=a*b)(!(mail=*))) below dc=x, at most 10 entries in 5 s, types only.
  const auto filter =
      item(0xA0, item(0xA4, item(4, "cn") + item(0x30, item(0x80, "a") + item(0x82, "b"))) +
                     item(0xA2, item(0x87, "mail")));
  const auto search = item(4, "dc=x") + bytes("0a 01 02 0a 01 00 02 01 0a 02 01 05 01 01 ff") +
                      filter + item(0x30, item(4, "cn") + item(4, "+"));
  const auto control = item(
      0x30, item(4, k_paged_results) + item(1, "\xFF") + item(4, bytes("30 05 02 01 02 04 00")));
  const auto request =
      parse_request(item(0x30, item(2, "\x07") + item(0x63, search) + item(0xA0, control)));
  ASSERT_TRUE(request);
  const auto& read = std::get<Search>(request->operation);
  EXPECT_EQ(read.base, "dc=x");
  EXPECT_EQ(read.scope, Scope::subtree);
  EXPECT_EQ(read.size_limit, 10U);
  EXPECT_EQ(read.time_limit, 5U);
  EXPECT_TRUE(read.types_only);
  EXPECT_EQ(read.filter_bytes, filter);
  ASSERT_EQ(read.filter.inner.size(), 2U);
  EXPECT_EQ(read.filter.inner[0].values, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read.filter.inner[1].inner[0].attribute, "mail");
  EXPECT_EQ(read.attributes, (std::vector<std::string>{"cn", "+"}));
  ASSERT_EQ(request->controls.size(), 1U);
  EXPECT_TRUE(request->controls[0].is_critical);
  EXPECT_EQ(parse_paged(*request->controls[0].value)->size, 2U);
}

TEST(LdapMessage, FiltersAreReadWithTheirParts) {
  std::string text =
      item(0xA4, item(4, "cn") + item(0x30, item(0x80, "a") + item(0x81, "m") + item(0x82, "z")));
  std::string_view rest = text;
  auto filter = take_filter(rest);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->values, (std::vector<std::string>{"a", "m", "z"}));
  text = item(0xA4, item(4, "cn") + item(0x30, item(0x81, "m")));
  rest = text;
  filter = take_filter(rest);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->values, (std::vector<std::string>{"", "m", ""}));
  text =
      item(0xA9, item(0x81, "2.5.13.2") + item(0x82, "cn") + item(0x83, "v") + item(0x84, "\xFF"));
  rest = text;
  filter = take_filter(rest);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->rule, "2.5.13.2");
  EXPECT_TRUE(filter->dn_attributes);
}

TEST(LdapMessage, WrongFiltersAreRefused) {
  const std::string cn = item(4, "cn");
  const std::string wrong[] = {
      "",
      item(0xA2, ""),                                                  // not of nothing
      item(0xA2, item(0x87, "a") + item(0x87, "b")),                   // not of two
      item(0xA3, cn),                                                  // no value
      item(0xA3, cn + item(4, "v") + "x"),                             // something after it
      item(0xA4, cn + item(0x30, "")),                                 // no substrings
      item(0xA4, cn + item(0x30, item(0x82, "z") + item(0x81, "m"))),  // after the last
      item(0xA4, cn + item(0x30, item(0x81, "m") + item(0x80, "a"))),  // the first second
      item(0xA4, cn + item(0x30, item(0x80, "a") + item(0x80, "b"))),  // two firsts
      item(0xA4, cn + item(0x30, item(0x81, ""))),                     // an empty one
      item(0xA9, item(0x83, "v")),                                     // of nothing
      item(0xAF, ""),                                                  // an unknown kind
  };
  for (const auto& text : wrong) {
    std::string_view rest = text;
    EXPECT_EQ(take_filter(rest).error().code(), Errc::bad_input) << hex_encode(text);
  }
}

TEST(LdapMessage, FiltersHaveLimits) {
  std::string deep = item(0x87, "cn");
  for (std::size_t i = 0; i <= k_max_filter_depth; ++i) deep = item(0xA2, deep);
  std::string_view rest = deep;
  EXPECT_EQ(take_filter(rest).error().code(), Errc::limit);
  std::string many;
  for (std::size_t i = 0; i < k_max_filter_parts; ++i) many += item(0x87, "cn");
  many = item(0xA1, many);
  rest = many;
  EXPECT_EQ(take_filter(rest).error().code(), Errc::limit);
}

TEST(LdapMessage, FramesAreMeasuredBeforeTheyAreWhole) {
  EXPECT_FALSE(message_size("", 100)->has_value());
  EXPECT_FALSE(message_size("\x30", 100)->has_value());
  EXPECT_EQ(**message_size(bytes("30 05"), 100), 7U);
  EXPECT_FALSE(message_size(bytes("30 82 01"), 1'000)->has_value());
  EXPECT_EQ(**message_size(bytes("30 82 01 00"), 1'000), 260U);
  EXPECT_EQ(message_size(bytes("30 82 01 00"), 100).error().code(), Errc::limit);
  EXPECT_EQ(message_size(bytes("30 80"), 100).error().code(), Errc::bad_input) << "indefinite";
  EXPECT_EQ(message_size(bytes("30 85"), 100).error().code(), Errc::bad_input);
  EXPECT_EQ(message_size("GET / HTTP/1.1", 100).error().code(), Errc::bad_input);
}

TEST(LdapMessage, EveryCutIsRefused) {
  const auto whole = bytes("30 0f 02 01 01 60 0a 02 01 03 04 01 61 80 02 70 77");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_request(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse_request(whole + "x"));
}

TEST(LdapMessage, WritesAreToldApartByTheirAnswers) {
  const std::pair<std::uint8_t, std::uint8_t> tags[] = {
      {0x66, 0x67}, {0x68, 0x69}, {0x4A, 0x6B}, {0x6C, 0x6D}};
  for (const auto& [request, answer] : tags) {
    const auto message = item(0x30, item(2, "\x05") + item(request, "anything"));
    const auto parsed_one = parse_request(message);
    ASSERT_TRUE(parsed_one);
    EXPECT_EQ(std::get<Write>(parsed_one->operation).answer, answer);
  }
}

TEST(LdapMessage, LargeNumbersAreRefused) {
  EXPECT_FALSE(
      parse_request(item(0x30, item(2, std::string("\x00\x80\x00\x00\x00", 5)) + item(0x42, ""))));
  EXPECT_FALSE(parse_request(item(0x30, item(2, "\xFF") + item(0x42, ""))));
}

TEST(LdapControls, AreReadAndWritten) {
  const auto page = parse_paged(bytes("30 06 02 01 05 04 01 63"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->size, 5U);
  EXPECT_EQ(page->cookie, "c");
  EXPECT_EQ(*paged_response({5, "c"}).value, bytes("30 06 02 01 05 04 01 63"));
  const auto keys = parse_sort(
      item(0x30, item(0x30, item(4, "sn") + item(0x80, "2.5.13.3") + item(0x81, "\xFF")) +
                     item(0x30, item(4, "cn"))));
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys, (std::vector<SortKey>{{"sn", "2.5.13.3", true}, {"cn", "", false}}));
  const auto view = parse_view(bytes("30 0e 02 01 01 02 01 02 a0 06 02 01 03 02 01 09"));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->before, 1U);
  EXPECT_EQ(view->after, 2U);
  EXPECT_EQ(view->offset, 3U);
  EXPECT_EQ(view->count, 9U);
  EXPECT_EQ(*parse_view(bytes("30 09 02 01 00 02 01 00 81 01 6b"))->at_least, "k");
  EXPECT_FALSE(parse_view(bytes("30 06 02 01 ff 02 01 00")));
  EXPECT_FALSE(parse_sort(item(0x30, "")));
}

}  // namespace
}  // namespace kontor::ldap::wire
