// SPDX-License-Identifier: GPL-3.0-or-later
// Notices to senders: who gets one, what programs and people read in it (RFC 3461, 3464, 6533).
#include "server/queue/notice.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "server/queue/notice_text.hpp"

namespace kontor::queue {
namespace {

constexpr const char* k_original =
    "Message-ID: <42@a.test>\r\nSubject: hello\r\n\r\nthe body of it\r\n";

struct Case {
  Envelope envelope;
  std::vector<Recipient> recipients;
  std::vector<Outcome> outcomes;
  std::string original = k_original;
  config::Queue settings;

  Case() {
    envelope.trace = "trace1";
    envelope.sender = "anna@a.test";
    envelope.arrived = UtcSeconds(std::chrono::seconds(1'800'000'000));
  }
  void add(std::string address, Fate fate, std::string diagnostic = {}) {
    Recipient one;
    one.address = std::move(address);
    recipients.push_back(one);
    Outcome what;
    what.fate = fate;
    what.diagnostic = std::move(diagnostic);
    what.remote = "mx.b.test";
    outcomes.push_back(what);
  }
  std::vector<Notice> made() const {
    NoticeRequest request;
    request.envelope = &envelope;
    request.recipients = &recipients;
    request.outcomes = &outcomes;
    request.original = original;
    request.server = "mail.test";
    request.now = envelope.arrived + std::chrono::hours(1);
    return notices_about(request, settings);
  }
  std::string bytes() const {
    const auto all = made();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? "" : all[0].bytes;
  }
};

bool has(std::string_view text, std::string_view part) { return text.contains(part); }

// Undoes the base64 of the first part.
std::string text_of(const std::string& notice) {
  const auto begin = notice.find("base64\r\n\r\n") + 10;
  return mime::decode_transfer(notice.substr(begin, notice.find("\r\n--", begin) - begin), "base64")
      .value_or("");
}

TEST(Notice, AFailureIsToldToPeopleAndPrograms) {
  Case one;
  one.envelope.envelope_id = "QQ314159";
  one.add("bob@b.test", Fate::failed, "550 5.1.1 no such user here");
  one.recipients[0].original = "rfc822;robert@old.test";
  const auto all = one.made();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].head.envelope.sender, "");
  EXPECT_EQ(all[0].head.recipients.at(0).address, "anna@a.test");
  EXPECT_EQ(all[0].head.recipients.at(0).notify, k_notify_never);
  const auto& bytes = all[0].bytes;
  for (const char* line :
       {"From: Mail Delivery System <postmaster@mail.test>\r\n", "To: <anna@a.test>\r\n",
        "Auto-Submitted: auto-replied\r\n", "References: <42@a.test>\r\n",
        "Content-Type: multipart/report; report-type=delivery-status;\r\n",
        "Content-Type: message/delivery-status\r\n", "Original-Envelope-Id: QQ314159\r\n",
        "Reporting-MTA: dns; mail.test\r\n", "Original-Recipient: rfc822;robert@old.test\r\n",
        "Final-Recipient: rfc822;bob@b.test\r\n", "Action: failed\r\n", "Status: 5.1.1\r\n",
        "Remote-MTA: dns; mx.b.test\r\n", "Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n",
        "Content-Type: message/rfc822\r\n", "the body of it\r\n"})
    EXPECT_TRUE(has(bytes, line)) << line << "\n" << bytes;
  const auto text = text_of(bytes);
  EXPECT_TRUE(has(text, "There is no such mailbox."));
  EXPECT_TRUE(has(text, "Такого почтового ящика нет."));
  EXPECT_LT(text.find("no such mailbox"), text.find("Такого")) << "in the order of the setting";
}

TEST(Notice, OnlyWhoAskedIsTold) {
  struct Row {
    Notify notify;
    Fate fate;
    bool takes_notices;
    bool is_told;
  };
  constexpr Notify k_all = k_notify_success | k_notify_failure | k_notify_delay;
  for (const auto& row :
       {Row{k_notify_default, Fate::failed, false, true},
        Row{k_notify_default, Fate::deferred, false, true},
        Row{k_notify_default, Fate::relayed, false, false},
        Row{k_notify_default, Fate::delivered, false, false},
        Row{k_notify_never, Fate::failed, false, false},
        Row{k_notify_success, Fate::failed, false, false},
        Row{k_notify_failure, Fate::deferred, false, false},
        Row{k_all, Fate::delivered, false, true}, Row{k_all, Fate::relayed, false, true},
        Row{k_all, Fate::relayed, true, false}}) {
    Case one;
    one.add("bob@b.test", row.fate);
    one.recipients[0].notify = row.notify;
    one.outcomes[0].takes_notices = row.takes_notices;
    EXPECT_EQ(one.made().size(), row.is_told ? 1U : 0U)
        << int(row.notify) << " " << int(row.fate) << " " << row.takes_notices;
    one.envelope.sender.clear();
    EXPECT_TRUE(one.made().empty()) << "about a notice";
  }
}

TEST(Notice, SuccessSaysWhatKindAndCarriesTheHeaderAlone) {
  Case one;
  one.add("here@a.test", Fate::delivered);
  one.add("there@b.test", Fate::relayed);
  for (auto& recipient : one.recipients) recipient.notify = k_notify_success;
  const auto bytes = one.bytes();
  EXPECT_TRUE(has(bytes, "Action: delivered\r\nStatus: 2.0.0\r\n"));
  EXPECT_TRUE(has(bytes, "Action: relayed\r\nStatus: 2.0.0\r\n"));
  EXPECT_TRUE(has(bytes, "Content-Type: text/rfc822-headers\r\n"));
  EXPECT_FALSE(has(bytes, "the body of it"));
}

TEST(Notice, HowMuchOfTheMessageIsReturned) {
  Case one;
  one.add("bob@b.test", Fate::failed);
  EXPECT_TRUE(has(one.bytes(), "the body of it"));
  one.envelope.returned = Return::headers;
  EXPECT_FALSE(has(one.bytes(), "the body of it"));
  EXPECT_TRUE(has(one.bytes(), "Subject: hello"));
  one.envelope.returned = Return::unspecified;
  one.original = std::string(k_original) + std::string(k_returned_whole, 'x');
  EXPECT_FALSE(has(one.bytes(), "the body of it")) << "too long without being asked";
  one.envelope.returned = Return::full;
  EXPECT_TRUE(has(one.bytes(), "the body of it"));
  one.original.clear();
  EXPECT_FALSE(has(one.bytes(), "rfc822-headers")) << "it cannot be read: told without it";
}

TEST(Notice, ThePostmasterGetsACopyOfFailuresWithTheHeader) {
  Case one;
  one.settings.postmaster = "post@a.test";
  one.add("bob@b.test", Fate::failed);
  one.recipients[0].notify = k_notify_never;
  const auto all = one.made();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].head.recipients.at(0).address, "post@a.test");
  EXPECT_FALSE(has(all[0].bytes, "the body of it"));
  one.outcomes[0].fate = Fate::deferred;
  EXPECT_TRUE(one.made().empty());
}

