// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/relay.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/net/task_group.hpp"
#include "tests/unit/server/smtp/client/fake_world.hpp"

namespace kontor::smtp::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string k_text = "Subject: a\r\n\r\n.b\r\n";

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(fmt::format("u{}@far.test", i));
  return all;
}

TEST_F(RelayTest, OneConnectionCarriesManyMessages) {
  for (int i = 0; i < 5; ++i) work_.add({"boris@far.test", "clara@far.test"}, k_text);
  deliver();
  EXPECT_EQ(server().connections, 1U);
  EXPECT_EQ(server().messages, std::vector<std::string>(5, k_text));
  EXPECT_EQ(server().count("EHLO"), 1U);
  EXPECT_EQ(server().count("RSET"), 0U);
  EXPECT_EQ(server().lines.front(), "EHLO mail.example.test");
  EXPECT_EQ(server().lines.back(), "QUIT");
  EXPECT_EQ(words(5), (std::vector<std::string>{"relayed 2.0.0", "relayed 2.0.0"}));
  EXPECT_TRUE(work_.told[1][0].takes_notices);
  EXPECT_EQ(work_.told[1][0].diagnostic, "250 2.0.0 taken");
  EXPECT_EQ(log_.count("relay.recipient.sent"), 10U);
  const auto event = log_.last("relay.recipient.sent");
  EXPECT_EQ(event->get(log::Keys::host), "mx.far.test");
  EXPECT_EQ(event->get(log::Keys::peer), "192.0.2.1:25");
  EXPECT_EQ(event->get(log::Keys::reply), "250 2.0.0 taken");
  EXPECT_EQ(event->get(log::Keys::tls), "none");
  EXPECT_EQ(event->get(log::Keys::trace), "t5");
}

TEST_F(RelayTest, NothingIsAskedOrConnectedWithoutWork) {
  deliver();
  EXPECT_EQ(resolver_.questions, 0U);
  EXPECT_THAT(tried_, IsEmpty());
}

TEST_F(RelayTest, EachRecipientHasItsOwnOutcome) {
  for (const bool pipelining : {true, false}) {
    work_ = FakeWork();
    if (!pipelining) std::erase(server().offers, "PIPELINING");
    server().rcpt = {{"no@far.test", "550 5.1.1 unknown"},
                     {"later@far.test", "450 4.2.1 busy"},
                     {"full@far.test", "452 4.2.2 full"},
                     {"over@far.test", "552 5.2.2 full"}};
    work_.add({"no@far.test", "boris@far.test", "later@far.test", "full@far.test", "over@far.test",
               "bad\r\n@far.test"},
              k_text);
    deliver();
    EXPECT_THAT(words(), ElementsAre("failed 5.1.1", "relayed 2.0.0", "deferred 4.2.1",
                                     "deferred 4.2.2", "failed 5.2.2", "failed 5.1.3"));
    EXPECT_EQ(work_.told[1][0].diagnostic, "550 5.1.1 unknown");
  }
  EXPECT_EQ(server().messages.size(), 2U);
}

TEST_F(RelayTest, AMessageForNobodyIsNotSentAndTheNextGoesOn) {
  for (const bool pipelining : {true, false}) {
    work_ = FakeWork();
    if (!pipelining) std::erase(server().offers, "PIPELINING");
    server().rcpt["no@far.test"] = "550 5.1.1 unknown";
    work_.add({"no@far.test"}, k_text);
    work_.add({"boris@far.test"}, k_text);
    deliver();
    EXPECT_THAT(words(1), ElementsAre("failed 5.1.1"));
    EXPECT_THAT(words(2), ElementsAre("relayed 2.0.0"));
  }
  EXPECT_EQ(server().messages.size(), 2U);
  EXPECT_EQ(server().count("RSET"), 2U);
}

TEST_F(RelayTest, A354ForNobodyIsAnsweredWithAnEmptyMessage) {
  server().rcpt["no@far.test"] = "550 5.1.1 unknown";
  server().replies["DATA"] = "354 go on";
  work_.add({"no@far.test"}, k_text);
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(1), ElementsAre("failed 5.1.1"));
  EXPECT_THAT(words(2), ElementsAre("relayed 2.0.0"));
  EXPECT_THAT(server().messages, ElementsAre("", k_text));
}

