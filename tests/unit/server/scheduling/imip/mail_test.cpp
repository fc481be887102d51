// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "server/scheduling/imip/mail.hpp"
#include "server/scheduling/imip/read_mail.hpp"
#include "tests/unit/calendar/objects.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Method;

const std::string k_lines =
    "SUMMARY:Бюджет\nDTSTART;TZID=Europe/Moscow:20261123T100000\nDURATION:PT1H\n"
    "ORGANIZER;CN=Anna:mailto:anna@example.test\nATTENDEE;CN=X:mailto:x@elsewhere.test\n"
    "ATTENDEE:mailto:anna@example.test";

calendar::SchedulingMessage request(std::string_view lines = k_lines) {
  return {.method = Method::request,
          .from = "anna@example.test",
          .to = {"x@elsewhere.test"},
          .calendar = calendar::object_of(calendar::event(lines)).calendar};
}

std::string written(const calendar::SchedulingMessage& message, bool is_automatic = false) {
  return mail_of({.message = message,
                  .from = "Anna@example.test",
                  .from_name = "Ivanova, Anna",
                  .to = "x@elsewhere.test",
                  .language = "ru",
                  .server = "mail.example.test",
                  .date = calendar::utc("20261120T100000Z"),
                  .is_automatic = is_automatic},
                 calendar::machine_zones());
}

// A mail around a calendar, as others write it.
std::string mail(std::string_view calendar,
                 std::string_view from,
                 std::string_view type = "text/calendar; method=REQUEST") {
  return "From: " + std::string(from) + "\r\nTo: anna@example.test\r\nMIME-Version: 1.0\r\n" +
         "Content-Type: " + std::string(type) + "\r\n\r\n" + std::string(calendar);
}
std::string incoming(std::string_view method, std::string_view lines) {
  return calendar::wrapped("METHOD:" + std::string(method) + "\n" + calendar::event(lines));
}
const std::string k_foreign =
    "DTSTART:20261123T100000Z\nORGANIZER:mailto:x@elsewhere.test\n"
    "ATTENDEE;SCHEDULE-AGENT=NONE:MAILTO:Anna@Example.test";

NotTaken refusal(std::string_view raw) {
  const auto message = read_mail(raw, {});
  return message ? NotTaken{255} : message.error();
}

TEST(ImipMail, IsAMessageThatMailProgramsKnow) {
  const auto raw = written(request());
  const auto structure = mime::parse(raw, {});
  ASSERT_EQ(structure.parts.size(), 5U);
  const auto header = structure.parts[0].header.of(raw);
  EXPECT_EQ(mime::field_value(header, "From"), "\"Ivanova, Anna\" <Anna@example.test>");
  EXPECT_EQ(mime::field_value(header, "To"), "<x@elsewhere.test>");
  EXPECT_EQ(mime::decode_words(*mime::field_value(header, "Subject")), "Приглашение: Бюджет");
  EXPECT_EQ(mime::field_value(header, "Date"), "Fri, 20 Nov 2026 10:00:00 +0000");
  EXPECT_TRUE(mime::field_value(header, "Message-ID")->ends_with("@mail.example.test>"));
  EXPECT_FALSE(mime::field_value(header, "Auto-Submitted"));
  EXPECT_EQ(structure.parts[0].subtype, "mixed");
  EXPECT_EQ(structure.parts[1].subtype, "alternative");
  EXPECT_NE(
      mime::part_text(raw, structure.parts[2]).find("Anna <anna@example.test> приглашает вас"),
      std::string::npos);
  const auto& part = structure.parts[3];
  EXPECT_EQ(part.type + '/' + part.subtype, "text/calendar");
  EXPECT_EQ(part.parameter("method"), "REQUEST");
  EXPECT_EQ(part.parameter("component"), "VEVENT");
  EXPECT_EQ(part.parameter("charset"), "utf-8");
  const auto& file = structure.parts[4];
  EXPECT_EQ(file.type + '/' + file.subtype, "application/ics");
  EXPECT_EQ(file.parameter("name"), "invite.ics");
  const auto calendar = mime::part_text(raw, part);
  EXPECT_EQ(*mime::decode_transfer(file.body.of(raw), file.encoding), calendar);
  // A zone that the client left out is there.
  EXPECT_NE(calendar.find("BEGIN:VTIMEZONE\r\nTZID:Europe/Moscow\r\n"), std::string::npos);
  for (const auto line : split(raw, '\n')) EXPECT_LE(line.size(), 999U);
}

