// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that leaves the queue for mailboxes here: fates, and no copy twice, a crash in between
// included.
#include "server/app/local_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::app {
namespace {

using queue::Fate;

// Hands out one message once, and keeps what was reported of it.
class OnePiece final : public queue::Work {
 public:
  explicit OnePiece(std::vector<std::string> addresses, std::string trace = "t1") {
    queue::Envelope envelope;
    envelope.trace = std::move(trace);
    envelope.sender = "x@foreign.test";
    queue::Piece piece;
    piece.id = 7;
    piece.envelope = std::make_shared<const queue::Envelope>(std::move(envelope));
    for (auto& address : addresses) {
      queue::Recipient one;
      one.address = std::move(address);
      piece.recipients.push_back(std::move(one));
    }
    piece_ = std::move(piece);
  }
  std::optional<queue::Piece> next() override { return std::exchange(piece_, std::nullopt); }
  Task<Result<std::string>> read(const queue::Piece&) override {
    if (unreadable) co_return fail(*unreadable, "as the test wants");
    co_return std::string("Subject: s\r\n\r\nx\r\n");
  }
  Task<Result<void>> report(const queue::Piece&, std::vector<queue::Outcome> outcomes) override {
    reported = std::move(outcomes);
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(queue::Outcome) override { co_return Result<void>(); }
  bool is_stopping() const override { return false; }

  std::optional<Errc> unreadable;
  std::vector<queue::Outcome> reported;

 private:
  std::optional<queue::Piece> piece_;
};

config::Settings refusing_settings() {
  config::Settings settings;
  settings.directory.disabled_mail = "refuse";
  return settings;
}

struct Mailboxes {
  config::Settings settings = refusing_settings();
  testing::FakeClock clock;
  testing::FakeDirectory directory{smtp::demo_people()};
  testing::FakeStore store;
  log::RecordingSink events;
  io::WorkPool workers{"test-work", 1};
  bool knows_everybody = true;
  delivery::Delivery delivery{delivery::DeliveryEnvironment{
      settings, directory, store, workers, log::Context(events), clock, {}, [this] {
        return knows_everybody;
      }}};
  LocalTransport transport{delivery};

  std::vector<queue::Outcome> deliver(std::vector<std::string> addresses) {
    delivery.announce("t1");
    OnePiece work(std::move(addresses));
    boost::asio::io_context context;
    testing::run(context, transport.deliver("local", work));
    return work.reported;
  }
};

TEST(LocalTransport, WhoIsNotKnownYetIsTriedAgain) {
  Mailboxes boxes;
  boxes.knows_everybody = false;
  const auto outcomes = boxes.deliver({"anna@example.test", "zora@example.test", "x@foreign.test"});
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].fate, Fate::delivered);
  EXPECT_EQ(outcomes[1].fate, Fate::deferred);
  EXPECT_EQ(outcomes[2].fate, Fate::deferred);
}

TEST(LocalTransport, EachAddressHasItsFate) {
  struct Row {
    std::string_view address;
    Fate fate;
    std::string_view status;
  };
  const Row rows[] = {
      {"anna@example.test", Fate::delivered, ""},
      {"staff@example.test", Fate::delivered, ""},
      {"\"anna\"@example.test", Fate::delivered, ""},
      {"clara@example.test", Fate::deferred, "4.2.2"},
      {"zora@example.test", Fate::failed, "5.1.1"},
      {"dora@example.test", Fate::failed, "5.2.1"},
      {"nobody@example.test", Fate::failed, "5.2.4"},
      {"x@foreign.test", Fate::failed, "5.1.2"},
  };
  Mailboxes boxes;
  boxes.store.failures[{"local", smtp::clara().guid}] = Errc::over_quota;
  std::vector<std::string> addresses;
  for (const auto& row : rows) addresses.emplace_back(row.address);
  addresses.erase(addresses.begin() + 1);  // staff includes clara, below
  const auto outcomes = boxes.deliver(addresses);
  ASSERT_EQ(outcomes.size(), addresses.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& row = rows[i == 0 ? 0 : i + 1];
    EXPECT_EQ(outcomes[i].fate, row.fate) << row.address;
    EXPECT_EQ(outcomes[i].status, row.status) << row.address;
  }
  EXPECT_THAT(boxes.store.messages_of(smtp::anna()).at(0),
              ::testing::StartsWith("Return-Path: <x@foreign.test>\r\nSubject: s"));
}

TEST(LocalTransport, FailuresOfTheStoreAreTriedAgain) {
  for (const auto code : {Errc::over_quota, Errc::io_error, Errc::no_space, Errc::unavailable,
                          Errc::busy, Errc::corrupt, Errc::internal, Errc::cancelled}) {
    Mailboxes boxes;
    boxes.store.failures[{"local", smtp::anna().guid}] = code;
    EXPECT_EQ(boxes.deliver({"anna@example.test"})[0].fate, Fate::deferred);
  }
}

TEST(LocalTransport, AMessageThatCannotBeReadIsTriedAgain) {
  Mailboxes boxes;
  OnePiece work({"anna@example.test"});
  work.unreadable = Errc::io_error;
  boost::asio::io_context context;
  testing::run(context, boxes.transport.deliver("local", work));
  EXPECT_EQ(work.reported.at(0).fate, Fate::deferred);
  EXPECT_EQ(boxes.store.count(), 0U);
}