TEST_F(RelayTest, TooManyRecipientsGoInFurtherTransactions) {
  for (const char* reply : {"452 4.5.3 too many", "452 too many", "552 too many"}) {
    work_ = FakeWork();
    server() = FakeServer();
    server().most_recipients = 30;
    server().too_many = reply;
    work_.add(names(95), k_text);
    deliver();
    EXPECT_EQ(words(), std::vector<std::string>(95, "relayed 2.0.0")) << reply;
    EXPECT_EQ(server().messages.size(), 4U);
  }
}

TEST_F(RelayTest, AtMostAHundredRecipientsATransaction) {
  work_.add(names(250), k_text);
  deliver();
  EXPECT_EQ(words(), std::vector<std::string>(250, "relayed 2.0.0"));
  EXPECT_EQ(server().messages.size(), 3U);
  EXPECT_EQ(server().count("MAIL"), 3U);
}

TEST_F(RelayTest, AServerThatHadEnoughIsConnectedToAgain) {
  server().most_messages = 2;
  for (int i = 0; i < 5; ++i) work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_EQ(server().messages.size(), 5U);
  EXPECT_EQ(server().connections, 3U);
  for (queue::MessageId id = 1; id <= 5; ++id) EXPECT_THAT(words(id), ElementsAre("relayed 2.0.0"));
}

TEST_F(RelayTest, TheNextHostIsTried) {
  resolver_.mx_of["far.test"] = {{10, "dead.test"}, {20, "busy.test"}, {30, "mx.far.test"}};
  resolver_.addresses_of["dead.test"] = {"192.0.2.11", "192.0.2.12"};
  resolver_.addresses_of["busy.test"] = {"192.0.2.13"};
  server("192.0.2.13").replies["GREETING"] = "554 5.7.1 not you";
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("relayed 2.0.0"));
  EXPECT_THAT(tried_,
              ElementsAre("192.0.2.11:25", "192.0.2.12:25", "192.0.2.13:25", "192.0.2.1:25"));
  EXPECT_EQ(log_.count("relay.host.failed"), 3U);
  // The dead ones come last for a while.
  tried_.clear();
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(tried_, ElementsAre("192.0.2.1:25"));
  tried_.clear();
  clock_.time += std::chrono::minutes(6);
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_EQ(tried_.front(), "192.0.2.11:25");
}

TEST_F(RelayTest, ARefusalOfOneHostIsFinalOnlyWhenNoneMayBeBetterLater) {
  resolver_.mx_of["far.test"] = {{10, "a.test"}, {20, "b.test"}};
  resolver_.addresses_of["a.test"] = {"192.0.2.11"};
  resolver_.addresses_of["b.test"] = {"192.0.2.12"};
  server("192.0.2.11").replies["GREETING"] = "554 5.7.1 not you";
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("deferred 4.4.1")) << "b.test does not answer";
  EXPECT_TRUE(work_.all_deferred);
  server("192.0.2.12").replies["GREETING"] = "521 no mail here";
  work_ = FakeWork();
  work_.add({"boris@far.test"}, k_text);
  work_.add({"clara@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(1), ElementsAre(HasSubstr("failed 5.")));
  EXPECT_THAT(words(2), ElementsAre(HasSubstr("failed 5.")));
  EXPECT_FALSE(work_.all_deferred);
}

TEST_F(RelayTest, WhoKnowsNoEhloIsGreetedWithHelo) {
  server().replies["EHLO"] = "500 what?";
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("relayed 2.0.0"));
  EXPECT_EQ(server().lines.at(1), "HELO mail.example.test");
  EXPECT_EQ(server().lines.at(2), "MAIL FROM:<anna@example.test>");
  EXPECT_FALSE(work_.told[1][0].takes_notices);
}

TEST_F(RelayTest, TlsIsUsedWhereItIsOffered) {
  server().offers.emplace_back("STARTTLS");
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("relayed 2.0.0"));
  EXPECT_EQ(server().count("EHLO"), 2U) << "RFC 3207, 4.2";
  EXPECT_EQ(log_.last("relay.recipient.sent")->get(log::Keys::tls), "TLSv1.3");
  server().replies["STARTTLS"] = "454 4.7.0 not now";
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(2), ElementsAre("relayed 2.0.0")) << "may";
}

