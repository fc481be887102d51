// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/local_directory.hpp"

#include <gmock/gmock.h>

#include "base/crypto/password.hpp"
#include "directory/local/demo.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LocalDirectory parse(const std::string& text) {
  auto directory = parse_local_directory(text);
  EXPECT_TRUE(directory) << directory.error().text();
  return directory ? *std::move(directory) : LocalDirectory();
}

TEST(Attributes, DistinguishedNamesCompareAsRfc4514Says) {
  const struct {
    const char* a;
    const char* b;
    bool same;
  } rows[] = {
      {"CN=Steve Kille,O=Isode Limited,C=GB", "cn=steve kille , o=Isode Limited; c=gb", true},
      {"OU=Sales+CN=J. Smith,DC=example,DC=net", "ou=sales + cn=j. smith, dc=example, dc=net",
       true},
      {"CN=James \\\"Jim\\\" Smith\\, III,DC=a", "CN=James \\22Jim\\22 Smith\\2C III,DC=a", true},
      {"CN=Before\\0dAfter,DC=a", "CN=Before\\0DAfter,DC=a", true},
      {"CN=Лучић", "cn=\\d0\\9b\\d1\\83\\d1\\87\\d0\\b8\\d1\\9b", true},
      {"cn=a\\,dc=b", "cn=a,dc=b", false},
      {"cn=a b", "cn=ab", false},
      {"cn=a\\ ", "cn=a", false},
      {"cn=a", "cn=b", false},
  };
  for (const auto& row : rows) EXPECT_EQ(fold_dn(row.a) == fold_dn(row.b), row.same) << row.a;
  EXPECT_EQ(fold_dn("cn=a\\"), fold_dn("CN=A\\"));  // a broken end is only compared
  EXPECT_EQ(domain_of_dn(fold_dn("uid=a,DC=Example , dc=test")), "example.test");
  EXPECT_EQ(domain_of_dn("cn=a"), "");
}

