// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/scheduler.hpp"

#include <gmock/gmock.h>

#include "base/core/text.hpp"
#include "base/log/recording_sink.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/journal.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Method;
using directory::Kind;
using directory::Principal;
using directory::test_group;
using directory::test_id;
using directory::test_person;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The clock of the fakes stands in October 2026.
constexpr std::string_view k_times =
    "DTSTART:20261130T100000Z\r\nDTEND:20261130T110000Z\r\nSUMMARY:Plan\r\n";

std::string wrapped(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\n" + lines + "END:VCALENDAR\r\n";
}
std::string who(const std::vector<std::string>& attendees, const std::string& organizer) {
  std::string out = "ORGANIZER:mailto:" + organizer + "@example.test\r\n";
  for (const auto& one : attendees) out += "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:" + one + "\r\n";
  return out;
}
std::string event(const std::string& uid, const std::string& more) {
  return wrapped("BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20261001T000000Z\r\n" +
                 std::string(k_times) + more + "END:VEVENT\r\n");
}
std::string meeting(const std::string& uid, const std::vector<std::string>& attendees) {
  return event(uid, who(attendees, "anna"));
}

// A disk that is broken for one person.
class Store final : public testing::FakeStore {
 public:
  Store(store::AccountStore& real, std::optional<store::Binding>& broken)
      : real_(real), broken_(broken) {}
  Task<Result<std::shared_ptr<store::Account>>> open_for(store::Binding owner) override {
    if (broken_ == owner) co_return fail(Errc::io_error, "as the test wants");
    co_return co_await real_.open_for(std::move(owner));
  }

