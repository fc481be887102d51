// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "server/filter/dmarc/keeper.hpp"

namespace kontor::filter::dmarc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::chrono::sys_days k_day{std::chrono::year(2026) / 11 / 23};

const Published k_published{"good.test", "adkim=r aspf=s p=reject sp=none pct=100",
                            "mailto:reports@good.test"};

OutcomeRow row(std::string client) {
  OutcomeRow out;
  out.client = std::move(client);
  out.disposition = "reject";
  out.is_spf_aligned = true;
  out.author = "good.test";
  out.sender = "bounces.good.test";
  out.spf_domain = "bounces.good.test";
  out.spf_result = "pass";
  out.signatures = {"good.test s1 fail", "list.test x pass"};
  out.overridden = "the ARC seal of list.test";
  return out;
}

class MovingClock final : public Clock {
 public:
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time = k_day + std::chrono::hours(12);
};

TEST(DmarcTally, IsReadAsItWasWritten) {
  Tally tally;
  tally[k_published][row("192.0.2.1")] = 3;
  auto plain = row("2001:db8::1");
  plain.signatures.clear();
  plain.overridden.clear();
  plain.sender.clear();
  tally[k_published][plain] = 1;
  tally[{"other.test", "p=none", "mailto:a@b.test,mailto:c@d.test"}][plain] = 2;
  EXPECT_EQ(parse_tally(format_tally(tally)).value(), tally);
  EXPECT_EQ(parse_tally(format_tally({})).value(), Tally());
}

TEST(DmarcTally, WhatIsNone) {
  Tally tally;
  tally[k_published][row("192.0.2.1")] = 3;
  const auto text = format_tally(tally);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_tally(std::string_view(text).substr(0, size))) << size;
  for (const auto* line : {"row\t1\n", "domain\n", "row\t0\t\t\t\t\t\t\t a\t\t\n", "x\n"})
    EXPECT_FALSE(parse_tally("Kontor DMARC results 1\n" + std::string(line) + "end\n")) << line;
}

TEST(DmarcReport, HasWhatTheStandardWants) {
  ReportHead head{"mail.example.test", "dmarc@example.test", "1", k_day,
                  k_day + std::chrono::seconds(86'399)};
  auto odd = row("192.0.2.1");
  odd.sender = "<&>";
  const auto xml = report_xml(head, k_published, {{odd, 7}});
  for (const auto* part :
       {"<org_name>mail.example.test</org_name>", "<report_id>1</report_id>",
        "<begin>1795392000</begin>\n<end>1795478399</end>", "<domain>good.test</domain>",
        "<aspf>s</aspf>", "<p>reject</p>", "<sp>none</sp>", "<pct>100</pct>",
        "<source_ip>192.0.2.1</source_ip>\n<count>7</count>",
        "<disposition>reject</disposition>\n<dkim>fail</dkim>\n<spf>pass</spf>",
        "<type>local_policy</type>", "<envelope_from>&lt;&amp;&gt;</envelope_from>",
        "<selector>x</selector>\n<result>pass</result>", "<scope>mfrom</scope>"})
    EXPECT_THAT(xml, HasSubstr(part));
  const auto letter = report_letter({head, k_published, "reports@good.test", "bytes", k_day});
  EXPECT_THAT(letter, StartsWith("From: dmarc@example.test\r\nTo: reports@good.test\r\n"
                                 "Subject: Report Domain: good.test\r\n"));
  EXPECT_THAT(letter, HasSubstr("filename=\"mail.example.test!good.test!1795392000!1795478399"
                                ".xml.gz\"\r\n"));
}

TEST(DmarcDestinations, AreAddressesThatTakeTheSize) {
  EXPECT_THAT(destinations_of("mailto:a@b.test, MAILTO:c@d.test!10m ,https://x.test/", 1'000),
              ElementsAre("a@b.test", "c@d.test"));
  EXPECT_THAT(destinations_of("mailto:a@b.test!1k,mailto:c@d.test!2k", 1'500),
              ElementsAre("c@d.test"));
  EXPECT_THAT(destinations_of("mailto:a%2Bb@c.test", 1), ElementsAre("a+b@c.test"));
  for (const auto* rua :
       {"", "a@b.test", "mailto:", "mailto:a", "mailto:@b", "mailto:a@", "mailto:a@b@c",
        "mailto:a%0D%0Ab@c.test", "mailto:a%4", "mailto:<a@b.test>", "mailto:\"a\"@b.test"})
    EXPECT_THAT(destinations_of(rua, 1), IsEmpty()) << rua;
  std::string many;
  for (int i = 0; i < 50; ++i) many += "mailto:a" + std::to_string(i) + "@b.test,";
  EXPECT_EQ(destinations_of(many, 1).size(), k_most_destinations);
}

TEST(DmarcKeeper, CountsAreThereAfterARestart) {
  io::MemoryDisk disk;
  MovingClock clock;
  log::RecordingSink events;
  const auto open = [&] {
    return Keeper::open({disk, clock, log::Context(events)}, "/data/dmarc");
  };
  auto keeper = open();
  keeper->note(k_published, row("192.0.2.1"));
  keeper->note(k_published, row("192.0.2.1"));
  ASSERT_TRUE(keeper->save());
  clock.time += std::chrono::days(1);
  keeper->note(k_published, row("192.0.2.2"));
  ASSERT_TRUE(keeper->save());
  keeper = open();
  auto days = keeper->days();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days.at(k_day).at(k_published).at(row("192.0.2.1")), 2U);
  ASSERT_TRUE(keeper->forget(k_day, k_published));
  EXPECT_EQ(keeper->days().size(), 1U);
  EXPECT_EQ(open()->days().size(), 1U);
  clock.time += std::chrono::days(30);
  ASSERT_TRUE(keeper->save());
  EXPECT_EQ(open()->days().size(), 0U);
}

TEST(DmarcKeeper, HoldsNoMoreThanItMay) {
  io::MemoryDisk disk;
  MovingClock clock;
  log::RecordingSink events;
  const auto keeper = Keeper::open({disk, clock, log::Context(events), 100}, "/data/dmarc");
  for (std::size_t i = 0; i < 110; ++i) keeper->note(k_published, row(std::to_string(i)));
  keeper->note(k_published, row("0"));
  const auto outcomes = keeper->days().at(k_day).at(k_published);
  EXPECT_EQ(outcomes.size(), 100U);
  EXPECT_EQ(outcomes.at(row("0")), 2U);
}

TEST(DmarcKeeper, AFileThatIsNoneStays) {
  io::MemoryDisk disk;
  MovingClock clock;
  log::RecordingSink events;
  ASSERT_TRUE(io::make_directories(disk, "/data/dmarc"));
  ASSERT_TRUE(io::write_file_durably(disk, "/data/dmarc/20261122", "nonsense"));
  EXPECT_TRUE(Keeper::open({disk, clock, log::Context(events)}, "/data/dmarc")->days().empty());
  EXPECT_EQ(events.count("dmarc.results.unreadable"), 1U);
  EXPECT_TRUE(disk.stat("/data/dmarc/20261122"));
}

}  // namespace
}  // namespace kontor::filter::dmarc