TEST_F(RelayTest, WithoutTlsNothingGoesOutWhereItIsRequired) {
  settings_.queue.tls = "require";
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("deferred 4.7.4"));
  EXPECT_EQ(server().count("MAIL"), 0U);
  server().offers.emplace_back("STARTTLS");
  server().replies["STARTTLS"] = "554 5.7.0 broken";
  work_ = FakeWork();
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(), ElementsAre("deferred 4.7.4"));
  EXPECT_EQ(server().count("MAIL"), 0U);
}

TEST_F(RelayTest, WhatTheServerCannotTakeIsNotSent) {
  server().offers = {"PIPELINING", "SIZE 20"};
  work_.add({"boris@far.test"}, "a: b\r\n\r\n\xD0\xB0\r\n");
  work_.add({"boris@far.test"}, std::string(30, 'x') + "\r\n");
  work_.add({"\xD0\xB0@far.test"}, "a: b\r\n\r\n");
  work_.add({"boris@far.test"}, "a\nb\r\n");
  work_.add({"boris@far.test"}, "a: b\r\n\r\n");
  deliver();
  EXPECT_THAT(words(1), ElementsAre("failed 5.6.3"));
  EXPECT_THAT(words(2), ElementsAre("failed 5.3.4"));
  EXPECT_THAT(words(3), ElementsAre("failed 5.6.7"));
  EXPECT_THAT(words(4), ElementsAre("failed 5.6.3"));
  EXPECT_THAT(words(5), ElementsAre("relayed 2.0.0"));
  EXPECT_EQ(server().count("MAIL"), 1U);
}

TEST_F(RelayTest, BinaryMessagesGoByBdat) {
  server().offers = {"PIPELINING", "CHUNKING", "BINARYMIME", "8BITMIME"};
  auto envelope = std::make_shared<queue::Envelope>();
  envelope->body = queue::Body::binary;
  const std::string bytes("a: b\r\n\r\n\0\n.\r\n.\r\nQUIT\r\n\xFF", 23);
  work_.add(envelope, {"boris@far.test"}, bytes);
  work_.add({"clara@far.test"}, k_text);
  deliver();
  EXPECT_THAT(server().messages, ElementsAre(bytes, k_text));
  EXPECT_EQ(server().lines.at(1), "MAIL FROM:<> BODY=BINARYMIME");
  EXPECT_EQ(server().lines.at(3), "BDAT 23 LAST");
}

TEST_F(RelayTest, AMessageThatCannotBeReadWaits) {
  work_.add({"boris@far.test"}, "UNREADABLE");
  work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_THAT(words(1), ElementsAre("deferred 4.3.0"));
  EXPECT_THAT(words(2), ElementsAre("relayed 2.0.0"));
}

TEST_F(RelayTest, StoppingFinishesTheMessageInHandOnly) {
  work_.stop_after = 2;
  for (int i = 0; i < 5; ++i) work_.add({"boris@far.test"}, k_text);
  deliver();
  EXPECT_EQ(work_.told.size(), 2U);
  EXPECT_EQ(work_.due.size(), 3U);
  EXPECT_EQ(server().lines.back(), "QUIT");
}

TEST_F(RelayTest, ACancelledRunEndsAndItsMessageIsGivenBack) {
  for (const char* stage : {"GREETING", "DOT"}) {
    work_ = FakeWork();
    server().replies = {{stage, "HANG"}};
    settings_.queue.timeout = std::chrono::seconds(60);
    work_.add({"boris@far.test"}, k_text);
    const auto relay = make();
    net::TaskGroup group{log::Context(log_)};
    group.spawn(context_.get_executor(), relay->deliver("far.test", work_));
    context_.restart();
    while (context_.poll() > 0) continue;  // until nothing but the hanging server is left
    EXPECT_EQ(group.size(), 1U);
    group.cancel();
    EXPECT_TRUE(kontor::testing::run(context_, group.wait_empty(std::chrono::seconds(10))));
    EXPECT_TRUE(work_.told.empty()) << stage;
    EXPECT_EQ(log_.count("relay.run.failed"), 0U);
  }
}

TEST_F(RelayTest, NothingIsDecidedWhileStopping) {
  servers_.clear();
  resolver_.addresses_of["mx.far.test"] = {"192.0.2.1", "192.0.2.2"};
  work_.add({"boris@far.test"}, k_text);
  on_connect_ = [this] { work_.stopping = true; };
  deliver();
  EXPECT_TRUE(work_.told.empty());
  EXPECT_EQ(tried_.size(), 1U);
}

