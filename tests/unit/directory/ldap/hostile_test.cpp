// SPDX-License-Identifier: GPL-3.0-or-later
// Directory data that means harm: whatever an entry holds, it becomes a sound principal or is left
// out, and costs no more memory than it must.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "directory/ldap/entry.hpp"
#include "directory/ldap/ldap_entry.hpp"
#include "directory/ldap/ldap_roster.hpp"
#include "directory/ldap/roster.hpp"
#include "directory/model/encoding.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using namespace std::string_literals;

constexpr const char* k_guid = "ab7cc1e7-b19a-4a4b-a860-0c5b0b7d2510";

Entry entry_of(const char* object_class, const std::string& guid = k_guid) {
  Entry entry;
  entry.dn = "CN=x,DC=a,DC=b";
  entry.attributes = {{"objectclass", {"top", object_class}},
                      {"useraccountcontrol", {"512"}},
                      {"objectguid", {Uuid::parse(guid).value_or(Uuid()).guid_bytes()}}};
  return entry;
}

const DomainNames k_names{"ad", "a.b", "A", ""};

// Every text a person or another program may see.
std::string texts_of(const Principal& who) {
  std::string all = who.name + who.given_name + who.surname + who.account_name +
                    who.principal_name + who.mail + who.title + who.department + who.company +
                    who.telephone + who.office + who.mail_rules.target_address;
  for (const auto& address : who.addresses) all += address;
  for (const auto& address : who.mail_rules.x500) all += address;
  return all;
}

bool is_clean(const std::string& text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 127;
         });
}

TEST(HostileEntries, EveryAttributeMayHoldAnything) {
  const std::string values[] = {""s,
                                "\0"s,
                                "a\0b@c.d"s,
                                "SMTP:a\0b@c.d"s,
                                "\xff\xfe\x80"s,
                                "a\r\nBcc: x@y.z"s,
                                std::string(100'000, 'A'),
                                "<GUID=" + std::string(k_guid) + ">;CN=x",
                                "<GUID=\0>"s,
                                "-1",
                                "99999999999999999999999",
                                "TRUE\0"s};
  std::vector<std::string> names;
  for (const auto& name : wanted_attributes(k_names)) names.push_back(to_lower(name));
  for (const auto* object_class : {"user", "group", "contact"})
    for (const auto& name : names) {
      if (name == "objectclass" || name == "objectguid") continue;
      for (const auto& value : values) {
        auto entry = entry_of(object_class);
        entry.attributes[name] = {value, value, values[8]};
        auto converted = convert_entry(entry, k_names);
        if (!converted) continue;  // userAccountControl may make it nobody
        normalise(converted->principal);
        EXPECT_TRUE(is_clean(texts_of(converted->principal))) << name;
        ByteWriter out;
        write_principal(out, converted->principal);
        ByteReader in(out.bytes());
        EXPECT_EQ(read_principal(in).id, converted->principal.id) << name;
        EXPECT_TRUE(in.at_end()) << name << ": it survives the way to the copy";
        const auto record = convert_ldap_entry(entry, Uuid::random(), {});
        EXPECT_TRUE(is_clean(texts_of(record.principal))) << name;
      }
    }
}

TEST(HostileEntries, WithoutAnIdentityAreLeftOut) {
  for (const auto& guid : {""s, "short"s, std::string(17, 'x')}) {
    auto entry = entry_of("user");
    entry.attributes["objectguid"] = {guid};
    EXPECT_FALSE(convert_entry(entry, k_names).has_value());
  }
}

TEST(HostileEntries, FiftyMegabytesOfMembersCostTheirIdsAlone) {
  auto entry = entry_of("group");
  auto& members = entry.attributes["member"];
  std::size_t bytes = 0;
  const std::string tail = ">;CN=" + std::string(40, 'x') + ",OU=People,DC=ad,DC=example,DC=test";
  while (bytes < (50U << 20U)) {
    members.push_back("<GUID=" + Uuid::random().text() + tail);
    bytes += members.back().size();
  }
  members.emplace_back("<GUID=" + std::string(k_guid) + tail);  // itself
  auto converted = convert_entry(entry, k_names);
  ASSERT_TRUE(converted.has_value());
  EXPECT_EQ(converted->principal.members.size(), members.size());
  EXPECT_LT(converted->principal.members.capacity() * sizeof(PrincipalId), bytes);
  auto group = converted->principal;
  group.mail = "all@a.b";
  const DirectoryCopy copy({group}, 1);
  EXPECT_TRUE(copy.expand(group.id).empty());
}

TEST(HostileEntries, LoopsOfNamesEnd) {
  LdapRoster roster;
  std::vector<LdapRecord> records;
  for (const auto* name : {"a", "b", "c"}) {
    Entry entry;
    entry.dn = "cn="s + name + ",dc=x";
    const auto next = "cn="s + (*name == 'a' ? "b" : *name == 'b' ? "c" : "a") + ",dc=x";
    entry.attributes = {{"objectclass", {"groupOfNames"}},
                        {"cn", {name}},
                        {"mail", {name + "@x.y"s}},
                        {"member", {next, entry.dn, "cn=gone,dc=x"}},
                        {"authorig", {next, entry.dn, "cn=gone,dc=x"}},
                        {"managedby", {next}},
                        {"altrecipient", {entry.dn}}};
    records.push_back(convert_ldap_entry(entry, Uuid::random(), {}));
  }
  const auto changes = roster.replace(std::move(records));
  ASSERT_EQ(changes.upserts.size(), 3U);
  const DirectoryCopy copy(changes.upserts, 1);
  for (const auto& group : copy.all()) {
    EXPECT_EQ(group->members.size(), 2U);
    EXPECT_EQ(group->mail_rules.allowed_senders.size(), 3U) << "who is gone keeps the list closed";
    EXPECT_TRUE(group->mail_rules.owner.has_value());
    EXPECT_EQ(group->mail_rules.alternate, group->id);
    EXPECT_TRUE(copy.expand(group->id).empty());
    EXPECT_EQ(copy.effective_sids(group->id).size(), 3U);
  }
}

TEST(HostileEntries, WhoIsNamedAndComesLaterIsLinkedThen) {
  LdapRoster roster;
  const auto person = [](const std::string& name, const std::string& manager) {
    Entry entry;
    entry.dn = "uid=" + name + ",dc=x";
    entry.attributes = {
        {"objectclass", {"inetOrgPerson"}}, {"uid", {name}}, {"mail", {name + "@x.y"}}};
    if (!manager.empty()) entry.attributes["manager"] = {"uid=" + manager + ",dc=x"};
    return entry;
  };
  const auto anna = Uuid::random(), boss = Uuid::random();
  const auto first = roster.replace({convert_ldap_entry(person("anna", "boss"), anna, {})});
  EXPECT_FALSE(first.upserts.front().mail_rules.owner.has_value());
  LdapRoster::Round round;
  round.records.push_back(convert_ldap_entry(person("boss", ""), boss, {}));
  const auto second = roster.update(std::move(round));
  const auto place = std::ranges::find_if(
      second.upserts, [&](const Principal& one) { return one.id.guid == anna; });
  ASSERT_NE(place, second.upserts.end());
  ASSERT_TRUE(place->mail_rules.owner.has_value());
  EXPECT_EQ(place->mail_rules.owner->guid, boss);
}

}  // namespace
}  // namespace kontor::directory
