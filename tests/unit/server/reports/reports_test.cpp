// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/core/text.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "base/net/gzip.hpp"
#include "server/filter/dmarc/report.hpp"
#include "server/reports/read_dmarc.hpp"
#include "server/reports/read_tls.hpp"
#include "server/reports/received.hpp"
#include "server/reports/summary.hpp"
#include "server/reports/tls_keeper.hpp"
#include "server/reports/tls_report.hpp"
#include "server/reports/unpack.hpp"

namespace kontor::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::sys_days k_day{std::chrono::year(2026) / 11 / 23};

const TlsPolicy k_sts{"far.test",
                      PolicyType::sts,
                      {"version: STSv1", "mode: testing", "mx: *.far.test", "max_age: 86400"},
                      {"*.far.test"}};
const TlsFailure k_expired{"certificate-expired", "192.0.2.1", "mx.far.test", "2001:db8::1",
                           "certificate has expired"};

TlsTally some_tally() {
  TlsTally tally;
  tally[k_sts].successes = 7;
  tally[k_sts].failures[k_expired] = 3;
  tally[{"bare.test", PolicyType::none, {}, {}}].successes = 1;
  return tally;
}

class MovingClock final : public Clock {
 public:
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time = k_day + std::chrono::hours(12);
};

// --- counts ---

TEST(TlsTally, IsReadAsItWasWritten) {
  EXPECT_EQ(parse_tls_tally(format_tls_tally(some_tally())).value(), some_tally());
  EXPECT_EQ(parse_tls_tally(format_tls_tally({})).value(), TlsTally());
  EXPECT_EQ(some_tally()[k_sts].failed(), 3U);
}

TEST(TlsTally, WhatIsNone) {
  const auto text = format_tls_tally(some_tally());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_tls_tally(std::string_view(text).substr(0, size))) << size;
  for (const auto* line :
       {"policy\ta.test\n", "policy\t\tsts\t1\t\t\n", "policy\ta.test\tother\t1\t\t\n",
        "policy\ta.test\tsts\t-1\t\t\n", "policy\ta b\tsts\t1\t\t\n",
        "policy\ta.test\tsts\t4294967297\t\t\n", "failure\t1\tx\t\t\t\t\n",
        "policy\ta.test\tsts\t1\t\t\nfailure\t0\tx\t\t\t\t\n",
        "policy\ta.test\tsts\t1\t\t\npolicy\ta.test\tsts\t1\t\t\n",
        "policy\ta.test\tsts\t1\t\xC3\xA4\t\n", "x\n"})
    EXPECT_FALSE(parse_tls_tally("Kontor TLS results 1\n" + std::string(line) + "end\n")) << line;
  EXPECT_FALSE(parse_tls_tally("Kontor TLS results 2\nend\n"));
}