TEST(LocalTransport, NoticesAreForwardedAsTheDirectorySays) {
  Mailboxes boxes;
  auto people = smtp::demo_people();
  people[0].mail_rules.target_address = "anna@else.test";
  boxes.directory.replace(people);
  testing::FakeQueue queue;
  LocalTransport transport(boxes.delivery, &queue);
  OnePiece work({"anna@example.test", "guest@example.test"});
  boost::asio::io_context context;
  testing::run(context, transport.deliver("local", work));
  ASSERT_EQ(work.reported.size(), 2U);
  EXPECT_EQ(work.reported[0].fate, Fate::delivered);
  EXPECT_EQ(work.reported[1].fate, Fate::delivered);
  EXPECT_EQ(queue.addresses(), "anna@else.test\nguest@elsewhere.test\n");
  EXPECT_THAT(queue.added.at(0).bytes,
              ::testing::StartsWith("Delivered-To: anna@example.test\r\nSubject: s"));
  EXPECT_EQ(queue.added.at(0).recipients.at(0).original, "rfc822;anna@example.test");
  EXPECT_EQ(boxes.store.count(), 0U);
  queue.failure = Errc::no_space;
  OnePiece again({"anna@example.test"});
  testing::run(context, transport.deliver("local", again));
  EXPECT_EQ(again.reported.at(0).fate, Fate::deferred);
}

TEST(LocalTransport, NamesWhatIsItsOwn) {
  Mailboxes boxes;
  boxes.settings.domains.local = {"third.test"};
  delivery::Delivery delivery{
      delivery::DeliveryEnvironment{boxes.settings, boxes.directory, boxes.store, boxes.workers,
                                    log::Context(boxes.events), boxes.clock}};
  const LocalTransport local(delivery);
  EXPECT_EQ(local.destination("anna@example.test"), "local");
  EXPECT_EQ(local.destination("zora@example.test"), "local") << "a failure is ours to tell";
  EXPECT_EQ(local.destination("x@third.test"), "local");
  EXPECT_EQ(local.destination("x@far.test"), "");
}

// A real store: what an earlier life of the server stored is found there.
class RealStore : public ::testing::Test {
 protected:
  RealStore()
      : folder_(std::filesystem::temp_directory_path() / ("kontor-" + Uuid::random().hex())) {
    std::filesystem::create_directories(folder_);
    work_.emplace(context_.get_executor());
    thread_ = std::jthread([this] { context_.run(); });
    open();
  }
  ~RealStore() override {
    close();
    work_.reset();
    thread_.join();
    std::filesystem::remove_all(folder_);
  }
  template <class T>
  T run(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future).get();
  }
  void open() {
    const store::StoreEnvironment environment{io::real_file_system(), context_.get_executor(),
                                              log::Context(events_), clock_};
    store_ = store::AccountStore::open(environment, (folder_ / "accounts").string(), {}).value();
    delivery_ = std::make_unique<delivery::Delivery>(delivery::DeliveryEnvironment{
        settings_, directory_, *store_, workers_, log::Context(events_), clock_});
  }
  void close() {
    delivery_.reset();
    boost::asio::co_spawn(context_, store_->close(), boost::asio::use_future).get();
    store_.reset();
  }
  void deliver(std::vector<std::string> addresses, const std::string& trace) {
    OnePiece work(std::move(addresses), trace);
    LocalTransport transport(*delivery_);
    boost::asio::co_spawn(context_, transport.deliver("local", work), boost::asio::use_future)
        .get();
    for (const auto& outcome : work.reported) EXPECT_EQ(outcome.fate, Fate::delivered);
  }
  std::uint64_t count(const directory::PrincipalId& person) {
    const auto account = run(store_->open_for({person.source, person.guid})).value();
    return account->view().folder(store::k_inbox)->exists;
  }

  std::filesystem::path folder_;
  boost::asio::io_context context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::jthread thread_;
  config::Settings settings_;
  testing::FakeClock clock_;
  testing::FakeDirectory directory_{smtp::demo_people()};
  log::RecordingSink events_;
  io::WorkPool workers_{"test-work", 1};
  std::unique_ptr<store::AccountStore> store_;
  std::unique_ptr<delivery::Delivery> delivery_;
};

TEST_F(RealStore, NoCopyIsStoredTwiceWhateverHappensInBetween) {
  deliver({"anna@example.test"}, "t1");  // the server dies before the queue writes the fate down
  close();
  open();
  deliver({"anna@example.test", "staff@example.test"}, "t1");
  EXPECT_EQ(count(smtp::anna()), 1U);
  EXPECT_EQ(count(smtp::boris()), 1U);
  EXPECT_EQ(events_.count("delivery.copy.skipped"), 1U);
  deliver({"anna@example.test"}, "t2");
  EXPECT_EQ(count(smtp::anna()), 2U);
}

TEST_F(RealStore, AnExpungedCopyIsNotStoredAgain) {
  deliver({"anna@example.test"}, "t1");
  {
    const auto id = smtp::anna();
    const auto account = run(store_->open_for({id.source, id.guid})).value();
    store::FlagChange change;
    change.flags = store::k_deleted;
    ASSERT_TRUE(run(account->change_flags(store::k_inbox, {1}, change)).has_value());
    ASSERT_EQ(run(account->expunge(store::k_inbox, {1})).value().size(), 1U);
  }
  deliver({"anna@example.test"}, "t1");
  EXPECT_EQ(count(smtp::anna()), 0U);
}

TEST_F(RealStore, AnAnnouncedMessageIsNotLookedFor) {
  delivery_->announce("t1");
  EXPECT_TRUE(delivery_->take_announced("t1"));
  EXPECT_FALSE(delivery_->take_announced("t1")) << "the second try looks";
}

}  // namespace
}  // namespace kontor::app
