// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/mailbox_rules.hpp"

#include <gmock/gmock.h>

#include "base/config/load.hpp"
#include "base/config/route_rules.hpp"

namespace kontor::config {
namespace {

using ::testing::HasSubstr;

TEST(RetentionRow, IsAFolderAndDays) {
  const auto plain = parse_retention("Deleted Items = 30");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->folder, "Deleted Items");
  EXPECT_EQ(plain->days, 30U);
  EXPECT_FALSE(plain->below);
  const auto below = parse_retention("Lists/*=365");
  ASSERT_TRUE(below);
  EXPECT_EQ(below->folder, "Lists");
  EXPECT_TRUE(below->below);
  const auto use = parse_retention("\\trash=7");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->folder, "\\Trash");
  EXPECT_EQ(parse_retention("a=b=9")->folder, "a=b");
}

TEST(RetentionRow, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view row) { return parse_retention(row).error().detail(); };
  EXPECT_THAT(wrong("Trash"), HasSubstr("is not FOLDER=DAYS"));
  EXPECT_THAT(wrong("=30"), HasSubstr("names no folder"));
  EXPECT_THAT(wrong("/*=30"), HasSubstr("names no folder"));
  EXPECT_THAT(wrong("Trash=0"), HasSubstr("from 1 to 36500"));
  EXPECT_THAT(wrong("Trash=soon"), HasSubstr("\"soon\" is not a number of days"));
  EXPECT_THAT(wrong("\\Bin=30"), HasSubstr("\\Junk \\Sent \\Trash"));
}

TEST(CheckSettings, NamesTheWrongRowOfMailboxes) {
  Settings settings;
  settings.store.retention = {"Trash=30", "Junk"};
  const auto sentences = check_settings(settings);
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_THAT(sentences[0], HasSubstr("store.retention: \"Junk\": "));
}

TEST(Route, NamesADomainAndWhatHoldsForIt) {
  using std::chrono::seconds;
  const auto all = parse_route(
      "*.Branch.Example: hosts=Smart.example:587,[2001:db8::1]:26,192.0.2.1 user=kontor "
      "password_file=/etc/pw tls=verify source=192.0.2.9 connections=3 rate=60 first_retry=1m "
      "longest_retry=1h lifetime=2d max_size=10MB hold=yes");
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->pattern, "*.branch.example");
  EXPECT_THAT(all->hosts,
              ::testing::ElementsAre("smart.example:587", "[2001:db8::1]:26", "192.0.2.1"));
  EXPECT_EQ(all->user, "kontor");
  EXPECT_EQ(all->password_file, "/etc/pw");
  EXPECT_EQ(all->tls, "verify");
  EXPECT_EQ(all->source, "192.0.2.9");
  EXPECT_EQ(all->connections, 3U);
  EXPECT_EQ(all->per_minute, 60U);
  EXPECT_EQ(all->first_retry, seconds(60));
  EXPECT_EQ(all->longest_retry, seconds(3'600));
  EXPECT_EQ(all->lifetime, seconds(172'800));
  EXPECT_EQ(all->max_size, 10U << 20U);
  EXPECT_TRUE(all->is_held);
  EXPECT_FALSE(all->by_mx);
  const auto mx = parse_route("*: hosts=mx");
  ASSERT_TRUE(mx);
  EXPECT_TRUE(mx->by_mx && mx->hosts.empty() && !mx->is_held);
  EXPECT_TRUE(parse_route("почта.example:   tls=dane")) << "blanks, and any script";
  EXPECT_TRUE(parse_route("far.example: drop=yes")->is_dropped);
  EXPECT_EQ(parse_route("far.example: first_try=2m")->first_try, seconds(120));
  EXPECT_EQ(parse_route("far.example: first_try=0")->first_try, seconds(0));
  EXPECT_TRUE(parse_route("*: direct=yes connections=2")->is_direct);
}

TEST(Route, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view row) { return parse_route(row).error().detail(); };
  EXPECT_THAT(wrong("far.test"), HasSubstr("a colon"));
  for (const auto* domain : {"", "*.", "a b", "a..b", "*.*.b", "@far.test", "f*r.test"})
    EXPECT_THAT(wrong(std::string(domain) + ": tls=may"), HasSubstr("is not a domain")) << domain;
  EXPECT_THAT(wrong("far.test:"), HasSubstr("names no value"));
  EXPECT_THAT(wrong("far.test: host=a"), HasSubstr("is none of hosts=, user="));
  EXPECT_THAT(wrong("far.test: hold"), HasSubstr("is none of"));
  EXPECT_THAT(wrong("far.test: tls=may tls=may"), HasSubstr("tls stands there twice"));
  EXPECT_THAT(wrong("far.test: hosts="), HasSubstr("hosts has no value"));
  for (const auto* host : {"a:", "a:0", "a:70000", "a,,b", "[::1", "[::1]x", "a b@c"})
    EXPECT_FALSE(parse_route("far.test: hosts=" + std::string(host))) << host;
  EXPECT_FALSE(parse_route("far.test: hosts=a,a,a,a,a,a,a,a,a"));
  EXPECT_THAT(wrong("far.test: tls=yes"), HasSubstr("may, require, verify and dane"));
  EXPECT_THAT(wrong("far.test: source=mail.test"),
              HasSubstr("source: \"mail.test\" is not an IPv4"));
  for (const auto* value : {"connections=0", "connections=1001", "rate=0", "rate=x", "lifetime=0s",
                            "lifetime=90d", "first_retry=500ms", "max_size=0", "hold=true"})
    EXPECT_FALSE(parse_route("far.test: " + std::string(value))) << value;
  EXPECT_THAT(wrong("far.test: hosts=a user=b"), HasSubstr("together"));
  EXPECT_THAT(wrong("far.test: user=b password_file=/c"), HasSubstr("needs hosts="));
  EXPECT_THAT(wrong("far.test: first_retry=2h longest_retry=1h"), HasSubstr("longer than"));
  EXPECT_THAT(wrong("*: drop=yes"), HasSubstr("one domain"));
  for (const auto* value : {"hold=yes", "drop=yes", "rate=5", "first_try=5m"})
    EXPECT_THAT(wrong("far.test: direct=yes " + std::string(value)), HasSubstr("a client waits"));
}

TEST(Route, APatternMeansADomainOrAllBelowIt) {
  EXPECT_TRUE(fits_route("*", "far.test"));
  EXPECT_TRUE(fits_route("far.test", "far.test"));
  EXPECT_FALSE(fits_route("far.test", "a.far.test"));
  EXPECT_TRUE(fits_route("*.far.test", "a.b.far.test"));
  EXPECT_FALSE(fits_route("*.far.test", "far.test"));
  EXPECT_FALSE(fits_route("*.far.test", "nofar.test"));
  EXPECT_FALSE(fits_route("*.far.test", ".far.test"));
}

}  // namespace
}  // namespace kontor::config
