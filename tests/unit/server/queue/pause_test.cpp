// SPDX-License-Identifier: GPL-3.0-or-later
// Paused domains: nothing is tried for them, others go on, restarts change nothing; and the file
// that keeps them.
#include <gmock/gmock.h>

#include "base/io/file_system.hpp"
#include "server/queue/paused.hpp"
#include "tests/unit/server/queue/fixture.hpp"

namespace kontor::queue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PauseTest : public QueueTest {
 protected:
  void pause(const std::string& domain) {
    const auto done = run(queue->pause(domain));
    ASSERT_TRUE(done) << done.error().text();
  }
};

TEST_F(PauseTest, APausedDomainWaitsAndOthersGoOn) {
  open_and_start();
  pause("B.test");
  add({"x@b.test", "y@c.test"});
  settle();
  EXPECT_THAT(handed_to("c.test"), SizeIs(1));
  EXPECT_THAT(handed_to("b.test"), IsEmpty());
  pass(std::chrono::days(30));  // its time does not run out
  EXPECT_EQ(queue->totals().messages, 1U);
  EXPECT_TRUE(run(queue->retry("")));
  settle();
  EXPECT_THAT(handed_to("b.test"), IsEmpty());
  EXPECT_TRUE(run(queue->resume("b.test")));
  settle();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_EQ(queue->totals().messages, 0U);
  EXPECT_EQ(sink.count("queue.domain.paused"), 1U);
  EXPECT_EQ(sink.count("queue.domain.resumed"), 1U);
}

TEST_F(PauseTest, WhatWaitsAlreadyIsPausedToo) {
  transport.answer = [](const std::string&, const Recipient&) {
    return outcome(Fate::deferred, "451 later");
  };
  open_and_start();
  add({"x@b.test"});
  settle();
  EXPECT_THAT(transport.handed, SizeIs(1));
  pause("b.test");
  pass(std::chrono::hours(10));
  EXPECT_THAT(transport.handed, SizeIs(1));
  EXPECT_EQ(queue->list("", 10).front().recipients.front().recipient.destination, "paused:b.test");
}

TEST_F(PauseTest, EverythingCanBePaused) {
  open_and_start();
  pause("*");
  add({"x@b.test", "y@c.test"});
  settle();
  EXPECT_THAT(transport.handed, IsEmpty());
  EXPECT_TRUE(run(queue->resume("*")));
  settle();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  EXPECT_THAT(handed_to("c.test"), SizeIs(1));
}

TEST_F(PauseTest, APauseOutlivesARestart) {
  open_and_start();
  pause("b.test");
  pause("c.test");
  EXPECT_TRUE(run(queue->resume("c.test")));
  add({"x@b.test"});
  shut();
  open_and_start();
  settle();
  EXPECT_THAT(queue->paused(), ElementsAre("b.test"));
  EXPECT_THAT(transport.handed, IsEmpty());
  EXPECT_TRUE(run(queue->resume("b.test")));
  settle();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
}

TEST_F(PauseTest, ADamagedListPausesNobody) {
  open_and_start();
  pause("b.test");
  shut();
  ASSERT_TRUE(io::write_file_durably(*disk, "/data/queue/paused", "KontorQP and noise"));
  open_and_start();
  EXPECT_THAT(queue->paused(), IsEmpty());
  EXPECT_EQ(sink.count("queue.paused.unreadable"), 1U);
  add({"x@b.test"});
  settle();
  EXPECT_THAT(handed_to("b.test"), SizeIs(1));
  pause("b.test");
  EXPECT_THAT(queue->paused(), ElementsAre("b.test"));
}

TEST_F(PauseTest, WhatIsNoDomainIsRefused) {
  open_and_start();
  EXPECT_EQ(run(queue->pause("")).error().code(), Errc::bad_input);
  EXPECT_EQ(run(queue->pause("a@b.test")).error().code(), Errc::bad_input);
  EXPECT_EQ(run(queue->resume("b.test")).error().code(), Errc::not_found);
  pause("b.test");
  pause("b.test");  // once more changes nothing
  EXPECT_THAT(queue->paused(), ElementsAre("b.test"));
}

TEST(PausedList, ComesBackFromItsBytes) {
  const std::set<std::string> domains{"b.test", "пример.test"};
  const auto bytes = encode_paused(domains);
  const auto back = decode_paused(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, domains);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_paused(bytes.substr(0, size)));
  auto newer = bytes;
  newer[8] = 2;
  EXPECT_EQ(decode_paused(newer).error().code(), Errc::unsupported);
  auto wrong = bytes;
  wrong[20] ^= 1;
  EXPECT_EQ(decode_paused(wrong).error().code(), Errc::corrupt);
}

}  // namespace
}  // namespace kontor::queue