 private:
  store::AccountStore& real_;
  std::optional<store::Binding>& broken_;
};

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() {
    const store::StoreEnvironment environment{files_, threads_.executor(), log::Context(events_),
                                              clock_};
    real_ = store::AccountStore::open(environment, "/data/accounts", {}).value();
    store_ = std::make_unique<Store>(*real_, broken_);
    auto gone = test_person(4, "gone");
    gone.state = directory::State::disabled;
    auto room = test_person(5, "room");
    room.kind = Kind::room;
    directory_.replace({test_person(1, "anna"), test_person(2, "boris"), test_person(3, "clara"),
                        gone, room, test_group(10, "team", {test_id(2), test_id(3), test_id(1)})});
    policies_.set_directory(directory_);
    make_scheduler();
  }
  // As after a start: what was left untold is known to it.
  void make_scheduler() {
    scheduler_.reset();
    journal_ = Journal::open(disk_, "/data/untold", pool_).value();
    Environment made{
        settings_, directory_,
        *store_,   policies_,
        clock_,    log::Context(events_),
        prepare,   [](std::string_view object) { return "/tag/" + std::string(object); }};
    made.journal = journal_.get();
    scheduler_ = std::make_unique<Scheduler>(std::move(made));
  }
  std::vector<std::string> untold_files() { return disk_.list("/data/untold").value(); }
  // What is to be told to Boris of an object of Anna's, as its record stands before the change.
  Untold untold(const Change& wanted, calendar::Method method, std::optional<Uuid> before) {
    Untold out;
    out.id = Uuid::random();
    out.owner = wanted.by.owner->id;
    out.folder = wanted.folder;
    out.name = wanted.name;
    out.uid = wanted.keys.uid;
    out.before = before;
    auto bytes = wanted.bytes;
    bytes.insert(bytes.find("BEGIN:VEVENT"),
                 "METHOD:" + std::string(calendar::name_of(method)) + "\r\n");
    auto& message = out.messages.emplace_back();
    message.method = method;
    message.from = "anna@example.test";
    message.to = {"boris@example.test"};
    message.calendar = calendar::read_message(bytes).value().calendar;
    return out;
  }
  void put_plainly(const Change& wanted) {
    store::NewObject object{wanted.name, wanted.bytes, wanted.keys};
    ASSERT_TRUE(threads_.work(wanted.account->put_object(wanted.folder, std::move(object), {})));
  }
  ~SchedulerTest() override {
    scheduler_.reset();
    threads_.start(real_->close()).get();
    store_.reset();
    real_.reset();
  }
  static Task<Result<void>> prepare(store::Account& account) {
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    const auto made = co_await account.create_folder(std::string(k_default_calendar), options);
    if (!made && made.error().code() != Errc::exists) co_return fail(made.error());
    co_return Result<void>();
  }
  std::shared_ptr<const Principal> person(std::uint32_t number) {
    return directory_.current()->find(test_id(number));
  }
  std::shared_ptr<store::Account> account(std::uint32_t number) {
    auto opened = threads_.work(real_->open_for(binding_of(*person(number)))).value();
    EXPECT_TRUE(threads_.work(prepare(*opened)));
    return opened;
  }
  Change change(std::uint32_t number, const std::string& name, const std::string& bytes) {
    Change out;
    out.by.owner = person(number);
    out.account = account(number);
    out.folder = out.account->view().find_folder(k_default_calendar)->id;
    out.name = name;
    out.bytes = bytes;
    const auto object = calendar::read_object(bytes);
    EXPECT_TRUE(object) << bytes;
    if (object) out.keys = keys_of(*object, scheduler_->zones());
    return out;
  }
  Outcome put(std::uint32_t number, const std::string& name, const std::string& bytes) {
    return threads_.work(scheduler_->put(change(number, name, bytes))).value();
  }
  // The object of that UID, lines unfolded; empty: there is none.
  std::string stored(std::uint32_t number, std::string_view uid) {
    const auto of = account(number);
    const auto found = find_by_uid(of->view(), uid);
    return found ? text_of(*of, found->item.id) : std::string();
  }
  std::vector<std::string> inbox(std::uint32_t number) {
    const auto of = account(number);
    const auto view = of->view();
    const auto folder = view.find_folder(k_inbox);
    std::vector<std::string> out;
    if (!folder) return out;
    const auto open = view.open(folder->id);
    for (std::size_t i = 0; i < open->size(); ++i) out.push_back(text_of(*of, open->at(i).item));
    return out;
  }
  std::string text_of(store::Account& of, store::ItemId item) {
    auto text = threads_.work(of.read_message(item)).value();
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at))
      text.erase(at, 3);
    return text;
  }
  std::string deliver(const std::string& bytes, const std::string& from, const std::string& to) {
    auto object = calendar::read_message(bytes).value();
    calendar::SchedulingMessage message;
    message.method = *calendar::method_of(object.method);
    message.from = from;
    message.to = {to};
    message.calendar = object.calendar;
    return threads_.work(scheduler_->deliver(std::move(message), to, Origin::mail));
  }

  testing::FakeClock clock_;
  log::RecordingSink events_;
  io::MemoryDisk disk_;
  io::FaultyFiles files_{disk_};
  store::TaskThreads threads_{2};
  io::DiskPool pool_{1};
  std::unique_ptr<Journal> journal_;
  config::Settings settings_;
  testing::FakeDirectory directory_{{}};
  policy::Policies policies_{settings_, log::Context(events_)};
  std::optional<store::Binding> broken_;
  std::unique_ptr<store::AccountStore> real_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Scheduler> scheduler_;
};

TEST_F(SchedulerTest, AFailureAtOneStopsNobodyElse) {
  broken_ = binding_of(*person(2));
  const auto done = put(1, "m.ics", meeting("m", {"boris@example.test", "clara@example.test"}));
  EXPECT_TRUE(done.is_altered);
  EXPECT_THAT(stored(1, "m"), HasSubstr("SCHEDULE-STATUS=5.1:mailto:boris@"));
  EXPECT_THAT(stored(1, "m"), HasSubstr("SCHEDULE-STATUS=1.2:mailto:clara@"));
  EXPECT_THAT(stored(3, "m"), HasSubstr("SUMMARY:Plan"));
  broken_.reset();
  EXPECT_THAT(stored(2, "m"), IsEmpty());
}

TEST_F(SchedulerTest, NobodyIsToldTwiceOfTheSame) {
  put(1, "m.ics", meeting("m", {"boris@example.test"}));
  const auto again = put(1, "m.ics", stored(1, "m"));
  EXPECT_FALSE(again.is_altered);
  EXPECT_EQ(inbox(2).size(), 1U);
}

