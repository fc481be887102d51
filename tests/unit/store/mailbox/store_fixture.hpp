// SPDX-License-Identifier: GPL-3.0-or-later
// StoreFixture: an AccountStore on a disk in memory, with threads that run its tasks.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/io/faulty_files.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "store/mailbox/account_store.hpp"
#include "store/mailbox/log_account.hpp"

namespace kontor::store {

// A clock that stands still until it is told to go on.
class TestClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(seconds_.load())); }
  SteadyTime steady() const override { return {}; }
  void advance(std::int64_t seconds) { seconds_ += seconds; }

 private:
  std::atomic<std::int64_t> seconds_ = 1'800'000'000;
};

// Threads that run tasks; work() runs one to its end and gives its value.
class TaskThreads {
 public:
  explicit TaskThreads(unsigned count) {
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { context_.run(); });
  }
  ~TaskThreads() {
    guard_.reset();
    for (auto& thread : threads_) thread.join();
  }
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  template <class T>
  T work(Task<T> task) {
    return start(std::move(task)).get();
  }
  template <class T>
  std::future<T> start(Task<T> task) {
    return boost::asio::co_spawn(boost::asio::make_strand(context_), std::move(task),
                                 boost::asio::use_future);
  }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::vector<std::thread> threads_;
};

inline Binding owner_of(unsigned number) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = static_cast<std::uint8_t>(number);
  bytes[1] = static_cast<std::uint8_t>(number >> 8U);
  Binding owner;
  owner.source = "local";
  owner.guid = Uuid(bytes);
  return owner;
}

inline NewMessage message_of(std::string text, FlagBits flags = 0) {
  NewMessage message;
  message.message.raw = "Subject: " + text + "\r\n\r\n" + text + "\r\n";
  message.message.header_size = static_cast<std::uint32_t>(text.size() + 13);
  message.message.envelope = "(envelope of " + text + ")";
  message.message.body = "(body of " + text + ")";
  message.message.bodystructure = "(structure of " + text + ")";
  message.message.preview = text;
  message.flags = flags;
  message.internal_date = UtcSeconds(std::chrono::seconds(1'700'000'000));
  return message;
}

class StoreFixture : public ::testing::Test {
 protected:
  static constexpr const char* k_folder = "/data/accounts";

  StoreFixture() : disk_(std::make_unique<io::MemoryDisk>()) {}
  ~StoreFixture() override { close(); }

  void open() {
    faulty_ = std::make_unique<io::FaultyFiles>(*disk_);
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = *std::move(opened);
  }
  Result<std::unique_ptr<AccountStore>> try_open() {
    StoreEnvironment environment{*faulty_, threads_.executor(), log::Context(sink_), clock_};
    if (adjust_) adjust_(environment);
    return AccountStore::open(environment, k_folder, settings_);
  }
  void close() {
    if (store_ == nullptr) return;
    threads_.start(store_->close()).get();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  std::shared_ptr<Account> account(unsigned number = 1) {
    auto opened = threads_.work(store_->open_for(owner_of(number)));
    EXPECT_TRUE(opened) << opened.error().text();
    return opened ? *opened : nullptr;
  }
  Appending append(Account& account, FolderId folder, NewMessage message) {
    std::vector<NewMessage> messages;
    messages.push_back(std::move(message));
    auto appended = threads_.work(account.append(folder, std::move(messages)));
    EXPECT_TRUE(appended) << appended.error().text();
    return appended ? *appended : Appending{};
  }
  // The snapshot file goes, as if it had never been written.
  void drop_snapshot(const AccountId& id) {
    static_cast<void>(disk_->remove(account_folder(id) + "/snapshot").has_value());
  }
  static std::string account_folder(const AccountId& id) {
    return std::string(k_folder) + '/' + id.hex().substr(0, 2) + '/' + id.text();
  }
  static std::shared_ptr<const AccountState> state_of(const Account& account) {
    return dynamic_cast<const LogAccount&>(account).published().state;
  }

  TestClock clock_;
  log::RecordingSink sink_;
  config::Store settings_;
  std::function<void(StoreEnvironment&)> adjust_;  // what a test gives the store beside that
  std::unique_ptr<io::MemoryDisk> disk_;
  std::unique_ptr<io::FaultyFiles> faulty_;
  TaskThreads threads_{3};
  std::unique_ptr<AccountStore> store_;
};

}  // namespace kontor::store
