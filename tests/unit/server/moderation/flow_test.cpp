// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a message to a moderated group: held at acceptance, asked about, decided, carried out,
// over restarts in between; and copies for archives. Files are real, queue and store stand-ins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/io/file_system.hpp"
#include "base/log/recording_sink.hpp"
#include "server/app/local_transport.hpp"
#include "server/moderation/moderation.hpp"
#include "server/smtp/routing.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::moderation {
namespace {

using smtp::anna;
using smtp::boris;
using smtp::clara;
using ::testing::HasSubstr;

// One piece of the queue.
class OnePiece final : public queue::Work {
 public:
  explicit OnePiece(const testing::FakeQueue::Message& message) : bytes_(message.bytes) {
    piece_.emplace();
    piece_->envelope = std::make_shared<const queue::Envelope>(message.envelope);
    piece_->recipients = message.recipients;
  }
  std::optional<queue::Piece> next() override { return std::exchange(piece_, std::nullopt); }
  Task<Result<std::string>> read(const queue::Piece&) override { co_return bytes_; }
  Task<Result<void>> report(const queue::Piece&, std::vector<queue::Outcome> outcomes) override {
    reported = std::move(outcomes);
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(queue::Outcome) override { co_return Result<void>(); }
  bool is_stopping() const override { return false; }
  std::vector<queue::Outcome> reported;

 private:
  std::string bytes_;
  std::optional<queue::Piece> piece_;
};

struct LaterClock final : Clock {
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time{std::chrono::seconds(1'793'268'000)};
};

// staff is anna, boris and sales (boris, clara, dora and staff again); both has contacts.
struct World {
  World() {
    settings.server.name = "mail.example.test";
    settings.groups.rules = {"staff@example.test: moderators=clara@example.test",
                             "both@example.test: moderators=clara@example.test"};
    folder = std::filesystem::temp_directory_path() / ("kontor-moderation-" + Uuid::random().hex());
    open();
  }
  ~World() {
    parts.reset();
    moderation.reset();
    std::filesystem::remove_all(folder);
  }

  struct Parts {
    explicit Parts(World& w)
        : delivery(delivery::DeliveryEnvironment{w.settings,
                                                 w.directory,
                                                 w.store,
                                                 w.workers,
                                                 log::Context(w.events),
                                                 w.clock,
                                                 {},
                                                 {},
                                                 nullptr,
                                                 nullptr,
                                                 w.moderation.get()}),
          routing(delivery, w.queue, w.workers, w.clock, log::Context(w.events)),
          journal(w.settings, delivery.domains()),
          journalling{journal, w.directory, w.queue, w.workers, w.clock, log::Context(w.events)},
          transport(delivery, &w.queue) {
      routing.set_journalling(journalling);
    }
    delivery::Delivery delivery;
    smtp::Routing routing;
    delivery::Journal journal;
    smtp::Journalling journalling;
    app::LocalTransport transport;
  };

  // As a start of the server: nothing is left but the files.
  void open() {
    parts.reset();
    moderation.reset();
    Environment environment{settings, directory, io::real_file_system(), workers,
                            queue,    clock,     log::Context(events)};
    auto opened = Moderation::open(std::move(environment), folder.string());
    ASSERT_TRUE(opened.has_value()) << opened.error().detail();
    moderation = *std::move(opened);
    parts = std::make_unique<Parts>(*this);
    moderation->set_delivery(parts->delivery);
  }
  template <class T>
  T wait_for(Task<T> task) {
    boost::asio::io_context context;
    return testing::run(context, std::move(task));
  }
  // What is due is done, once.
  void turn() { wait_for(moderation->turn()); }

  smtp::Destined destined(const std::string& address, const delivery::Sender& sender) {
    auto resolved = parts->delivery.resolve(address);
    EXPECT_EQ(parts->delivery.admit(resolved, sender), delivery::Admission::allowed);
    smtp::Destined out;
    out.asked.address = address;
    out.mailboxes = resolved.mailboxes;
    out.outside = resolved.outside;
    out.held = resolved.held;
    out.is_narrowed = !resolved.moderated.empty();
    return out;
  }
  Result<void> send(const std::string& to,
                    delivery::Sender sender = {},
                    std::string subject = "s") {
    smtp::Routed routed;
    routed.envelope.trace = "trace-of-" + subject;
    routed.envelope.requires_tls = true;
    sender.address = sender.address.empty() ? "x@foreign.test" : sender.address;
    routed.envelope.sender = sender.address;
    routed.recipients.push_back(destined(to, sender));
    routed.person = sender.person;
    routed.message = "From: x\r\nTo: " + to + "\r\nSubject: " + subject + "\r\n\r\nhello\r\n";
    return wait_for(parts->routing.take(std::move(routed))).at(0);
  }
  // What the queue has for the mailboxes of this server is delivered.
  std::vector<queue::Outcome> deliver_queued(std::size_t index) {
    parts->delivery.announce(queue.added.at(index).envelope.trace);
    OnePiece work(queue.added.at(index));
    wait_for(parts->transport.deliver("local", work));
    return work.reported;
  }
  std::string only_id() {
    const auto all = moderation->list();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? std::string() : all[0].id;
  }
  std::size_t letters() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        queue.added, [](const auto& one) { return one.bytes.contains("Reply-To: <moderation-"); }));
  }

