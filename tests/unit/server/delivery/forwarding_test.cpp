// SPDX-License-Identifier: GPL-3.0-or-later
// Where mail goes that the directory or the settings send on.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "server/delivery/resolve.hpp"
#include "server/delivery/x500.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;
using What = DisabledMail::What;

// Who gets mail to `address`: names of mailboxes, then addresses elsewhere; or the verdict.
std::string ends(const std::vector<Principal>& people,
                 std::string_view address,
                 DisabledMail disabled = {}) {
  const DirectoryCopy copy(people, 1);
  const Domains domains({});
  const auto resolved =
      resolve(copy, domains, address, UtcSeconds(std::chrono::seconds(2'000)), disabled);
  if (resolved.verdict != Verdict::deliver) return std::string(name_of(resolved.verdict));
  std::vector<std::string> names;
  for (const auto& person : resolved.mailboxes) names.push_back(person->name);
  std::ranges::sort(names);
  names.insert(names.end(), resolved.outside.begin(), resolved.outside.end());
  return join(names, " ");
}

Principal person(std::uint32_t number, const std::string& name, const std::string& target = {}) {
  auto one = test_person(number, name);
  one.mail_rules.target_address = target;
  return one;
}

Principal alternate(std::uint32_t number, const std::string& name, std::uint32_t to, bool both) {
  auto one = test_person(number, name);
  one.mail_rules.alternate = test_id(to);
  one.mail_rules.deliver_and_redirect = both;
  return one;
}

TEST(Forwarding, GoesToTheTargetAddress) {
  const auto boris = person(2, "boris");
  EXPECT_EQ(ends({person(1, "anna", "anna@else.test")}, "anna@example.test"), "anna@else.test");
  EXPECT_EQ(ends({person(1, "anna", "boris@example.test"), boris}, "anna@example.test"), "boris");
  EXPECT_EQ(ends({person(1, "anna", "Boris+x@example.test"), boris}, "anna@example.test"), "boris");
  EXPECT_EQ(ends({person(1, "anna", "anna@example.test")}, "anna@example.test"), "anna")
      << "his own address";
  EXPECT_EQ(ends({person(1, "anna", "zora@example.test")}, "anna@example.test"), "anna")
      << "nobody here: it is not lost";
  auto contact = person(3, "contact", "new@else.test");
  contact.kind = Kind::contact;
  EXPECT_EQ(ends({contact, boris}, "contact@example.test"), "new@else.test");
}

TEST(Forwarding, GoesToTheAlternateRecipient) {
  const auto boris = person(2, "boris");
  const auto list = test_group(3, "list", {test_id(2), test_id(1)});
  EXPECT_EQ(ends({alternate(1, "anna", 2, false), boris}, "anna@example.test"), "boris");
  EXPECT_EQ(ends({alternate(1, "anna", 2, true), boris}, "anna@example.test"), "anna boris");
  EXPECT_EQ(ends({alternate(1, "anna", 9, false), boris}, "anna@example.test"), "anna")
      << "gone from the directory";
  EXPECT_EQ(ends({alternate(1, "anna", 3, false), boris, list}, "anna@example.test"), "anna boris")
      << "a list she belongs to herself";
  auto both = alternate(1, "anna", 2, true);
  both.mail_rules.target_address = "anna@else.test";
  EXPECT_EQ(ends({both, boris}, "anna@example.test"), "anna@else.test")
      << "the target counts first";
}

TEST(Forwarding, InACircleLosesNothing) {
  const std::vector circle{person(1, "anna", "boris@example.test"),
                           person(2, "boris", "clara@example.test"),
                           person(3, "clara", "anna@example.test")};
  for (const auto* name : {"anna", "boris", "clara"})
    EXPECT_FALSE(ends(circle, std::string(name) + "@example.test").empty()) << name;
  EXPECT_EQ(ends(circle, "anna@example.test"), "anna clara");
  EXPECT_EQ(ends({alternate(1, "anna", 1, false)}, "anna@example.test"), "anna");
  std::vector<Principal> chain;
  for (std::uint32_t i = 0; i < 3'000; ++i)
    chain.push_back(
        person(i, "p" + std::to_string(i), "p" + std::to_string(i + 1) + "@example.test"));
  const auto end = ends(chain, "p0@example.test");
  EXPECT_TRUE(end.starts_with("p")) << "as far as a chain may be, and no deeper";
}

TEST(Forwarding, OfMembersReachesEachOnce) {
  const auto list = test_group(10, "list", {test_id(1), test_id(2), test_id(3), test_id(10)});
  EXPECT_EQ(ends({person(1, "anna", "boris@example.test"), person(2, "boris"),
                  person(3, "clara", "clara@else.test"), list},
                 "list@example.test"),
            "boris clara@else.test");
  EXPECT_EQ(ends({alternate(1, "anna", 3, true), alternate(2, "boris", 3, false),
                  person(3, "clara"), list},
                 "list@example.test"),
            "anna clara");
}

Principal closed(Principal one, State state = State::disabled) {
  one.state = state;
  return one;
}

TEST(DisabledMail, IsKeptRefusedOrForwarded) {
  const auto dora = closed(person(1, "dora"));
  auto late = person(3, "late");
  late.expires = 1'000;
  const auto boss = person(2, "boss");
  auto led = dora;
  led.mail_rules.owner = test_id(2);
  const std::vector people{dora, boss, late};
  EXPECT_EQ(ends(people, "dora@example.test", {What::refuse, ""}), "disabled");
  EXPECT_EQ(ends(people, "dora@example.test", {What::keep, ""}), "dora");
  EXPECT_EQ(ends(people, "late@example.test", {What::keep, ""}), "late");
  EXPECT_EQ(ends(people, "late@example.test", {What::refuse, ""}), "disabled");
  EXPECT_EQ(ends(people, "dora@example.test", {What::forward, "boss@example.test"}), "boss");
  EXPECT_EQ(ends(people, "dora@example.test", {What::forward, "hr@else.test"}), "hr@else.test");
  EXPECT_EQ(ends(people, "dora@example.test", {What::forward, "dora@example.test"}), "dora");
  EXPECT_EQ(ends(people, "dora@example.test", {What::forward, ""}), "dora") << "no manager";
  EXPECT_EQ(ends({led, boss}, "dora@example.test", {What::forward, ""}), "boss");
  EXPECT_EQ(ends({led, closed(boss)}, "dora@example.test", {What::forward, ""}), "boss")
      << "kept by the last who has no manager";
}

TEST(DisabledMail, ForwardingOfTheDirectoryCountsFirst) {
  auto dora = closed(alternate(1, "dora", 2, true));
  const auto boris = person(2, "boris");
  EXPECT_EQ(ends({dora, boris}, "dora@example.test", {What::refuse, ""}), "boris");
  EXPECT_EQ(ends({dora, boris}, "dora@example.test", {What::keep, ""}), "boris dora");
  EXPECT_EQ(ends({dora, boris}, "dora@example.test", {What::forward, "x@else.test"}), "boris dora");
}

TEST(DisabledMail, HoldsForMembersOfGroupsToo) {
  const auto list = test_group(10, "list", {test_id(1), test_id(2)});
  const auto only = test_group(11, "only", {test_id(1)});
  const std::vector people{closed(person(1, "dora")), person(2, "boris"), list, only};
  EXPECT_EQ(ends(people, "list@example.test", {What::refuse, ""}), "boris");
  EXPECT_EQ(ends(people, "only@example.test", {What::refuse, ""}), "empty");
  EXPECT_EQ(ends(people, "list@example.test", {What::keep, ""}), "boris dora");
  EXPECT_EQ(ends(people, "list@example.test", {What::forward, "boris@example.test"}), "boris");
  EXPECT_EQ(ends(people, "only@example.test", {What::forward, "hr@else.test"}), "hr@else.test");
}

TEST(SharedAddresses, AreForEveryOwnerOfTheFirstSource) {
  auto anna = person(1, "anna");
  auto other = person(2, "other");
  other.addresses = {"anna@example.test"};
  auto contact = person(3, "contact", "c@else.test");
  contact.kind = Kind::contact;
  contact.addresses = {"anna@example.test"};
  auto elsewhere = person(4, "elsewhere");
  elsewhere.id.source = "zz";
  elsewhere.rank = 1;
  elsewhere.addresses = {"anna@example.test"};
  const std::vector people{anna, other, contact, elsewhere};
  EXPECT_EQ(ends(people, "anna@example.test"), "anna other") << "neither loses it";
  EXPECT_EQ(ends({closed(anna), other}, "anna@example.test"), "other");
  EXPECT_EQ(DirectoryCopy(people, 1).problems().size(), 1U);
}

TEST(X500Addresses, AreDecoded) {
  struct Row {
    std::string_view local, x500;
  };
  for (const Row& row : {
           Row{"IMCEAEX-_o=Org_ou=First+20Administrative+20Group_cn=Recipients_cn=anna",
               "/o=Org/ou=First Administrative Group/cn=Recipients/cn=anna"},
           Row{"imceaex-_o=a+5Fb_cn=x+2By+40z", "/o=a_b/cn=x+y@z"},
           Row{"IMCEAX500-_o=Org_cn=x", "/o=Org/cn=x"},
           Row{"IMCEAEX-o=Org", ""},
           Row{"IMCEAEX-_o=+", ""},
           Row{"IMCEAEX-_o=+2", ""},
           Row{"IMCEAEX-_o=+zz", ""},
           Row{"IMCEAEX-", ""},
           Row{"IMCEAFAX-_1", ""},
           Row{"anna", ""},
       })
    EXPECT_EQ(decode_imcea(row.local).value_or(""), row.x500) << row.local;
}

TEST(X500Addresses, RepliesReachTheirOwner) {
  auto anna = person(1, "anna");
  anna.mail_rules.x500 = {"/o=Org/ou=First Group/cn=Recipients/cn=Anna", "/o=old/cn=a"};
  auto boris = person(2, "boris");
  boris.mail_rules.x500 = {"/o=old/cn=both"};
  auto clara = person(3, "clara");
  clara.mail_rules.x500 = {"/o=old/cn=both"};
  const std::vector people{anna, boris, clara};
  EXPECT_EQ(ends(people, "IMCEAEX-_O=ORG_OU=First+20Group_cn=Recipients_cn=anna@example.test"),
            "anna");
  EXPECT_EQ(ends(people, "IMCEAEX-_o=old_cn=a@example.test"), "anna");
  EXPECT_EQ(ends(people, "IMCEAEX-_o=old_cn=both@example.test"), "unknown")
      << "whose it is not sure";
  EXPECT_EQ(ends(people, "IMCEAEX-_o=old_cn=zora@example.test"), "unknown");
  EXPECT_EQ(ends(people, "IMCEAEX-_o=old_cn=a@foreign.test"), "foreign");
}

}  // namespace
}  // namespace kontor::delivery
