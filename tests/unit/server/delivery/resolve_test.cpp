// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/resolve.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;

DirectoryCopy some_people() {
  auto anna = test_person(1, "anna");
  anna.addresses = {"anna@example.test", "anna.b@firm.test"};
  auto boris = test_person(2, "boris");
  boris.is_admin = true;
  auto tagged = test_person(3, "boris+tag");
  auto gone = test_person(4, "gone");
  gone.state = State::disabled;
  auto late = test_person(5, "late");
  late.expires = 1'000;
  auto contact = test_person(6, "contact");
  contact.kind = Kind::contact;
  contact.mail = "contact@else.test";
  auto all = test_group(7, "all", {test_id(1), test_id(2), test_id(4), test_id(5), test_id(8)});
  auto loop = test_group(8, "loop", {test_id(7), test_id(3), test_id(1)});
  auto empty = test_group(9, "empty", {test_id(4)});
  auto room = test_person(10, "room");
  room.kind = Kind::room;
  return DirectoryCopy({anna, boris, tagged, gone, late, contact, all, loop, empty, room}, 1);
}

struct Row {
  std::string_view address;
  Verdict verdict;
  std::vector<std::string> names;
};

TEST(DeliveryResolve, FindsWhoAnAddressStandsFor) {
  const auto copy = some_people();
  const Row rows[] = {
      {"anna@example.test", Verdict::deliver, {"anna"}},
      {"ANNA@Example.TEST", Verdict::deliver, {"anna"}},
      {"anna.b@firm.test", Verdict::deliver, {"anna"}},
      {"anna+news@example.test", Verdict::deliver, {"anna"}},
      {"anna+a+b@example.test", Verdict::deliver, {"anna"}},
      {"boris+tag@example.test", Verdict::deliver, {"boris+tag"}},
      {"boris+x@example.test", Verdict::deliver, {"boris"}},
      {"all+x@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"+anna@example.test", Verdict::unknown, {}},
      {"room@example.test", Verdict::deliver, {"room"}},
      {"all@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"loop@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"empty@example.test", Verdict::empty, {}},
      {"gone@example.test", Verdict::disabled, {}},
      {"late@example.test", Verdict::disabled, {}},
      {"zora@example.test", Verdict::unknown, {}},
      {"zora@firm.test", Verdict::unknown, {}},
      {"anna@nowhere.test", Verdict::foreign, {}},
      {"contact@else.test", Verdict::foreign, {}},
      {"postmaster", Verdict::deliver, {"boris"}},
      {"PostMaster@firm.test", Verdict::deliver, {"boris"}},
      {"postmaster@nowhere.test", Verdict::foreign, {}},
      {"anna", Verdict::unknown, {}},
      {"", Verdict::unknown, {}},
      {"@", Verdict::foreign, {}},
  };
  for (const auto& row : rows) {
    const auto resolved = resolve(copy, row.address, UtcSeconds(std::chrono::seconds(2'000)));
    EXPECT_EQ(name_of(resolved.verdict), name_of(row.verdict)) << row.address;
    std::vector<std::string> names;
    for (const auto& person : resolved.mailboxes) names.push_back(person->name);
    std::ranges::sort(names);
    EXPECT_EQ(names, row.names) << row.address;
  }
}

TEST(DeliveryResolve, AnAccountExpiresAtItsTime) {
  const auto copy = some_people();
  const auto at = [&](int seconds) {
    return resolve(copy, "late@example.test", UtcSeconds(std::chrono::seconds(seconds))).verdict;
  };
  EXPECT_EQ(at(999), Verdict::deliver);
  EXPECT_EQ(at(1'001), Verdict::disabled);
}

}  // namespace
}  // namespace kontor::delivery