TEST(ImipMail, ReadsBackAsTheMessageItCarries) {
  const auto read = read_mail(written(request()), {});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, Method::request);
  EXPECT_EQ(read->from, "anna@example.test");
  EXPECT_EQ(addressed_as(*read, {"y@elsewhere.test", "X@elsewhere.test"}), "x@elsewhere.test");
  EXPECT_EQ(addressed_as(*read, {"y@elsewhere.test"}), "");
}

TEST(ImipMail, NamesWhoActsForSomebodyAndWhatNobodyDid) {
  const auto raw =
      written(request("DTSTART:20261123T100000Z\nATTENDEE:mailto:x@elsewhere.test\n"
                      "ORGANIZER;SENT-BY=\"mailto:boris@example.test\":mailto:anna@example.test"),
              true);
  EXPECT_EQ(mime::field_value(raw, "Sender"), "<boris@example.test>");
  EXPECT_EQ(mime::field_value(raw, "Reply-To"), "<Anna@example.test>");
  EXPECT_EQ(mime::field_value(raw, "Auto-Submitted"), "auto-generated");
}

TEST(ImipMail, LeavesTheFileOutOfALargeMessage) {
  const auto raw = written(request(k_lines + "\nDESCRIPTION:" + std::string(k_largest_file, 'x')));
  EXPECT_EQ(raw.find("application/ics"), std::string::npos);
  EXPECT_TRUE(read_mail(raw, {}));
}

TEST(ImipMail, CarriesFilesThatTheCalendarNames) {
  const auto message =
      request(k_lines + "\nATTACH;FILENAME=plan.pdf:CID:one@a\nATTACH;FILENAME=x.ics:CID:two@a");
  const std::string bytes("\0\r\n.\r\n\xFF", 8);
  const std::vector<Enclosure> files{{"one@a", "application/pdf", "План \"v1\".pdf", bytes},
                                     {"two@a", "text/calendar", "x\r\nEvil: y.ics", "BEGIN"}};
  const std::vector<std::string> left_out{"film.mp4", "disk\r\nimage.iso"};
  const auto raw = mail_of({.message = message,
                            .from = "anna@example.test",
                            .from_name = "Anna",
                            .to = "x@elsewhere.test",
                            .language = "en",
                            .server = "mail.example.test",
                            .date = calendar::utc("20261120T100000Z"),
                            .enclosures = files,
                            .left_out = left_out},
                           calendar::machine_zones());
  const auto structure = mime::parse(raw, {});
  ASSERT_EQ(structure.parts.size(), 7U);
  EXPECT_NE(mime::part_text(raw, structure.parts[2])
                .find("Not enclosed, ask for it: film.mp4, disk  image.iso\r\n"),
            std::string::npos);
  const auto& first = structure.parts[4];
  EXPECT_EQ(first.type + '/' + first.subtype, "application/pdf");
  EXPECT_EQ(mime::field_value(first.header.of(raw), "Content-ID"), "<one@a>");
  EXPECT_EQ(*mime::decode_transfer(first.body.of(raw), first.encoding), bytes);
  EXPECT_EQ(first.parameter("name"), "План \"v1\".pdf");
  const auto& second = structure.parts[5];
  EXPECT_EQ(second.type + '/' + second.subtype, "application/octet-stream")
      << "nobody takes it for the invitation";
  EXPECT_EQ(raw.find("\nEvil:"), std::string::npos);
  EXPECT_TRUE(read_mail(raw, {}));
  for (const auto line : split(raw, '\n')) EXPECT_LE(line.size(), 999U);
}

TEST(ImipMail, FindsTheCalendarWhereOthersPutIt) {
  const auto calendar = incoming("REQUEST", k_foreign);
  const auto inner =
      "Content-Type: text/calendar; METHOD=request\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n" +
      base64_encode(calendar) + "\r\n";
  const auto nested =
      "--a\r\nContent-Type: text/plain\r\n\r\nhello\r\n--a\r\n"
      "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" +
      inner + "--b--\r\n--a--\r\n";
  const auto raw = mail(nested, "X <x@elsewhere.test>", "multipart/mixed; boundary=a");
  const auto read = read_mail(raw, {});
  ASSERT_TRUE(read) << name_of(read.error());
  EXPECT_EQ(read->from, "x@elsewhere.test");
  EXPECT_EQ(addressed_as(*read, {"anna@example.test"}), "anna@example.test");
  // What the sender's own server is told of an attendee is not told to ours.
  EXPECT_EQ(calendar::write_component(read->calendar).find("SCHEDULE-AGENT"), std::string::npos);
  // KOI8-R: "Бюджет".
  const auto koi = incoming("REQUEST", k_foreign + "\nSUMMARY:@@");
  std::string bytes = koi;
  bytes.replace(bytes.find("@@"), 2, "\xE2\xC0\xC4\xD6\xC5\xD4");
  const auto russian = read_mail(
      mail(bytes, "x@elsewhere.test", "text/calendar; method=REQUEST; charset=koi8-r"), {});
  ASSERT_TRUE(russian);
  EXPECT_EQ(russian->calendar.components.front().value("SUMMARY"), "Бюджет");
}