TEST(TlsTally, WhatStrangersSayIsCleaned) {
  auto failure = k_expired;
  failure.reason = "a\tb\nc|d\x80" + std::string(2'000, 'x');
  EXPECT_EQ(cleaned(failure).reason, "abcd" + std::string(k_longest_text - 4, 'x'));
  auto policy = k_sts;
  policy.lines.assign(1'000, "line");
  EXPECT_EQ(cleaned(policy).lines.size(), k_most_lines);
}

TEST(TlsKeeper, CountsAreThereAfterARestart) {
  io::MemoryDisk disk;
  MovingClock clock;
  log::RecordingSink events;
  const auto open = [&] {
    return TlsKeeper::open({disk, clock, log::Context(events)}, "/data/tls-results");
  };
  auto keeper = open();
  keeper->note(k_sts, std::nullopt);
  keeper->note(k_sts, k_expired);
  keeper->note(k_sts, k_expired);
  ASSERT_TRUE(keeper->save());
  clock.time += std::chrono::days(1);
  keeper->note({"bare.test", PolicyType::none, {}, {}}, std::nullopt);
  keeper->note({"", PolicyType::none, {}, {}}, std::nullopt);  // of nobody
  ASSERT_TRUE(keeper->save());
  keeper = open();
  const auto days = keeper->days();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days.at(k_day).at(k_sts).successes, 1U);
  EXPECT_EQ(days.at(k_day).at(k_sts).failures.at(k_expired), 2U);
  EXPECT_EQ(days.at(k_day + std::chrono::days(1)).size(), 1U);
  ASSERT_TRUE(keeper->forget(k_day, "far.test"));
  EXPECT_EQ(open()->days().size(), 1U);
  clock.time += std::chrono::days(30);
  ASSERT_TRUE(keeper->save());
  EXPECT_EQ(open()->days().size(), 0U);
  EXPECT_TRUE(events.events().empty());
}

TEST(TlsKeeper, HoldsNoMoreThanItMayAndSaysWhatItCannotRead) {
  io::MemoryDisk disk;
  MovingClock clock;
  log::RecordingSink events;
  const auto keeper =
      TlsKeeper::open({disk, clock, log::Context(events), 100}, "/data/tls-results");
  for (int i = 0; i < 110; ++i) {
    auto policy = k_sts;
    policy.domain = std::to_string(i) + ".test";
    keeper->note(policy, std::nullopt);
  }
  auto known = k_sts;
  known.domain = "0.test";
  keeper->note(known, std::nullopt);
  keeper->note(known, k_expired);  // a row more: no room
  const auto tally = keeper->days().at(k_day);
  EXPECT_EQ(tally.size(), 100U);
  EXPECT_EQ(tally.at(known).successes, 2U);
  EXPECT_EQ(tally.at(known).failed(), 0U);
  ASSERT_TRUE(keeper->save());
  ASSERT_TRUE(io::write_file_durably(disk, "/data/tls-results/20261123", "Kontor TLS results 9\n"));
  EXPECT_TRUE(
      TlsKeeper::open({disk, clock, log::Context(events)}, "/data/tls-results")->days().empty());
  EXPECT_EQ(events.count("reports.results.unreadable"), 1U);
}

// --- who wants a report ---

TEST(TlsRecord, SaysWhereReportsGo) {
  const auto one = destinations_of({"v=TLSRPTv1; rua=mailto:a%2Bb@c.test,https://web.test/v1?x=1"});
  ASSERT_EQ(one.size(), 2U);
  EXPECT_TRUE(one[0].is_mail);
  EXPECT_EQ(one[0].address, "a+b@c.test");
  EXPECT_EQ(one[1].host + " " + std::to_string(one[1].port) + " " + one[1].path,
            "web.test 443 /v1?x=1");
  EXPECT_EQ(destinations_of({"v=TLSRPTv1;x=y;rua=HTTPS://WEB.test:8443;"})[0].port, 8443);
  EXPECT_EQ(destinations_of({"v=spf1 -all", "v=TLSRPTv1 ; rua = x; rua=mailto:a@b.test"}).size(),
            1U);
}

TEST(TlsRecord, WhatIsNone) {
  for (const auto* text :
       {"", "v=TLSRPTv1", "v=TLSRPTv2; rua=mailto:a@b.test",
        "v=TLSRPTv1; rua=", "v=TLSRPTv1; rua=a@b.test", "v=TLSRPTv1; rua=http://web.test/",
        "v=TLSRPTv1; rua=mailto:a", "v=TLSRPTv1; rua=mailto:<a@b.test>",
        "v=TLSRPTv1; rua=mailto:a%0D%0Ab@c.test", "v=TLSRPTv1; rua=https://",
        "v=TLSRPTv1; rua=https://web.test:0/", "v=TLSRPTv1; rua=https://us er@web.test/",
        "v=TLSRPTv1; rua=https://web.test/a b", "v=TLSRPTv10; rua=mailto:a@b.test"})
    EXPECT_THAT(destinations_of({text}), IsEmpty()) << text;
  const std::string good = "v=TLSRPTv1; rua=mailto:a@b.test";
  EXPECT_THAT(destinations_of({good, good}), IsEmpty());  // RFC 8460, 3
  std::string many = "v=TLSRPTv1; rua=";
  for (int i = 0; i < 50; ++i) many += "mailto:a" + std::to_string(i) + "@b.test,";
  EXPECT_EQ(destinations_of({many}).size(), k_most_destinations);
}

// --- the report, and reading it back ---

TEST(TlsReport, IsReadBackAsItWasMade) {
  const TlsReportHead head{"mail.example.test", "tls@example.test", "20261123.1", k_day,
                           k_day + std::chrono::seconds(86'399)};
  const auto text = tls_report_json(head, some_tally());
  const auto report = read_tls_report(text).value();
  EXPECT_EQ(report.organisation, "mail.example.test");
  EXPECT_EQ(report.contact, "tls@example.test");
  EXPECT_EQ(report.begin, head.begin);
  EXPECT_EQ(report.end, head.end);
  ASSERT_EQ(report.policies.size(), 2U);
  EXPECT_EQ(report.policies[0].type, "no-policy-found");
  const auto& sts = report.policies[1];
  EXPECT_EQ(sts.lines, k_sts.lines);
  EXPECT_EQ(sts.hosts, k_sts.hosts);
  EXPECT_EQ(sts.successes, 7U);
  EXPECT_EQ(sts.failed, 3U);
  ASSERT_EQ(sts.failures.size(), 1U);
  EXPECT_EQ(sts.failures[0].address, "2001:db8::1");
  const auto value = boost::json::parse(text);
  EXPECT_EQ(value.at("date-range").at("start-datetime"), "2026-11-23T00:00:00Z");
  EXPECT_EQ(value.at("date-range").at("end-datetime"), "2026-11-23T23:59:59Z");
}

TEST(TlsReport, GoesByMailAsTheStandardWants) {
  const TlsReportHead head{"mail.example.test", "tls@example.test", "20261123.1", k_day,
                           k_day + std::chrono::seconds(86'399)};
  const auto json = tls_report_json(head, some_tally());
  const auto packed = net::gzip(json).value();
  const auto letter =
      tls_report_letter({head, "tls@example.test", "rua@far.test", "far.test", packed, k_day});
  for (const auto* part :
       {"From: tls@example.test\r\nTo: rua@far.test\r\nSubject: Report Domain: far.test\r\n"
        " Submitter: mail.example.test\r\n",
        "\r\nTLS-Report-Domain: far.test\r\nTLS-Report-Submitter: mail.example.test\r\n",
        "Content-Type: multipart/report;\r\n\treport-type=\"tlsrpt\"",
        "Content-Type: application/tlsrpt+gzip\r\n",
        "filename=\"mail.example.test!far.test!1795392000!1795478399!20261123.1.json.gz\""})
    EXPECT_THAT(letter, HasSubstr(part));
  const auto document = document_in(letter).value();
  EXPECT_EQ(document.kind, Kind::tls);
  EXPECT_EQ(document.text, json);
}

// As the standard shows it (RFC 8460, appendix B, with other names), and as some write it.
const std::string k_tls_document = R"({"organization-name": "Firma X",
 "date-range": {"start-datetime": "2026-11-22T00:00:00Z", "end-datetime": "2026-11-22T23:59:59.5+00:00"},
 "contact-info": "sts@x.test", "report-id": "5065427c",
 "policies": [{"policy": {"policy-type": "sts", "policy-string": ["version: STSv1"],
                          "policy-domain": "Our.test", "mx-host": "*.our.test"},
               "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 403},
               "failure-details": [
   {"result-type": "certificate-expired", "sending-mta-ip": "2001:db8::1",
    "receiving-mx-hostname": "mx1.our.test", "failed-session-count": 100},
   {"result-type": "starttls-not-supported", "sending-mta-ip": "192.0.2.9",
    "receiving-mx-hostname": "mx2.our.test", "receiving-ip": "203.0.113.56",
    "failed-session-count": "200", "additional-information": "https://x.test/info"}]}]})";

TEST(ReadTls, WhatOthersWrite) {
  const auto report = read_tls_report(k_tls_document).value();
  EXPECT_EQ(report.end, UtcSeconds(k_day) - std::chrono::seconds(1));
  const auto& policy = report.policies.at(0);
  EXPECT_EQ(policy.domain, "our.test");
  EXPECT_THAT(policy.hosts, ElementsAre("*.our.test"));
  EXPECT_EQ(policy.failures.at(1).count, 200U);
  const auto seen = tls_in({{Arrival(), report}}, "our.test");
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[0].result + " " + std::to_string(seen[0].sessions), "starttls-not-supported 200");
  EXPECT_THAT(seen[0].to_do, HasSubstr("STARTTLS"));
  EXPECT_EQ(seen[1].sessions, 103U);  // nobody says why
  EXPECT_EQ(seen[2].result, "certificate-expired");
  EXPECT_EQ(seen[3].result + " " + std::to_string(seen[3].sessions) + seen[3].to_do,
            "success 5326");
  EXPECT_THAT(tls_in({{Arrival(), report}}, "other.test"), IsEmpty());
}

TEST(ReadTls, WhatIsNone) {
  const auto with = [](std::string_view from, std::string_view to) {
    auto text = k_tls_document;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (std::size_t size = 0; size < k_tls_document.size(); ++size)
    EXPECT_FALSE(read_tls_report(std::string_view(k_tls_document).substr(0, size))) << size;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"Firma X\"", "5"},
           {"\"5065427c\"", "null"},
           {"2026-11-22T00", "2026-13-22T00"},
           {"2026-11-22T00", "2027-11-22T00"},
           {"\"sts\"", "\"other\""},
           {"5326", "-5"},
           {"403", "1.5"},
           {"403", "99999999999999999"},
           {"\"failed-session-count\": 100", "\"failed-session-count\": []"},
           {"\"certificate-expired\"", "\"\""},
           {"Our.test", "our test"},
           {"\"policies\": [", "\"policies\": [5,"},
           {"\"policies\": [", "\"other\": ["}})
    EXPECT_FALSE(read_tls_report(with(from, to))) << from;
  EXPECT_FALSE(read_tls_report("[]"));
  EXPECT_FALSE(read_tls_report(std::string(1'000, '[')));
}

TEST(ReadTls, Moments) {
  EXPECT_EQ(read_moment("2026-11-23T02:00:00+02:00").value(), UtcSeconds(k_day));
  EXPECT_EQ(read_moment("2026-11-22t19:30:00.123-04:30").value(), UtcSeconds(k_day));
  EXPECT_EQ(read_moment("2026-11-23 00:00:00").value(), UtcSeconds(k_day));
  for (const auto* text : {"", "2026-11-23", "2026-11-23T25:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-11-23T00:00:00+2", "2026-11-23T00:00:00X", "2026-11-23T00:00"})
    EXPECT_FALSE(read_moment(text)) << text;
}

const std::string k_xml = R"(<?xml version="1.0" encoding="UTF-8" ?>
<feedback xmlns="http://dmarc.org/dmarc-xml/0.1">
  <report_metadata><org_name>Far</org_name><email>a@far.test</email><report_id>77</report_id>
    <date_range><begin>1795392000</begin><end>1795478399</end></date_range></report_metadata>
  <policy_published><domain>Our.test</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published>
  <record>
    <row><source_ip>192.0.2.1</source_ip><count>12</count>
      <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
    <identifiers><header_from>our.test</header_from></identifiers>
    <auth_results><dkim><domain>our.test</domain><selector>s1</selector><result>pass</result></dkim>
      <spf><domain>list.test</domain><result>pass</result></spf></auth_results>
  </record>
  <record>
    <row><source_ip>2001:db8::7</source_ip><count>40</count>
      <policy_evaluated><disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf>
        <reason><type>forwarded</type></reason></policy_evaluated></row>
    <identifiers><envelope_from>x.test</envelope_from><header_from>our.test</header_from></identifiers>
    <auth_results><spf><domain>x.test</domain><result>softfail</result></spf></auth_results>
  </record>
</feedback>)";

TEST(ReadDmarc, WhatOthersWrite) {
  const auto report = read_dmarc_report(k_xml).value();
  EXPECT_EQ(report.domain, "our.test");
  EXPECT_EQ(report.policy, "p=none sp=none adkim=r aspf=r pct=100");
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_TRUE(report.rows[0].is_dkim_aligned);
  EXPECT_THAT(report.rows[1].reasons, ElementsAre("forwarded"));
  const auto sources = sources_in({{Arrival(), report}, {Arrival(), report}}, "our.test");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].address, "2001:db8::7");
  EXPECT_EQ(sources[0].messages, 80U);
  EXPECT_EQ(sources[0].rejected, 80U);
  EXPECT_THAT(sources[0].to_do, HasSubstr("not known"));
  EXPECT_EQ(sources[1].passed, 24U);
  EXPECT_EQ(sources[1].to_do, "");
  EXPECT_THAT(sources[1].signers, ElementsAre("our.test"));
  EXPECT_THAT(sources_in({{Arrival(), report}}, "other.test"), IsEmpty());
}

TEST(ReadDmarc, ReadsTheReportsOfThisServer) {
  filter::dmarc::OutcomeRow row;
  row.client = "192.0.2.1";
  row.disposition = "quarantine";
  row.is_spf_aligned = true;
  row.author = "good.test";
  row.sender = "b.good.test";
  row.spf_domain = "b.good.test";
  row.spf_result = "pass";
  row.signatures = {"good.test s1 fail"};
  row.overridden = "the ARC seal of list.test";
  const filter::dmarc::ReportHead head{"mail.example.test", "d@example.test", "1", k_day,
                                       k_day + std::chrono::seconds(86'399)};
  const filter::dmarc::Published published{"good.test", "adkim=r aspf=s p=reject sp=none pct=100",
                                           "mailto:r@good.test"};
  const auto xml = report_xml(head, published, {{row, 5}});
  const auto letter =
      filter::dmarc::report_letter({head, published, "r@good.test", net::gzip(xml).value(), k_day});
  const auto document = document_in(letter).value();
  EXPECT_EQ(document.kind, Kind::dmarc);
  const auto report = read_dmarc_report(document.text).value();
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows[0].count, 5U);
  EXPECT_TRUE(report.rows[0].is_spf_aligned);
  EXPECT_EQ(report.rows[0].spf.at(0).result, "pass");
  EXPECT_EQ(report.rows[0].dkim.at(0).selector, "s1");
}

TEST(ReadDmarc, WhatIsNone) {
  for (std::size_t size = 0; size < k_xml.size(); ++size)
    EXPECT_FALSE(read_dmarc_report(std::string_view(k_xml).substr(0, size))) << size;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"<org_name>Far</org_name>", ""},
           {"<report_id>77", "<report_id>"},
           {"1795392000", "-1"},
           {"1795392000", "1895392000"},
           {"192.0.2.1", "mx.far.test"},
           {"<count>12", "<count>12.5"},
           {"<dkim>pass</dkim>", "<dkim>neutral</dkim>"},
           {"<header_from>our.test</header_from>", ""},
           {"<domain>Our.test", "<domain>a b"},
           {"<feedback", "<!DOCTYPE feedback [<!ENTITY a \"b\">]><feedback"},
           {"77", "&a;"}}) {
    auto text = k_xml;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(read_dmarc_report(text)) << from;
  }
  EXPECT_FALSE(read_dmarc_report("<other/>"));
}