TEST_F(SchedulerTest, WhomACrashLeftUntoldIsToldByTheNextChange) {
  // As it is between the two commits: stored, and nobody told.
  auto text = meeting("m", {"boris@example.test"});
  const std::string plain = "PARTSTAT=NEEDS-ACTION:mailto:boris";
  text.replace(text.find(plain), plain.size(),
               "PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1.0:mailto:boris");
  auto raw = change(1, "m.ics", text);
  store::NewObject object;
  object.name = raw.name;
  object.bytes = text;
  object.keys = raw.keys;
  ASSERT_TRUE(threads_.work(raw.account->put_object(raw.folder, std::move(object), {})));
  put(1, "m.ics", text);
  EXPECT_THAT(stored(2, "m"), HasSubstr("SUMMARY:Plan"));
  EXPECT_THAT(stored(1, "m"), HasSubstr("SCHEDULE-STATUS=1.2:mailto:boris@"));
}

TEST_F(SchedulerTest, WhatACrashLeftUntoldIsToldAfterTheNextStart) {
  const auto wanted = change(1, "m.ics", meeting("m", {"boris@example.test"}));
  ASSERT_TRUE(threads_.work(journal_->keep(untold(wanted, Method::request, std::nullopt))));
  put_plainly(wanted);
  make_scheduler();
  threads_.work(scheduler_->resume());
  EXPECT_THAT(stored(2, "m"), HasSubstr("SUMMARY:Plan"));
  EXPECT_THAT(stored(1, "m"), HasSubstr("SCHEDULE-STATUS=1.2:mailto:boris@"));
  EXPECT_THAT(untold_files(), IsEmpty());
}

TEST_F(SchedulerTest, ADeletionThatACrashCutShortIsToldAfterTheNextStart) {
  put(1, "m.ics", meeting("m", {"boris@example.test"}));
  const auto wanted = change(1, "m.ics", meeting("m", {"boris@example.test"}));
  const auto guid = find_by_uid(wanted.account->view(), "m")->item.guid;
  ASSERT_TRUE(threads_.work(journal_->keep(untold(wanted, Method::cancel, guid))));
  ASSERT_TRUE(threads_.work(wanted.account->remove_object(wanted.folder, "m.ics", {})));
  make_scheduler();
  threads_.work(scheduler_->resume());
  EXPECT_THAT(stored(2, "m"), HasSubstr("STATUS:CANCELLED"));
  EXPECT_THAT(untold_files(), IsEmpty());
}

TEST_F(SchedulerTest, OfAChangeThatWasNotMadeNobodyIsTold) {
  const auto wanted = change(1, "m.ics", meeting("m", {"boris@example.test"}));
  ASSERT_TRUE(threads_.work(journal_->keep(untold(wanted, Method::request, std::nullopt))));
  make_scheduler();
  threads_.work(scheduler_->resume());
  EXPECT_THAT(stored(2, "m"), IsEmpty());
  EXPECT_THAT(untold_files(), IsEmpty());
  // Nor when it was refused for the sake of a condition.
  put(1, "m.ics", meeting("m", {"boris@example.test"}));
  EXPECT_THAT(untold_files(), IsEmpty());
}

TEST_F(SchedulerTest, TheOrganizerIsNotInvitedByHimself) {
  put(1, "m.ics", meeting("m", {"anna@example.test", "boris@example.test"}));
  EXPECT_THAT(inbox(1), IsEmpty());
  EXPECT_THAT(stored(1, "m"), Not(HasSubstr("SCHEDULE-STATUS=1.2:mailto:anna")));
  const auto alone = put(1, "a.ics", meeting("a", {"anna@example.test"}));
  EXPECT_FALSE(alone.is_altered);
  EXPECT_FALSE(alone.schedule_tag.empty());
}

TEST_F(SchedulerTest, ThoseWhoAreNotThereAreNamed) {
  put(1, "m.ics",
      meeting("m", {"gone@example.test", "nobody@example.test", "x@elsewhere.test", "boris"}));
  const auto text = stored(1, "m");
  EXPECT_THAT(text, HasSubstr("SCHEDULE-STATUS=3.7:mailto:gone@"));
  EXPECT_THAT(text, HasSubstr("SCHEDULE-STATUS=3.7:mailto:nobody@"));
  EXPECT_THAT(text, HasSubstr("SCHEDULE-STATUS=5.3:mailto:x@elsewhere"));
  EXPECT_THAT(text, HasSubstr("SCHEDULE-STATUS=3.7:mailto:boris"));
}