  config::Settings settings;
  LaterClock clock;
  testing::FakeDirectory directory{smtp::demo_people()};
  testing::FakeStore store;
  testing::FakeQueue queue;
  io::WorkPool workers{"test-work", 1};
  log::RecordingSink events;
  std::filesystem::path folder;
  std::unique_ptr<Moderation> moderation;
  std::unique_ptr<Parts> parts;
};

TEST(ModerationFlow, AMessageIsHeldAskedAboutAndGoesOnOnce) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  EXPECT_EQ(world.store.count(), 0U);
  const auto id = world.only_id();
  world.open();  // a crash before anybody was asked
  world.turn();
  ASSERT_EQ(world.letters(), 1U);
  EXPECT_EQ(world.queue.added[0].recipients[0].address, "clara@example.test");
  EXPECT_TRUE(world.queue.added[0].envelope.sender.empty());
  EXPECT_TRUE(world.queue.added[0].envelope.requires_tls) << "the message is in it";
  world.open();
  world.turn();
  EXPECT_EQ(world.letters(), 1U) << "nobody is asked twice";
  ASSERT_TRUE(world.wait_for(world.moderation->decide(id, {true, {}}, "clara")).has_value());
  ASSERT_EQ(world.queue.added.size(), 2U);
  EXPECT_EQ(world.queue.added[1].recipients[0].address, "staff@example.test");
  EXPECT_EQ(world.queue.added[1].envelope.trace, "trace-of-s");
  EXPECT_TRUE(world.queue.added[1].envelope.requires_tls);
  world.open();
  world.turn();
  EXPECT_EQ(world.queue.added.size(), 2U) << "it goes on once";
  const auto outcomes = world.deliver_queued(1);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].fate, queue::Fate::delivered);
  EXPECT_EQ(world.store.messages_of(anna()).size(), 1U);
  EXPECT_EQ(world.store.messages_of(boris()).size(), 1U);
  EXPECT_EQ(world.moderation->list().size(), 1U) << "held again";
  EXPECT_FALSE(std::filesystem::exists(world.folder / (id + ".message")));
}

// The letter may be read before the task that wrote it has put that down.
TEST(ModerationFlow, AnAnswerThatComesWhileItIsAskedAboutWaits) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  const auto id = world.only_id();
  boost::asio::io_context context;
  testing::spawn(context, world.moderation->turn());
  const auto decided =
      testing::run(context, world.moderation->decide(id, {true, {}}, "clara@example.test"));
  ASSERT_TRUE(decided.has_value()) << decided.error().detail();
  EXPECT_EQ(world.letters(), 1U);
  EXPECT_EQ(world.queue.added.size(), 2U);
  EXPECT_TRUE(world.moderation->find(id).value().is_asked);
}