// --- archives ---

void add_number(std::string& out, std::uint32_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(number >> 8 * i & 0xFFU);
}

// One file, stored as it is (APPNOTE 6.3.10, 4.3).
std::string zipped(const std::string& name, const std::string& text) {
  std::string common;
  for (const auto number : {20U, 0U, 0U, 0U, 0U}) add_number(common, number, 2);
  add_number(common, net::crc32(text), 4);
  for (int i = 0; i < 2; ++i) add_number(common, static_cast<std::uint32_t>(text.size()), 4);
  add_number(common, static_cast<std::uint32_t>(name.size()), 2);
  add_number(common, 0, 2);
  std::string out = "PK\x03\x04" + common + name + text;
  const auto directory = out.size();
  out += std::string("PK\x01\x02\x14\x00", 6) + common + std::string(14, '\0') + name;
  const auto size = out.size() - directory;
  out += std::string("PK\x05\x06\0\0\0\0\x01\0\x01\0", 12);
  add_number(out, static_cast<std::uint32_t>(size), 4);
  add_number(out, static_cast<std::uint32_t>(directory), 4);
  return out + std::string(2, '\0');
}

TEST(Unpack, KnowsADocumentByItsBytes) {
  EXPECT_EQ(unpack(k_xml).value().kind, Kind::dmarc);
  EXPECT_EQ(unpack("\xEF\xBB\xBF \r\n" + k_tls_document).value().text, k_tls_document);
  EXPECT_EQ(unpack(net::gzip(k_xml).value()).value().text, k_xml);
  const auto archive = zipped("far!our.test.xml", k_xml);
  EXPECT_EQ(unpack(archive).value().text, k_xml);
  EXPECT_EQ(unpack("text").error().code(), Errc::not_found);
  EXPECT_EQ(unpack("").error().code(), Errc::not_found);
  for (std::size_t size = 4; size < archive.size(); size += 7)
    EXPECT_FALSE(unpack(std::string_view(archive).substr(0, size))) << size;
  auto damaged = archive;
  damaged[60] = '?';
  EXPECT_EQ(unpack(damaged).error().code(), Errc::bad_input);
}

