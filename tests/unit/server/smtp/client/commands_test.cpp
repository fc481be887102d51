// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/commands.hpp"

#include <gtest/gtest.h>

namespace kontor::smtp::client {
namespace {

Extensions everything() {
  Extensions all;
  all.pipelining = all.mime8 = all.utf8 = all.chunking = all.binary = all.dsn = true;
  all.has_size = true;
  return all;
}

std::string stuffed(const std::string& bytes) {
  DotStuffer stuffer(bytes);
  std::string out;
  for (auto piece = stuffer.next(); !piece.empty(); piece = stuffer.next()) out += piece;
  return out;
}

TEST(DotStuffer, StuffsAndEnds) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ".\r\n"},
      {"a\r\n", "a\r\n.\r\n"},
      {"a", "a\r\n.\r\n"},
      {".\r\n", "..\r\n.\r\n"},
      {"..\r\n", "...\r\n.\r\n"},
      {".a\r\n.b\r\n", "..a\r\n..b\r\n.\r\n"},
      {"a.\r\n", "a.\r\n.\r\n"},
      {"a\r\n\r\n.\r\nQUIT\r\n", "a\r\n\r\n..\r\nQUIT\r\n.\r\n"},
      {".", "..\r\n.\r\n"},
  };
  for (const auto& [in, out] : rows) EXPECT_EQ(stuffed(in), out) << in;
  std::string large, expected;
  for (int i = 0; i < 20'000; ++i) {
    large += i % 3 == 0 ? ".line\r\n" : "line\r\n";
    expected += i % 3 == 0 ? "..line\r\n" : "line\r\n";
  }
  EXPECT_EQ(stuffed(large), expected + ".\r\n");
  EXPECT_EQ(stuffed(std::string(200'000, 'x')), std::string(200'000, 'x') + "\r\n.\r\n");
}

TEST(Needs, FollowFromAddressesAndBytes) {
  queue::Envelope envelope;
  envelope.sender = "anna@example.test";
  const auto needs = [&](const std::string& to, const std::string& bytes) {
    queue::Recipient recipient;
    recipient.address = to;
    const auto n = needs_of(envelope, {recipient}, bytes);
    return std::string(n.utf8 ? "u" : "") + (n.mime8 ? "8" : "") + (n.chunks ? "c" : "") +
           (n.binary ? "b" : "");
  };
  EXPECT_EQ(needs("b@x.test", "Subject: a\r\n\r\nb\r\n"), "");
  EXPECT_EQ(needs("b@x.test", "Subject: a\r\n\r\n\xD0\xB0\r\n"), "8");
  EXPECT_EQ(needs("\xD0\xB0@x.test", "\r\n"), "u");
  EXPECT_EQ(needs("b@\xD0\xBF\xD0\xBE\xD1\x87\xD1\x82\xD0\xB0.test", "\r\n"), "")
      << "the domain has a form in ASCII";
  EXPECT_EQ(needs("b@x.test", "a\nb\r\n"), "c");
  EXPECT_EQ(needs("b@x.test", "a\rb\r\n"), "c");
  EXPECT_EQ(needs("b@x.test", "a\r\r\n"), "c");
  envelope.is_utf8 = true;
  EXPECT_EQ(needs("b@x.test", "Subject: a\r\n\r\n\xD0\xB0\r\n"), "8") << "the header is ASCII";
  EXPECT_EQ(needs("b@x.test", "Subject: \xD0\xB0\r\n\r\nb\r\n"), "u8");
  envelope.body = queue::Body::mime8;
  EXPECT_EQ(needs("b@x.test", "a\r\n"), "") << "what was declared and not used asks for nothing";
  envelope.body = queue::Body::binary;
  EXPECT_EQ(needs("b@x.test", "a\r\n"), "cb");
}

TEST(Obstacle, NamesWhatTheOtherServerLacks) {
  const auto status = [](Needs needs, Extensions offered, std::uint64_t size) {
    const auto why = obstacle(needs, offered, size);
    if (why) EXPECT_EQ(why->fate, queue::Fate::failed);
    return why ? why->status : "";
  };
  Needs plain, utf8, mime8, binary, chunks;
  utf8.utf8 = mime8.mime8 = chunks.chunks = binary.binary = binary.chunks = true;
  for (const auto& needs : {plain, utf8, mime8, binary, chunks})
    EXPECT_EQ(status(needs, everything(), 5), "");
  EXPECT_EQ(status(plain, {}, 5), "");
  EXPECT_EQ(status(utf8, {}, 5), "5.6.7");
  EXPECT_EQ(status(mime8, {}, 5), "5.6.3");
  EXPECT_EQ(status(binary, {}, 5), "5.6.3");
  EXPECT_EQ(status(chunks, {}, 5), "5.6.3");
  auto small = everything();
  small.size = 100;
  EXPECT_EQ(status(plain, small, 100), "");
  EXPECT_EQ(status(plain, small, 101), "5.3.4");
}

