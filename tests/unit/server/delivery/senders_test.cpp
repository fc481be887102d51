// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/senders.hpp"

#include <gtest/gtest.h>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;

constexpr std::uint32_t k_anna = 1, k_boris = 2, k_clara = 3, k_partner = 4, k_team = 10,
                        k_sub = 11, k_list = 12;

struct World {
  Principal list = test_group(k_list, "list", {test_id(k_anna)});
  std::vector<std::string> rows;

  DirectoryCopy copy() const {
    auto partner = test_person(k_partner, "partner");
    partner.kind = Kind::contact;
    partner.mail = "partner@else.test";
    partner.addresses = {"partner@else.test"};
    partner.sid.clear();
    return DirectoryCopy(
        {test_person(k_anna, "anna"), test_person(k_boris, "boris"), test_person(k_clara, "clara"),
         partner, test_group(k_team, "team", {test_id(k_sub)}),
         test_group(k_sub, "sub", {test_id(k_boris), test_id(k_partner)}), list},
        1);
  }
  std::string check(const Sender& sender) const {
    const auto all = copy();
    const Domains domains({});
    return std::string(name_of(Senders(rows, domains).check(all, *all.find(list.id), sender)));
  }
  std::string signed_in(std::uint32_t who) const {
    return check({"x@example.test", test_id(who), false});
  }
  std::string from(const std::string& address, bool is_trusted = false) const {
    return check({address, std::nullopt, is_trusted});
  }
};

TEST(Senders, WithoutRulesAnybodyMaySend) {
  const World world;
  EXPECT_EQ(world.from("x@foreign.test"), "allowed");
  EXPECT_EQ(world.from(""), "allowed");
  EXPECT_EQ(world.signed_in(k_anna), "allowed");
}

TEST(Senders, OnlyThoseOfTheListAndOfGroupsInIt) {
  World world;
  world.list.mail_rules.allowed_senders = {test_id(k_anna), test_id(k_team)};
  EXPECT_EQ(world.signed_in(k_anna), "allowed");
  EXPECT_EQ(world.signed_in(k_boris), "allowed") << "nested";
  EXPECT_EQ(world.signed_in(k_clara), "not_listed");
  EXPECT_EQ(world.from("x@foreign.test"), "not_listed");
  EXPECT_EQ(world.from("anna@example.test"), "must_sign_in") << "anybody can write that";
  EXPECT_EQ(world.from("anna@example.test", true), "allowed") << "a network that is trusted";
  EXPECT_EQ(world.from("Partner@else.test"), "allowed") << "he has no way to sign in";
  EXPECT_EQ(world.from(""), "not_listed");
}

TEST(Senders, RefusedOnesMayNeverSend) {
  World world;
  world.list.mail_rules.allowed_senders = {test_id(k_team)};
  world.list.mail_rules.refused_senders = {test_id(k_boris)};
  EXPECT_EQ(world.signed_in(k_boris), "refused");
  EXPECT_EQ(world.from("boris@example.test"), "refused");
  EXPECT_EQ(world.from("partner@else.test"), "allowed");
  world.list.mail_rules.refused_senders = {test_id(k_sub)};
  EXPECT_EQ(world.from("partner@else.test"), "refused");
}

TEST(Senders, InternalOnlyWantsSignIn) {
  World world;
  world.list.mail_rules.signed_in_only = true;
  EXPECT_EQ(world.signed_in(k_clara), "allowed");
  EXPECT_EQ(world.from("clara@example.test"), "must_sign_in");
  EXPECT_EQ(world.from("x@foreign.test"), "must_sign_in");
  EXPECT_EQ(world.from("x@foreign.test", true), "must_sign_in");
  EXPECT_EQ(world.from(""), "must_sign_in");
  World by_rule;
  by_rule.rows = {"list@example.test: internal"};
  EXPECT_EQ(by_rule.signed_in(k_clara), "allowed");
  EXPECT_EQ(by_rule.from("x@foreign.test"), "must_sign_in");
}

TEST(Senders, TheOwnerMayAlways) {
  World world;
  world.list.mail_rules.allowed_senders = {test_id(k_anna)};
  world.list.mail_rules.owner = test_id(k_clara);
  EXPECT_EQ(world.signed_in(k_clara), "allowed");
  EXPECT_EQ(world.from("clara@example.test"), "not_listed");
  world.rows = {"list@example.test: owner=team@example.test"};
  EXPECT_EQ(world.signed_in(k_clara), "not_listed") << "the settings name another";
  EXPECT_EQ(world.signed_in(k_boris), "allowed") << "a group may own";
}

TEST(Senders, TheSettingsTakeThePlaceOfTheDirectorysList) {
  World world;
  world.list.mail_rules.allowed_senders = {test_id(k_anna)};
  world.rows = {
      "List@example.test: senders=clara@example.test,team@example.test,@firm.test,x@y.test",
      "no row"};
  EXPECT_EQ(world.signed_in(k_anna), "not_listed");
  EXPECT_EQ(world.signed_in(k_clara), "allowed");
  EXPECT_EQ(world.signed_in(k_boris), "allowed");
  EXPECT_EQ(world.from("anybody@firm.test"), "allowed");
  EXPECT_EQ(world.from("anybody@sub.firm.test"), "not_listed");
  EXPECT_EQ(world.from("X@Y.test"), "allowed");
  EXPECT_EQ(world.from("clara@example.test"), "must_sign_in");
}

TEST(Senders, RulesOfPeopleLetNoticesThrough) {
  World world;
  world.list.kind = Kind::person;
  world.list.members.clear();
  world.list.mail_rules.allowed_senders = {test_id(k_anna)};
  world.list.mail_rules.signed_in_only = true;
  world.list.mail_rules.owner = test_id(k_clara);
  EXPECT_EQ(world.from(""), "allowed") << "RFC 5321, 6.1: notices";
  EXPECT_EQ(world.from("x@foreign.test"), "must_sign_in");
  EXPECT_EQ(world.signed_in(k_clara), "not_listed") << "a manager owns nobody";
}

TEST(Senders, AListThatNamesNobodyLetsNobodyThrough) {
  World world;
  world.list.mail_rules.allowed_senders = {PrincipalId{"local", Uuid()}};
  EXPECT_EQ(world.signed_in(k_anna), "not_listed");
  EXPECT_EQ(world.from("x@foreign.test"), "not_listed");
}

}  // namespace
}  // namespace kontor::delivery