TEST(Attributes, AccountExpiresCountsFrom1601) {
  EXPECT_FALSE(expiry_of_filetime(0));
  EXPECT_FALSE(expiry_of_filetime(0x7FFFFFFFFFFFFFFF));
  EXPECT_FALSE(expiry_of_filetime(0xFFFFFFFFFFFFFFFF));
  EXPECT_EQ(expiry_of_filetime(116'444'736'000'000'000), 0);              // 1970-01-01
  EXPECT_EQ(expiry_of_filetime(133'485'408'000'000'000), 1'704'067'200);  // 2024-01-01
}

TEST(Attributes, AddressesComeFromMailAndProxyAddresses) {
  Principal both, proxies, none;
  set_addresses(both, "A@x.test", {"SMTP:b@x.test", "smtp:c@x.test", "X500:/o=x", "sip:a@x.test"});
  EXPECT_EQ(both.mail, "A@x.test");
  EXPECT_THAT(both.addresses, ElementsAre("b@x.test", "c@x.test"));
  set_addresses(proxies, "", {"smtp:c@x.test", "SMTP:b@x.test", "bare@x.test"});
  EXPECT_EQ(proxies.mail, "b@x.test");
  EXPECT_THAT(proxies.addresses, ElementsAre("c@x.test", "b@x.test", "bare@x.test"));
  set_addresses(none, "", {"smtp:only.secondary@x.test"});
  EXPECT_EQ(none.mail, "");
}

TEST(LocalDirectory, TheDemoOrganisationIsAsPromised) {
  auto directory = parse(make_demo_directory());
  EXPECT_THAT(directory.problems, IsEmpty());
  EXPECT_EQ(directory.passwords.size(), 4U);
  for (const auto& [id, hashes] : directory.passwords) {
    EXPECT_TRUE(crypto::verify_password(hashes.front(), k_demo_password));
    EXPECT_FALSE(crypto::verify_password(hashes.front(), "kontor-Demo"));
  }
  const DirectoryCopy copy(std::move(directory.principals), 1);
  EXPECT_THAT(copy.problems(), IsEmpty());
  const auto members = [&](const char* address) {
    std::vector<std::string> mails;
    for (const auto& person : copy.expand(copy.find_address(address)->id))
      mails.push_back(person->mail);
    std::ranges::sort(mails);
    return mails;
  };
  EXPECT_THAT(members("sales@example.test"),
              ElementsAre("clara@example.test", "dmitri@example.test"));
  EXPECT_EQ(members("staff@example.test").size(), 4U);
  EXPECT_EQ(copy.find_address("meeting-room@example.test")->kind, Kind::room);
  EXPECT_EQ(copy.find_login("anna", "example.test")->name, "Анна Кузнецова");
  EXPECT_EQ(copy.find_login("anna@example.test", ""), copy.find_login("anna", ""));
  const auto admins = copy.effective_sids(copy.find_login("anna", "")->id);
  EXPECT_EQ(admins.size(), 3U);  // herself, staff, Kontor Admins
}

TEST(LocalDirectory, AttributesGoWhereTheyBelong) {
  const auto directory = parse(
      "dn: CN=Anna,OU=P,DC=ex,DC=test\nobjectClass: top\nobjectClass: USER\n"
      "entryUUID: 6BA7B810-9DAD-11D1-80B4-00C04FD430C8\nsAMAccountName: ANNA\ncn: Anna\n"
      "displayName: Анна\ngivenName: Anna\nsn: K\ntitle: T\ndepartment: D\ncompany: C\n"
      "telephoneNumber: 1\nphysicalDeliveryOfficeName: O\nuserPrincipalName: a@up.test\n"
      "mail: Anna@ex.test\nproxyAddresses: smtp:a.k@ex.test\nuserAccountControl: 514\n"
      "accountExpires: 116444736000000000\nmemberOf: cn=g,dc=ex,dc=test\n\n"
      "dn: cn=g,dc=ex,dc=test\nobjectClass: groupOfNames\ncn: g\n");
  EXPECT_THAT(directory.problems, IsEmpty());
  ASSERT_EQ(directory.principals.size(), 2U);
  const auto& anna = directory.principals[0];
  EXPECT_EQ(anna.id.text(), "local:6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(anna.state, State::disabled);
  EXPECT_EQ(anna.expires, 0);
  EXPECT_EQ(anna.domain, "ex.test");
  EXPECT_EQ(anna.name + anna.given_name + anna.surname + anna.title + anna.department +
                anna.company + anna.telephone + anna.office + anna.account_name +
                anna.principal_name + anna.mail,
            "АннаAnnaKTDC1OANNAa@up.testAnna@ex.test");
  EXPECT_THAT(anna.member_of, ElementsAre(directory.principals[1].id));
  EXPECT_EQ(anna.sid, "S-1-5-21-1806153744-2645365201-2159280320-1339306184");
}

TEST(LocalDirectory, WithoutEntryUuidTheNameStandsForTheEntry) {
  const std::string one = "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nuid: a\n";
  const std::string same = "dn: UID=A, DC=X\nobjectClass: inetOrgPerson\nuid: a\ntitle: new\n";
  const std::string other = "dn: uid=b,dc=x\nobjectClass: inetOrgPerson\nuid: a\n";
  EXPECT_EQ(parse(one).principals[0].id, parse(same).principals[0].id);
  EXPECT_NE(parse(one).principals[0].id, parse(other).principals[0].id);
  EXPECT_EQ(parse(one).principals[0].id.guid.text()[14], '8');
}

TEST(LocalDirectory, WhatCannotBeUsedIsNamed) {
  const auto directory = parse(
      "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nuid: a\nuserPassword: secret\n"
      "userAccountControl: many\n\n"
      "dn: cn=p,dc=x\nobjectClass: printer\n\n"
      "dn: cn=g,dc=x\nobjectClass: groupOfNames\nmember: uid=gone,dc=x\nmember: uid=a,dc=x\n");
  EXPECT_EQ(directory.principals.size(), 2U);
  EXPECT_EQ(directory.principals[0].state, State::disabled);
  EXPECT_TRUE(directory.passwords.empty());
  EXPECT_EQ(directory.principals[1].members.size(), 1U);
  EXPECT_THAT(directory.problems, Contains(HasSubstr("userPassword is not a salted hash")));
  EXPECT_THAT(directory.problems, Contains(HasSubstr("userAccountControl is not a number")));
  EXPECT_THAT(directory.problems, Contains(HasSubstr("line 7: cn=p,dc=x: no object class")));
  EXPECT_THAT(directory.problems, Contains(HasSubstr("member names nobody here: uid=gone,dc=x")));
  for (const auto& problem : directory.problems)
    EXPECT_THAT(problem, testing::Not(HasSubstr("secret")));
}

TEST(LocalDirectory, ContradictionsRefuseTheWholeFile) {
  const std::string person = "dn: uid=a,dc=x\nobjectClass: person\n";
  EXPECT_FALSE(parse_local_directory(person + "\ndn: UID=A , dc=x\nobjectClass: person\n"));
  const std::string uuid = "entryUUID: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\n";
  const auto twice =
      parse_local_directory(person + uuid + "\ndn: uid=b\nobjectClass: person\n" + uuid);
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().detail(), HasSubstr("line 5: a second entry with entryUUID"));
  EXPECT_FALSE(parse_local_directory(person + "entryUUID: 17\n"));
}

TEST(LocalDirectory, PoliciesOfEntriesAndOfTheUnitsAroundThem) {
  const std::string text =
      "dn: dc=example,dc=test\nobjectClass: domain\ndescription: messages=9\n\n"
      "dn: uid=a,ou=People,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: a\n"
      "description: quota=1G\n\n"
      "dn: ou=People,dc=example,dc=test\nobjectClass: organizationalUnit\nDescription: quota=2G\n";
  const auto read = parse_local_directory(text, "Description");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->principals.at(0).policies,
              ElementsAre("\nquota=1G", "ou=People,dc=example,dc=test\nquota=2G",
                          "dc=example,dc=test\nmessages=9"));
  EXPECT_THAT(parse(text).principals.at(0).policies, IsEmpty());
}

TEST(LocalDirectory, LimitsAreThoseOfActiveDirectory) {
  const auto directory = parse(
      "dn: dc=example,dc=test\nobjectClass: domain\nlockoutDuration: -18000000000\n\n"
      "dn: uid=anna,ou=People,dc=example,dc=test\nobjectClass: person\nuid: anna\n"
      "mail: anna@example.test\nuserAccountControl: 262656\nlockoutTime: 116444737000000000\n"
      "logonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA\nsIDHistory: S-1-5-21-7-7-7-1001\n\n"
      "dn: uid=boris,dc=example,dc=test\nobjectClass: person\nuid: boris\n"
      "mail: boris@example.test\npwdLastSet: 0\nlockoutTime: 0\n\n"
      "dn: uid=clara,dc=elsewhere\nobjectClass: person\nuid: clara\nmail: clara@example.test\n"
      "lockoutTime: now\nlogonHours: abc\nsIDHistory: old\n");
  ASSERT_EQ(directory.principals.size(), 3U);
  const auto& anna = directory.principals[0];
  EXPECT_EQ(anna.limits.control, 262'656U);
  EXPECT_EQ(anna.limits.locked_until, 1'900);
  EXPECT_EQ(anna.limits.logon_hours, std::string(21, '\0'));
  EXPECT_THAT(anna.sid_history, ElementsAre("S-1-5-21-7-7-7-1001"));
  const auto& boris = directory.principals[1];
  EXPECT_TRUE(boris.limits.must_change_password);
  EXPECT_FALSE(boris.limits.locked_until);
  const auto& clara = directory.principals[2];
  EXPECT_EQ(clara.state, State::disabled) << "somebody meant to lock her out";
  EXPECT_THAT(clara.limits.logon_hours, IsEmpty());
  EXPECT_THAT(clara.sid_history, IsEmpty());
  EXPECT_EQ(directory.problems.size(), 3U);
}

}  // namespace
}  // namespace kontor::directory
