// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are picked up: each becomes one message, whenever the server is killed.
#include "server/pickup/pickup.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/mime/header.hpp"
#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

using pickup::Pickup;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string k_folder = "/data/pickup";

class PickupTest : public QueueTest {
 protected:
  ~PickupTest() override { pickup_.reset(); }

  void begin() {
    open();
    pool_ = std::make_unique<io::DiskPool>(1);
    pickup_ = std::make_unique<Pickup>(
        Pickup::Environment{settings, *disk, *queue, *pool_, clock, log::Context(sink)}, k_folder);
    const auto recovered = pickup_->recover();
    ASSERT_TRUE(recovered) << recovered.error().text();
    queue->start(transport);
  }
  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(io::write_file_durably(*disk, k_folder + "/" + name, text));
  }
  void put(int number) {
    const auto name = std::to_string(number);
    put(name + ".eml", "From: a@a.test\nTo: b@b.test\nSubject: " + name + "\n\ntext\n");
  }
  // Twice: a file is taken when it has not grown since the last time.
  void look() {
    run(pickup_->look());
    run(pickup_->look());
    settle();
  }
  std::vector<std::string> names(const std::string& folder) const {
    const auto found = disk->list(folder);
    return found ? *found : std::vector<std::string>();
  }

  std::unique_ptr<io::DiskPool> pool_;
  std::unique_ptr<Pickup> pickup_;
};

TEST_F(PickupTest, SendsWhatItCanAndSaysWhyNotTheRest) {
  begin();
  put(1);
  put("bad.eml", "no header\n");
  put("other.txt", "left alone");
  put(".hidden.eml", "left alone");
  run(pickup_->look());
  settle();
  EXPECT_THAT(transport.handed, IsEmpty()) << "it might still be growing";
  look();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_THAT(names(k_folder),
              ElementsAre(".hidden.eml", ".taken", "bad.eml.bad", "bad.eml.reason", "other.txt"));
  EXPECT_THAT(names(k_folder + "/.taken"), IsEmpty());
  const auto reason = io::read_file(*disk, k_folder + "/bad.eml.reason", 1'000);
  ASSERT_TRUE(reason);
  EXPECT_THAT(*reason, HasSubstr("header fields"));
  EXPECT_EQ(sink.count("queue.pickup.taken"), 1U);
  EXPECT_EQ(sink.count("queue.pickup.refused"), 1U);
  settings.smtp.max_message = 100;
  put("large.eml", "From: a@a.test\nTo: b@b.test\n\n" + std::string(200, 'x'));
  look();
  EXPECT_THAT(names(k_folder), testing::Contains("large.eml.bad"));
}

TEST_F(PickupTest, AFileWaitsWhileTheQueueIsFull) {
  begin();
  settings.queue.reserve = std::uint64_t{1} << 60U;
  clock.pass(std::chrono::seconds(5));  // the disk is asked again
  put(1);
  look();
  look();
  EXPECT_THAT(transport.handed, IsEmpty());
  EXPECT_THAT(names(k_folder + "/.taken"), SizeIs(1));
  EXPECT_EQ(sink.count("queue.pickup.failed"), 1U) << "said once";
  settings.queue.reserve = 1;
  clock.pass(std::chrono::seconds(5));
  look();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_THAT(names(k_folder + "/.taken"), IsEmpty());
}

// What is there after a kill before each change of the disk, and what had been sent by then.
TEST_F(PickupTest, EachFileBecomesOneMessageWheneverTheServerIsKilled) {
  using Sent = std::vector<std::pair<std::string, std::string>>;  // subject, trace
  struct Moment {
    std::unique_ptr<io::MemoryDisk> disk;
    Sent sent;
  };
  Guarded<Sent> sent;
  transport.answer = [&](const std::string&, const Recipient&) {
    const auto& one = transport.handed.back();
    auto subject = mime::field_value(one.bytes, "Subject").value_or("");
    sent.with([&](Sent& all) { all.emplace_back(subject, one.piece.envelope->trace); });
    return outcome(Fate::relayed, "250 ok");
  };
  Guarded<std::vector<Moment>> seen;
  begin();
  for (int i = 1; i <= 3; ++i) put(i);
  disk->before_each([&](std::uint64_t) {
    auto now = sent.with([](const Sent& all) { return all; });
    Moment moment{disk->after_kill(), std::move(now)};
    seen.with([&](std::vector<Moment>& all) { all.push_back(std::move(moment)); });
  });
  look();
  ASSERT_THAT(handed_to("b.test"), SizeIs(3));
  disk->before_each({});
  pickup_.reset();
  shut();
  auto moments = seen.with([](std::vector<Moment>& all) { return std::move(all); });
  ASSERT_GT(moments.size(), 20U);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    disk = std::move(moments[i].disk);
    sent.with([&](Sent& all) { all = moments[i].sent; });
    begin();
    look();
    pass(std::chrono::seconds(61));  // what was held when it was killed
    std::map<std::string, std::set<std::string>> traces;
    for (const auto& [subject, trace] : sent.with([](const Sent& all) { return all; }))
      traces[subject].insert(trace);
    EXPECT_EQ(traces.size(), 3U) << "killed before change " << i;
    for (const auto& [subject, ids] : traces)
      EXPECT_EQ(ids.size(), 1U) << "file " << subject << ", killed before change " << i;
    EXPECT_EQ(queue->totals().messages, 0U);
    EXPECT_THAT(names(k_folder), ElementsAre(".taken")) << i;
    EXPECT_THAT(names(k_folder + "/.taken"), IsEmpty()) << i;
    pickup_.reset();
    shut();
  }
}

}  // namespace
}  // namespace kontor::queue
