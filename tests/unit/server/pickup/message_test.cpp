// SPDX-License-Identifier: GPL-3.0-or-later
// What a file of DATA/pickup says, and what is refused with which words.
#include "server/pickup/message.hpp"

#include <gmock/gmock.h>

namespace kontor::pickup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Terms terms() {
  return {"0123456789abcdef0123", "mail.test", UtcSeconds(std::chrono::seconds(1'800'000'000)), 5,
          3};
}

Message good(std::string_view file) {
  const auto message = read_message(file, terms());
  EXPECT_TRUE(message) << message.error().detail();
  return message ? *message : Message();
}

std::string wrong(std::string_view file) {
  const auto message = read_message(file, terms());
  EXPECT_FALSE(message);
  return message ? "" : message.error().detail();
}

TEST(PickupMessage, HeadersSayWhoGetsIt) {
  const auto message = good(
      "From: Anna <anna@a.test>, b@a.test\nTo: C <c@a.test>, group: d@a.test, C@a.test;\n"
      "Cc: e@a.test\nBcc: f@a.test,\n\tg@a.test\nSubject: x\n\nBcc: text\n.\n");
  EXPECT_EQ(message.sender, "anna@a.test");
  EXPECT_THAT(message.recipients,
              ElementsAre("c@a.test", "d@a.test", "e@a.test", "f@a.test", "g@a.test"));
  EXPECT_THAT(message.bytes, StartsWith("Received: by mail.test (Kontor) with local id "
                                        "0123456789abcdef0123;\r\n\t"));
  EXPECT_THAT(message.bytes, HasSubstr("\r\nMessage-ID: <0123456789abcdef0123@mail.test>\r\n"));
  EXPECT_THAT(message.bytes, HasSubstr("\r\nDate: "));
  EXPECT_THAT(message.bytes, Not(HasSubstr("g@a.test")));
  EXPECT_TRUE(message.bytes.ends_with("Cc: e@a.test\r\nSubject: x\r\n\r\nBcc: text\r\n.\r\n"));
  EXPECT_FALSE(message.is_8bit || message.is_utf8);
}

TEST(PickupMessage, LinesOfTheEnvelopeStandAboveThem) {
  const auto message = good(
      "x-sender: <>\r\nX-RECEIVER: one@a.test\r\nX-Receiver: <two@a.test>\r\nFrom: a@a.test\r\n"
      "To: not@a.test\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@a>\r\n");
  EXPECT_EQ(message.sender, "");
  EXPECT_THAT(message.recipients, ElementsAre("one@a.test", "two@a.test"));
  EXPECT_TRUE(
      message.bytes.ends_with("\r\nFrom: a@a.test\r\nTo: not@a.test\r\nDate: Mon, 2 Nov "
                              "2026 10:00:00 +0000\r\nMessage-ID: <1@a>\r\n\r\n"))
      << message.bytes;
  EXPECT_EQ(good("From: a@a.test\nSender: s@a.test\nTo: b@a.test\n\n").sender, "s@a.test");
  const auto wide = good("From: a@a.test\nTo: b@почта.test\n\nтекст\n");
  EXPECT_TRUE(wide.is_8bit && wide.is_utf8);
  EXPECT_FALSE(good("From: a@a.test\nTo: b@a.test\n\nтекст\n").is_utf8);
}

TEST(PickupMessage, SaysWhatIsWrong) {
  EXPECT_THAT(wrong(""), HasSubstr("does not begin with header fields"));
  EXPECT_THAT(wrong("hello\nFrom: a@a.test\n"), HasSubstr("header fields"));
  EXPECT_THAT(wrong(std::string_view("From: a@a.test\0", 15)), HasSubstr("NUL"));
  EXPECT_THAT(wrong("To: b@a.test\n\n"), HasSubstr("no From field"));
  EXPECT_THAT(wrong("From: a@a.test\n\n"), HasSubstr("for nobody"));
  EXPECT_THAT(wrong("From: nobody\nTo: b@a.test\n\n"), HasSubstr("is not a mail address"));
  EXPECT_THAT(wrong("From: a@a.test\nTo: b\n\n"), HasSubstr("To field is not a mail address"));
  EXPECT_THAT(wrong("From: a@a.test\nX-Receiver: b@\n\n"), HasSubstr("is not a mail address"));
  EXPECT_THAT(wrong("From: a@a.test\nX-Receiver: <>\n\n"), HasSubstr("names nobody"));
  EXPECT_THAT(wrong("X-Sender: a@a.test\nX-Sender: b@a.test\nFrom: a@a.test\n\n"),
              HasSubstr("two X-Sender"));
  EXPECT_THAT(wrong("From: a@a.test\nTo: 1@a.b, 2@a.b, 3@a.b, 4@a.b, 5@a.b, 6@a.b\n\n"),
              HasSubstr("6 recipients, 5 are allowed"));
  EXPECT_THAT(wrong("Received: x\nReceived: x\nReceived: x\nFrom: a@a.b\nTo: b@a.b\n\n"),
              HasSubstr("in a circle"));
}

}  // namespace
}  // namespace kontor::pickup
