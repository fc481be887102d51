// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/message.hpp"

#include <gmock/gmock.h>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using std::chrono::seconds;

Configure configure() {
  Configure message;
  message.settings.server.data_folder = "/srv/mail";
  message.settings.server.demo = true;
  message.settings.log.level = "debug";
  message.settings.directory.source = "ad";
  message.settings.directory.default_domain = "example.test";
  message.settings.ad.controllers = {"dc1.example.test", "dc2.example.test"};
  message.settings.ad.timeout = std::chrono::milliseconds(1'234);
  message.settings.sign_in.remember_success = seconds(77);
  message.settings.sign_in.mechanisms = {"PLAIN"};
  message.settings.policy.attribute = "extensionName";
  message.settings.directory.attributes = {"title=info"};
  message.settings.groups.dynamic = {"all@example.test=(cn=*)"};
  return message;
}

SignInAnswer answer() {
  SignInAnswer message;
  message.id = 12;
  message.outcome = SignInAnswer::Outcome::done;
  message.step.done = true;
  message.step.challenge = std::string("\0\xff", 2);
  message.step.identity = {test_id(3, "ad"),   "Анна", "anna@example.test", "anna",
                           {"S-1-1", "S-1-2"}, true,   Proof::ticket,       {"S-1-2"},
                           1'700'000'000,      ""};
  message.step.authorization_id = "anna";
  return message;
}

std::vector<Message> samples() {
  return {configure(),
          SignInBegin{7, "GSSAPI", {"imap", "::1", "c-17", true, "binding"}},
          SignInStep{7, std::string("a\0b", 3)},
          SignInStep{7, std::nullopt},
          SignInAbandon{7},
          Ping{1},
          Request{2, Wish::reconcile},
          Ready{k_protocol_version, {{"GSSAPI", false}, {"PLAIN", true}}},
          answer(),
          CopyChanged{~0ULL},
          SourceReport{{{"ad", true, "dc1", "fine", -1}}, 12},
          Pong{1},
          Reply{2, false, Errc::busy, "why"},
          CopyDelta{4, 5, {false, {test_person(1, "anna")}, {test_id(2)}}},
          LocalEdit{9, LocalChange::set_password, test_id(3).guid, "a", "b", "c", "secret"}};
}

Message through(const Message& message) {
  MessageReader reader;
  reader.feed(encode_message(message));
  auto read = reader.next();
  EXPECT_TRUE(read && *read);
  return read && *read ? **read : Message(Ping{});
}

TEST(AgentMessage, EveryMessageComesBackAsItWas) {
  for (const auto& message : samples()) {
    const auto read = through(message);
    EXPECT_EQ(read.index(), message.index());
    EXPECT_EQ(encode_message(read), encode_message(message)) << message.index();
  }
}

// KONTOR_WRITE_GENERATED=1 writes it anew.
TEST(AgentMessage, TheGeneratedSampleIsCurrent) {
  std::string bytes;
  for (const auto& message : samples()) bytes += encode_message(message);
  EXPECT_EQ(fuzz_sample("agent_message/each", bytes), bytes);
}

TEST(AgentMessage, FieldsArriveWhereTheyWere) {
  const auto settings = std::get<Configure>(through(configure())).settings;
  EXPECT_EQ(settings.server.data_folder, "/srv/mail");
  EXPECT_TRUE(settings.server.demo);
  EXPECT_EQ(settings.ad.controllers.size(), 2U);
  EXPECT_EQ(settings.ad.timeout.count(), 1'234);
  EXPECT_EQ(settings.directory.attributes, std::vector<std::string>{"title=info"});
  EXPECT_EQ(settings.groups.dynamic.size(), 1U);
  EXPECT_EQ(settings.sign_in.remember_success, seconds(77));
  EXPECT_EQ(settings.policy.attribute, "extensionName");
  const auto read = std::get<SignInAnswer>(through(answer()));
  EXPECT_EQ(read.step.identity.id, test_id(3, "ad"));
  EXPECT_EQ(read.step.identity.sids, (std::vector<Sid>{"S-1-1", "S-1-2"}));
  EXPECT_TRUE(read.step.identity.is_admin);
  EXPECT_EQ(read.step.challenge.size(), 2U);
  EXPECT_FALSE(std::get<SignInStep>(through(SignInStep{1, std::nullopt})).response);
}

TEST(AgentMessage, AnyCutOfTheStreamGivesTheSameMessages) {
  std::string stream;
  for (const auto& message : samples()) stream += encode_message(message);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U}) {
    MessageReader reader;
    std::string again;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view(stream).substr(at, piece));
      for (;;) {
        const auto next = reader.next();
        ASSERT_TRUE(next);
        if (!*next) break;
        again += encode_message(**next);
      }
    }
    EXPECT_EQ(again, stream) << piece;
  }
}

TEST(AgentMessage, GarbageIsRefused) {
  const auto refuses = [](const std::string& bytes) {
    MessageReader reader;
    reader.feed(bytes);
    return !reader.next().has_value();
  };
  EXPECT_TRUE(refuses(std::string("\xff\xff\xff\xff", 4)));          // longer than allowed
  EXPECT_TRUE(refuses(std::string("\x01\x00\x10\x00", 4)));          // one more than allowed
  EXPECT_TRUE(refuses(std::string("\x00\x00\x00\x00", 4)));          // empty
  EXPECT_TRUE(refuses(std::string("\x01\x00\x00\x00\x63", 5)));      // unknown type
  EXPECT_TRUE(refuses(std::string("\x02\x00\x00\x00\x04\x00", 6)));  // a cut ping
  for (const auto& message : samples()) {
    const auto frame = encode_message(message);
    const auto body = frame.substr(4);
    EXPECT_FALSE(decode_message(body + "x")) << message.index();
    for (std::size_t size = 0; size < body.size(); ++size)
      EXPECT_FALSE(decode_message(body.substr(0, size))) << message.index() << " " << size;
  }
}

}  // namespace
}  // namespace kontor::directory