TEST(Unpack, BombsEndAtTheLimit) {
  std::string inner(k_longest_xml + 1, ' ');
  inner[0] = '<';
  const auto bomb = net::gzip(inner).value();
  EXPECT_LT(bomb.size(), 100'000U);
  EXPECT_EQ(unpack(bomb).error().code(), Errc::limit);
  const std::string json = "{" + std::string(k_longest_json, ' ');
  EXPECT_EQ(unpack(net::gzip(json).value()).error().code(), Errc::limit);
  std::string twice;
  for (int i = 0; i < 3; ++i) twice += net::gzip(inner.substr(0, k_longest_xml / 2)).value();
  EXPECT_EQ(net::gunzip(twice, k_longest_xml).error().code(), Errc::limit);  // many members
  const auto packed = net::gzip(k_xml).value();
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(net::gunzip(std::string_view(packed).substr(0, size), 1'000'000)) << size;
  EXPECT_EQ(net::gunzip(packed, k_xml.size()).value(), k_xml);
  EXPECT_EQ(net::gunzip(packed, k_xml.size() - 1).error().code(), Errc::limit);
}

// --- what is kept ---

class ReceivedTest : public ::testing::Test {
 protected:
  Received open(std::uint64_t most = 1'000'000) {
    return Received({disk_, log::Context(events_), std::chrono::days(30), most}, "/data/reports");
  }
  void keep(Received& received, const std::string& id, int day) {
    auto xml = k_xml;
    xml.replace(xml.find("77"), 2, id);
    const auto end = (k_day + std::chrono::days(day)).time_since_epoch() / std::chrono::seconds(1);
    for (const auto* time : {"1795392000", "1795478399"})
      xml.replace(xml.find(time), 10, std::to_string(end));
    const Arrival arrival{"far.test", true, k_day};
    ASSERT_TRUE(received.keep(arrival, {Kind::dmarc, xml}, read_dmarc_report(xml).value()));
  }
  io::MemoryDisk disk_;
  log::RecordingSink events_;
};

TEST_F(ReceivedTest, IsThereAfterARestartAndOnce) {
  auto received = open();
  keep(received, "a", 0);
  keep(received, "a", 0);
  keep(received, "b", 1);
  const auto tls = read_tls_report(k_tls_document).value();
  ASSERT_TRUE(received.keep({"x.test", false, k_day}, {Kind::tls, k_tls_document}, tls));
  const auto again = open();
  const auto found = again.dmarc(k_day);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].second.id, "a");
  EXPECT_EQ(found[0].first, (Arrival{"far.test", true, k_day}));
  EXPECT_EQ(again.dmarc(k_day + std::chrono::hours(1)).size(), 1U);
  ASSERT_EQ(again.tls(UtcSeconds()).size(), 1U);
  EXPECT_EQ(again.tls(UtcSeconds())[0].second, tls);
}

