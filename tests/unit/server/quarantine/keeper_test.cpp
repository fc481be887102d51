// SPDX-License-Identifier: GPL-3.0-or-later
// Held mail over a real store: what is kept of it, who gets it, what is left when nobody asks.
#include "server/quarantine/keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <set>
#include <thread>

#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "server/message_trace/step.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::quarantine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Held some_held(std::string trace = "0123456789abcdef0123") {
  Held held;
  held.envelope.trace = std::move(trace);
  held.envelope.sender = "eva@there.test";
  held.envelope.envelope_id = "id 1";
  held.envelope.returned = queue::Return::headers;
  held.envelope.body = queue::Body::mime8;
  held.envelope.is_utf8 = true;
  held.cause = Cause::filter;
  held.reason = "spam, \xD1\x81\xD0\xBF\xD0\xB0\xD0\xBC 100%\r\nX: y";
  held.score = "17.2";
  held.client = "192.0.2.7";
  queue::Recipient anna, boris;
  anna.address = "anna@example.test";
  anna.original = "rfc822;Anna@example.test";
  boris.address = "boris+x@example.test";
  boris.notify = queue::k_notify_never;
  boris.has_notify = true;
  held.recipients = {anna, boris};
  return held;
}

constexpr std::string_view k_message =
    "Received: here\r\nFrom: Eva <eva@there.test>\r\nSubject: =?utf-8?B?0J/RgNC40LLQtdGC?=\r\n"
    "Message-ID: <1@there.test>\r\n\r\nA line.\r\n";

TEST(HeldHead, ComesBackAsItWas) {
  auto held = some_held();
  held.envelope.size = 77;
  held.envelope.arrived = UtcSeconds(std::chrono::seconds(1'790'000'000));
  held.envelope.requires_tls = held.envelope.is_by_return = true;
  held.envelope.release = held.envelope.arrived + std::chrono::hours(1);
  held.envelope.deliver_by = held.envelope.arrived + std::chrono::hours(2);
  held.envelope.priority = -3;
  const auto head = format_head(held);
  EXPECT_EQ(head_size(head.substr(0, k_head_mark)), head.size());
  const auto read = parse_head(head + std::string(k_message));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->envelope.sender, "eva@there.test");
  EXPECT_EQ(read->envelope.envelope_id, "id 1");
  EXPECT_EQ(read->envelope.arrived, held.envelope.arrived);
  EXPECT_EQ(read->envelope.size, 77U);
  EXPECT_TRUE(read->envelope.is_utf8);
  EXPECT_TRUE(read->envelope.requires_tls);
  EXPECT_TRUE(read->envelope.is_by_return);
  EXPECT_FALSE(read->envelope.is_by_trace);
  EXPECT_EQ(read->envelope.release, held.envelope.release);
  EXPECT_EQ(read->envelope.deliver_by, held.envelope.deliver_by);
  EXPECT_EQ(read->envelope.priority, -3);
  EXPECT_EQ(read->reason, held.reason);
  EXPECT_EQ(read->score, "17.2");
  ASSERT_EQ(read->recipients.size(), 2U);
  EXPECT_EQ(read->recipients[0].original, "rfc822;Anna@example.test");
  EXPECT_EQ(read->recipients[1].notify, queue::k_notify_never);
  EXPECT_TRUE(read->recipients[1].has_notify);
  EXPECT_EQ(format_head(*read), head);
  EXPECT_EQ(head.find('\0'), std::string::npos);
  for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string::npos; at += 2)
    EXPECT_TRUE(at + 2 == head.size() || head.substr(at + 2).starts_with("X-Kontor-Held: "));
}

TEST(HeldHead, AnythingElseIsRefusedWithASentence) {
  const auto head = format_head(some_held());
  EXPECT_EQ(parse_head("").error().code(), Errc::corrupt);
  EXPECT_EQ(parse_head(k_message).error().code(), Errc::corrupt);
  for (std::size_t at = 0; at < head.size(); ++at) {
    auto damaged = head;
    damaged[at] = damaged[at] == 'Z' ? 'Y' : 'Z';
    const auto read = parse_head(damaged);
    if (read) EXPECT_EQ(format_head(*read), damaged) << at;  // another letter of a text
    EXPECT_FALSE(parse_head(std::string_view(head).substr(0, at)));
  }
  auto later = head;
  later.replace(later.find("version 1"), 9, "version 2");
  EXPECT_EQ(parse_head(later).error().code(), Errc::unsupported);
  auto nobody = some_held();
  nobody.recipients.clear();
  EXPECT_FALSE(parse_head(format_head(nobody)));
}

TEST(HeldHead, TheGuidIsOfMessageCauseAndPeople) {
  const auto held = some_held();
  auto other = held;
  other.reason = "something else";
  EXPECT_EQ(guid_of(held), guid_of(other));
  other.cause = Cause::virus;
  EXPECT_NE(guid_of(held), guid_of(other));
  other = held;
  other.recipients.pop_back();
  EXPECT_NE(guid_of(held), guid_of(other));
  EXPECT_EQ(id_of(guid_of(held)).size(), 16U);
}

