// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/recipients.hpp"

#include <gmock/gmock.h>

#include "server/collector/pop3_reply.hpp"

namespace kontor::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> k_fields{"Envelope-To", "Delivered-To", "Received"};

std::vector<std::string> found(std::string_view header, std::size_t hops = 1) {
  return addresses_in(header, k_fields, hops,
                      [](std::string_view address) { return address.ends_with("@ours.test"); });
}

TEST(CollectorRecipients, TheFirstFieldThatNamesSomebodyOfUsCounts) {
  EXPECT_THAT(found("Delivered-To: b@ours.test\r\nEnvelope-To: a@ours.test, c@ours.test\r\n\r\n"),
              ElementsAre("a@ours.test", "c@ours.test"));
  EXPECT_THAT(found("Envelope-To: a@theirs.test\r\nDelivered-To: box@theirs.test\r\n"
                    "Delivered-To: b@ours.test\r\n\r\n"),
              ElementsAre("b@ours.test"));
  EXPECT_THAT(found("To: a@ours.test\r\n\r\n"), IsEmpty());
  EXPECT_THAT(found("Envelope-To: a@ours.test, <A@ours.test>\r\n\r\n"), ElementsAre("a@ours.test"));
}

TEST(CollectorRecipients, OnlyTrustedHopsAreBelieved) {
  constexpr std::string_view k_header =
      "Received: from x (y [1.2.3.4]) by provider.test (for <c@ours.test>)\r\n"
      "\twith ESMTP id 7; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
      "Received: from z by provider.test with ESMTP id 8\r\n\tFOR <b@ours.test>; now\r\n"
      "Received: by w for <a@ours.test>; then\r\n\r\n";
  EXPECT_THAT(found(k_header, 1), IsEmpty());
  EXPECT_THAT(found(k_header, 2), ElementsAre("b@ours.test"));
  EXPECT_THAT(found(k_header, 9), ElementsAre("b@ours.test"));
}

TEST(CollectorRecipients, ForIsFoundOutsideOfComments) {
  EXPECT_EQ(received_for("from a (for <x@y.test>) by b for c@d.test; x"), "c@d.test");
  EXPECT_EQ(received_for("from a (( \\) for <x@y.test>) z) by b id for; for <c@d.test>"), "");
  EXPECT_EQ(received_for("for"), "");
  EXPECT_EQ(received_for("((((("), "");
  EXPECT_EQ(received_for("by a for <two words@d.test>"), "");
}

TEST(CollectorRecipients, TheReversePathIsTakenFromTheMessage) {
  EXPECT_EQ(sender_in("Return-Path: <a@b.test>\r\nReturn-Path: <c@d.test>\r\n\r\n"), "a@b.test");
  EXPECT_EQ(sender_in("Return-Path: <>\r\n\r\n"), "");
  EXPECT_EQ(sender_in("From: a@b.test\r\n\r\n"), "");
  EXPECT_EQ(sender_in("Return-Path: <a@b.test\r\n <c@d.test>\r\n\r\n").find('\n'),
            std::string::npos);
  EXPECT_EQ(without_first_return_path("Return-Path:\r\n <a@b.test>\r\nX: y\r\n"), "X: y\r\n");
  EXPECT_EQ(without_first_return_path("X: y\r\nReturn-Path: <>\r\n"),
            "X: y\r\nReturn-Path: <>\r\n");
  EXPECT_EQ(without_first_return_path("Return-Path: <>"), "");
}

TEST(CollectorRecipients, LineEndsBecomeWhatMailHas) {
  EXPECT_EQ(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
  EXPECT_EQ(with_crlf(std::string("\0\r\n", 3)), " \r\n");
  EXPECT_EQ(with_crlf("\r"), "\r\n");
  EXPECT_EQ(with_crlf(""), "");
}

TEST(CollectorRecipients, ASourceKnowsWhatItFetched) {
  const auto id = Uuid::random();
  const auto header = "X: y\r\n" + collected_field(id) + "\r\n";
  EXPECT_TRUE(was_collected(header, id));
  EXPECT_FALSE(was_collected(header, Uuid::random()));
  EXPECT_EQ(count_received("Received: a\r\nX: b\r\nreceived: c\r\n\r\nReceived: d\r\n"), 2U);
  EXPECT_EQ(header_of("A: b\r\n\r\nbody"), "A: b\r\n\r\n");
}

TEST(Pop3Reply, LinesAreReadOrRefused) {
  EXPECT_TRUE(parse_pop3_status("+OK\r\n")->is_ok);
  EXPECT_EQ(parse_pop3_status("-ERR [AUTH] no\r\n")->text, "[AUTH] no");
  EXPECT_FALSE(parse_pop3_status("+OKAY\r\n").has_value());
  EXPECT_FALSE(parse_pop3_status("").has_value());
  EXPECT_TRUE(is_pop3_end(".\r\n") && is_pop3_end(".\n") && !is_pop3_end("..\r\n"));
  EXPECT_EQ(pop3_content("..a\r\n"), ".a\r\n");
  EXPECT_EQ(pop3_content("a\n"), "a\r\n");
  EXPECT_EQ(parse_pop3_size("2 300 more\r\n")->size, 300U);
  EXPECT_EQ(parse_pop3_id("2 \x21\x7E\r\n")->id, "\x21\x7E");
  for (const auto* line : {"", "0 a", "x a", "1", "1 \x7F", "99999999999 a", "1 a\x01z"})
    EXPECT_FALSE(parse_pop3_id(line).has_value()) << line;
  EXPECT_FALSE(parse_pop3_id("1 " + std::string(256, 'x')).has_value());
  EXPECT_TRUE(pop3_has_sasl({"USER", "SASL LOGIN PLAIN"}, "PLAIN"));
  EXPECT_FALSE(pop3_has_sasl({"SASL LOGIN"}, "PLAIN"));
}

}  // namespace
}  // namespace kontor::collector