TEST(Notice, AddressesBeyondAscii) {
  Case one;
  one.envelope.is_utf8 = true;
  one.envelope.sender = "анна@почта.test";
  one.add("пётр@почта.test", Fate::failed);
  auto all = one.made();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].head.envelope.is_utf8);
  EXPECT_EQ(all[0].head.envelope.body, Body::mime8);
  EXPECT_TRUE(has(all[0].bytes, "Content-Type: message/global-delivery-status\r\n"));
  EXPECT_TRUE(has(all[0].bytes, "Final-Recipient: utf-8;пётр@почта.test\r\n"));
  one.envelope.is_utf8 = false;
  one.envelope.sender = "anna@a.test";
  all = one.made();
  EXPECT_FALSE(all[0].head.envelope.is_utf8);
  EXPECT_TRUE(has(all[0].bytes, "Final-Recipient: utf-8;\\x{43F}\\x{451}\\x{442}\\x{440}@"));
}

TEST(Notice, WhatOthersWroteCannotForgeFields) {
  Case one;
  one.add("bob@b.test", Fate::failed, "550 no\r\nAction: delivered\r\n\r\n--x\r\nEvil: 1");
  one.original = "Message-ID: <1@a>\r\n Injected: 1\r\n\r\nx\r\n";
  const auto bytes = one.bytes();
  EXPECT_FALSE(has(bytes, "\r\nAction: delivered"));
  EXPECT_FALSE(has(bytes, "\r\nEvil:"));
  EXPECT_TRUE(has(bytes, "References: <1@a> Injected: 1\r\n"));
}

TEST(Notice, LanguagesAreThoseOfTheSetting) {
  Case one;
  one.add("bob@b.test", Fate::failed);
  one.settings.notice_languages = {"en"};
  EXPECT_TRUE(has(one.bytes(), "Subject: Your message could not be delivered\r\n"));
  EXPECT_TRUE(has(one.bytes(), "Content-Transfer-Encoding: 7bit\r\n"));
  one.settings.notice_languages = {"ru", "en"};
  EXPECT_TRUE(has(one.bytes(), "Subject: =?utf-8?b?"));
  EXPECT_TRUE(text_of(one.bytes()).starts_with("Ваше письмо не удалось доставить"));
}

TEST(Notice, StatusComesFromTheReplyOrItsClass) {
  struct Row {
    Fate fate;
    const char* status;
    const char* diagnostic;
    const char* expected;
  };
  for (const auto& row :
       {Row{Fate::failed, "5.2.2", "550 5.1.1 no", "5.2.2"},
        Row{Fate::failed, "", "550 5.1.1 no", "5.1.1"}, Row{Fate::failed, "", "550 no", "5.0.0"},
        Row{Fate::failed, "", "550 4.1.1 liar", "5.0.0"}, Row{Fate::deferred, "", "", "4.0.0"},
        Row{Fate::relayed, "bad", "250 2.1.5 ok", "2.1.5"},
        Row{Fate::failed, "", "550 5.1.1234 x", "5.0.0"}}) {
    Outcome one;
    one.fate = row.fate;
    one.status = row.status;
    one.diagnostic = row.diagnostic;
    EXPECT_EQ(status_of(one), row.expected) << row.diagnostic;
  }
}

TEST(Notice, EverySentenceHasBothLanguages) {
  for (const char* status : {"5.1.1", "5.1.2", "5.1.99", "4.2.2", "5.3.4", "4.4.1", "4.4.7",
                             "5.4.6", "5.5.1", "5.6.7", "5.7.1", "5.7.26", "5.1.10"}) {
    EXPECT_FALSE(status_sentence(status, "en").empty()) << status;
    EXPECT_FALSE(status_sentence(status, "ru").empty()) << status;
    EXPECT_NE(status_sentence(status, "en"), status_sentence(status, "ru"));
  }
  EXPECT_TRUE(status_sentence("5.0.0", "en").empty());
}

}  // namespace
}  // namespace kontor::queue
