// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/entry.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "directory/ldap/reader.hpp"

namespace kontor::directory {
namespace {

using namespace std::string_literals;

const std::string k_guid_text = "ab7cc1e7-b19a-4a4b-a860-0c5b0b7d2510";
const std::string k_sid =
    hex_decode("0105000000000005150000006b32ace1eb4517616591fbc34f040000").value_or("");

Entry person() {
  Entry entry;
  entry.dn = "CN=alice,OU=People,DC=a,DC=b";
  entry.attributes = {{"objectclass", {"top", "person", "organizationalPerson", "user"}},
                      {"objectguid", {Uuid::parse(k_guid_text).value_or(Uuid()).guid_bytes()}},
                      {"objectsid", {k_sid}},
                      {"useraccountcontrol", {"512"}},
                      {"primarygroupid", {"513"}},
                      {"samaccountname", {"alice"}},
                      {"mail", {"Alice@example.test"}},
                      {"displayname", {"Алиса"}},
                      {"usnchanged", {"4711"}}};
  return entry;
}

const DomainNames k_names{"ad", "a.b", "A", "OU=Rooms,DC=a,DC=b", "-18000000000"};

TEST(RangeNames, AreRead) {
  struct Row {
    const char* name;
    bool good;
    std::uint32_t first;
    std::optional<std::uint32_t> last;
  };
  for (const Row& row :
       {Row{"member;range=0-1499", true, 0, 1499}, Row{"Member;Range=1500-*", true, 1500, {}},
        Row{"member;range=1-1", true, 1, 1}, Row{"member", false, 0, {}},
        Row{"member;binary", false, 0, {}}, Row{"member;range=", false, 0, {}},
        Row{"member;range=5", false, 0, {}}, Row{"member;range=-5", false, 0, {}},
        Row{"member;range=9-5", false, 0, {}}, Row{"member;range=1-x", false, 0, {}},
        Row{"member;range=99999999999-*", false, 0, {}}, Row{";range=0-1", false, 0, {}}}) {
    const auto range = parse_range_name(row.name);
    ASSERT_EQ(range.has_value(), row.good) << row.name;
    if (!range) continue;
    EXPECT_EQ(range->attribute, "member");
    EXPECT_EQ(range->first, row.first) << row.name;
    EXPECT_EQ(range->last, row.last) << row.name;
  }
}

TEST(ExtendedDns, AreRead) {
  struct Row {
    std::string text, dn;
    bool has_guid;
  };
  for (const Row& row :
       {Row{"<GUID=" + k_guid_text + ">;<SID=S-1-5-21-1>;CN=a,DC=b", "CN=a,DC=b", true},
        Row{"<guid=" + k_guid_text + ">;CN=a", "CN=a", true}, Row{"CN=a,DC=b", "CN=a,DC=b", false},
        Row{"<GUID=nonsense>;CN=a", "CN=a", false}, Row{"<GUID=", "<GUID=", false},
        Row{"", "", false}, Row{"<GUID=00000000-0000-0000-0000-000000000000>;CN=a", "CN=a", false},
        Row{"<>;<>;CN=<x>", "CN=<x>", false}}) {
    const auto link = parse_extended_dn(row.text);
    EXPECT_EQ(link.dn, row.dn) << row.text;
    EXPECT_EQ(link.guid.has_value(), row.has_guid) << row.text;
  }
}

TEST(FileTimes, AreRead) {
  struct Row {
    const char* text;
    std::optional<std::int64_t> seconds;
  };
  for (const Row& row : {Row{"0", {}}, Row{"9223372036854775807", {}}, Row{"116444736000000000", 0},
                         Row{"132223104000000000", 1'577'836'800}, Row{"1", -11'644'473'599},
                         Row{"", {}}, Row{"-1", {}}, Row{"18446744073709551615", {}},
                         Row{"99999999999999999999", {}}, Row{"12x", {}}})
    EXPECT_EQ(parse_filetime(row.text), row.seconds) << row.text;
}

TEST(MailAddresses, PrimaryAndOthers) {
  struct Row {
    std::string mail;
    std::vector<std::string> proxies;
    std::string primary, all;
  };
  for (const Row& row : {
           Row{"a@x.y", {}, "a@x.y", "a@x.y"},
           Row{"a@x.y", {"SMTP:B@x.y", "smtp:c@x.y"}, "B@x.y", "b@x.y c@x.y a@x.y"},
           Row{"", {"smtp:c@x.y", "SMTP:B@x.y"}, "B@x.y", "c@x.y b@x.y"},
           Row{"", {"smtp:c@x.y"}, "", "c@x.y"},
           Row{"A@x.y", {"smtp:a@X.Y"}, "A@x.y", "a@x.y"},
           Row{"", {"x400:c=US;a= ;p=x;", "sip:a@x.y", "Smtp:d@x.y"}, "", "d@x.y"},
           Row{"", {"SMTP:one@x.y", "SMTP:two@x.y"}, "one@x.y", "one@x.y two@x.y"},
           Row{"no-at", {"SMTP:@x.y", "SMTP:a@", "SMTP:"}, "", ""},
           Row{"a b@x.y", {"SMTP:a@x.y\r\nRCPT TO:<b@x.y>", "smtp:a\0b@x.y"s}, "", ""},
           Row{std::string(400, 'a') + "@x.y", {"SMTP:\xff\xfe@x.y"}, "", ""},
           Row{"анна@пример.рф", {}, "анна@пример.рф", "анна@пример.рф"},
       }) {
    const auto addresses = mail_addresses(row.mail, row.proxies);
    EXPECT_EQ(addresses.primary, row.primary) << row.mail;
    EXPECT_EQ(join(addresses.all, " "), row.all) << row.mail;
  }
}

TEST(FilterText, IsEscaped) {
  EXPECT_EQ(filter_escape("DC=a,DC=b"), "DC=a,DC=b");
  EXPECT_EQ(filter_escape("*(\\)\0\xff"s), "\\2a\\28\\5c\\29\\00\\ff");
}

TEST(DnsNames, ComeFromTheDomainsDn) {
  EXPECT_EQ(dns_name_of("DC=ad,DC=Example,dc=test"), "ad.example.test");
  EXPECT_EQ(dns_name_of("CN=x,DC=ad"), "");
  EXPECT_EQ(dns_name_of(""), "");
}

TEST(Entries, APersonBecomesAPrincipal) {
  const auto made = convert_entry(person(), k_names);
  ASSERT_TRUE(made) << made.error().text();
  const Principal& who = made->principal;
  EXPECT_EQ(who.id.text(), "ad:" + k_guid_text);
  EXPECT_EQ(who.kind, Kind::person);
  EXPECT_EQ(who.state, State::enabled);
  EXPECT_EQ(who.name, "Алиса");
  EXPECT_EQ(who.mail, "Alice@example.test");
  EXPECT_EQ(who.domain, "a.b");
  EXPECT_EQ(who.netbios_domain, "A");
  EXPECT_EQ(made->primary_group, "S-1-5-21-3786158699-1628915179-3288043877-513");
  EXPECT_EQ(made->usn, 4711U);
}

TEST(Entries, LimitsAndOldSids) {
  Entry entry = person();
  entry.attributes["useraccountcontrol"] = {"262656"};       // 512 and SMARTCARD_REQUIRED
  entry.attributes["lockouttime"] = {"116444737000000000"};  // 100 s after 1970 began
  entry.attributes["logonhours"] = {std::string(21, '\0')};
  entry.attributes["pwdlastset"] = {"132223104000000000"};
  entry.attributes["sidhistory"] = {k_sid, "nonsense"};
  auto made = convert_entry(entry, k_names);
  ASSERT_TRUE(made);
  const auto& limits = made->principal.limits;
  EXPECT_EQ(limits.control, 262'656U);
  EXPECT_EQ(limits.locked_until, 100 + 1'800);
  EXPECT_FALSE(limits.must_change_password);
  EXPECT_EQ(limits.logon_hours, std::string(21, '\0'));
  EXPECT_EQ(made->principal.credential_stamp, "132223104000000000");
  EXPECT_EQ(made->principal.sid_history,
            std::vector<Sid>{"S-1-5-21-3786158699-1628915179-3288043877-1103"});
  entry.attributes["useraccountcontrol"] = {"512"};
  entry.attributes["pwdlastset"] = {"0"};
  entry.attributes["lockouttime"] = {"0"};
  made = convert_entry(entry, k_names);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->principal.limits.must_change_password);
  EXPECT_FALSE(made->principal.limits.locked_until);
}

TEST(Entries, AGroupsKindIsKept) {
  Entry entry = person();
  entry.attributes["objectclass"] = {"top", "group"};
  entry.attributes["grouptype"] = {"-2147483646"};
  const auto made = convert_entry(entry, k_names);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->principal.group_type, 0x80000002U);
}

TEST(Entries, KindsAndStates) {
  struct Row {
    std::vector<std::string> classes;
    const char* control;
    const char* dn;
    std::optional<Kind> kind;
    State state;
  };
  const std::vector<std::string> user = {"top", "user"};
  for (const Row& row : {Row{user, "512", "CN=a,DC=a,DC=b", Kind::person, State::enabled},
                         Row{user, "514", "CN=a,DC=a,DC=b", Kind::person, State::disabled},
                         Row{user, "66048", "CN=a,DC=a,DC=b", Kind::person, State::enabled},
                         Row{user, "514", "CN=a,OU=rooms,DC=A,DC=b", Kind::room, State::enabled},
                         Row{user, "2080", "CN=TRUST$,DC=a,DC=b", {}, State::enabled},
                         Row{user, "", "CN=a,DC=a,DC=b", {}, State::enabled},
                         Row{user, "minus", "CN=a,DC=a,DC=b", {}, State::enabled},
                         Row{{"top", "user", "computer"}, "4096", "CN=a,DC=a", {}, State::enabled},
                         Row{{"GROUP"}, "", "CN=a,DC=a,DC=b", Kind::group, State::enabled},
                         Row{{"contact"}, "", "CN=a,DC=a,DC=b", Kind::contact, State::enabled},
                         Row{{"organizationalUnit"}, "", "OU=a,DC=a", {}, State::enabled},
                         Row{{}, "512", "CN=a", {}, State::enabled}}) {
    Entry entry = person();
    entry.dn = row.dn;
    entry.attributes["objectclass"] = row.classes;
    entry.attributes["useraccountcontrol"] = {row.control};
    const auto made = convert_entry(entry, k_names);
    ASSERT_EQ(made.has_value(), row.kind.has_value()) << row.dn << ' ' << row.control;
    if (!made) continue;
    EXPECT_EQ(made->principal.kind, *row.kind);
    EXPECT_EQ(made->principal.state, row.state) << row.control;
  }
}

TEST(Entries, ExchangesMarkMakesARoom) {
  Entry entry = person();
  entry.attributes["msexchresourcemetadata"] = {"ResourceType:Room"};
  EXPECT_EQ(convert_entry(entry, k_names)->principal.kind, Kind::room);
}

TEST(Entries, MembersWithAndWithoutRanges) {
  Entry group = person();
  group.attributes["objectclass"] = {"group"};
  const std::string other = "11111111-2222-3333-4444-555555555555";
  group.attributes["member"] = {"<GUID=" + k_guid_text + ">;CN=a", "CN=foreign without a GUID"};
  auto made = convert_entry(group, k_names);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->principal.members.size(), 1U);
  EXPECT_FALSE(made->has_more_members);
  group.attributes["member"] = {};
  group.attributes["member;range=0-1"] = {"<GUID=" + k_guid_text + ">;CN=a",
                                          "<GUID=" + other + ">;CN=b"};
  made = convert_entry(group, k_names);
  EXPECT_EQ(made->principal.members.size(), 2U);
  EXPECT_TRUE(made->has_more_members);
  group.attributes.erase("member;range=0-1");
  group.attributes["member;range=2-*"] = {"<GUID=" + other + ">;CN=b"};
  made = convert_entry(group, k_names);
  EXPECT_EQ(made->principal.members.size(), 1U);
  EXPECT_FALSE(made->has_more_members);
}

TEST(Entries, HostileValuesAreAbsentOrCleaned) {
  Entry entry = person();
  entry.dn = "CN=\xff\xfe\0x"s;
  entry.attributes["displayname"] = {"a\0b\r\nc\xff"s};
  entry.attributes["objectsid"] = {"short"};
  entry.attributes["primarygroupid"] = {"-1"};
  entry.attributes["mail"] = {"\0@\0"s};
  entry.attributes["accountexpires"] = {"yesterday"};
  entry.attributes["title"] = {std::string(100'000, 'x')};
  const auto made = convert_entry(entry, k_names);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->principal.name, "a b  c\xEF\xBF\xBD");
  EXPECT_TRUE(is_utf8(made->principal.dn));
  EXPECT_TRUE(made->principal.sid.empty());
  EXPECT_TRUE(made->principal.mail.empty());
  EXPECT_FALSE(made->principal.expires);
  EXPECT_EQ(made->principal.title.size(), 4'096U);
  for (const auto& guid : {""s, "short"s, std::string(17, 'x')}) {
    entry.attributes["objectguid"] = {guid};
    EXPECT_FALSE(convert_entry(entry, k_names));
  }
}

}  // namespace
}  // namespace kontor::directory
