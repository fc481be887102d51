// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/answers.hpp"

#include <gtest/gtest.h>

#include "directory/model/identity.hpp"
#include "server/autodiscover/mozilla.hpp"
#include "server/autodiscover/pox.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::autodiscover {
namespace {

std::string request(std::string_view address, std::string_view schema = k_outlook_schema) {
  return "<?xml version=\"1.0\"?><Autodiscover "
         "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\">"
         "<Request><EMailAddress>" +
         std::string(address) + "</EMailAddress><AcceptableResponseSchema>" + std::string(schema) +
         "</AcceptableResponseSchema></Request></Autodiscover>";
}

struct Autodiscover : ::testing::Test {
  config::Settings settings;
  Offer offer{"mail.example.test", true, true, false, 10'000};

  Autodiscover() {
    settings.domains.alias = {"old.test = Example.test"};
    settings.domains.remote = {"branch.test=mail.branch.test"};
    settings.domains.local = {"Extra.test"};
  }

  directory::DirectoryCopy copy() {
    auto anna = directory::test_person(1, "anna");
    anna.name = "Anna <Ä&B>";
    anna.addresses = {"a.b@example.test"};
    auto moved = directory::test_person(2, "moved");
    moved.mail_rules.target_address = "moved@other.test";
    auto contact = directory::test_person(3, "partner");
    contact.kind = directory::Kind::contact;
    contact.mail = "partner@other.test";
    contact.addresses = {"partner@example.test"};
    return {{anna, moved, contact, directory::test_group(4, "staff", {directory::test_id(1)})}, 1};
  }
  std::string ask(std::string_view body) {
    return answer_pox(settings, copy(), offer, body, UtcSeconds(std::chrono::hours(30)));
  }
};

TEST_F(Autodiscover, TellsThePlacesOfServices) {
  for (const auto* address : {"anna@example.test", "A.B@Example.Test"}) {
    const auto answer = ask(request(address));
    EXPECT_TRUE(answer.contains("<Action>settings</Action>")) << answer;
    EXPECT_TRUE(answer.contains("<DisplayName>Anna &lt;Ä&amp;B&gt;</DisplayName>"));
    EXPECT_TRUE(answer.contains("SMTPAddress>anna@example.test</"));
    EXPECT_TRUE(
        answer.contains("<Type>IMAP</Type>\n        <Server>mail.example.test</Server>\n"
                        "        <Port>10993</Port>"));
    EXPECT_TRUE(answer.contains("<SPA>off</SPA>"));
    EXPECT_TRUE(answer.contains("<Encryption>SSL</Encryption>"));
  }
  offer.ntlm = true;
  EXPECT_TRUE(ask(request("anna@example.test")).contains("<SPA>on</SPA>"));
}

TEST_F(Autodiscover, SendsElsewhereWhoIsElsewhere) {
  const auto at = [&](const char* address) { return ask(request(address)); };
  EXPECT_TRUE(at("anna@OLD.test").contains("<RedirectAddr>anna@example.test</RedirectAddr>"));
  EXPECT_TRUE(at("moved@example.test").contains("<RedirectAddr>moved@other.test<"));
  EXPECT_TRUE(at("partner@example.test").contains("<RedirectAddr>partner@other.test<"));
  EXPECT_TRUE(at("x@branch.test")
                  .contains("<RedirectUrl>https://autodiscover.branch.test/autodiscover/"
                            "autodiscover.xml</RedirectUrl>"));
}

TEST_F(Autodiscover, HasErrorsOfItsOwn) {
  const auto error = [](const std::string& answer, const char* code) {
    return answer.contains("<ErrorCode>" + std::string(code) + "</ErrorCode>") &&
           answer.contains("Time=\"06:00:00.0000000\"");
  };
  EXPECT_TRUE(error(ask(request("nobody@example.test")), "500"));
  EXPECT_TRUE(error(ask(request("staff@example.test")), "500"));
  EXPECT_TRUE(error(ask(request("partner@other.test")), "500"));
  EXPECT_TRUE(error(ask(request("x@nowhere.test")), "500"));
  EXPECT_TRUE(error(ask(request("")), "600"));
  EXPECT_TRUE(error(ask(""), "600"));
  EXPECT_TRUE(error(ask("<a/>"), "600"));
  EXPECT_TRUE(error(ask(request("anna@example.test", "http://mobilesync/")), "601"));
}

TEST_F(Autodiscover, ExpandsNothing) {
  const std::string doctype =
      "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>" + request("&b;").substr(21);
  EXPECT_EQ(parse_pox_request(doctype).error().code(), Errc::bad_input);
  EXPECT_EQ(parse_pox_request(request("&b;")).error().code(), Errc::bad_input);
  EXPECT_EQ(parse_pox_request(std::string(70'000, ' ')).error().code(), Errc::bad_input);
  EXPECT_EQ(parse_pox_request(request(std::string(2'000, 'x'))).error().code(), Errc::bad_input);
}

TEST_F(Autodiscover, TellsAPersonHisOwn) {
  const auto people = copy();
  const auto anna = people.find_address("anna@example.test");
  const auto who = directory::make_identity(people, *anna, "EXAMPLE\\anna", {});
  EXPECT_EQ(answer_person(people, offer, who).value(),
            "{\"address\":\"anna@example.test\",\"name\":\"Anna <Ä&B>\",\"login\":"
            "\"anna@example.test\",\"imap\":{\"host\":\"mail.example.test\",\"port\":10993,"
            "\"tls\":true},\"pop3\":{\"host\":\"mail.example.test\",\"port\":10995,\"tls\":true},"
            "\"submission\":{\"host\":\"mail.example.test\",\"port\":10465,\"tls\":true}}\n");
  auto gone = who;
  gone.id = directory::test_id(9);
  EXPECT_FALSE(answer_person(people, offer, gone));
}

TEST_F(Autodiscover, KnowsItsDomains) {
  const auto people = copy();
  for (const auto* ours : {"example.test", "EXAMPLE.test", "old.test", "extra.test"})
    EXPECT_TRUE(serves_domain(settings, people, ours)) << ours;
  for (const auto* other : {"", "branch.test", "other.test"})
    EXPECT_FALSE(serves_domain(settings, people, other)) << other;
}

TEST_F(Autodiscover, WritesMozillasFile) {
  const auto text = mozilla_config(offer, "a&b.test");
  EXPECT_TRUE(text.contains("<domain>a&amp;b.test</domain>"));
  EXPECT_TRUE(
      text.contains("<authentication>GSSAPI</authentication>\n"
                    "      <authentication>password-cleartext</authentication>"));
  offer.tickets = false;
  EXPECT_FALSE(mozilla_config(offer, "a.test").contains("GSSAPI"));
}

TEST(Offer, TakesWhatTheServerSays) {
  config::Settings settings;
  settings.server.name = "mail.example.test";
  settings.server.port_base = 0;
  const auto offer = make_offer(settings, {"GSSAPI", "NTLM"});
  EXPECT_TRUE(offer.tickets && offer.ntlm && !offer.passwords);
  EXPECT_EQ(offer.url("/x"), "https://mail.example.test/x");
  settings.server.port_base = 10'000;
  EXPECT_EQ(make_offer(settings, {}).url("/x"), "https://mail.example.test:10443/x");
}

}  // namespace
}  // namespace kontor::autodiscover