class Steps final : public message_trace::Sink {
 public:
  void note(message_trace::Step step) noexcept override {
    text += std::string(message_trace::name_of(step.what)) + ' ' + step.recipient + '\n';
  }
  std::string text;
};

class MovingClock final : public Clock {
 public:
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time{std::chrono::seconds(1'793'268'000)};
};

class QuarantineTest : public ::testing::Test {
 protected:
  QuarantineTest()
      : folder_(std::filesystem::temp_directory_path() / ("kontor-" + Uuid::random().hex())) {
    std::filesystem::create_directories(folder_);
    work_.emplace(context_.get_executor());
    thread_ = std::jthread([this] { context_.run(); });
    open();
  }
  ~QuarantineTest() override {
    close();
    work_.reset();
    thread_.join();
    std::filesystem::remove_all(folder_);
  }

  template <class T>
  T get(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future).get();
  }
  void open() {
    store::StoreEnvironment environment{io::real_file_system(), context_.get_executor(),
                                        log::Context(events), clock};
    environment.policy = [this](const store::Binding& whose) {
      EXPECT_EQ(whose, owner());
      return policy_of(settings.quarantine);
    };
    store = store::AccountStore::open(environment, folder_.string(), settings.store).value();
    keeper.emplace(
        Environment{settings, *store, workers, clock, log::Context(events),
                    [this](const Held& held, std::vector<std::size_t> which, std::string bytes) {
                      return deliver(held, std::move(which), std::move(bytes));
                    },
                    &steps});
    get([](Keeper& one) -> Task<bool> {
      co_await one.start();
      co_return true;
    }(*keeper));
  }
  void close() {
    keeper.reset();
    get([](store::AccountStore& one) -> Task<bool> {
      co_await one.close();
      co_return true;
    }(*store));
    store.reset();
  }
  Task<std::vector<Result<void>>> deliver(Held held,
                                          std::vector<std::size_t> which,
                                          std::string bytes) {
    std::vector<Result<void>> results;
    for (const auto index : which) {
      const auto& address = held.recipients[index].address;
      if (full.contains(address)) {
        results.emplace_back(fail(Errc::over_quota, "full"));
        continue;
      }
      delivered.push_back(address);
      results.emplace_back();
    }
    given = std::move(bytes);
    co_return results;
  }
  Result<void> hold(Held held = some_held()) {
    return get(keeper->hold(std::move(held), std::string(k_message)));
  }
  std::vector<Row> list(Question question = {}) {
    return get(keeper->list(std::move(question))).value();
  }

  config::Settings settings;
  MovingClock clock;
  log::RecordingSink events;
  Steps steps;
  io::WorkPool workers{"test-work", 1};
  std::unique_ptr<store::AccountStore> store;
  std::optional<Keeper> keeper;
  std::set<std::string> full;
  std::vector<std::string> delivered;
  std::string given;

 private:
  std::filesystem::path folder_;
  boost::asio::io_context context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::jthread thread_;
};

TEST_F(QuarantineTest, HoldsOnceWithAllThatIsKnown) {
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(get(keeper->count()).value(), 0U);
  ASSERT_TRUE(hold());
  ASSERT_TRUE(hold());  // another try of the same message
  EXPECT_EQ(get(keeper->count()).value(), list().size());
  const auto rows = list();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].subject, "Привет");
  EXPECT_EQ(rows[0].from, "Eva <eva@there.test>");
  EXPECT_EQ(rows[0].message_id, "<1@there.test>");
  EXPECT_EQ(rows[0].bytes, k_message.size());
  EXPECT_EQ(rows[0].held.score, "17.2");
  EXPECT_EQ(rows[0].since, clock.now());
  EXPECT_EQ(get(keeper->read(rows[0].id)).value(), k_message);
  EXPECT_THAT(steps.text, HasSubstr("held anna@example.test\nheld boris+x@example.test\n"));
}

TEST_F(QuarantineTest, QuestionsNarrow) {
  ASSERT_TRUE(hold());
  clock.time += std::chrono::hours(1);
  auto other = some_held("another");
  other.cause = Cause::virus;
  other.envelope.sender = "";
  other.recipients.resize(1);
  ASSERT_TRUE(hold(other));
  const auto count = [&](auto change) {
    Question question;
    change(question);
    return list(std::move(question)).size();
  };
  EXPECT_EQ(list().front().held.cause, Cause::virus) << "the newest first";
  EXPECT_EQ(count([](Question& one) { one.cause = Cause::filter; }), 1U);
  EXPECT_EQ(count([](Question& one) { one.sender = "EVA@"; }), 1U);
  EXPECT_EQ(count([](Question& one) { one.recipient = "anna@"; }), 2U);
  EXPECT_EQ(count([](Question& one) { one.recipient = "nobody"; }), 0U);
  EXPECT_EQ(count([](Question& one) { one.people = {"boris@example.test"}; }), 1U);
  EXPECT_EQ(count([](Question& one) { one.people = {"clara@example.test"}; }), 0U);
  EXPECT_EQ(count([&](Question& one) { one.since = clock.time; }), 1U);
  EXPECT_EQ(count([&](Question& one) { one.until = clock.time - std::chrono::minutes(1); }), 1U);
  EXPECT_EQ(count([](Question& one) { one.most = 1; }), 1U);
}

