// SPDX-License-Identifier: GPL-3.0-or-later
// The base of servers that send spam; and the signs that speak against a message.
#include "server/filter/screening/spam_base.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mime/header.hpp"
#include "server/filter/signs.hpp"

namespace kontor::filter {
namespace {

using namespace std::chrono_literals;
using config::Sign;
using screening::SpamBase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const UtcSeconds k_now(std::chrono::seconds(1'790'000'000));

struct SpamBaseTest : ::testing::Test {
  SpamBaseTest() {
    settings.spam_base_count = 3;
    settings.spam_base_period = 100s;
    settings.spam_base_keep = 1'000s;
  }
  config::Screening settings;
  IpAddress client = *parse_ip_address("192.0.2.10");
  SpamBase base{settings, 4};

  bool note(std::chrono::seconds when) { return base.note(client, "eva@there.test", k_now + when); }
  bool is_listed(std::chrono::seconds when) { return base.is_listed(client, k_now + when); }
};

TEST_F(SpamBaseTest, SoManyWithinTheTimePutAServerIn) {
  EXPECT_FALSE(note(0s));
  EXPECT_FALSE(note(50s));
  EXPECT_FALSE(is_listed(50s));
  EXPECT_FALSE(note(101s)) << "the first one is too long ago";
  EXPECT_TRUE(note(140s));
  EXPECT_FALSE(note(141s)) << "it is in already";
  EXPECT_TRUE(is_listed(1'141s));
  EXPECT_FALSE(is_listed(1'142s));
  EXPECT_FALSE(base.is_listed(*parse_ip_address("192.0.2.11"), k_now + 141s));
  const auto rows = base.list(k_now + 141s, false);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].why, "eva@there.test");
  EXPECT_EQ(base.until(rows[0]), k_now + 1'141s);
}

TEST_F(SpamBaseTest, OfIpv6TheNetworkCounts) {
  for (const auto* text : {"2001:db8::1", "2001:db8::2", "2001:db8::3"})
    base.note(*parse_ip_address(text), "", k_now);
  EXPECT_TRUE(base.is_listed(*parse_ip_address("2001:db8::4"), k_now));
  EXPECT_FALSE(base.is_listed(*parse_ip_address("2001:db8:0:1::4"), k_now));
}

TEST_F(SpamBaseTest, AnAdministratorsWordLasts) {
  ASSERT_TRUE(base.add(client, "because"));
  EXPECT_EQ(base.add(client, "").error().code(), Errc::exists);
  EXPECT_TRUE(is_listed(std::chrono::years(2)));
  note(0s);
  EXPECT_EQ(base.list(k_now, false)[0].why, "because");
  EXPECT_TRUE(base.remove(client));
  EXPECT_FALSE(base.remove(client));
  EXPECT_FALSE(is_listed(0s));
}

TEST_F(SpamBaseTest, WhatWasSilentLongestMakesRoom) {
  ASSERT_TRUE(base.add(client, ""));
  for (int i = 1; i <= 5; ++i)
    base.note(*parse_ip_address("10.0.0." + std::to_string(i)), "", k_now + i * 1s);
  const auto rows = base.list(k_now + 6s, true);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].address.text(), "10.0.0.3");
  EXPECT_EQ(rows[3].address.text(), client.text());
}

TEST_F(SpamBaseTest, TheFileComesBackAndDamageIsNoticed) {
  note(0s);
  note(1s);
  note(2s);
  ASSERT_TRUE(base.add(*parse_ip_address("10.0.0.1"), "why not"));
  const auto bytes = base.take_changed();
  ASSERT_TRUE(bytes);
  EXPECT_FALSE(base.take_changed());
  SpamBase again(settings);
  ASSERT_TRUE(again.load(*bytes, k_now + 3s));
  EXPECT_EQ(again.list(k_now + 3s, true), base.list(k_now + 3s, true));
  EXPECT_TRUE(again.is_listed(client, k_now + 3s));
  for (std::size_t at = 0; at < bytes->size(); ++at) {
    auto damaged = *bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    SpamBase other(settings);
    EXPECT_FALSE(other.load(damaged, k_now)) << at;
    EXPECT_TRUE(other.list(k_now, true).empty());
    EXPECT_FALSE(other.load(std::string_view(*bytes).substr(0, at), k_now)) << at;
  }
  SpamBase late(settings);
  ASSERT_TRUE(late.load(*bytes, k_now + 2'000s));
  EXPECT_EQ(late.list(k_now + 2'000s, true).size(), 1U) << "what is over is left out";
}

TEST(BringerOf, IsWhoOurOwnFieldNames) {
  const auto address = [](std::string_view header) {
    const auto found = screening::bringer_of(header, "mx.here.test");
    return found ? found->text() : "none";
  };
  const std::string own =
      "Return-Path: <a@b>\r\nReceived: from x.test ([192.0.2.7])\r\n\tby mx.here.test (Kontor) "
      "with "
      "ESMTPS id 0123\r\n\tfor <a@b.test>\r\n\ttls X;\r\n\tMon, 2 Nov 2026 10:00:00 +0000\r\n";
  EXPECT_EQ(address(own), "192.0.2.7");
  EXPECT_EQ(screening::trace_in(own, "mx.here.test"), "0123");
  EXPECT_EQ(
      address("Received: from y ([IPv6:2001:db8::1]) by MX.here.test (Kontor) with UTF8SMTP id "
              "1; x\r\n"),
      "2001:db8::1");
  EXPECT_EQ(
      address("Received: from x ([192.0.2.7]) by mx.here.test (Kontor) with ESMTPSA id 1; x\r\n"),
      "none");
  EXPECT_EQ(
      address("Received: from x ([192.0.2.7]) by mx.here.test (Kontor) with LMTP id 1; x\r\n"),
      "none");
  EXPECT_EQ(
      address("Received: from x ([192.0.2.7]) by other.test (Kontor) with SMTP id 1\r\n" + own),
      "none")
      << "the topmost counts alone";
  EXPECT_EQ(address(""), "none");
}

struct SignsTest : ::testing::Test {
  config::Settings settings;
  std::string good =
      "Received: from a.there.test (x [1.2.3.4]) by mx.there.test with ESMTP id 1;\r\n\tMon, 21 "
      "Sep "
      "2026 10:00:00 +0000\r\n"
      "Received: by a.there.test (Postfix, from userid 0) id 2; Mon, 21 Sep 2026 10:00:00 +0000\r\n"
      "Received: (qmail 1 invoked by uid 2); 21 Sep 2026 10:00:00 -0000\r\n"
      "From: Eva <eva@there.test>\r\nDate: Mon, 21 Sep 2026 10:00:00 +0000\r\n"
      "Message-ID: <1.2@mail.there.test>\r\nSubject: x\r\n";

  Found find(const std::string& header, std::string_view sender = "eva@there.test") {
    return Signs(settings).in_header(header + "\r\n", sender, k_now);
  }
  // The good header with one text in place of another.
  Found with(std::string_view was,
             std::string_view now,
             std::string_view sender = "eva@there.test") {
    auto header = good;
    header.replace(header.find(was), was.size(), now);
    return find(header, sender);
  }
};

TEST_F(SignsTest, AnOrdinaryMessageHasNone) {
  EXPECT_THAT(find(good), IsEmpty());
  EXPECT_THAT(with("mail.there.test>", "lists.other.test>", "x@other.test"), IsEmpty())
      << "the sender's organisation made it";
}

TEST_F(SignsTest, EachSignIsFound) {
  EXPECT_THAT(find(good, ""), ElementsAre(Sign::null_sender));
  EXPECT_THAT(with("Subject: x", "Auto-Submitted: auto-replied", ""), IsEmpty());
  EXPECT_THAT(with("Subject: x", "Content-Type: multipart/report; a=b", ""), IsEmpty());
  EXPECT_THAT(with("eva@", "MAILER-DAEMON@", ""), IsEmpty());
  EXPECT_THAT(with("with ESMTP ", ""), ElementsAre(Sign::bad_received));
  EXPECT_THAT(with("by mx.there.test", "mx.there.test"), ElementsAre(Sign::bad_received));
  EXPECT_THAT(with("Date: Mon, 21 Sep 2026 10:00:00 +0000\r\n", ""), ElementsAre(Sign::no_date));
  EXPECT_THAT(with("Date: Mon, 21 Sep 2026 10:00:00 +0000", "Date: soon"),
              ElementsAre(Sign::bad_date));
  EXPECT_THAT(with("Date: Mon, 21 Sep 2026", "Date: Mon, 21 Sep 2020"),
              ElementsAre(Sign::far_date));
  EXPECT_THAT(with("Date: Mon, 21 Sep 2026", "Date: 21 Sep 2030"), ElementsAre(Sign::far_date));
  EXPECT_THAT(with("Message-ID: <1.2@mail.there.test>\r\n", ""), ElementsAre(Sign::no_message_id));
  EXPECT_THAT(with("<1.2@mail.there.test>", "1"), ElementsAre(Sign::bad_message_id));
  EXPECT_THAT(with("<1.2@mail.there.test>", "<1.2@else.test>"),
              ElementsAre(Sign::foreign_message_id));
  EXPECT_THAT(with("From: Eva <eva@there.test>\r\n", ""), ElementsAre(Sign::no_from));
  EXPECT_THAT(with("Subject: x", "From: a@there.test"), ElementsAre(Sign::several_from));
  std::string many = good;
  for (std::size_t i = 0; i < config::k_usual_hops; ++i)
    many.insert(0, good.substr(0, good.find("Received: by")));
  EXPECT_THAT(find(many), ElementsAre(Sign::many_received));
  EXPECT_THAT(find(""), ElementsAre(Sign::no_date, Sign::no_message_id, Sign::no_from));
}

TEST_F(SignsTest, PointsAreSummedAndWritten) {
  settings.signs.points = {"no-date=7", "hello=0"};
  const Signs signs(settings);
  Visit visit;
  visit.hello_fault = "x";
  visit.is_spam_source = true;
  auto found =
      signs.in_header("From: a@b.test\r\nMessage-ID: <1@b.test>\r\n\r\n", "a@b.test", k_now);
  const auto more = Signs::of_visit(visit);
  found.insert(found.end(), more.begin(), more.end());
  EXPECT_EQ(signs.points_of(found), 10U);
  EXPECT_EQ(signs.words_of(found), "10 (no-date=7 hello=0 spam-base=3)");
  EXPECT_EQ(signs.field(found),
            "X-Kontor-Signs: 10\r\n\tno-date=7\r\n\thello=0\r\n\tspam-base=3\r\n");
  EXPECT_EQ(signs.field({}), "");
  visit.is_allowed = true;
  EXPECT_THAT(Signs::of_visit(visit), IsEmpty());
  EXPECT_FALSE(config::parse_sign_points({"no-date=101"}));
  EXPECT_FALSE(config::parse_sign_points({"nothing=1"}));
  EXPECT_FALSE(config::parse_sign_points({"no-date"}));
}

}  // namespace
}  // namespace kontor::filter
