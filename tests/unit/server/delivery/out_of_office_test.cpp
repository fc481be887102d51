// SPDX-License-Identifier: GPL-3.0-or-later
// Which messages are answered while somebody is away, and how often.
#include "server/delivery/out_of_office.hpp"

#include <gtest/gtest.h>

namespace kontor::delivery {
namespace {

using namespace std::chrono_literals;

constexpr UtcSeconds k_now{std::chrono::seconds(1'800'000'000)};  // 15 January 2027

directory::Principal anna() {
  directory::Principal person;
  person.mail = "Anna@example.test";
  person.addresses = {"anna@example.test", "a.berg@example.test"};
  return person;
}

store::AnnotationMap applied(store::AnnotationMap notes,
                             const std::vector<store::AnnotationChange>& changes) {
  for (const auto& change : changes) {
    if (change.value)
      notes[change.entry] = *change.value;
    else
      notes.erase(change.entry);
  }
  return notes;
}

OutOfOffice holiday() {
  OutOfOffice out;
  out.is_on = true;
  out.internal = "Ask Boris.";
  out.external = "Back on Monday.";
  return out;
}

struct Row {
  const char* what;
  std::string header;
  std::string sender;
  bool answered;
};

TEST(OutOfOffice, AnswersPeopleWhoWroteToThePersonHimself) {
  const std::string plain = "From: b@elsewhere.test\r\nTo: Anna <anna@example.test>\r\n";
  const std::string from = "b@elsewhere.test";
  const Row rows[] = {
      {"a plain message", plain, from, true},
      {"another address of his", "Cc: x@y.test, A.Berg@Example.test\r\n", from, true},
      {"his address with a tag", "To: anna+news@example.test\r\n", from, true},
      {"in a group", "To: friends: b@y.test, anna@example.test;\r\n", from, true},
      {"handed on to him", "To: x@y.test\r\nResent-To: anna@example.test\r\n", from, true},
      {"in spite of its word no", plain + "Auto-Submitted: no\r\n", from, true},
      {"to a list he is in", "To: staff@example.test\r\n", from, false},
      {"without recipients", "From: b@elsewhere.test\r\n", from, false},
      {"a notice", plain, "", false},
      {"from a program", plain, "MAILER-DAEMON@elsewhere.test", false},
      {"from a list's bounces", plain, "club-bounces@elsewhere.test", false},
      {"from an owner of a list", plain, "owner-club@elsewhere.test", false},
      {"from nobody who reads", plain, "no-reply@elsewhere.test", false},
      {"from himself", plain, "a.berg@example.test", false},
      {"an automatic answer", plain + "Auto-Submitted: auto-replied\r\n", from, false},
      {"a list's message", plain + "List-Id: <club.elsewhere.test>\r\n", from, false},
      {"a circular", plain + "Precedence: bulk\r\n", from, false},
      {"one that asks for silence", plain + "X-Auto-Response-Suppress: DR, OOF\r\n", from, false},
      {"marked as spam", plain + "X-Spam-Flag: YES\r\n", from, false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(may_be_answered(row.header, row.sender, anna()), row.answered) << row.what;
}

TEST(OutOfOffice, IsKeptAsNotesOfTheAccount) {
  auto value = holiday();
  value.from = k_now - 1h;
  value.until = k_now + 24h;
  value.subject = "Отпуск";
  auto notes = applied({}, changes_to(value, {}));
  const auto back = out_of_office_of(notes, k_now);
  EXPECT_EQ(back.stamp(), value.stamp());
  EXPECT_EQ(back.subject, "Отпуск");
  EXPECT_TRUE(back.is_away(k_now));
  EXPECT_FALSE(back.is_away(k_now - 2h));
  EXPECT_FALSE(back.is_away(k_now + 25h));
  notes = applied(notes, Answered(back, notes, k_now).add("b@elsewhere.test"));
  EXPECT_TRUE(applied(notes, changes_to(OutOfOffice(), notes)).empty());
}

TEST(OutOfOffice, ReadsWhatPeopleWroteThere) {
  const std::string at(k_out_of_office);
  store::AnnotationMap notes{{at + "state", "on"},
                             {at + "from", "2027-01-15"},
                             {at + "until", "2027-01-15"},
                             {at + "internal", "x"}};
  EXPECT_TRUE(out_of_office_of(notes, k_now).is_away(k_now));  // the whole day
  EXPECT_FALSE(out_of_office_of(notes, k_now).is_away(k_now + 24h));
  notes[at + "from"] = "next week";
  EXPECT_EQ(out_of_office_of(notes, k_now).from, std::nullopt);
  notes[at + "state"] = "off";
  EXPECT_FALSE(out_of_office_of(notes, k_now).is_away(k_now));
  EXPECT_FALSE(out_of_office_of({}, k_now).is_away(k_now));
}

TEST(OutOfOffice, AnswersASenderOnceInTheTime) {
  auto value = holiday();
  value.until = k_now + 24h * 30;
  auto notes = changes_to(value, {});
  auto map = applied({}, notes);
  EXPECT_FALSE(Answered(value, map, k_now).has("b@elsewhere.test"));
  map = applied(map, Answered(value, map, k_now).add("b@elsewhere.test"));
  EXPECT_TRUE(Answered(value, map, k_now).has("B@Elsewhere.test"));
  EXPECT_FALSE(Answered(value, map, k_now).has("c@elsewhere.test"));
  EXPECT_TRUE(Answered(value, map, k_now + 24h * 29).has("b@elsewhere.test"));
  value.external = "Back on Tuesday.";
  EXPECT_FALSE(Answered(value, map, k_now).has("b@elsewhere.test")) << "it says something new";
}

TEST(OutOfOffice, AnswersASenderOnceAWeekWhenNobodySaysUntilWhen) {
  const auto value = holiday();
  auto map = applied({}, changes_to(value, {}));
  map = applied(map, Answered(value, map, k_now).add("b@elsewhere.test"));
  EXPECT_TRUE(Answered(value, map, k_now + 24h * 6).has("b@elsewhere.test"));
  EXPECT_FALSE(Answered(value, map, k_now + 24h * 7).has("b@elsewhere.test"));
}

TEST(OutOfOffice, RemembersABoundedNumberOfSenders) {
  const auto value = holiday();
  auto map = applied({}, changes_to(value, {}));
  const auto before = map.size();
  for (std::size_t i = 0; i < Answered::k_most + 5; ++i) {
    const Answered answered(value, map, k_now + std::chrono::seconds(i));
    const auto changes = answered.add(std::to_string(i) + "@elsewhere.test");
    map = applied(map, changes);
  }
  EXPECT_EQ(map.size(), before + Answered::k_most);
  const Answered last(value, map, k_now + 1h);
  EXPECT_FALSE(last.has("0@elsewhere.test"));
  EXPECT_TRUE(last.has(std::to_string(Answered::k_most + 4) + "@elsewhere.test"));
}

}  // namespace
}  // namespace kontor::delivery
