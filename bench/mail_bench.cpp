// SPDX-License-Identifier: GPL-3.0-or-later
// What mail costs the store, without network: FETCH fragments of 20,000 messages of some 3 KB read
// in batches of 256 from the machine's disk (its cache), and deliveries to 64 accounts that are not
// open, 16 at once, on a disk in memory. The CPU time is that of all threads of the process.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "base/core/run_all.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::store {
namespace {

constexpr unsigned k_accounts = 64, k_at_once = 16;
constexpr std::size_t k_messages = 20'000, k_batch = 256;

std::string mail(std::size_t number) {
  std::string text =
      "Return-Path: <writer@example.org>\r\nReceived: from mail.example.org (mail.example.org\r\n"
      " [192.0.2.1]) by mx.example.test with LMTP id 0123456789; Mon, 23 Nov 2026 10:00:00 "
      "+0000\r\n"
      "From: \"A Writer\" <writer@example.org>\r\nTo: Anna <anna@example.test>, b@example.test\r\n"
      "Subject: =?utf-8?q?a_letter_of_number?= " +
      std::to_string(number) + "\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" +
      std::to_string(number) +
      ".letter@example.org>\r\nReferences: <1.letter@example.org> <2.letter@example.org>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 8bit\r\n\r\n";
  const auto lines = number % 64;
  for (std::size_t i = 0; i < lines; ++i)
    text += "Some words of a line that is as long as such lines are in letters.\r\n";
  return text;
}

Binding owner(std::size_t number) {
  return {"local", Uuid(std::array<std::uint8_t, 16>{1, static_cast<std::uint8_t>(number)})};
}

class Store {
 public:
  Store(io::FileSystem& files, const std::string& folder) : runner_([this] { context_.run(); }) {
    StoreEnvironment environment{files, context_.get_executor(), log::Context(sink_)};
    store_ = AccountStore::open(environment, folder, {}).value();
  }
  ~Store() {
    run(store_->close());
    store_.reset();
    guard_.reset();
    runner_.join();
  }
  AccountStore& operator*() { return *store_; }
  template <class T>
  T run(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future).get();
  }

 private:
  log::RecordingSink sink_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::thread runner_;
  std::unique_ptr<AccountStore> store_;
};

NewMessage message(std::size_t number) {
  NewMessage out;
  out.message = prepare_message(mail(number), 100, 1'000);
  return out;
}

// The folder goes with it.
struct Scratch {
  std::string path = "/var/tmp/kontor-bench-mail-" + std::to_string(::getpid());
  Scratch() { std::filesystem::create_directory(path); }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

void fragments(benchmark::State& state) {
  const Scratch scratch;
  Store store(io::real_file_system(), scratch.path + "/accounts");
  const auto account = store.run((*store).open_for(owner(0))).value();
  for (std::size_t i = 0; i < k_messages;) {
    std::vector<NewMessage> some;
    for (; some.size() < 500; ++i) some.push_back(message(i));
    store.run(account->append(k_inbox, std::move(some))).value();
  }
  const auto folder = account->view().open(k_inbox);
  for (auto _ : state) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < folder->size();) {
      std::vector<ItemId> items;
      for (; i < folder->size() && items.size() < k_batch; ++i) items.push_back(folder->at(i).item);
      const auto read = store.run(account->read_fragments(std::move(items))).value();
      for (const auto& one : read) bytes += one.envelope().size() + one.bodystructure().size();
    }
    if (bytes < k_messages * 100) state.SkipWithError("not all fragments came");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(k_messages));
}

void prepare(benchmark::State& state) {
  std::size_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(message(++number));
  state.SetItemsProcessed(state.iterations());
}

Task<void> deliver_some(AccountStore& store, std::atomic<std::size_t>& next, std::size_t end) {
  for (auto number = next++; number < end; number = next++) {
    auto letter = message(number);
    auto to = owner(number % k_accounts);
    const auto done = co_await store.deliver(std::move(to), std::move(letter));
    if (!done) std::abort();
  }
}

void deliver(benchmark::State& state) {
  io::MemoryDisk disk;
  Store store(disk, "/accounts");
  std::atomic<std::size_t> next = 0;
  std::size_t end = 0;
  for (auto _ : state) {
    end += 1'000;
    std::vector<Task<void>> tasks;
    for (unsigned i = 0; i < k_at_once; ++i) tasks.push_back(deliver_some(*store, next, end));
    store.run(run_all(std::move(tasks)));
    next = end;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(end));
}

BENCHMARK(fragments)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(prepare)->Unit(benchmark::kMicrosecond)->MeasureProcessCPUTime();
BENCHMARK(deliver)->Unit(benchmark::kMillisecond)->Iterations(20)->MeasureProcessCPUTime();

}  // namespace
}  // namespace kontor::store