class SmartHost : public RelayTest {
 protected:
  SmartHost() {
    std::ofstream(file_) << "pass word\n";
    ::chmod(file_.c_str(), 0600);
    settings_.queue.smart_host = "smart.test:587";
    settings_.queue.smart_host_user = "kontor";
    settings_.queue.smart_host_password_file = file_;
    resolver_.addresses_of["smart.test"] = {"192.0.2.50"};
    server("192.0.2.50").offers = {"STARTTLS", "AUTH PLAIN LOGIN"};
  }
  ~SmartHost() override { std::filesystem::remove(file_); }
  static constexpr const char* k_key = "relay:smart.test:587";
  std::string file_ = ::testing::TempDir() + "/kontor-smart-" + std::to_string(::getpid());
};

TEST_F(SmartHost, TakesEverythingAfterSigningIn) {
  for (const char* mechanisms : {"AUTH PLAIN LOGIN", "AUTH LOGIN"}) {
    work_ = FakeWork();
    auto& smart = server("192.0.2.50") = FakeServer();
    smart.offers = {"STARTTLS", mechanisms};
    work_.add({"boris@far.test", "clara@else.test"}, k_text);
    deliver(k_key);
    EXPECT_EQ(words(), std::vector<std::string>(2, "relayed 2.0.0"));
    EXPECT_EQ(smart.user_and_password, mechanisms == std::string("AUTH LOGIN")
                                           ? "/kontor/pass word"
                                           : std::string("\0kontor\0pass word", 17));
  }
  EXPECT_EQ(tried_.front(), "192.0.2.50:587");
}

TEST_F(SmartHost, NoPasswordLeavesInTheClearNorIsMailLostByAWrongOne) {
  auto& smart = server("192.0.2.50");
  smart.offers = {"AUTH PLAIN"};
  work_.add({"boris@far.test"}, k_text);
  deliver(k_key);
  EXPECT_THAT(words(), ElementsAre("deferred 4.7.4"));
  EXPECT_EQ(smart.count("AUTH"), 0U);
  for (const auto& [reply, offer, status] :
       {std::tuple{"535 5.7.8 wrong", "AUTH PLAIN", "deferred 4.7.8"},
        std::tuple{"235 2.7.0 yes", "AUTH CRAM-MD5", "deferred 4.7.0"}}) {
    work_ = FakeWork();
    smart.offers = {"STARTTLS", offer};
    smart.replies["AUTH"] = reply;
    work_.add({"boris@far.test"}, k_text);
    deliver(k_key);
    EXPECT_THAT(words(), ElementsAre(status));
    EXPECT_TRUE(work_.all_deferred);
    EXPECT_EQ(smart.count("MAIL"), 0U);
  }
  EXPECT_EQ(log_.count("relay.signin.refused"), 2U);
}

TEST_F(SmartHost, ItsNameMissingFromTheDnsIsOurFaultNotTheSenders) {
  resolver_.addresses_of.erase("smart.test");
  work_.add({"boris@far.test"}, k_text);
  deliver(k_key);
  EXPECT_THAT(words(), ElementsAre("deferred 4.4.3"));
}

TEST_F(SmartHost, ItsRefusalOfUsLosesNoMail) {
  server("192.0.2.50").replies["GREETING"] = "554 5.7.1 not you";
  work_.add({"boris@far.test"}, k_text);
  deliver(k_key);
  EXPECT_THAT(words(), ElementsAre("deferred 4.7.1"));
  EXPECT_TRUE(work_.all_deferred);
}

TEST_F(SmartHost, APasswordOthersMayReadIsRefused) {
  const auto made = [&] {
    return Relay::make(RelayEnvironment{settings_, resolver_, log::Context(log_)});
  };
  EXPECT_TRUE(made());
  ::chmod(file_.c_str(), 0640);
  EXPECT_THAT(made().error().detail(), HasSubstr("chmod 600"));
  settings_.queue.smart_host_password_file = "/nonexistent";
  EXPECT_EQ(made().error().code(), Errc::not_found);
  settings_.queue.ca_file = "/nonexistent";
  EXPECT_FALSE(made());
}

}  // namespace
}  // namespace kontor::smtp::client