TEST_F(SchedulerTest, AGroupBringsItsMembersOnce) {
  put(1, "m.ics", meeting("m", {"team@example.test", "boris@example.test"}));
  const auto text = stored(1, "m");
  EXPECT_THAT(text, HasSubstr("mailto:clara@example.test"));
  EXPECT_EQ(text.find("mailto:boris@"), text.rfind("mailto:boris@"));
  EXPECT_THAT(stored(3, "m"), HasSubstr("SUMMARY:Plan"));
  // A member that the organizer takes out again stays out.
  auto lines = split(text, '\n');
  std::string without;
  for (const auto line : lines)
    if (!line.empty() && !line.contains("clara@")) without += std::string(line) + "\n";
  put(1, "m.ics", without);
  EXPECT_THAT(stored(1, "m"), Not(HasSubstr("clara@")));
  EXPECT_THAT(stored(3, "m"), HasSubstr("STATUS:CANCELLED"));
}

TEST_F(SchedulerTest, TooManyAttendeesAreRefusedAndNothingIsStored) {
  settings_.smtp.max_recipients = 2;
  const auto done = put(1, "m.ics", meeting("m", {"team@example.test"}));
  ASSERT_TRUE(done.refusal);
  EXPECT_EQ(done.refusal->condition, "max-attendees-per-instance");
  EXPECT_THAT(stored(1, "m"), IsEmpty());
  EXPECT_THAT(stored(2, "m"), IsEmpty());
}

TEST_F(SchedulerTest, AConditionThatDoesNotHoldTellsNobody) {
  auto wanted = change(1, "m.ics", meeting("m", {"boris@example.test"}));
  wanted.condition.wanted = store::ObjectCondition::Wanted::present;
  const auto done = threads_.work(scheduler_->put(wanted));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Errc::conflict);
  EXPECT_THAT(stored(2, "m"), IsEmpty());
}

TEST_F(SchedulerTest, OldAndForeignMessagesChangeNothing) {
  put(1, "m.ics", event("m", "SEQUENCE:3\r\n" + who({"boris@example.test"}, "anna")));
  const auto before = stored(2, "m");
  auto old =
      event("m", "SEQUENCE:1\r\nLOCATION:Elsewhere\r\n" + who({"boris@example.test"}, "anna"));
  old.insert(old.find("BEGIN:VEVENT"), "METHOD:REQUEST\r\n");
  EXPECT_EQ(deliver(old, "anna@example.test", "boris@example.test"), "1.2");
  EXPECT_EQ(deliver(old, "clara@example.test", "boris@example.test"), "3.8");
  EXPECT_EQ(stored(2, "m"), before);
  EXPECT_EQ(inbox(2).size(), 1U);
  EXPECT_EQ(deliver(old, "anna@example.test", "x@elsewhere.test"), "3.7");
}

TEST_F(SchedulerTest, TwoWhoWantARoomAtOnceDoNotBothGetIt) {
  for (int i = 0; i < 10; ++i) {
    const auto a = "a" + std::to_string(i), b = "b" + std::to_string(i);
    auto first = change(1, a + ".ics", meeting(a, {"room@example.test"}));
    auto second = change(2, b + ".ics", event(b, who({"room@example.test"}, "boris")));
    auto one = threads_.start(scheduler_->put(first));
    auto two = threads_.start(scheduler_->put(second));
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
    const auto has = [&](std::uint32_t number, const std::string& uid) {
      return stored(number, uid).contains("PARTSTAT=ACCEPTED");
    };
    EXPECT_NE(has(1, a), has(2, b)) << stored(1, a) << stored(2, b);
    for (auto* wanted : {&first, &second}) {
      Removal removal;
      removal.by = wanted->by;
      removal.account = wanted->account;
      removal.folder = wanted->folder;
      removal.name = wanted->name;
      EXPECT_TRUE(threads_.work(scheduler_->remove(removal)));
    }
    EXPECT_THAT(stored(5, a) + stored(5, b), IsEmpty());
  }
}