TEST_F(ReceivedTest, TheOldestGo) {
  auto received = open();
  for (int day = 0; day < 5; ++day) keep(received, std::to_string(day), day);
  received.tidy(k_day + std::chrono::days(31) + std::chrono::hours(1));
  EXPECT_EQ(received.dmarc(UtcSeconds()).size(), 4U);
  auto small = open(1'000);
  small.tidy(k_day);
  const auto left = small.dmarc(UtcSeconds());
  ASSERT_FALSE(left.empty());
  EXPECT_LT(left.size(), 4U);
  EXPECT_EQ(left.back().second.id, "4");
}

TEST_F(ReceivedTest, DamageIsSaidAndNothingElseIsLost) {
  auto received = open();
  keep(received, "a", 0);
  keep(received, "b", 0);
  const auto names = disk_.list("/data/reports").value();
  const auto path = "/data/reports/" + names.front();
  auto bytes = io::read_file(disk_, path, 1'000'000).value();
  for (const auto& wrong : {bytes.substr(0, bytes.size() - 9), "Kontor report 2" + bytes.substr(15),
                            std::string("x"), bytes.substr(0, 20)}) {
    ASSERT_TRUE(io::write_file_durably(disk_, path, wrong));
    EXPECT_EQ(received.dmarc(UtcSeconds()).size(), 1U);
  }
  EXPECT_EQ(events_.count("reports.received.unreadable"), 4U);
  const StoredReport report{{"far.test", true, k_day}, {Kind::dmarc, k_xml}};
  EXPECT_EQ(parse_stored(format_stored(report).value()).value(), report);
}

}  // namespace
}  // namespace kontor::reports
