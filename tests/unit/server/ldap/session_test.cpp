// SPDX-License-Identifier: GPL-3.0-or-later
// Whole dialogues over a stream in memory: sign-in, its outages, framing in pieces, the end.
#include <gtest/gtest.h>

#include <array>

#include "base/core/ber.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/ldap/server.hpp"
#include "server/ldap/wire/response.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/gal/spelling.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::ldap {
namespace {

constexpr net::Limit k_patience = std::chrono::seconds(10);

std::string item(std::uint8_t tag, std::string_view content) {
  std::string out;
  ber::put(out, tag, content);
  return out;
}

std::string message(std::uint8_t id, std::uint8_t tag, std::string_view content) {
  return item(0x30, item(2, std::string(1, static_cast<char>(id))) + item(tag, content));
}

std::string simple(std::uint8_t id, std::string_view name, std::string_view password) {
  return message(id, 0x60, item(2, "\x03") + item(4, name) + item(0x80, password));
}

std::string sasl(std::uint8_t id, std::string_view mechanism, std::string_view credentials) {
  return message(
      id, 0x60,
      item(2, "\x03") + item(4, "") + item(0xA3, item(4, mechanism) + item(4, credentials)));
}

// Everybody's mail below the root.
std::string search(std::uint8_t id) {
  const std::string numbers = item(10, "\x02") + item(10, std::string(1, '\0')) +
                              item(2, std::string(1, '\0')) + item(2, std::string(1, '\0')) +
                              item(1, std::string(1, '\0'));
  return message(id, 0x63,
                 item(4, "") + numbers + item(0x87, "mail") + item(0x30, item(4, "mail")));
}

const std::string k_unbind = message(9, 0x42, "");

Task<std::string> talk(net::Stream& stream, std::string input) {
  static_cast<void>(co_await stream.write(input, k_patience));
  std::string answers;
  std::array<char, 4096> buffer{};
  const std::span<char> room(buffer);
  for (;;) {
    const auto got = co_await stream.read_some(room, k_patience);
    if (!got || *got == 0) co_return answers;
    answers.append(buffer.data(), *got);
  }
}

struct Dialogue {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{
      {directory::test_person(1, "anna"), directory::test_person(2, "boris")}};
  testing::FakeSignIn sign_in{directory};
  testing::FakeSessions sessions;
  log::RecordingSink events;
  io::MemoryDisk disk;
  io::WorkPool workers{"test", 1};
  net::MemoryOptions server_end;
  bool implicit_tls = true;

  // Result codes by answer, and "entry" for each entry.
  std::vector<std::string> ask(std::string input) {
    boost::asio::io_context context;
    const directory::BookKeeper books(directory, directory::real_spelling());
    const auto tls = [] {
      const auto owner = std::make_shared<int>(0);
      return std::shared_ptr<const net::TlsContext>(
          owner, reinterpret_cast<const net::TlsContext*>(owner.get()));
    };
    const Environment environment{{settings, sign_in, sessions, clock, tls, log::Context(events)},
                                  directory,
                                  books,
                                  directory::PhotoShelf("/data", disk),
                                  workers};
    auto pair = net::make_memory_streams(server_end);
    testing::spawn(context, serve(std::move(pair.first), implicit_tls, environment));
    const auto bytes = testing::run(context, talk(*pair.second, std::move(input)));
    std::vector<std::string> answers;
    for (std::string_view rest = bytes; !rest.empty();) {
      auto content = *ber::take(rest, ber::sequence, "");
      static_cast<void>(*ber::take_integer(content, ""));
      auto operation = *ber::take(content);
      if (operation.tag == 0x64) {
        answers.emplace_back("entry");
        continue;
      }
      answers.push_back(std::to_string(*ber::take_integer(operation.content, "", ber::enumerated)));
    }
    return answers;
  }
};

using Answers = std::vector<std::string>;

TEST(LdapSession, AnswersWhoSignedIn) {
  for (const bool single_bytes : {false, true}) {
    Dialogue dialogue;
    dialogue.server_end.single_bytes = single_bytes;
    EXPECT_EQ(
        dialogue.ask(search(1) + simple(2, "anna@example.test", "secret") + search(3) +
                     simple(4, "uid=boris,dc=example,dc=test", "secret") + search(5) + k_unbind),
        (Answers{"8", "0", "entry", "entry", "0", "0", "entry", "entry", "0"}));
    EXPECT_EQ(dialogue.sign_in.last_context.service, "");
  }
}

TEST(LdapSession, ABindThatFailsLeavesNobody) {
  Dialogue dialogue;
  EXPECT_EQ(dialogue.ask(simple(1, "anna", "secret") + simple(2, "anna", "wrong") + search(3) +
                         simple(4, "anna", "secret") + simple(5, "", "") + search(6) + k_unbind),
            (Answers{"0", "49", "8", "0", "0", "8"}));
}

TEST(LdapSession, PasswordsWantTls) {
  Dialogue dialogue;
  dialogue.implicit_tls = false;
  EXPECT_EQ(dialogue.ask(simple(1, "anna", "secret") + sasl(2, "TOKEN", "x") + search(3) +
                         simple(4, "anna", "") + k_unbind),
            (Answers{"13", "13", "13", "53"}));
}

TEST(LdapSession, CarriesMechanisms) {
  using namespace std::string_literals;
  Dialogue dialogue;
  EXPECT_EQ(
      dialogue.ask(sasl(1, "token", "\0anna\0secret"s) + search(2) + sasl(3, "LOGIN", "anna") +
                   sasl(4, "LOGIN", "secret") + search(5) + sasl(6, "LOGIN", "anna") + search(7) +
                   sasl(8, "LOGIN", "secret") + sasl(9, "NONSENSE", "") + k_unbind),
      (Answers{"0", "entry", "entry", "0", "14", "0", "entry", "entry", "0", "14", "8", "14",
               "7"}));
  EXPECT_EQ(dialogue.sign_in.last_context.service, "ldap");
}

TEST(LdapSession, SaysThatItCannotAskNow) {
  Dialogue dialogue;
  dialogue.sign_in.outage = true;
  EXPECT_EQ(dialogue.ask(simple(1, "anna", "secret") + k_unbind), Answers{"52"});
}

TEST(LdapSession, RefusesWritesAndStrangers) {
  Dialogue dialogue;
  EXPECT_EQ(dialogue.ask(message(1, 0x4A, "uid=anna") + message(2, 0x68, "") +
                         message(3, 0x77, item(0x80, "1.2.3")) + k_unbind),
            (Answers{"53", "53", "2"}));
  const auto old = message(1, 0x60, item(2, "\x02") + item(4, "") + item(0x80, ""));
  EXPECT_EQ(dialogue.ask(old + k_unbind), Answers{"2"}) << "LDAPv2";
}

TEST(LdapSession, EndsWhoGuessesOrSpeaksSomethingElse) {
  Dialogue dialogue;
  std::string guesses;
  for (int i = 0; i < 30; ++i) guesses += simple(1, "anna", "guess");
  EXPECT_EQ(dialogue.ask(guesses).size(), 12U) << "eleven answers and the last words";
  EXPECT_EQ(dialogue.ask("GET / HTTP/1.1\r\n\r\n"), Answers{"2"});
  dialogue.settings.address_book.max_request = 100;
  EXPECT_EQ(dialogue.ask(simple(1, std::string(200, 'x'), "secret")), Answers{"2"});
}

}  // namespace
}  // namespace kontor::ldap
