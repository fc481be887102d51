// SPDX-License-Identifier: GPL-3.0-or-later
// The message trace over real files: what was told is found again, by every question; parts begin,
// are sealed and expire; damaged and foreign files are set aside and nothing fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/log/recording_sink.hpp"
#include "server/message_trace/database/part.hpp"
#include "server/message_trace/database/recorder.hpp"
#include "server/message_trace/database/search.hpp"
#include "server/message_trace/database/statistics.hpp"

namespace kontor::message_trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t k_day = 86'400'000;
constexpr std::int64_t k_noon = 1'795'435'200'000;  // 2026-11-23 12:00 UTC

class TraceTest : public testing::Test {
 protected:
  TraceTest() {
    std::string name = (std::filesystem::temp_directory_path() / "kontor-traceXXXXXX").string();
    folder_ = std::string(::mkdtemp(name.data())) + "/message-trace";
    open();
  }
  ~TraceTest() override {
    recorder_.reset();
    std::filesystem::remove_all(std::filesystem::path(folder_).parent_path());
  }

  void open(bool by_hand = true) {
    recorder_.reset();
    RecorderEnvironment environment{settings_, folder_, 0, log::Context(log_)};
    environment.milliseconds = [this] { return now_; };
    environment.by_hand = by_hand;
    recorder_ = std::make_unique<Recorder>(std::move(environment));
  }

  void receive(const std::string& trace,
               const std::string& sender,
               std::vector<std::string> recipients,
               const std::string& subject = "Report",
               Marks marks = 0) {
    Step step;
    step.trace = trace;
    step.marks = marks;
    step.arrival = std::make_unique<Arrival>();
    auto& arrival = *step.arrival;
    arrival.protocol = "smtp";
    arrival.client = "192.0.2.9";
    arrival.hello = "mx.far.test";
    arrival.sender = sender;
    arrival.subject = subject;
    arrival.message_id = "<" + trace + "@far.test>";
    arrival.size = 1'000;
    arrival.recipients = std::move(recipients);
    recorder_->note(std::move(step));
  }
  void tell(What what,
            const std::string& trace,
            const std::string& recipient,
            const std::string& asked = {},
            const std::string& text = {},
            std::uint64_t queue_id = 0) {
    Step step;
    step.what = what;
    step.trace = trace;
    step.recipient = recipient;
    step.asked = asked;
    step.text = text;
    step.queue_id = queue_id;
    recorder_->note(std::move(step));
  }
  std::vector<std::string> ids(const Question& question) {
    recorder_->flush();
    const auto page = find_messages(folder_, question);
    EXPECT_TRUE(page.has_value()) << page.error().text();
    EXPECT_THAT(page->problems, IsEmpty());
    std::vector<std::string> out;
    for (const auto& one : page->messages) out.push_back(one.trace);
    return out;
  }
  Way way(const std::string& trace, const std::optional<Viewer>& viewer = {}) {
    recorder_->flush();
    auto ways = show_message(folder_, trace, viewer);
    EXPECT_TRUE(ways.has_value());
    return ways && !ways->empty() ? std::move(ways->front()) : Way();
  }
  static State state_of(const Way& way, const std::string& address) {
    for (const auto& one : way.message.people)
      if (one.address == address) return one.state;
    ADD_FAILURE() << "nobody is " << address;
    return State::open;
  }
  std::vector<StatisticsRow> count(Dimension dimension, Period period = Period::all) {
    recorder_->flush();
    StatisticsQuestion question;
    question.dimension = dimension;
    question.period = period;
    auto rows = ask_statistics(statistics_file(folder_), question);
    EXPECT_TRUE(rows.has_value());
    return rows ? *std::move(rows) : std::vector<StatisticsRow>();
  }

  config::MessageTrace settings_;
  log::RecordingSink log_;
  std::string folder_;
  std::int64_t now_ = k_noon;
  std::unique_ptr<Recorder> recorder_;
};