TEST(ModerationFlow, AQueueThatDoesNotTakeItIsTriedAgain) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  const auto id = world.only_id();
  world.queue.failure = Errc::no_space;
  EXPECT_TRUE(world.wait_for(world.moderation->decide(id, {true, {}}, "clara")).has_value());
  EXPECT_TRUE(world.queue.added.empty());
  world.queue.failure.reset();
  world.open();
  world.turn();
  EXPECT_EQ(world.queue.addresses(), "staff@example.test\n");
  const auto held = world.moderation->find(id);
  ASSERT_TRUE(held.has_value());
  EXPECT_TRUE(held->is_done);
}

TEST(ModerationFlow, ContactsGetTheirsAndKnowTheGroup) {
  World world;
  ASSERT_TRUE(world.send("both@example.test").has_value());
  ASSERT_TRUE(
      world.wait_for(world.moderation->decide(world.only_id(), {true, {}}, "clara")).has_value());
  EXPECT_EQ(world.queue.addresses(),
            "partner@elsewhere.test guest@elsewhere.test\nboth@example.test\n");
  EXPECT_THAT(world.queue.added[0].bytes, ::testing::StartsWith("Delivered-To: both@example.test"));
  const auto outcomes = world.deliver_queued(1);
  EXPECT_EQ(outcomes.at(0).fate, queue::Fate::delivered);
  EXPECT_EQ(world.store.messages_of(anna()).size(), 1U);
  EXPECT_EQ(world.queue.added.size(), 2U) << "nothing is forwarded twice";
}

TEST(ModerationFlow, RejectedAndExpiredGoBack) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  ASSERT_TRUE(
      world.wait_for(world.moderation->decide(world.only_id(), {false, "too loud"}, "clara"))
          .has_value());
  ASSERT_EQ(world.queue.told.size(), 1U);
  EXPECT_EQ(world.queue.told[0].envelope.sender, "x@foreign.test");
  EXPECT_EQ(world.queue.told[0].outcomes[0].status, "5.7.1");
  EXPECT_THAT(world.queue.told[0].outcomes[0].reason, HasSubstr("too loud"));
  EXPECT_EQ(
      world.wait_for(world.moderation->decide(world.only_id(), {true, {}}, "anna")).error().code(),
      Errc::conflict);
  ASSERT_TRUE(world.send("staff@example.test", {}, "late").has_value());
  world.clock.time += world.settings.groups.moderation_lifetime;
  world.open();
  world.turn();
  ASSERT_EQ(world.queue.told.size(), 2U);
  EXPECT_EQ(world.queue.told[1].outcomes[0].status, "4.4.7");
  world.clock.time += std::chrono::days(15);
  world.open();
  world.turn();
  EXPECT_TRUE(world.moderation->list().empty()) << "after two weeks it is forgotten";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(world.folder), {}), 1) << "the key";
}

TEST(ModerationFlow, WhoPassesAndWhoOnlySaysSo) {
  World world;
  delivery::Sender moderator;
  moderator.address = "clara@example.test";
  ASSERT_TRUE(world.send("staff@example.test", moderator, "forged").has_value());
  EXPECT_EQ(world.moderation->list().size(), 1U);
  moderator.person = clara();
  ASSERT_TRUE(world.send("staff@example.test", moderator, "passes").has_value());
  EXPECT_EQ(world.moderation->list().size(), 1U);
  EXPECT_EQ(world.store.messages_of(anna()).size(), 1U);
}

TEST(ModerationFlow, AnswersCountFromModeratorsAlone) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  world.turn();
  const auto& letter = world.queue.added.at(0).bytes;
  const auto at = letter.find("Reply-To: <") + 11;
  const auto address = letter.substr(at, letter.find('>', at) - at);
  EXPECT_TRUE(world.moderation->is_answer_address(address));
  EXPECT_FALSE(world.moderation->is_answer_address("anna@example.test"));
  const std::string yes = "Subject: Re\r\n\r\napprove\r\n", no = "Subject: Re\r\n\r\nhello\r\n";
  EXPECT_EQ(world.wait_for(world.moderation->answer(address, anna(), yes)).error().code(),
            Errc::no_permission);
  EXPECT_EQ(world.wait_for(world.moderation->answer(address, clara(), no)).error().code(),
            Errc::bad_input);
  EXPECT_TRUE(world.wait_for(world.moderation->answer(address, clara(), yes)).has_value());
  EXPECT_EQ(world.moderation->find(world.only_id())->stage, Stage::approved);
  EXPECT_TRUE(world.wait_for(world.moderation->answer(address, clara(), yes)).has_value())
      << "the same again";
}