TEST(ImipMail, IsNotTakenFromWhatIsNoMessageOrAnother) {
  const auto calendar = incoming("REQUEST", k_foreign);
  EXPECT_EQ(refusal(mail("hello", "x@elsewhere.test", "text/plain")), NotTaken::no_message);
  EXPECT_EQ(refusal(mail(calendar, "x@elsewhere.test", "text/calendar")), NotTaken::no_message);
  const auto forwarded =
      mail(mail(calendar, "x@elsewhere.test"), "y@elsewhere.test", "message/rfc822");
  EXPECT_EQ(refusal(forwarded), NotTaken::no_message);
  EXPECT_EQ(refusal(mail(calendar, "x@elsewhere.test", "text/calendar; method=CANCEL")),
            NotTaken::other_method);
  EXPECT_EQ(refusal(mail("BEGIN:VCALENDAR\r\n", "x@elsewhere.test")), NotTaken::unreadable);
  MailLimits small;
  small.object.text.bytes = 50;
  EXPECT_EQ(read_mail(mail(calendar, "x@elsewhere.test"), small).error(), NotTaken::unreadable);
}

TEST(ImipMail, IsTakenFromWhoSpeaksAlone) {
  const auto calendar = incoming("REQUEST", k_foreign);
  for (const auto from :
       {"y@elsewhere.test", "anna@example.test", "x@elsewhere.test, y@elsewhere.test",
        "g: x@elsewhere.test;", "", "x@elsewhere.test.evil.test"})
    EXPECT_EQ(refusal(mail(calendar, from)), NotTaken::other_sender) << from;
  const auto answer = [](std::string_view attendees) {
    return incoming("REPLY", "DTSTART:20261123T100000Z\nORGANIZER:mailto:anna@example.test\n" +
                                 std::string(attendees));
  };
  const std::string_view type = "text/calendar; method=REPLY";
  const auto own = read_mail(
      mail(answer("ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@elsewhere.test"), "X@Elsewhere.TEST", type),
      {});
  ASSERT_TRUE(own);
  EXPECT_EQ(own->from, "x@elsewhere.test");
  EXPECT_EQ(addressed_as(*own, {"anna@example.test"}), "anna@example.test");
  EXPECT_EQ(refusal(mail(answer("ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@elsewhere.test"),
                         "y@elsewhere.test", type)),
            NotTaken::other_sender);
  // A secretary counts within one domain: what the mail says of itself proves nothing.
  const auto for_boss = answer(
      "ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY=\"mailto:y@elsewhere.test\":mailto:x@elsewhere.test");
  EXPECT_TRUE(read_mail(mail(for_boss, "y@elsewhere.test", type), {}));
  const auto forged =
      answer("ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY=\"mailto:y@evil.test\":mailto:x@elsewhere.test");
  EXPECT_EQ(refusal(mail(forged, "y@evil.test", type)), NotTaken::other_sender);
  // Two components said by two organizers.
  const auto two = calendar::wrapped("METHOD:REQUEST\n" + calendar::event(k_foreign) +
                                     calendar::event("RECURRENCE-ID:20261124T100000Z\n"
                                                     "DTSTART:20261124T100000Z\n"
                                                     "ORGANIZER:mailto:y@elsewhere.test"));
  EXPECT_EQ(refusal(mail(two, "x@elsewhere.test")), NotTaken::other_sender);
}

TEST(ImipMail, AddressesComeOutOfUris) {
  EXPECT_EQ(mail_address("mailto:Anna@example.test"), "Anna@example.test");
  EXPECT_EQ(mail_address(" MAILTO:a%2Bb@example.test?subject=x "), "a+b@example.test");
  EXPECT_EQ(mail_address("anna@example.test"), "anna@example.test");
  for (const auto wrong : {"urn:uuid:1", "", "mailto:", "mailto:anna", "mailto:@x", "mailto:a@",
                           "mailto:a%0D%0Ab@c", "mailto:a b@c", "mailto:a@b>c", "https://a@b/"})
    EXPECT_FALSE(mail_address(wrong)) << wrong;
}

}  // namespace
}  // namespace kontor::scheduling