TEST_F(TraceTest, TellsTheWholeWayOfAMessageByRecipient) {
  tell(What::checked, "m1", "", "", "spf=pass");
  receive("m1", "Anna@Far.Test", {"boris@example.test", "all@example.test", "x@else.test"});
  tell(What::delivered, "m1", "boris@example.test", "boris@example.test", "account a1, UID 4");
  tell(What::delivered, "m1", "clara@example.test", "all@example.test");
  tell(What::queued, "m1", "x@else.test", "", "", 7);
  tell(What::taken, "m1", "all@example.test");
  recorder_->flush();
  now_ += 300'000;
  tell(What::deferred, "m1", "x@else.test", "", "451 come back", 7);
  now_ += 300'000;
  tell(What::relayed, "m1", "x@else.test", "", "250 taken", 7);
  const auto found = way("m1");
  EXPECT_EQ(found.message.arrival.sender, "anna@far.test");
  EXPECT_EQ(found.message.arrival.client, "192.0.2.9");
  EXPECT_EQ(found.message.arrival.size, 1'000);
  EXPECT_EQ(found.message.people_in_all, 4);
  EXPECT_EQ(state_of(found, "boris@example.test"), State::delivered);
  EXPECT_EQ(state_of(found, "clara@example.test"), State::delivered);
  EXPECT_EQ(state_of(found, "all@example.test"), State::expanded);
  EXPECT_EQ(state_of(found, "x@else.test"), State::relayed);
  std::vector<std::string> told;
  for (const auto& one : found.steps)
    told.push_back(std::string(name_of(one.what)) + ' ' + one.recipient);
  EXPECT_THAT(told, ElementsAre("checked ", "received ", "delivered boris@example.test",
                                "delivered clara@example.test", "queued x@else.test",
                                "deferred x@else.test", "relayed x@else.test"));
  EXPECT_EQ(found.steps[5].text, "451 come back");
  EXPECT_EQ(found.steps[5].time, k_noon + 300'000);
}

TEST_F(TraceTest, FindsByEveryQuestion) {
  receive("m1", "anna@far.test", {"boris@example.test"}, "Годовой отчёт — итоги");
  tell(What::delivered, "m1", "boris@example.test");
  now_ += 60'000;
  receive("m2", "", {"clara@example.test"}, "Undelivered", k_junk);
  tell(What::failed, "m2", "clara@example.test", "", "", 12);
  now_ += 60'000;
  receive("m3", "olga@sub.far.test", {"boris@example.test", "clara@example.test"}, "annual report");
  const auto ask = [&](auto set) {
    Question question;
    set(question);
    return ids(question);
  };
  // The same while the part grows and when it is sealed, on the next day.
  for (const bool is_sealed : {false, true}) {
    if (is_sealed) {
      now_ += k_day;
      receive("m4", "late@far.test", {"dora@example.test"}, "other");
    }
    const auto all = ask([](auto&) {});
    EXPECT_EQ(all.size(), is_sealed ? 4U : 3U);
    EXPECT_EQ(all.back(), "m1");
    EXPECT_THAT(ask([](auto& q) { q.trace = "m2"; }), ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) { q.message_id = "m1@far.test"; }), ElementsAre("m1"));
    EXPECT_THAT(ask([](auto& q) { q.queue_id = 12; }), ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) { q.sender = "ANNA@far.test"; }), ElementsAre("m1"));
    EXPECT_THAT(ask([](auto& q) { q.sender = "sub.far.test"; }), ElementsAre("m3"));
    EXPECT_THAT(ask([](auto& q) { q.sender = "<>"; }), ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) { q.recipient = "boris@example.test"; }), ElementsAre("m3", "m1"));
    EXPECT_THAT(ask([](auto& q) { q.recipient = "ample.test"; }), IsEmpty());
    EXPECT_THAT(ask([](auto& q) {
                  q.recipient = "example.test";
                  q.subject = "ОТЧЁТ";
                }),
                ElementsAre("m1"));
    EXPECT_THAT(ask([](auto& q) { q.subject = "annu rep"; }), ElementsAre("m3"));
    EXPECT_THAT(ask([](auto& q) { q.subject = "отчёт—итоги"; }), ElementsAre("m1"));
    EXPECT_THAT(ask([](auto& q) { q.status = "failed"; }), ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) { q.status = "delivered"; }), ElementsAre("m1"));
    EXPECT_THAT(ask([](auto& q) { q.status = "junk"; }), ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) {
                  q.since = k_noon + 30'000;
                  q.until = k_noon + 90'000;
                }),
                ElementsAre("m2"));
    EXPECT_THAT(ask([](auto& q) {
                  q.client = "192.0.2.9";
                  q.sender = "olga@sub.far.test";
                }),
                ElementsAre("m3"));
  }
  Question wrong;
  wrong.status = "lost";
  EXPECT_EQ(find_messages(folder_, wrong).error().code(), Errc::bad_input);
  wrong = {};
  wrong.before = "yesterday";
  EXPECT_EQ(find_messages(folder_, wrong).error().code(), Errc::bad_input);
}