TEST(ModerationFlow, WhatTheQueueBringsToAGroupIsHeldToo) {
  World world;
  testing::FakeQueue::Message message;
  message.envelope.trace = "redirected";
  message.envelope.sender = "x@foreign.test";
  message.recipients.resize(1);
  message.recipients[0].address = "staff@example.test";
  message.bytes = "Subject: s\r\n\r\nx\r\n";
  world.queue.added.push_back(message);
  EXPECT_EQ(world.deliver_queued(0).at(0).fate, queue::Fate::delivered);
  EXPECT_EQ(world.deliver_queued(0).at(0).fate, queue::Fate::delivered) << "a second try";
  EXPECT_EQ(world.store.count(), 0U);
  EXPECT_EQ(world.moderation->list().size(), 1U);
}

TEST(ModerationFlow, DamagedFilesAreSetAsideAndOrphansGo) {
  World world;
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  const auto id = world.only_id();
  const auto file = (world.folder / (id + ".held")).string();
  auto& files = io::real_file_system();
  const auto whole = io::read_file(files, file, 10'000);
  ASSERT_TRUE(whole.has_value());
  auto later = *whole;
  later[4] = 2;
  ASSERT_TRUE(io::write_file_durably(files, file, later).has_value());
  world.open();
  EXPECT_TRUE(world.moderation->list().empty());
  EXPECT_TRUE(std::filesystem::exists(file)) << "a later version's is left alone";
  EXPECT_TRUE(std::filesystem::exists(world.folder / (id + ".message")));
  ASSERT_TRUE(io::write_file_durably(files, file, "nonsense that is no record").has_value());
  ASSERT_TRUE(
      io::write_file_durably(files, (world.folder / "0123456789abcdef.message").string(), "x")
          .has_value());
  world.open();
  EXPECT_TRUE(world.moderation->list().empty());
  EXPECT_TRUE(std::filesystem::exists(file + ".damaged"));
  EXPECT_TRUE(std::filesystem::exists(world.folder / (id + ".message")));
  EXPECT_FALSE(std::filesystem::exists(world.folder / "0123456789abcdef.message"));
}

TEST(JournalFlow, CopiesComeFirstAndAreNotDoubledByTries) {
  World world;
  world.settings.journal.rules = {"everybody: to=archive@far.test"};
  world.open();
  world.queue.failure = Errc::no_space;
  EXPECT_FALSE(world.send("anna@example.test").has_value());
  EXPECT_EQ(world.store.count(), 0U) << "without the copy nothing is taken";
  world.queue.failure.reset();
  world.store.failures[{"local", anna().guid}] = Errc::io_error;
  EXPECT_FALSE(world.send("anna@example.test").has_value());
  world.store.failures.clear();
  EXPECT_TRUE(world.send("anna@example.test").has_value());
  ASSERT_EQ(world.queue.added.size(), 1U);
  EXPECT_EQ(world.queue.added[0].recipients[0].address, "archive@far.test");
  EXPECT_EQ(world.queue.added[0].envelope.sender, "postmaster@example.test");
  EXPECT_NE(world.queue.added[0].envelope.trace, "trace-of-s");
}

TEST(JournalFlow, WhatWaitsIsNotJournalledYet) {
  World world;
  world.settings.journal.rules = {"everybody: to=archive@far.test"};
  world.open();
  ASSERT_TRUE(world.send("staff@example.test").has_value());
  EXPECT_TRUE(world.queue.added.empty());
}

}  // namespace
}  // namespace kontor::moderation
