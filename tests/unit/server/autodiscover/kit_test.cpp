// SPDX-License-Identifier: GPL-3.0-or-later
// The files by themselves; tests/functional/clients_kit.py has programs read them.
#include "server/autodiscover/kit/kit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

namespace kontor::autodiscover {
namespace {

Kit full_kit() {
  return {{"mail.ad.test", true, true, false, 0, true},
          {"example.test", "ad.test"},
          "ad.test",
          "-----BEGIN CERTIFICATE-----\n",
          std::nullopt};
}

std::set<std::string> names(const std::vector<KitFile>& files) {
  std::set<std::string> out;
  for (const auto& file : files) out.insert(file.name);
  return out;
}

const std::string& text_of(const std::vector<KitFile>& files, const std::string& name) {
  static const std::string none;
  const auto found = std::ranges::find(files, name, &KitFile::name);
  EXPECT_NE(found, files.end()) << name;
  return found == files.end() ? none : found->text;
}

TEST(ClientKit, HasWhatTheServerCanKeep) {
  EXPECT_EQ(
      names(make_kit(full_kit())),
      (std::set<std::string>{"README.txt", "README.ru.txt", "ad/scp.ldif", "ca/kontor-ca.pem",
                             "dns/ad.test.zone", "dns/example.test.zone", "outlook/kontor.prf",
                             "thunderbird/defaults/pref/kontor.js",
                             "thunderbird/distribution/certificates/kontor-ca.pem",
                             "thunderbird/distribution/policies.json", "thunderbird/kontor.cfg"}));
  auto kit = full_kit();
  kit.offer.tickets = false;
  kit.forest.clear();
  kit.ca.clear();
  const auto files = make_kit(kit);
  EXPECT_EQ(names(files), (std::set<std::string>{"README.txt", "README.ru.txt", "dns/ad.test.zone",
                                                 "dns/example.test.zone", "outlook/kontor.prf",
                                                 "thunderbird/distribution/policies.json"}));
  EXPECT_FALSE(text_of(files, "thunderbird/distribution/policies.json").contains("Install"));
}

TEST(ClientKit, NamesNothingButThisServer) {
  for (const auto& file : make_kit(full_kit())) {
    EXPECT_FALSE(file.text.contains("{host}") || file.text.contains("{pox}") ||
                 file.text.contains("{domain}") || file.text.contains("{services}"))
        << file.name;
  }
}

TEST(ClientKit, OfAServerWithoutHttpsAsksItNothing) {
  auto kit = full_kit();
  kit.offer.https = false;
  const auto files = make_kit(kit);
  EXPECT_EQ(names(files), (std::set<std::string>{
                              "README.txt", "README.ru.txt", "ca/kontor-ca.pem", "dns/ad.test.zone",
                              "dns/example.test.zone", "outlook/kontor.prf",
                              "thunderbird/defaults/pref/kontor.js",
                              "thunderbird/distribution/certificates/kontor-ca.pem",
                              "thunderbird/distribution/policies.json", "thunderbird/kontor.cfg",
                              "web/autoconfig.ad.test/mail/config-v1.1.xml",
                              "web/autoconfig.example.test/mail/config-v1.1.xml"}));
  for (const auto& file : files) EXPECT_FALSE(file.text.contains("https://mail")) << file.name;
  const auto& zone = text_of(files, "dns/example.test.zone");
  EXPECT_TRUE(zone.contains("_imaps._tcp"));
  EXPECT_FALSE(zone.contains("_autodiscover") || zone.contains("CNAME") || zone.contains("443"));
  EXPECT_TRUE(text_of(files, "thunderbird/kontor.cfg")
                  .contains(R"("person":{"address":"%USERNAME%@example.test","name":"",)"
                            R"("imap":{"host":"mail.ad.test","port":993})"));
  EXPECT_TRUE(text_of(files, "web/autoconfig.example.test/mail/config-v1.1.xml")
                  .contains("<domain>example.test</domain>"));
}

TEST(ClientKit, SaysInItsNotesWhatThisServerHas) {
  auto kit = full_kit();
  for (const bool https : {true, false}) {
    kit.offer.https = https;
    for (const auto& file : notes(kit)) {
      EXPECT_FALSE(file.text.contains("\n[")) << file.name;
      EXPECT_EQ(file.text.contains("HTTP/mail.ad.test"), https) << file.name;
      EXPECT_EQ(file.text.contains("ldifde"), https) << file.name;
      EXPECT_EQ(file.text.contains("http.enabled"), !https) << file.name;
      EXPECT_EQ(file.text.contains("web/autoconfig"), !https) << file.name;
      EXPECT_TRUE(file.text.contains("ImportPRF")) << file.name;
    }
  }
}

TEST(ClientKit, HasPoliciesAndFactsThatAreJson) {
  const auto files = make_kit(full_kit());
  const auto policies =
      boost::json::parse(text_of(files, "thunderbird/distribution/policies.json")).at("policies");
  EXPECT_EQ(policies.at("Authentication").at("SPNEGO").at(0), "https://mail.ad.test");
  EXPECT_EQ(policies.at("Certificates").at("Install").at(0), "kontor-ca.pem");
  const auto& script = text_of(files, "thunderbird/kontor.cfg");
  EXPECT_TRUE(script.starts_with("//"));
  EXPECT_TRUE(script.contains("\"person\":\"https://mail.ad.test/autodiscover/person.json\""));
  EXPECT_TRUE(script.contains("ldaps://mail.ad.test:636/??sub?(objectclass=*)"));
}

TEST(ClientKit, LeavesOutNamesThatLeadToAnotherPort) {
  auto kit = full_kit();
  EXPECT_TRUE(zone_lines(kit, "example.test").text.contains("autoconfig           3600 IN CNAME"));
  kit.offer.port_base = 10'000;
  const auto text = zone_lines(kit, "example.test").text;
  EXPECT_FALSE(text.contains("CNAME"));
  EXPECT_TRUE(text.contains("IN SRV 0 1 10993 mail.ad.test."));
  EXPECT_TRUE(service_connection_point(kit).text.contains(
      "serviceBindingInformation: https://mail.ad.test:10443/autodiscover/autodiscover.xml\n"));
}

TEST(ClientKit, WritesOutlooksFileForEverybodyOrOne) {
  auto kit = full_kit();
  EXPECT_TRUE(outlook_profile(kit).text.contains("EmailAddress=%USERNAME%@example.test\r\n"));
  EXPECT_TRUE(outlook_profile(kit).text.contains("IMAPUseSPA=0\r\n"));
  EXPECT_TRUE(outlook_profile(kit).text.contains("[Service List]\r\nService1=LDAP Directory\r\n"));
  EXPECT_TRUE(outlook_profile(kit).text.contains("ConnectionPort=636\r\nUseSSL=True\r\n"));
  kit.person = KitPerson{"An\r\nIMAPServer=evil\nna", "anna@example.test", "anna@ad.test"};
  kit.offer.ntlm = true;
  const auto text = outlook_profile(kit).text;
  EXPECT_TRUE(text.contains("EmailAddress=anna@example.test\r\n"));
  EXPECT_TRUE(text.contains("IMAPUserName=anna@ad.test\r\n"));
  EXPECT_TRUE(text.contains("DisplayName=AnIMAPServer=evilna\r\n"));
  EXPECT_TRUE(text.contains("IMAPUseSPA=1\r\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), std::ranges::count(text, '\r'));
}

}  // namespace
}  // namespace kontor::autodiscover