TEST_F(QuarantineTest, EachRecipientGetsItOnceAlsoOverARestart) {
  ASSERT_TRUE(hold());
  const auto id = list()[0].id;
  const auto done = get(keeper->release(id, {"boris@example.test"}));
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_THAT(done->recipients, ElementsAre("boris+x@example.test"));
  EXPECT_EQ(given, k_message) << "byte for byte";
  EXPECT_EQ(get(keeper->release(id, {"boris@example.test"})).error().code(), Errc::not_found);
  close();
  open();
  EXPECT_THAT(list()[0].fates, ElementsAre(Fate::waiting, Fate::released));
  full.insert("anna@example.test");
  const auto tried = get(keeper->release(id, {}));
  ASSERT_TRUE(tried);
  ASSERT_EQ(tried->failed.size(), 1U);
  EXPECT_EQ(list().size(), 1U) << "what could not be delivered stays";
  full.clear();
  ASSERT_TRUE(get(keeper->release(id, {})));
  EXPECT_THAT(delivered, ElementsAre("boris+x@example.test", "anna@example.test"));
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(get(keeper->release(id, {})).error().code(), Errc::not_found);
  ASSERT_TRUE(hold()) << "it was held already";
  EXPECT_TRUE(list().empty());
}

TEST_F(QuarantineTest, DeletedAndExpiredMailIsGone) {
  ASSERT_TRUE(hold());
  ASSERT_TRUE(get(keeper->remove(list()[0].id, {"anna@example.test"})));
  EXPECT_THAT(list()[0].fates, ElementsAre(Fate::deleted, Fate::waiting));
  clock.time += settings.quarantine.keep - std::chrono::seconds(1);
  ASSERT_TRUE(hold(some_held("later")));
  EXPECT_EQ(get(keeper->expire()).value(), 0U);
  clock.time += std::chrono::seconds(1);
  EXPECT_EQ(get(keeper->expire()).value(), 1U);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].held.envelope.trace, "later");
  EXPECT_THAT(steps.text, HasSubstr("removed anna@example.test\n"));
  EXPECT_THAT(steps.text, HasSubstr("lapsed boris+x@example.test\n"));
  EXPECT_EQ(events.count("quarantine.message.expired"), 1U);
  EXPECT_TRUE(delivered.empty());
}

TEST_F(QuarantineTest, AFullQuarantineRefusesAndLosesNothing) {
  settings.quarantine.max_size = 1'200;
  ASSERT_TRUE(hold());
  EXPECT_EQ(hold(some_held("two")).error().code(), Errc::over_quota);
  EXPECT_EQ(list().size(), 1U);
  EXPECT_EQ(events.count("quarantine.message.refused"), 1U);
  ASSERT_TRUE(get(keeper->remove(list()[0].id, {})));
  EXPECT_TRUE(hold(some_held("two"))) << "there is room again";
}

TEST_F(QuarantineTest, ExceptionsAreKept) {
  EXPECT_FALSE(keeper->is_excepted("eva@there.test", "192.0.2.7"));
  ASSERT_TRUE(get(keeper->add_exception("Eva@There.test")));
  ASSERT_TRUE(get(keeper->add_exception("10.0.0.0/8")));
  EXPECT_EQ(get(keeper->add_exception("eva@there.test")).error().code(), Errc::exists);
  EXPECT_EQ(get(keeper->add_exception("no good@")).error().code(), Errc::bad_input);
  EXPECT_EQ(get(keeper->add_exception("server.test")).error().code(), Errc::bad_input);
  close();
  open();
  EXPECT_THAT(keeper->exceptions(), ElementsAre("10.0.0.0/8", "eva@there.test"));
  EXPECT_TRUE(keeper->is_excepted("EVA@there.test", "192.0.2.7"));
  EXPECT_TRUE(keeper->is_excepted("x@else.test", "10.1.2.3"));
  EXPECT_FALSE(keeper->is_excepted("x@else.test", "192.0.2.7"));
  ASSERT_TRUE(get(keeper->remove_exception("eva@there.test")));
  EXPECT_EQ(get(keeper->remove_exception("eva@there.test")).error().code(), Errc::not_found);
  EXPECT_FALSE(keeper->is_excepted("eva@there.test", ""));
  EXPECT_EQ(get(keeper->last_digest()).value(), UtcSeconds());
  ASSERT_TRUE(get(keeper->set_digest(clock.now())));
  EXPECT_EQ(get(keeper->last_digest()).value(), clock.now());
}

}  // namespace
}  // namespace kontor::quarantine