TEST_F(SchedulerTest, ADelegateIsNamedWhoActed) {
  const auto as = [&](std::uint32_t owner, const std::string& bytes, std::uint32_t writer) {
    auto wanted = change(owner, "m.ics", bytes);
    wanted.by.writer = person(writer);
    return threads_.work(scheduler_->put(wanted)).value();
  };
  // What a client says of it does not count.
  auto text = meeting("m", {"boris@example.test"});
  const std::string plain = "ORGANIZER:";
  text.replace(text.find(plain), plain.size(), "ORGANIZER;SENT-BY=\"mailto:boris@example.test\":");
  as(1, text, 3);
  const auto sent_by = HasSubstr("ORGANIZER;SENT-BY=\"mailto:clara@example.test\":mailto:anna@");
  EXPECT_THAT(stored(1, "m"), sent_by);
  EXPECT_THAT(stored(2, "m"), sent_by);
  EXPECT_THAT(inbox(2).front(), sent_by);
  // It alone is no change: nobody is told.
  EXPECT_FALSE(as(1, stored(1, "m"), 3).is_altered);
  put(1, "m.ics", stored(1, "m"));
  EXPECT_EQ(inbox(2).size(), 1U);
  // An answer in somebody's name.
  auto his = stored(2, "m");
  const std::string asked = "PARTSTAT=NEEDS-ACTION";
  his.replace(his.find(asked), asked.size(), "PARTSTAT=ACCEPTED");
  auto wanted = change(2, "m.ics", his);
  wanted.name = find_by_uid(account(2)->view(), "m")->name;
  wanted.by.writer = person(3);
  ASSERT_FALSE(threads_.work(scheduler_->put(wanted)).value().refusal);
  EXPECT_THAT(inbox(1).back(), HasSubstr("SENT-BY=\"mailto:clara@example.test\""));
  EXPECT_THAT(stored(1, "m"), HasSubstr("PARTSTAT=ACCEPTED"));
  // The owner himself is nobody's delegate.
  auto later = stored(1, "m");
  later.replace(later.find("SUMMARY:Plan"), 12, "SUMMARY:Mine");
  put(1, "m.ics", later);
  EXPECT_THAT(stored(2, "m"), HasSubstr("SUMMARY:Mine"));
  EXPECT_THAT(stored(2, "m"), HasSubstr("ORGANIZER:mailto:anna@"));
}

TEST_F(SchedulerTest, WhoMayNotSendChangesNothingThatOthersAreToldOf) {
  put(1, "m.ics", meeting("m", {"boris@example.test"}));
  const auto before = stored(1, "m");
  auto other = before;
  other.replace(other.find("SUMMARY:Plan"), 12, "SUMMARY:Mine");
  auto wanted = change(1, "m.ics", other);
  wanted.by.writer = person(3);
  wanted.by.may_send = false;
  const auto refused = threads_.work(scheduler_->put(wanted)).value();
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->privilege, "schedule-send-invite");
  Removal removal;
  removal.by = wanted.by;
  removal.account = wanted.account;
  removal.folder = wanted.folder;
  removal.name = wanted.name;
  EXPECT_TRUE(threads_.work(scheduler_->remove(removal)).value());
  EXPECT_EQ(stored(1, "m"), before);
  EXPECT_EQ(inbox(2).size(), 1U);
  // What concerns nobody else is his to change.
  auto alarm = before;
  alarm.insert(
      alarm.find("END:VEVENT"),
      "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n");
  wanted.bytes = alarm;
  EXPECT_FALSE(threads_.work(scheduler_->put(wanted)).value().refusal);
  EXPECT_THAT(stored(1, "m"), HasSubstr("VALARM"));
  // His own answer is the attendee's to give.
  const auto of = account(2);
  const auto found = find_by_uid(of->view(), "m");
  removal.by.owner = person(2);
  removal.account = of;
  removal.name = found->name;
  const auto why = threads_.work(scheduler_->remove(removal)).value();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->privilege, "schedule-send-reply");
  removal.replies = false;
  EXPECT_FALSE(threads_.work(scheduler_->remove(removal)).value());
}

TEST_F(SchedulerTest, TheInboxKeepsTheNewest) {
  const auto of = account(2);
  for (std::size_t i = 0; i < k_most_items + 5; ++i)
    ASSERT_TRUE(threads_.work(put_into_inbox(*of, "text " + std::to_string(i))));
  const auto all = inbox(2);
  EXPECT_EQ(all.size(), k_most_items);
  EXPECT_EQ(all.front(), "text 5");
}

TEST_F(SchedulerTest, WithoutACalendarOneIsMade) {
  const auto of = account(2);
  EXPECT_TRUE(threads_.work(of->delete_folder(std::string(k_default_calendar))));
  put(1, "m.ics", meeting("m", {"boris@example.test"}));
  EXPECT_THAT(stored(2, "m"), HasSubstr("SUMMARY:Plan"));
}

}  // namespace
}  // namespace kontor::scheduling
