// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "directory/local/dynamic_source.hpp"
#include "directory/model/card.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using namespace std::string_literals;

const Attributes k_anna = {
    {"department", {"Sales  East", "Marketing"}},
    {"l", {"Москва"}},
    {"employeenumber", {"42"}},
    {"useraccountcontrol", {"66050"}},
    {"cn", {"Anna (A*) \\ Müller"}},
    {"bad", {"a\0b"s, "\xff\xfe"}},
    {"manager", {"<GUID=ab7cc1e7-b19a-4a4b-a860-0c5b0b7d2510>;<SID=S-1-5>;CN=Boss,DC=x"}}};

// `first`, the attributes of the card, `last`.
std::vector<std::string> around_card(std::vector<std::string> first,
                                     const std::vector<std::string>& last) {
  first.insert(first.end(), card_attributes().begin(), card_attributes().end());
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

TEST(Filters, MatchAttributes) {
  struct Row {
    const char* filter;
    bool matches;
  };
  for (const Row& row : {
           Row{"(department=sales east)", true},
           Row{"(department=sales)", false},
           Row{"(DEPARTMENT=marketing)", true},
           Row{"(department=sales*)", true},
           Row{"(department=*east)", true},
           Row{"(department=s*e*t)", true},
           Row{"(department=*zz*)", false},
           Row{"(department=*)", true},
           Row{"(title=*)", false},
           Row{"(title=x)", false},
           Row{"(!(title=x))", true},  // who has none is no x
           Row{"(l=москва)", true},
           Row{"(l=мос*)", true},
           Row{"(employeeNumber>=9)", true},  // numbers, not texts
           Row{"(employeeNumber<=100)", true},
           Row{"(employeeNumber>=43)", false},
           Row{"(department>=market)", true},
           Row{"(userAccountControl:1.2.840.113556.1.4.803:=2)", true},
           Row{"(userAccountControl:1.2.840.113556.1.4.803:=6)", false},
           Row{"(userAccountControl:1.2.840.113556.1.4.804:=6)", true},
           Row{"(cn:1.2.840.113556.1.4.804:=6)", false},
           Row{"(cn=anna \\28a\\2a\\29 \\5c müller)", true},
           Row{"(&(department=Marketing)(|(l=x)(employeeNumber=42)))", true},
           Row{"(&(department=Marketing)(!(l=Москва)))", false},
           Row{"(&)", true},
           Row{"(|)", false},
           Row{"(bad=a\\00b)", true},
           Row{"(manager=cn=boss,dc=x)", true},
       }) {
    const auto parsed = parse_ldap_filter(row.filter);
    ASSERT_TRUE(parsed.has_value()) << row.filter;
    EXPECT_EQ(Filter(*parsed).matches(k_anna), row.matches) << row.filter;
  }
}

TEST(Reading, TakesOtherAttributesInsteadOfTheUsualOnes) {
  const Reading reading({"telephoneNumber=ipPhone", "title=department", "department=title"}, {});
  auto entry = k_anna;
  entry["telephonenumber"] = {"usual"};
  entry["ipphone"] = {"other"};
  entry["title"] = {"Boss"};
  reading.rename(entry);
  EXPECT_EQ(entry["telephonenumber"], std::vector<std::string>{"other"});
  EXPECT_EQ(entry["department"], std::vector<std::string>{"Boss"}) << "they change places";
  EXPECT_EQ(entry["title"], (std::vector<std::string>{"Sales  East", "Marketing"}));
  entry.erase("ipphone");
  reading.rename(entry);
  EXPECT_FALSE(entry.contains("telephonenumber")) << "instead, not besides";
  EXPECT_EQ(reading.wanted({"cn", "Title"}),
            around_card({"cn", "Title"}, {"ipphone", "department"}));
}

TEST(Reading, FindsTheDynamicGroupsOfAPerson) {
  const std::vector<std::string> rows{"east@example.test=(department=sales*)",
                                      "none@example.test=(title=*)",
                                      "all@example.test=(objectClass=*)", "not a row"};
  const Reading reading({}, rows);
  const auto groups = dynamic_groups(rows);
  ASSERT_EQ(groups.size(), 3U);
  auto entry = k_anna;
  entry["objectclass"] = {"user"};
  auto anna = test_person(1, "anna");
  reading.add_groups(entry, anna);
  EXPECT_EQ(anna.member_of, (std::vector<PrincipalId>{groups[0].id, groups[2].id}));
  auto contact = test_person(2, "contact");
  contact.kind = Kind::contact;
  reading.add_groups(entry, contact);
  EXPECT_TRUE(contact.member_of.empty()) << "people alone";
  auto dora = anna;
  dora.id = test_id(3);
  dora.mail = "dora@example.test";
  dora.state = State::disabled;
  const DirectoryCopy copy({anna, dora, dynamic_principal(groups[0]), dynamic_principal(groups[1])},
                           1);
  ASSERT_TRUE(copy.find_address("east@example.test"));
  EXPECT_EQ(copy.expand(groups[0].id).size(), 1U);
  EXPECT_TRUE(copy.expand(groups[1].id).empty());
  EXPECT_TRUE(
      std::ranges::binary_search(copy.effective_sids(anna.id), dynamic_principal(groups[0]).sid))
      << "rights may name it";
  EXPECT_EQ(reading.wanted({"cn"}), around_card({"cn"}, {"department", "title", "objectclass"}));
}

}  // namespace
}  // namespace kontor::directory