TEST_F(TraceTest, APageGoesOnWhereTheOneBeforeEnded) {
  for (int i = 0; i < 25; ++i) {
    if (i % 10 == 0) now_ += k_day;  // over several parts
    receive("m" + std::to_string(i), "anna@far.test", {"boris@example.test"});
    recorder_->flush();
  }
  Question question;
  question.most = 7;
  question.sender = "far.test";
  std::vector<std::string> seen;
  for (int page = 0; page < 4; ++page) {
    const auto found = find_messages(folder_, question);
    ASSERT_TRUE(found.has_value());
    for (const auto& one : found->messages) seen.push_back(one.trace);
    question.before = found->next;
    EXPECT_EQ(found->next.empty(), page == 3);
  }
  ASSERT_THAT(seen, SizeIs(25));
  for (int i = 0; i < 25; ++i) EXPECT_EQ(seen[i], "m" + std::to_string(24 - i));
}

TEST_F(TraceTest, ARefusalBeforeThereIsAMessageIsFoundToo) {
  Step step;
  step.what = What::refused;
  step.recipient = "nobody@example.test";
  step.status = "550 5.1.1";
  step.text = "no such mailbox here";
  step.arrival = std::make_unique<Arrival>();
  step.arrival->client = "198.51.100.1";
  step.arrival->sender = "spam@far.test";
  step.arrival->recipients = {"nobody@example.test"};
  recorder_->note(std::move(step));
  Step connection;
  connection.what = What::refused;
  connection.arrival = std::make_unique<Arrival>();
  connection.arrival->client = "198.51.100.2";
  recorder_->note(std::move(connection));
  Question question;
  question.status = "refused";
  const auto found = ids(question);
  ASSERT_THAT(found, SizeIs(2));
  const auto first = way(found[1]);
  EXPECT_EQ(first.steps.front().text, "no such mailbox here");
  EXPECT_EQ(first.steps.front().recipient, "nobody@example.test");
  question.client = "198.51.100.2";
  EXPECT_THAT(ids(question), SizeIs(1));
  EXPECT_EQ(count(Dimension::total).front().counts.refused, 2);
  EXPECT_EQ(count(Dimension::total).front().counts.messages, 0);
}

TEST_F(TraceTest, APersonSeesHisOwnMailAndNoOthersRecipients) {
  receive("m1", "anna@example.test", {"boris@example.test", "clara@example.test"});
  receive("m2", "boris@example.test", {"clara@example.test"});
  receive("m3", "x@far.test", {"dora@example.test"});
  tell(What::delivered, "m3", "dora@example.test", "", "account d");
  tell(What::delivered, "m1", "clara@example.test", "", "account c");
  tell(What::delivered, "m1", "boris@example.test", "", "account b");
  const Viewer boris{{key_of("boris@example.test")}, "boris@example.test"};
  Question question;
  question.viewer = boris;
  EXPECT_THAT(ids(question), ElementsAre("m2", "m1"));
  const auto came = way("m1", boris);  // to him: he does not learn to whom else
  EXPECT_EQ(came.message.people_in_all, 1);
  EXPECT_EQ(came.message.people.front().address, "boris@example.test");
  for (const auto& step : came.steps)
    EXPECT_THAT(step.recipient, testing::AnyOf("", "boris@example.test"));
  const auto sent = way("m2", boris);  // by him: he sees all of it
  EXPECT_EQ(sent.message.people.front().address, "clara@example.test");
  EXPECT_EQ(show_message(folder_, "m3", boris).error().code(), Errc::not_found);
  EXPECT_TRUE(show_message(folder_, "m3", {}).has_value());
}

