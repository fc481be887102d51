// SPDX-License-Identifier: GPL-3.0-or-later
// docs/formats/queue.md, byte by byte; and whatever else may stand on a disk.
#include "server/queue/frames.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::queue {
namespace {

UtcSeconds at(std::int64_t seconds) { return UtcSeconds(std::chrono::seconds(seconds)); }

Head small_head() {
  Head head;
  head.envelope.trace = "t";
  head.envelope.sender = "a@b";
  head.envelope.size = 4;
  head.envelope.arrived = at(100);
  Recipient one;
  one.address = "c@d";
  head.recipients.push_back(one);
  return head;
}

Head full_head() {
  Head head = small_head();
  head.envelope.envelope_id = "QQ 314159";
  head.envelope.returned = Return::headers;
  head.envelope.body = Body::mime8;
  head.envelope.is_utf8 = true;
  Recipient other;
  other.address = "пётр@почта.test";
  other.original = "rfc822;p@old.test";
  other.notify = k_notify_success;
  other.has_notify = true;
  head.recipients.push_back(other);
  head.envelope.requires_tls = head.envelope.tls_optional = true;
  head.envelope.release = at(7'000);
  head.envelope.deliver_by = at(9'000);
  head.envelope.is_by_return = head.envelope.is_by_trace = true;
  head.envelope.priority = -9;
  return head;
}

Outcome bad() {
  Outcome out;
  out.fate = Fate::failed;
  out.status = "5.1.1";
  out.diagnostic = "550 5.1.1 no";
  out.reason = "refused";
  out.remote = "mx.test";
  out.takes_notices = true;
  return out;
}

std::string carried_bytes(const std::string& head) {
  MessageFrame frame;
  frame.id = 77;
  frame.is_delay_told = true;
  frame.outcomes = {bad()};
  RecipientMark done{Fate::failed, 3, at(0), 1};
  RecipientMark waits{Fate::deferred, 2, at(5'000), 0};
  frame.marks = {done, waits};
  frame.head = head;
  frame.body = "bytes";
  return encode_carried(frame);
}

std::string fates_bytes() {
  FatesFrame frame;
  frame.outcomes = {bad(), Outcome()};
  frame.rows.push_back({9, 0, {Fate::failed, 1, at(0), 1}});
  frame.rows.push_back({300, 2, {Fate::deferred, 70'000, at(1'800'000'000), 2}});
  frame.delay_told = {9, 1'000'000};
  return encode_fates(frame);
}

TEST(QueueFrames, AMessageIsWrittenAsTheDocumentSays) {
  const auto head = encode_head(small_head());
  EXPECT_EQ(hex_encode(encode_message(head, "body")),
            "0200000020000000"
            "01740361406200"
            "00000004c801"
            "01036340640006"
            "00090000"
            "626f6479");
}

TEST(QueueFrames, HeadsComeBack) {
  for (const auto& head : {small_head(), full_head()}) {
    const auto back = decode_head(encode_head(head));
    ASSERT_TRUE(back);
    EXPECT_EQ(encode_head(*back), encode_head(head));
    EXPECT_EQ(back->recipients.size(), head.recipients.size());
    EXPECT_EQ(back->recipients.back().original, head.recipients.back().original);
    EXPECT_EQ(back->recipients.back().has_notify, head.recipients.back().has_notify);
    EXPECT_EQ(back->recipients.back().notify, head.recipients.back().notify);
    EXPECT_EQ(back->envelope.arrived, at(100));
    EXPECT_EQ(back->envelope.is_utf8, head.envelope.is_utf8);
  }
}

TEST(QueueFrames, ACarriedMessageComesBack) {
  const auto head = encode_head(full_head());
  const auto bytes = carried_bytes(head);
  const auto back = decode_carried(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, 77U);
  EXPECT_TRUE(back->is_delay_told);
  EXPECT_EQ(back->head, head);
  EXPECT_EQ(back->body, "bytes");
  ASSERT_EQ(back->marks.size(), 2U);
  EXPECT_EQ(back->marks[0].fate, Fate::failed);
  EXPECT_EQ(back->marks[1].next_try, at(5'000));
  EXPECT_EQ(back->outcomes.at(0).diagnostic, "550 5.1.1 no");
  EXPECT_TRUE(back->outcomes.at(0).takes_notices);
  EXPECT_EQ(body_of(bytes).value(), "bytes");
}

TEST(QueueFrames, FatesComeBack) {
  const auto back = decode_fates(fates_bytes());
  ASSERT_TRUE(back);
  ASSERT_EQ(back->rows.size(), 2U);
  EXPECT_EQ(back->rows[1].id, 300U);
  EXPECT_EQ(back->rows[1].recipient, 2U);
  EXPECT_EQ(back->rows[1].mark.tries, 70'000U);
  EXPECT_EQ(back->rows[1].mark.next_try, at(1'800'000'000));
  EXPECT_EQ(back->delay_told, (std::vector<MessageId>{9, 1'000'000}));
  EXPECT_EQ(decode_removed(encode_removed({{1, 2, 1U << 30U}})).value().ids.size(), 3U);
}

constexpr std::size_t k_wishes = 7;  // bytes of full_head() since version 2

TEST(QueueFrames, AHeadOfVersionOneIsRead) {
  auto bytes = encode_head(full_head());
  bytes.resize(bytes.size() - k_wishes);
  const auto head = decode_head(bytes);
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->recipients.size(), 2U);
  EXPECT_FALSE(head->envelope.requires_tls);
  EXPECT_EQ(head->envelope.priority, 0);
  EXPECT_EQ(head->envelope.begins(), at(100));
  auto message = encode_message(bytes, "body");
  message[0] = 1;
  ASSERT_TRUE(decode_message(message));
  EXPECT_EQ(decode_message(message)->body, "body");
  const auto again = decode_head(encode_head(full_head()));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->envelope.requires_tls && again->envelope.is_by_return);
  EXPECT_EQ(again->envelope.release, at(7'000));
  EXPECT_EQ(again->envelope.deliver_by, at(9'000));
  EXPECT_EQ(again->envelope.priority, -9);
}

// Any prefix, and any byte changed, is a value or an error; never a crash, never memory without
// end.
TEST(QueueFrames, DamagedBytesAreErrorsOrValues) {
  const auto head = encode_head(full_head());
  const std::vector<std::string> all{encode_message(head, "body"), carried_bytes(head),
                                     fates_bytes(), encode_removed({{5}}), head};
  for (const auto& bytes : all) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto cut = bytes.substr(0, size);
      (void)decode_message(cut).has_value();
      (void)decode_carried(cut).has_value();
      EXPECT_FALSE(&bytes == &all[2] && decode_fates(cut));
      const bool is_of_version_one = size + k_wishes == bytes.size();
      EXPECT_EQ(&bytes == &all[4] && decode_head(cut), &bytes == &all[4] && is_of_version_one)
          << size;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (const char value : {'\0', '\x7F', '\xFF'}) {
        auto changed = bytes;
        changed[i] = value;
        (void)decode_message(changed).has_value();
        (void)decode_carried(changed).has_value();
        (void)decode_fates(changed).has_value();
        (void)decode_removed(changed).has_value();
        (void)decode_head(changed).has_value();
      }
    }
  }
}

TEST(QueueFrames, ALaterVersionIsNotRead) {
  auto bytes = fates_bytes();
  bytes[0] = 3;
  EXPECT_EQ(decode_fates(bytes).error().code(), Errc::unsupported);
  auto message = encode_message(encode_head(small_head()), "x");
  message[0] = 3;
  EXPECT_EQ(decode_message(message).error().code(), Errc::unsupported);
}

TEST(QueueFrames, AMessageToNobodyIsNone) {
  Head head = small_head();
  head.recipients.clear();
  EXPECT_EQ(decode_head(encode_head(head)).error().code(), Errc::corrupt);
}

}  // namespace
}  // namespace kontor::queue
