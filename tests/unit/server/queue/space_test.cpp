// SPDX-License-Identifier: GPL-3.0-or-later
// Space and size: disk comes back however long one message stays, a full disk refuses new mail
// alone, damage costs what it hits, and a hundred thousand messages are read back fast.
#include <malloc.h>
#include <pthread.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <thread>

#include "base/io/file_system.hpp"
#include "store/log/device.hpp"
#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

constexpr QueueOptions k_small{.segment_size = 64U << 10U};

std::uint64_t bytes_in(io::FileSystem& files, const std::string& folder) {
  std::uint64_t sum = 0;
  for (const auto& name : files.list(folder).value())
    if (name.starts_with("log.")) sum += files.stat(folder + "/" + name).value().size;
  return sum;
}

TEST_F(QueueTest, DiskStaysBoundedWhileOneMessageIsStuck) {
  settings.queue.lifetime = std::chrono::hours(24 * 60);
  settings.queue.delay_notice = std::chrono::seconds(0);
  open_and_start(k_small);
  transport.answer = [](const std::string& destination, const auto&) {
    return destination == "stuck.test" ? outcome(Fate::deferred, "451 wait")
                                       : outcome(Fate::relayed);
  };
  const auto stuck = add({"x@stuck.test", "y@stuck.test"}, "the stuck one");
  std::uint64_t most = 0, passed = 0;
  for (int round = 0; round < 80; ++round) {
    for (int i = 0; i < 5; ++i) {
      add({"x@one.test"}, std::string(20'000, 'x'));
      passed += 20'000;
    }
    pass(std::chrono::minutes(1));
    most = std::max(most, bytes_in(*disk, "/data/queue"));
  }
  run_until([this] { return bytes_in(*disk, "/data/queue") < 5 * k_small.segment_size; });
  std::printf("%llu bytes passed, at most %llu on disk\n", static_cast<unsigned long long>(passed),
              static_cast<unsigned long long>(most));
  EXPECT_LT(most, 12 * k_small.segment_size);
  EXPECT_EQ(run(queue->read(stuck)).value(), "the stuck one");
  const auto tries = queue->find(stuck)->recipients[0].tries;
  EXPECT_GT(tries, 3U);
  shut();
  open_and_start(k_small);
  EXPECT_EQ(run(queue->read(stuck)).value(), "the stuck one");
  EXPECT_EQ(queue->find(stuck)->recipients[1].tries, tries);
  EXPECT_EQ(queue->find(stuck)->recipients[1].last.diagnostic, "451 wait");
  EXPECT_EQ(queue->totals().messages, 1U);
}

// Every write of the log is slow, so that the message is read while its new frame is on the way.
TEST_F(QueueTest, AMessageCanBeReadWhileItIsCarriedOn) {
  settings.queue.lifetime = std::chrono::hours(24 * 60);
  open_and_start(k_small);
  transport.answer = [](const std::string& destination, const auto&) {
    return destination == "stuck.test" ? outcome(Fate::deferred, "451 wait")
                                       : outcome(Fate::relayed);
  };
  const auto stuck = add({"x@stuck.test"}, "the stuck one");
  disk->before_each([](std::uint64_t) {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    if (std::string_view(name.data()) != "kontor-disk")
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  for (int i = 0; i < 60; ++i) {
    add({"x@one.test"}, std::string(20'000, 'x'));
    for (int j = 0; j < 5; ++j) {
      const auto bytes = run(queue->read(stuck));
      ASSERT_TRUE(bytes) << bytes.error().text();
      ASSERT_EQ(*bytes, "the stuck one");
    }
  }
  disk->before_each({});
}

TEST_F(QueueTest, AFullDiskRefusesNewMailAndNothingElse) {
  settings.queue.reserve = 4U << 20U;
  disk = std::make_unique<io::MemoryDisk>(8U << 20U);
  open_and_start();
  transport.dead["far.test"] = outcome(Fate::deferred, "", "");
  std::vector<MessageId> taken;
  std::optional<Error> refused;
  for (int i = 0; i < 200 && !refused; ++i) {
    const auto id =
        run(queue->add(from("anna@a.test"), to({"x@far.test"}), std::string(60'000, 'x')));
    if (id) taken.push_back(*id);
    if (!id) refused = id.error();
    clock.pass(std::chrono::seconds(2));  // the disk is asked again
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), Errc::no_space);
  EXPECT_EQ(sink.count("queue.space.short"), 1U);
  EXPECT_GT(taken.size(), 20U);
  transport.dead.clear();
  (void)run(queue->retry("")).value();
  run_until([this] { return queue->totals().messages == 0; });
  EXPECT_EQ(handed_to("far.test").size(), taken.size());
  clock.pass(std::chrono::seconds(2));
  EXPECT_EQ(sink.count("queue.log.closed"), 0U);
}

TEST_F(QueueTest, DamageCostsWhatItHitsAndIsReported) {
  open(k_small);
  std::vector<MessageId> ids;
  for (int i = 0; i < 30; ++i)
    ids.push_back(add({"x" + std::to_string(i) + "@far.test"}, std::string(5'000, 'a')));
  shut();
  {
    const auto file =
        disk->open("/data/queue/" + store::log_file_name(1), io::OpenMode::write).value();
    ASSERT_TRUE(file->write(12'000, "damaged"));
    ASSERT_TRUE(file->sync());
  }
  open_and_start(k_small);
  EXPECT_EQ(queue->totals().messages, 29U);
  EXPECT_EQ(sink.count("queue.log.damaged"), 1U);
  EXPECT_FALSE(disk->list("/data/queue/quarantine").value().empty());
  settle();
  EXPECT_EQ(handed_to("far.test").size(), 29U);
}

TEST_F(QueueTest, AFailedDiskClosesTheQueueUntilARestart) {
  open_and_start();
  const auto kept = add({"x@far.test"}, "kept");
  settle();
  disk->set_syncs(io::Syncs::failing);
  const auto id = run(queue->add(from("anna@a.test"), to({"x@far.test"}), "lost"));
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code(), Errc::io_error);
  EXPECT_EQ(sink.count("queue.log.closed"), 1U);
  disk->set_syncs(io::Syncs::honest);
  EXPECT_FALSE(run(queue->add(from("anna@a.test"), to({"x@far.test"}), "too")));
  EXPECT_EQ(handed_to("far.test"), std::vector<std::string>{"kept"}) << "what was refused went out";
  (void)kept;
  EXPECT_EQ(queue->totals().problem, id.error().text());
  EXPECT_EQ(run(queue->retry("")).error().code(), Errc::io_error) << "nothing can be tried";
  EXPECT_EQ(run(queue->retry_one(1'000)).error().code(), Errc::not_found);
}

TEST_F(QueueTest, ASecondServerMayNotOpenIt) {
  open();
  EXPECT_EQ(Queue::open(environment(*disk), "/data/queue").error().code(), Errc::busy);
}

// KONTOR_LONG=1: a hundred thousand.
TEST_F(QueueTest, ManyMessagesAreReadBackFastAndTakeLittleMemory) {
  const std::uint64_t count = std::getenv("KONTOR_LONG") != nullptr ? 100'000 : 3'000;
  auto& files = io::real_file_system();
  char name[] = "/tmp/kontor-queue-XXXXXX";
  const std::string folder = ::mkdtemp(name);
  const auto remove_all = [&](const std::string& path) {
    for (const auto& file : files.list(path).value())
      (void)files.remove(path + "/" + file).has_value();
    (void)files.remove(path).has_value();
  };
  std::uint64_t next = 0, left = 50;
  const auto fill = [&]() -> Task<void> {
    while (next < count) {
      const auto i = next++;
      auto envelope = from("sender" + std::to_string(i) + "@example.test");
      auto recipients =
          to({"recipient" + std::to_string(i) + "@d" + std::to_string(i % 500) + ".test"});
      std::string bytes(2'000, 'x');
      const auto id =
          co_await queue->add(std::move(envelope), std::move(recipients), std::move(bytes));
      if (!id) ADD_FAILURE() << id.error().text();
    }
    --left;
  };
  queue = Queue::open(environment(files), folder + "/queue").value();
  for (int i = 0; i < 50; ++i)
    boost::asio::co_spawn(io_, fill(),
                          [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  while (left > 0) io_.run_one();
  shut();
  const auto before = ::mallinfo2().uordblks;
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = std::clock();
  queue = Queue::open(environment(files), folder + "/queue").value();
  queue->start(transport);
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto used = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  const auto grown = ::mallinfo2().uordblks - before;
  EXPECT_EQ(queue->totals().messages, count);
  const auto each = static_cast<double>(grown) / static_cast<double>(count);
  std::printf("%llu messages: opened and started in %.2f s (%.2f s of CPU), %.0f bytes each\n",
              static_cast<unsigned long long>(count), took, used, each);
  EXPECT_LT(used, 15.0) << "even without optimisation";
  EXPECT_LT(each, 600.0) << "addresses included";
  shut();
  remove_all(folder + "/queue");
  remove_all(folder);
}

}  // namespace
}  // namespace kontor::queue