TEST_F(TraceTest, StepsOfLaterDaysFindTheirMessage) {
  receive("m1", "anna@example.test", {"x@far.test"});
  tell(What::queued, "m1", "x@far.test", "", "", 3);
  recorder_->flush();
  now_ += 4 * k_day;
  receive("m2", "anna@example.test", {"y@far.test"});
  Step step;
  step.what = What::expired;
  step.trace = "m1";
  step.recipient = "x@far.test";
  step.arrived = UtcSeconds(std::chrono::seconds(k_noon / 1'000));
  step.text = "tried for too long";
  recorder_->note(std::move(step));
  const auto found = way("m1");
  EXPECT_EQ(found.message.time, k_noon);
  EXPECT_EQ(state_of(found, "x@far.test"), State::failed);
  EXPECT_EQ(found.steps.back().text, "tried for too long");
  EXPECT_THAT(parts_in(folder_), ElementsAre("20261127-001.db", "20261123-001.db"));
  open();  // and after a restart, by the index of the sealed part
  tell(What::told, "m1", "");
  EXPECT_EQ(way("m1").steps.back().what, What::told);
}

TEST_F(TraceTest, ARestartGoesOnWithTheDay) {
  receive("m1", "anna@far.test", {"boris@example.test"});
  open();
  tell(What::delivered, "m1", "boris@example.test");
  EXPECT_EQ(state_of(way("m1"), "boris@example.test"), State::delivered);
  EXPECT_THAT(parts_in(folder_), ElementsAre("20261123-001.db"));
}

TEST_F(TraceTest, WhatIsOldGoes) {
  settings_.keep = std::chrono::days(2);
  settings_.keep_statistics = std::chrono::days(3);
  for (int day = 0; day < 6; ++day) {
    receive("m" + std::to_string(day), "anna@far.test", {"boris@example.test"});
    recorder_->flush();
    now_ += k_day;
  }
  now_ -= k_day;
  recorder_->write();
  EXPECT_THAT(parts_in(folder_),
              ElementsAre("20261128-001.db", "20261127-001.db", "20261126-001.db"));
  EXPECT_THAT(count(Dimension::total, Period::day), SizeIs(4));
  EXPECT_THAT(count(Dimension::total, Period::hour), SizeIs(3));
  EXPECT_GE(log_.count("message_trace.file.expired"), 3U);
}

TEST_F(TraceTest, TheOldestGoWhenSpaceIsShort) {
  settings_.max_size = 100'000;
  for (int day = 0; day < 4; ++day) {
    receive("m" + std::to_string(day), "anna@far.test", {"boris@example.test"});
    recorder_->flush();
    now_ += k_day;
  }
  recorder_->write();
  EXPECT_EQ(parts_in(folder_).front(), "20261126-001.db");
  EXPECT_LE(parts_in(folder_).size(), 2U);
  EXPECT_EQ(log_.last("message_trace.file.expired")->get(log::Keys::reason),
            "message_trace.max_size");
}

TEST_F(TraceTest, ADamagedFileIsSetAsideAndANewOneBegun) {
  receive("m1", "anna@far.test", {"boris@example.test"});
  recorder_.reset();
  const auto part = folder_ + "/20261123-001.db";
  for (const auto& name : {part, statistics_file(folder_)})
    std::ofstream(name, std::ios::trunc) << "this was a database, and is none now; " << name;
  open();
  receive("m2", "anna@far.test", {"boris@example.test"});
  EXPECT_THAT(ids({}), ElementsAre("m2"));
  EXPECT_TRUE(std::filesystem::exists(part + ".damaged"));
  EXPECT_TRUE(std::filesystem::exists(statistics_file(folder_) + ".damaged"));
  EXPECT_EQ(log_.count("message_trace.file.damaged"), 2U);
  EXPECT_EQ(recorder_->lost(), 0U);
  EXPECT_EQ(count(Dimension::total).front().counts.messages, 1);
}

TEST_F(TraceTest, DamageInTheMiddleIsFoundWhileWriting) {
  for (int i = 0; i < 500; ++i)
    receive("m" + std::to_string(i), "anna@far.test", {"boris@example.test"});
  recorder_.reset();
  const auto part = folder_ + "/20261123-001.db";
  {
    std::fstream file(part, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096);  // all pages but the first
    const std::string noise(std::filesystem::file_size(part) - 4'096, '\x5A');
    file << noise;
  }
  open();
  receive("new", "anna@far.test", {"boris@example.test"});
  EXPECT_THAT(ids({}), ElementsAre("new"));
  EXPECT_TRUE(std::filesystem::exists(part + ".damaged"));
  EXPECT_EQ(log_.count("message_trace.file.damaged"), 1U);
}

TEST_F(TraceTest, AFileOfANewerVersionIsLeftAsItIs) {
  receive("m1", "anna@far.test", {"boris@example.test"});
  recorder_.reset();
  {
    auto file = Connection::open(folder_ + "/20261123-001.db", Access::write);
    ASSERT_TRUE(file && file->run("PRAGMA user_version = 2"));
  }
  open();
  receive("m2", "anna@far.test", {"boris@example.test"});
  recorder_->flush();
  EXPECT_THAT(parts_in(folder_), ElementsAre("20261123-002.db", "20261123-001.db"));
  EXPECT_EQ(log_.count("message_trace.file.unknown"), 1U);
  EXPECT_EQ(Part::open(folder_ + "/20261123-001.db").error().code(), Errc::unsupported);
}

TEST_F(TraceTest, AFolderThatCannotBeWrittenCostsStepsAndNothingElse) {
  std::filesystem::create_directories(std::filesystem::path(folder_).parent_path());
  std::ofstream(folder_) << "a file where the folder should be";
  receive("m1", "anna@far.test", {"boris@example.test"});
  recorder_->flush();
  EXPECT_EQ(recorder_->lost(), 1U);
  EXPECT_EQ(log_.last("message_trace.file.unwritable")->get(log::Keys::count), "1");
  std::filesystem::remove(folder_);
  receive("m2", "anna@far.test", {"boris@example.test"});
  EXPECT_THAT(ids({}), ElementsAre("m2"));
}

TEST_F(TraceTest, WhatIsTooMuchIsCountedAndTold) {
  for (std::size_t i = 0; i < k_most_waiting + 10; ++i)
    tell(What::checked, "m1", "", "", "spf=pass");
  EXPECT_EQ(recorder_->lost(), 10U);
  recorder_->write();
  EXPECT_EQ(log_.last("message_trace.steps.lost")->get(log::Keys::count), "10");
  EXPECT_EQ(way("m1").steps.size(), k_most_waiting);
}

TEST_F(TraceTest, AThreadOfItsOwnWritesWithoutBeingAsked) {
  open(false);
  receive("m1", "anna@far.test", {"boris@example.test"});
  EXPECT_TRUE(recorder_->flush());
  tell(What::delivered, "m1", "boris@example.test");
  recorder_.reset();  // writes what waits
  const auto ways = show_message(folder_, "m1", {});
  ASSERT_TRUE(ways.has_value());
  EXPECT_EQ(state_of(ways->front(), "boris@example.test"), State::delivered);
}

TEST_F(TraceTest, StatisticsCountByDomainMailboxAndTime) {
  receive("m1", "anna@far.test", {"boris@example.test", "clara@example.test"}, "x", k_junk);
  tell(What::delivered, "m1", "boris@example.test");
  tell(What::delivered, "m1", "clara@example.test");
  recorder_->flush();
  now_ += 40 * k_day;
  Step sent;
  sent.trace = "m2";
  sent.arrival = std::make_unique<Arrival>();
  sent.arrival->account = "boris@example.test";
  sent.arrival->sender = "boris@example.test";
  sent.arrival->size = 500;
  sent.arrival->recipients = {"x@far.test"};
  recorder_->note(std::move(sent));
  tell(What::queued, "m2", "x@far.test");
  tell(What::deferred, "m2", "x@far.test");
  tell(What::relayed, "m2", "x@far.test");
  Step virus;
  virus.what = What::scanned;
  virus.trace = "m3";
  virus.marks = k_virus;
  recorder_->note(std::move(virus));
  const auto total = count(Dimension::total);
  ASSERT_THAT(total, SizeIs(1));
  EXPECT_EQ(total[0].counts.messages, 2);
  EXPECT_EQ(total[0].counts.bytes, 1'500);
  EXPECT_EQ(total[0].counts.sent, 1);
  EXPECT_EQ(total[0].counts.delivered, 2);
  EXPECT_EQ(total[0].counts.relayed, 1);
  EXPECT_EQ(total[0].counts.deferred, 1);
  EXPECT_EQ(total[0].counts.junk, 1);
  EXPECT_EQ(total[0].counts.viruses, 1);
  const auto months = count(Dimension::total, Period::month);
  ASSERT_THAT(months, SizeIs(2));
  EXPECT_EQ(months[0].period, "2026-11");
  EXPECT_EQ(months[1].period, "2027-01");
  const auto domains = count(Dimension::recipient_domain);
  ASSERT_THAT(domains, SizeIs(2));
  EXPECT_EQ(domains[0].name, "example.test");
  EXPECT_EQ(domains[0].counts.delivered, 2);
  EXPECT_EQ(domains[0].counts.bytes, 2'000);
  EXPECT_EQ(domains[1].counts.relayed, 1);
  const auto mailboxes = count(Dimension::mailbox);
  ASSERT_THAT(mailboxes, SizeIs(2));
  EXPECT_EQ(mailboxes[0].name, "boris@example.test");
  EXPECT_EQ(mailboxes[0].counts.sent, 1);
  EXPECT_EQ(mailboxes[0].counts.delivered, 1);
  EXPECT_EQ(mailboxes[0].counts.junk, 1);
}

TEST(TraceKeys, AddressesAreKeptDomainFirst) {
  EXPECT_EQ(key_of("Anna@Example.TEST"), "example.test@anna");
  EXPECT_EQ(address_of(key_of("\"a@b\"@example.test")), "\"a@b\"@example.test");
  EXPECT_EQ(key_of(""), "");
  EXPECT_EQ(domain_of_key(key_of("a@b.test")), "b.test");
  EXPECT_EQ(domain_of_key("postmaster"), "");
}

}  // namespace
}  // namespace kontor::message_trace
