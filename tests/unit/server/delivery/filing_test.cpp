// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that runs through a script, in a real store: what is stored, sent and refused, and that a
// try that failed, or ended with the server, doubles nothing.
#include "server/delivery/filing.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <map>
#include <thread>

#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "server/delivery/delivery.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;

struct FakeOutbox : Outbox {
  std::vector<Redirected> redirected;
  std::vector<Letter> letters;
  std::vector<Refused> refused;
  Errc error = Errc::internal;  // another one: redirect() fails so

  Task<Result<void>> redirect(Redirected one) override {
    if (error != Errc::internal) co_return fail(error);
    redirected.push_back(std::move(one));
    co_return Result<void>();
  }
  Task<Result<void>> send(Letter one) override {
    letters.push_back(std::move(one));
    co_return Result<void>();
  }
  Task<Result<void>> refuse(Refused one) override {
    refused.push_back(std::move(one));
    co_return Result<void>();
  }
};

struct MovingClock final : Clock {
  UtcSeconds time{std::chrono::seconds(1'793'268'000)};
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  void advance(std::chrono::seconds by) { time += by; }
};

class Filing : public ::testing::Test {
 protected:
  Filing() : folder_(std::filesystem::temp_directory_path() / ("kontor-" + Uuid::random().hex())) {
    std::filesystem::create_directories(folder_);
    settings_.server.name = "mail.example.test";
    work_.emplace(context_.get_executor());
    thread_ = std::jthread([this] { context_.run(); });
    open();
  }
  ~Filing() override {
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
    delivery_ = std::make_unique<Delivery>(
        DeliveryEnvironment{settings_,
                            directory_,
                            *store_,
                            workers_,
                            log::Context(events_),
                            clock_,
                            [this](const StoredCopy& copy) { told_.push_back(copy.person->mail); },
                            {},
                            &outbox_});
  }
  void close() {
    delivery_.reset();
    boost::asio::co_spawn(context_, store_->close(), boost::asio::use_future).get();
    store_.reset();
  }
  void restart() {
    close();
    open();
  }
  std::shared_ptr<store::Account> account(std::uint32_t number) {
    return run(store_->open_for({"local", test_id(number).guid})).value();
  }
  void script(std::uint32_t number, const std::string& text) {
    const auto mailbox = account(number);
    auto changes = put_script({}, "main", text, settings_.sieve).value();
    ASSERT_TRUE(run(mailbox->set_annotations(0, changes, k_most_entries)));
    const auto view = mailbox->view();
    changes = activate_script(view.annotations(0), "main").value();
    ASSERT_TRUE(run(mailbox->set_annotations(0, changes, k_most_entries)));
  }
  // By the queue, unless `trace` is empty: then by SMTP.
  std::vector<Result<void>> deliver(std::vector<std::string> names,
                                    const std::string& subject,
                                    const std::string& trace = {},
                                    Refusable refusable = Refusable::no) {
    Envelope envelope;
    envelope.trace = trace.empty() ? make_trace_id() : trace;
    envelope.sender = "x@elsewhere.test";
    envelope.is_queued = envelope.may_be_there = !trace.empty();
    envelope.refusable = refusable;
    for (const auto& name : names)
      envelope.recipients.push_back(
          {name + "@example.test", delivery_->resolve(name + "@example.test").mailboxes});
    auto message = "From: x@elsewhere.test\r\nTo: p1@example.test\r\nSubject: " + subject +
                   "\r\nMessage-ID: <" + subject + "@x>\r\n\r\nbody\r\n";
    return run(delivery_->deliver(std::move(envelope), std::move(message)));
  }
  std::uint64_t count(std::uint32_t number, std::string_view folder) {
    const auto found = account(number)->view().find_folder(folder);
    return found ? found->exists : 0;
  }

  std::filesystem::path folder_;
  boost::asio::io_context context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::jthread thread_;
  config::Settings settings_;
  MovingClock clock_;
  kontor::testing::FakeDirectory directory_{
      {test_person(1, "p1"), test_person(2, "p2"), test_person(3, "p3")}};
  log::RecordingSink events_;
  io::WorkPool workers_{"test-work", 1};
  FakeOutbox outbox_;
  std::vector<std::string> told_;
  std::unique_ptr<store::AccountStore> store_;
  std::unique_ptr<Delivery> delivery_;
};

TEST_F(Filing, GoesWhereTheScriptSays) {
  script(1,
         "require [\"fileinto\",\"mailbox\",\"imap4flags\",\"special-use\"];\n"
         "if header :is \"subject\" \"a\" { fileinto :create :flags [\"\\\\Seen\", \"$x\", \"b "
         "(\"] \"New/one\"; }\n"
         "elsif header :is \"subject\" \"b\" { fileinto :specialuse \"\\\\Junk\" \"Junk\"; }\n"
         "elsif header :is \"subject\" \"c\" { discard; }");
  for (const auto* subject : {"a", "b", "c", "d"})
    EXPECT_TRUE(deliver({"p1"}, subject)[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 1U);
  EXPECT_EQ(count(1, "Junk"), 1U);
  const auto view = account(1)->view();
  const auto made = view.find_folder("New/one");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->subscribed);
  const auto entry = view.open(made->id)->at(0);
  EXPECT_EQ(entry.flags, store::k_seen);
  EXPECT_EQ(view.keywords(entry.keywords), (std::vector<std::string>{"$x", "b"}));
  // Out of office and invitations hear of what is neither junk nor gone.
  EXPECT_EQ(told_, (std::vector<std::string>{"p1@example.test", "p1@example.test"}));
  EXPECT_EQ(events_.count("delivery.copy.discarded"), 1U);
}

TEST_F(Filing, ATryThatFailedIsGoneOnWith) {
  script(1,
         "require [\"fileinto\",\"copy\"]; fileinto :copy \"Archive\"; redirect :copy "
         "\"a@b.test\"; redirect :copy \"c@d.test\";");
  outbox_.error = Errc::no_space;
  EXPECT_FALSE(deliver({"p1"}, "a")[0].has_value());  // by SMTP: the sender tries again
  EXPECT_EQ(count(1, "Archive"), 1U);
  outbox_.error = Errc::internal;
  EXPECT_TRUE(deliver({"p1"}, "a")[0].has_value());
  EXPECT_EQ(count(1, "Archive"), 1U);
  EXPECT_EQ(count(1, "INBOX"), 1U);
  EXPECT_EQ(outbox_.redirected.size(), 2U);
  // By the queue, with a restart in between: nothing is stored twice.
  outbox_.error = Errc::no_space;
  EXPECT_FALSE(deliver({"p1"}, "b", "t1")[0].has_value());
  restart();
  outbox_.error = Errc::internal;
  EXPECT_TRUE(deliver({"p1"}, "b", "t1")[0].has_value());
  EXPECT_EQ(count(1, "Archive"), 2U);
  EXPECT_EQ(outbox_.redirected.size(), 4U);
  EXPECT_EQ(outbox_.redirected.back().sender, "x@elsewhere.test");
}

TEST_F(Filing, OneWhoHasItIsNotSentOnAgainForAnothersSake) {
  script(1, "redirect \"a@b.test\";");
  script(2, "require [\"fileinto\",\"copy\"]; redirect :copy \"c@d.test\";");
  outbox_.error = Errc::no_space;
  EXPECT_FALSE(deliver({"p1", "p2"}, "a", "t1")[0].has_value());
  EXPECT_EQ(count(2, "INBOX"), 1U);
  outbox_.error = Errc::internal;
  EXPECT_TRUE(deliver({"p1", "p2"}, "a", "t1")[0].has_value());
  EXPECT_EQ(outbox_.redirected.size(), 2U);
  EXPECT_EQ(count(1, "INBOX"), 0U);
  EXPECT_EQ(count(2, "INBOX"), 1U);
}

TEST_F(Filing, WhatMayNotBeSentOnIsKept) {
  script(1, "redirect \"a@b.test\";");
  outbox_.error = Errc::no_permission;
  EXPECT_TRUE(deliver({"p1"}, "a")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 1U);
  outbox_.error = Errc::internal;
  script(1, "redirect \"P1@example.test\";");  // to himself
  EXPECT_TRUE(deliver({"p1"}, "b")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 2U);
  EXPECT_TRUE(outbox_.redirected.empty());
}

TEST_F(Filing, TheOwnerIsToldOfAMistakeOnce) {
  script(1, "require \"fileinto\"; fileinto \"Nowhere\";");
  for (const auto* subject : {"a", "b"}) EXPECT_TRUE(deliver({"p1"}, subject)[0].has_value());
  restart();
  EXPECT_TRUE(deliver({"p1"}, "c")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 3U);
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(outbox_.letters[0].recipient, "p1@example.test");
  script(1, "foo;");  // stored by a program that does not check
  EXPECT_TRUE(deliver({"p1"}, "d")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 4U);
  EXPECT_EQ(outbox_.letters.size(), 2U);
}

TEST_F(Filing, ASenderIsAnsweredOnceInTheTime) {
  script(1, "require \"vacation\"; vacation :days 3 \"Away\";");
  for (const auto* subject : {"a", "b"}) EXPECT_TRUE(deliver({"p1"}, subject)[0].has_value());
  restart();
  EXPECT_TRUE(deliver({"p1"}, "c")[0].has_value());
  EXPECT_EQ(outbox_.letters.size(), 1U);
  clock_.advance(std::chrono::hours(73));
  EXPECT_TRUE(deliver({"p1"}, "d")[0].has_value());
  EXPECT_EQ(outbox_.letters.size(), 2U);
  EXPECT_EQ(count(1, "INBOX"), 4U);
}

TEST_F(Filing, DuplicatesAreKnownForTheirTime) {
  script(1, "require \"duplicate\"; if duplicate :seconds 60 { discard; }");
  EXPECT_TRUE(deliver({"p1"}, "a")[0].has_value());
  restart();
  EXPECT_TRUE(deliver({"p1"}, "a")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 1U);
  clock_.advance(std::chrono::seconds(61));
  EXPECT_TRUE(deliver({"p1"}, "a")[0].has_value());
  EXPECT_EQ(count(1, "INBOX"), 2U);
}

TEST_F(Filing, ARefusalIsToldWhereItCanBe) {
  script(1, "require \"reject\"; reject \"No thanks\";");
  const auto each = deliver({"p1", "p2"}, "a", "t1", Refusable::each);
  ASSERT_FALSE(each[0].has_value());
  EXPECT_EQ(refusal_of(each[0].error()), "No thanks");
  EXPECT_TRUE(each[1].has_value());
  EXPECT_TRUE(outbox_.refused.empty());
  EXPECT_FALSE(deliver({"p1"}, "b", {}, Refusable::all)[0].has_value());
  EXPECT_TRUE(outbox_.refused.empty());
  for (const auto& result : deliver({"p1", "p2"}, "c", {}, Refusable::all))
    EXPECT_TRUE(result.has_value());
  ASSERT_EQ(outbox_.refused.size(), 1U);
  EXPECT_EQ(outbox_.refused[0].reason, "No thanks");
  EXPECT_EQ(outbox_.refused[0].recipient, "p1@example.test");
  EXPECT_EQ(count(1, "INBOX"), 0U);
  EXPECT_EQ(count(2, "INBOX"), 2U);
  EXPECT_FALSE(refusal_of(Error(Errc::no_permission, "/data/accounts")));
}

TEST(Scripts, AreKeptByName) {
  config::Sieve settings;
  settings.max_scripts = 2;
  settings.max_script = 10;
  store::AnnotationMap notes;
  const auto apply = [&](const Result<Changes>& changes) {
    ASSERT_TRUE(changes.has_value()) << changes.error().text();
    for (const auto& change : *changes) {
      if (change.value)
        notes[change.entry] = *change.value;
      else
        notes.erase(change.entry);
    }
  };
  apply(put_script(notes, "Работа", "keep;", settings));
  apply(put_script(notes, "a", "stop;", settings));
  EXPECT_EQ(put_script(notes, "b", "x", settings).error().detail().substr(0, 6), "number");
  EXPECT_EQ(put_script(notes, "a", "0123456789x", settings).error().detail().substr(0, 4), "size");
  for (const auto* name : {"", "a\nb", "\xc2\x85", "\xe2\x80\xa8", "\xff"})
    EXPECT_EQ(put_script(notes, name, "x", settings).error().code(), Errc::bad_input);
  EXPECT_FALSE(active_script(notes));
  apply(activate_script(notes, "Работа"));
  EXPECT_EQ(active_script(notes)->text, "keep;");
  EXPECT_EQ(delete_script(notes, "Работа").error().code(), Errc::conflict);
  EXPECT_EQ(rename_script(notes, "Работа", "a").error().code(), Errc::exists);
  apply(rename_script(notes, "Работа", "дом"));
  EXPECT_EQ(active_script(notes)->name, "дом");
  apply(activate_script(notes, ""));
  apply(delete_script(notes, "дом"));
  EXPECT_EQ(scripts_of(notes).size(), 1U);
  EXPECT_EQ(activate_script(notes, "дом").error().code(), Errc::not_found);
}

TEST(Scripts, ForgetTheOldestNotes) {
  store::AnnotationMap notes;
  const UtcSeconds now(std::chrono::seconds(1'000'000));
  const auto add = [&](const std::string& key, int seconds) {
    Changes changes;
    note(notes, key, std::chrono::seconds(seconds), now, changes);
    for (const auto& change : changes) {
      if (change.value)
        notes[change.entry] = *change.value;
      else
        notes.erase(change.entry);
    }
  };
  for (int i = 0; i < 2'100; ++i) add("k" + std::to_string(i), 100 + i);
  EXPECT_LE(notes.size(), k_most_noted);
  EXPECT_FALSE(is_noted(notes, "k0", now));
  EXPECT_TRUE(is_noted(notes, "k2099", now));
  EXPECT_FALSE(is_noted(notes, "k2099", now + std::chrono::hours(1)));
}

}  // namespace
}  // namespace kontor::delivery
