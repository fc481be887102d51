// SPDX-License-Identifier: GPL-3.0-or-later
// Power is lost before every operation of the queue on its disk, while mail is taken in, handed
// over, fails, is told of and its space is given back. What comes back must hold every message that
// was acknowledged and has recipients left, must know every fate that was acknowledged, and must
// have exactly one notice of each failure that it knows.
//
// The same harness is turned on a disk that lies about syncs: it must see mail go missing, or it
// proves nothing.
#include <pthread.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <random>
#include <set>

#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

constexpr QueueOptions k_small{.segment_size = 6'000};

// What the test knows of a message, by the number in its Message-ID.
struct Known {
  MessageId id = 0;  // acknowledged by add(); 0: not yet
  std::string bytes;
  std::set<std::string> recipients;
  std::set<std::string> decided;       // the transport has said how it ended
  std::set<std::string> acknowledged;  // and the report of that has returned
};
using Story = std::map<std::string, Known>;

std::string address_of(const std::string& kind, std::uint64_t n) {
  return kind + std::to_string(n) + "@" + kind + ".test";
}

// "<m7": the message that these bytes are, or that they are a notice about.
std::string reference_of(const std::string& bytes) {
  const auto at = bytes.find("<m");
  return at == std::string::npos ? "" : bytes.substr(at, bytes.find('@', at) - at);
}

class QueueCrash : public QueueTest {
 protected:
  void live(std::uint64_t seed, bool dropped_syncs) {
    random_.seed(seed);
    settings.queue.lifetime = settings.queue.bounce_lifetime = std::chrono::hours(24 * 60);
    seed_ = seed;
    disk = std::make_unique<io::MemoryDisk>();
    story_.with([](Story& story) { story.clear(); });
    open(k_small);
    script();
    queue->start(transport);
    if (dropped_syncs) disk->set_syncs(io::Syncs::dropped);
    disk->before_each([this](std::uint64_t number) { crash_before(number); });
    for (int i = 0; i < 25; ++i) step();
    shut();
    disk->before_each({});
  }
  void live_all(std::uint64_t lives, bool dropped_syncs = false) {
    for (std::uint64_t seed = 1; seed <= lives; ++seed) live(seed, dropped_syncs);
    std::printf("%llu messages, %llu crash points\n", static_cast<unsigned long long>(messages_),
                static_cast<unsigned long long>(points_.load()));
  }

 private:
  // "bad" fails, "slow" is deferred now and then, notices wait for ever, all else is relayed.
  void script() {
    transport.answer = [this](const std::string& destination, const Recipient& recipient) {
      if (destination == "a.test") return outcome(Fate::deferred, "451 wait");
      if (destination == "slow.test" && below(2) == 0) return outcome(Fate::deferred, "451 wait");
      story_.with([&](Story& story) {
        story[reference_of(transport.handed.back().bytes)].decided.insert(recipient.address);
      });
      if (destination == "bad.test") return outcome(Fate::failed, "550 5.1.1 no");
      return outcome(Fate::relayed, "250 ok");
    };
    transport.reported = [this](const Piece& piece, const std::vector<Outcome>& outcomes) {
      if (piece.envelope->sender.empty()) return;
      const auto bytes = bytes_of_.at(piece.envelope->trace);
      story_.with([&](Story& story) {
        for (std::size_t i = 0; i < outcomes.size(); ++i)
          if (outcomes[i].fate != Fate::deferred)
            story[reference_of(bytes)].acknowledged.insert(piece.recipients[i].address);
      });
    };
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void step() {
    const auto what = below(10);
    if (what < 6) return take_one();
    if (what < 9) return pass(std::chrono::seconds(below(20'000)));
    const auto all = queue->list("slow.test", 100);
    if (!all.empty()) (void)run(queue->retry_one(all[below(all.size())].id)).has_value();
  }

  void take_one() {
    Known known;
    std::vector<std::string> recipients;
    for (const char* kind : {"good", "bad", "slow"})
      if (below(2) == 0) recipients.push_back(address_of(kind, below(3)));
    if (recipients.empty()) recipients.push_back(address_of("slow", 9));
    known.bytes = "Message-ID: <m" + std::to_string(++numbers_) + "@a.test>\r\n\r\n";
    known.bytes.append(below(3'000), 'x');
    known.recipients.insert(recipients.begin(), recipients.end());
    const auto bytes = known.bytes;
    const auto name = reference_of(bytes);
    auto envelope = from("anna@a.test");
    bytes_of_[envelope.trace] = bytes;
    story_.with([&](Story& story) { story[name] = known; });
    const auto id = run(queue->add(std::move(envelope), to(recipients), bytes));
    ASSERT_TRUE(id) << id.error().text();
    ++messages_;
    story_.with([&](Story& story) { story[name].id = *id; });
  }

  // Other threads go on meanwhile. What was acknowledged before the disk was copied must be on the
  // copy; what was decided until behind it may be.
  void crash_before(std::uint64_t operation) {
    const auto before = story_.with([](const Story& all) { return all; });
    const auto lost = disk->after_power_loss(seed_ * 1'000'003 + operation);
    const auto killed = operation % 5 == 0 ? disk->after_kill() : nullptr;
    auto story = story_.with([](const Story& all) { return all; });
    for (auto& [name, known] : story) {
      const auto then = before.find(name);
      known.id = then == before.end() ? 0 : then->second.id;
      known.acknowledged =
          then == before.end() ? std::set<std::string>() : then->second.acknowledged;
    }
    check(*lost, story);
    if (killed) check(*killed, story);
  }

  void check(io::MemoryDisk& left, const Story& story) {
    ++points_;
    boost::asio::io_context io;
    const QueueEnvironment around{left, io.get_executor(), settings, log::Context(log::null_sink()),
                                  clock};
    auto opened = Queue::open(around, "/data/queue", k_small);
    if (!opened) return wrong("cannot open: " + opened.error().text());
    std::map<std::string, MessageInfo> found;
    std::map<std::string, int> notices;
    std::map<std::string, int> delays;
    for (auto& info : (*opened)->list("", 100'000)) {
      const auto bytes = read(io, **opened, info.id);
      const auto name = reference_of(bytes);
      if (info.envelope.sender.empty()) {
        const bool is_failure = bytes.contains("Action: failed");
        if (++(is_failure ? notices : delays)[name] > 1) wrong("a notice came twice");
        continue;
      }
      if (!story.contains(name) || story.at(name).bytes != bytes) wrong("other bytes came back");
      found.emplace(name, std::move(info));
    }
    for (const auto& [name, known] : story) {
      const auto here = found.find(name);
      compare(known, here == found.end() ? nullptr : &here->second, notices[name]);
    }
    wait(io, (*opened)->close());
  }

  void compare(const Known& known, const MessageInfo* here, int notices) {
    if (here == nullptr) return compare_gone(known, notices);
    for (const auto& one : here->recipients) {
      const auto& address = one.recipient.address;
      if (!one.is_done && known.acknowledged.contains(address))
        wrong("an acknowledged fate is forgotten");
      if (one.is_done && !known.decided.contains(address)) wrong("a fate that nobody reported");
      if (!address.starts_with("bad")) continue;
      if (one.is_done && notices == 0) wrong("a notice is lost");
      if (!one.is_done && notices == 1) wrong("a notice of nothing");
    }
  }

  // It must have ended, or never have been acknowledged.
  void compare_gone(const Known& known, int notices) {
    if (known.id == 0) return;
    bool has_bad = false;
    for (const auto& address : known.recipients) {
      if (!known.decided.contains(address)) return wrong("an acknowledged message is gone");
      has_bad = has_bad || address.starts_with("bad");
    }
    if (has_bad && notices == 0) wrong("a notice is lost with its message");
  }

  static std::string read(boost::asio::io_context& io, Queue& queue, MessageId id) {
    std::string out;
    const auto work = [](Queue& from, MessageId wanted, std::string& into) -> Task<void> {
      const auto bytes = co_await from.read(wanted);
      into = bytes ? *bytes : bytes.error().text();
    };
    wait(io, work(queue, id, out));
    return out;
  }
  static void wait(boost::asio::io_context& io, Task<void> task) {
    boost::asio::co_spawn(io, std::move(task), [](const std::exception_ptr&) {});
    io.restart();
    io.run();
  }

  // On the threads of the queue's pools.
  void wrong(const std::string& what) {
    wrongs_.with([&](Wrongs& now) {
      if (now.count++ == 0) now.first = what + ", seed " + std::to_string(seed_);
    });
  }

 protected:
  struct Wrongs {
    std::uint64_t count = 0;
    std::string first;
  };
  Guarded<Wrongs> wrongs_;
  std::atomic<std::uint64_t> points_ = 0;

 private:
  std::mt19937_64 random_;
  std::uint64_t seed_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t messages_ = 0;
  std::map<std::string, std::string> bytes_of_;  // by trace id
  Guarded<Story> story_;
};

std::uint64_t lives() { return std::getenv("KONTOR_LONG") != nullptr ? 150 : 4; }

TEST_F(QueueCrash, NothingAcknowledgedIsLostAndNoNoticeTwice) {
  live_all(lives());
  EXPECT_GE(points_, 500U);
  wrongs_.with([](const Wrongs& all) { EXPECT_EQ(all.count, 0U) << all.first; });
}

TEST_F(QueueCrash, ADiskThatLiesAboutSyncsIsCaught) {
  live_all(2, true);
  wrongs_.with([](const Wrongs& all) { EXPECT_GT(all.count, 0U) << "the harness sees nothing"; });
}

// The order of the two threads is forced: the sync of the frame that ends a message waits until the
// log of that message was given back, or, since it must not be, for a moment.
class QueueSpaceCrash : public QueueTest {
 protected:
  void hold_the_sync() {
    disk->before_each([this](std::uint64_t) {
      std::array<char, 16> name{};
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
      std::unique_lock lock(mutex_);
      if (std::string_view(name.data()) == "kontor-disk") {
        ++given_back_;
        called_.notify_all();
      } else if (!left_) {
        // The second call comes behind the removal of the log: to sync its folder.
        called_.wait_for(lock, std::chrono::milliseconds(300), [this] { return given_back_ > 1; });
        left_ = disk->after_kill();
      }
    });
  }

  std::unique_ptr<io::MemoryDisk> left_;  // what a killed process leaves at that moment

 private:
  std::mutex mutex_;
  std::condition_variable called_;
  int given_back_ = 0;
};

TEST_F(QueueSpaceCrash, ALogGoesOnlyWhenTheEndsOfItsMessagesAreOnTheDisk) {
  for (const char* destination : {"slow.test", "a.test"})  // they only take room
    transport.hanging[destination] = std::make_unique<net::Signal>();
  transport.answer = [](const std::string&, const Recipient&) {
    return outcome(Fate::failed, "550 5.1.1 no");
  };
  open(k_small);
  ASSERT_TRUE(run(queue->add(from("anna@a.test"), to({"bad@bad.test"}), std::string(4'000, 'x'))));
  ASSERT_TRUE(run(queue->add(from("anna@a.test"), to({"s@slow.test"}), std::string(4'000, 'y'))));
  hold_the_sync();
  queue->start(transport);
  run_until([this] { return sink.count("queue.notice.queued") > 0; });
  disk->before_each({});
  shut();
  ASSERT_NE(left_, nullptr);
  disk = std::move(left_);
  open(k_small);
  const auto all = queue->list("", 100);
  ASSERT_EQ(all.size(), 2U) << "the message went before the notice about it was on the disk";
  EXPECT_EQ(all.front().recipients.front().recipient.address, "bad@bad.test");
}

}  // namespace
}  // namespace kontor::queue