const UtcSeconds k_now(std::chrono::seconds(1'800'000'000));

TEST(Commands, CarryWhatTheSenderWants) {
  queue::Envelope envelope;
  envelope.sender = "a@b.test";
  envelope.requires_tls = true;
  envelope.deliver_by = k_now + std::chrono::seconds(90);
  envelope.is_by_return = true;
  envelope.priority = -3;
  Extensions offered;
  offered.requiretls = offered.deliverby = offered.priority = true;
  EXPECT_EQ(mail_command(envelope, {}, offered, 7, k_now),
            "MAIL FROM:<a@b.test> REQUIRETLS BY=90;R MT-PRIORITY=-3");
  EXPECT_FALSE(by_obstacle(envelope, offered, k_now));
  EXPECT_EQ(by_obstacle(envelope, offered, envelope.deliver_by)->status, "5.4.7");
  offered.deliverby_least = 100;
  EXPECT_EQ(by_obstacle(envelope, offered, k_now)->status, "5.4.7");
  EXPECT_EQ(by_obstacle(envelope, {}, k_now)->status, "5.3.3");
  envelope.is_by_return = false;
  envelope.is_by_trace = true;
  EXPECT_FALSE(by_obstacle(envelope, {}, k_now)) << "it is relayed, and the sender is told";
  offered.priority = false;
  EXPECT_EQ(mail_command(envelope, {}, offered, 7, k_now + std::chrono::seconds(100)),
            "MAIL FROM:<a@b.test> REQUIRETLS BY=-10;NT");
  envelope.requires_tls = false;
  EXPECT_EQ(mail_command(envelope, {}, {}, 7, k_now), "MAIL FROM:<a@b.test>");
}

TEST(Commands, CarryWhatIsOffered) {
  queue::Envelope envelope;
  envelope.sender = "anna@example.test";
  envelope.envelope_id = "QQ+314=1 9";
  envelope.returned = queue::Return::headers;
  Needs needs;
  EXPECT_EQ(mail_command(envelope, needs, {}, 7, k_now), "MAIL FROM:<anna@example.test>");
  needs.mime8 = needs.utf8 = true;
  EXPECT_EQ(mail_command(envelope, needs, everything(), 7, k_now),
            "MAIL FROM:<anna@example.test> SIZE=7 BODY=8BITMIME SMTPUTF8 RET=HDRS "
            "ENVID=QQ+2B314+3D1+209");
  needs = Needs();
  needs.binary = true;
  envelope = queue::Envelope();
  EXPECT_EQ(mail_command(envelope, needs, everything(), 0, k_now),
            "MAIL FROM:<> SIZE=0 BODY=BINARYMIME");

  queue::Recipient recipient;
  recipient.address = "boris@x.test";
  EXPECT_EQ(rcpt_command(recipient, {}, everything()), "RCPT TO:<boris@x.test>");
  recipient.has_notify = true;
  recipient.original = "rfc822;b+r@y.test";
  EXPECT_EQ(rcpt_command(recipient, {}, {}), "RCPT TO:<boris@x.test>");
  EXPECT_EQ(rcpt_command(recipient, {}, everything()),
            "RCPT TO:<boris@x.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Br@y.test");
  recipient.notify = queue::k_notify_never;
  recipient.original = "rfc822;\xD0\xB0@y.test";
  EXPECT_EQ(rcpt_command(recipient, {}, everything()), "RCPT TO:<boris@x.test> NOTIFY=NEVER");
  recipient = queue::Recipient();
  recipient.address = "b@\xD0\xBF\xD0\xBE\xD1\x87\xD1\x82\xD0\xB0.test";
  EXPECT_EQ(rcpt_command(recipient, {}, everything()), "RCPT TO:<b@xn--80a1acny.test>");
}

TEST(Commands, NoAddressEndsALine) {
  EXPECT_TRUE(is_sendable("\"a b\"@x.test"));
  EXPECT_TRUE(is_sendable(""));
  EXPECT_FALSE(is_sendable("a@x.test>\r\nDATA"));
  EXPECT_FALSE(is_sendable(std::string("a\0@x.test", 9)));
  EXPECT_FALSE(is_sendable(std::string(1'001, 'a')));
}

}  // namespace
}  // namespace kontor::smtp::client
