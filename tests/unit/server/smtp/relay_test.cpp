// SPDX-License-Identifier: GPL-3.0-or-later
// Who may send to whom: every combination of port, client, sender and recipient. Nothing that
// nobody is responsible for may go out (docs/security.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "server/smtp/gate.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;

enum class Client { stranger, trusted, signed_in };

struct Way {
  std::string_view name;
  Role role;
  Client client;
};
const Way k_ways[] = {
    {"port 25, a stranger", Role::mx, Client::stranger},
    {"port 25, a trusted network", Role::mx, Client::trusted},
    {"submission, signed in", Role::submission, Client::signed_in},
    {"submission, a trusted network without signing in", Role::submission, Client::trusted},
    {"LMTP", Role::lmtp, Client::stranger},
    {"LMTP, a trusted network", Role::lmtp, Client::trusted},
};

const std::string_view k_senders[] = {"", "anna@example.test", "boris@example.test",
                                      "x@foreign.test"};

enum class Where { here, alias, outside_of_ours, remote, remote_routed, foreign, nobody };
struct To {
  std::string_view path;
  Where where;
};
const To k_recipients[] = {
    {"boris@example.test", Where::here},
    {"boris@old.test", Where::alias},
    {"guest@example.test", Where::outside_of_ours},  // a contact with an address of ours
    {"x@branch.test", Where::remote},
    {"x@filiale.test", Where::remote},  // an alias of it
    {"x%foreign.test@branch.test", Where::remote_routed},
    {"foreign.test!x@branch.test", Where::remote_routed},
    {"\"x@foreign.test\"@branch.test", Where::remote_routed},
    {"x@foreign.test", Where::foreign},
    {"partner@elsewhere.test", Where::foreign},  // a contact's own address
    {"@example.test:x@foreign.test", Where::foreign},
    {"@example.test,@branch.test:x@foreign.test", Where::foreign},
    {"x@[192.0.2.1]", Where::foreign},
    {"boris@example.test.foreign.test", Where::foreign},
    {"x%foreign.test@example.test", Where::nobody},
    {"foreign.test!x@example.test", Where::nobody},
    {"\"x@foreign.test\"@example.test", Where::nobody},
    {"x%foreign.test@old.test", Where::nobody},
    {"zora@example.test", Where::nobody},
};

bool sender_is_taken(const Way& way, std::string_view sender) {
  if (way.role != Role::submission) return true;
  if (way.client != Client::signed_in) return false;  // 530
  return sender.empty() || sender == "anna@example.test";
}

bool recipient_is_taken(const Way& way, Where where) {
  const bool may_relay =
      way.client == Client::signed_in || (way.client == Client::trusted && way.role == Role::mx);
  switch (where) {
    case Where::here:
    case Where::alias:
    case Where::outside_of_ours:
      return true;
    case Where::remote:
      return way.role != Role::lmtp;
    case Where::remote_routed:
    case Where::foreign:
      return may_relay;
    case Where::nobody:
      return false;
  }
  return false;
}

std::string begin_of(const Way& way) {
  std::string text = way.role == Role::lmtp ? "LHLO c.test\r\n" : "EHLO c.test\r\n";
  if (way.client == Client::signed_in)
    text += "AUTH PLAIN " + base64_encode(std::string("\0anna\0secret", 12)) + "\r\n";
  return text;
}

void set_up(Dialogue& dialogue, const Way& way) {
  dialogue.role = way.role;
  dialogue.implicit_tls = way.role == Role::submission;
  dialogue.settings.domains.alias = {"old.test=example.test", "filiale.test=branch.test"};
  dialogue.settings.domains.remote = {"branch.test=branch.test:25"};
  // The streams in memory come from 127.0.0.1.
  if (way.client == Client::trusted) dialogue.settings.smtp.trusted_networks = {"127.0.0.0/8"};
}

TEST(SmtpRelay, EveryCombinationOfPortClientSenderAndRecipient) {
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (const auto& way : k_ways)
    for (const auto sender : k_senders)
      for (const auto& to : k_recipients) {
        Dialogue dialogue;
        set_up(dialogue, way);
        const auto answers =
            dialogue.say(begin_of(way) + "MAIL FROM:<" + std::string(sender) + ">\r\nRCPT TO:<" +
                         std::string(to.path) +
                         ">\r\nDATA\r\nFrom: anna@example.test\r\n\r\nx\r\n.\r\nQUIT\r\n");
        const bool expected = sender_is_taken(way, sender) && recipient_is_taken(way, to.where);
        const bool is_taken = answers.find("taken as") != std::string::npos ||
                              answers.find("delivered as") != std::string::npos;
        const auto what = std::string(way.name) + ", from <" + std::string(sender) + "> to <" +
                          std::string(to.path) + ">\n" + answers;
        EXPECT_EQ(is_taken, expected) << what;
        const bool goes_out = expected && to.where != Where::here && to.where != Where::alias;
        EXPECT_EQ(dialogue.queue.added.size(), goes_out ? 1U : 0U) << what;
        EXPECT_EQ(dialogue.store.count(), expected && !goes_out ? 1U : 0U) << what;
        ++(expected ? taken : refused);
      }
  EXPECT_EQ(taken + refused, 6U * 4U * 19U);
  EXPECT_GT(taken, 100U);
  EXPECT_GT(refused, 100U);
}

TEST(SmtpRelay, ADefaultDomainIsForThoseWhoMaySendToAnybody) {
  for (const auto& way : k_ways) {
    if (way.role == Role::submission && way.client != Client::signed_in) continue;
    Dialogue dialogue;
    set_up(dialogue, way);
    dialogue.settings.domains.default_domain = "example.test";
    const auto answers = dialogue.say(
        begin_of(way) + "MAIL FROM:<anna>\r\nMAIL FROM:<>\r\nRCPT TO:<boris>\r\nQUIT\r\n");
    const bool may =
        way.client == Client::signed_in || (way.client == Client::trusted && way.role == Role::mx);
    EXPECT_EQ(answers.find("501 5.1.7") == std::string::npos, may) << way.name << answers;
    EXPECT_EQ(answers.find("250 2.1.5") != std::string::npos, may) << way.name << answers;
  }
}

TEST(SmtpRelay, AnAliasDomainIsAnOwnSenderAddress) {
  Dialogue dialogue;
  set_up(dialogue, k_ways[2]);
  const auto answers = dialogue.say(
      begin_of(k_ways[2]) + "MAIL FROM:<Anna+x@OLD.test>\r\nRCPT TO:<boris@example.test>\r\n" +
      "DATA\r\nFrom: anna@old.test\r\n\r\nx\r\n.\r\nMAIL FROM:<boris@old.test>\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("taken as"));
  EXPECT_THAT(answers, HasSubstr("550 5.7.1 this sender address is not yours"));
}

TEST(SmtpGate, CountsAMinuteOfEachAddress) {
  config::Smtp settings;
  settings.max_messages_per_minute = 2;
  Gate gate(settings);
  const SteadyTime start{};
  EXPECT_TRUE(gate.let_in("10.0.0.1", start));
  EXPECT_TRUE(gate.let_in("10.0.0.1", start + std::chrono::seconds(30)));
  EXPECT_FALSE(gate.let_in("10.0.0.1", start + std::chrono::seconds(59)));
  EXPECT_TRUE(gate.let_in("10.0.0.2", start + std::chrono::seconds(59)));
  EXPECT_TRUE(gate.let_in("10.0.0.1", start + std::chrono::seconds(60)));
  Gate open{config::Smtp()};
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(open.let_in("10.0.0.1", start));
}

TEST(SmtpGate, NobodyIsTrustedUnlessNamed) {
  EXPECT_FALSE(Gate{config::Smtp()}.is_trusted("127.0.0.1"));
  config::Smtp settings;
  settings.trusted_networks = {"10.1.0.0/16", "2001:db8::1"};
  const Gate gate(settings);
  EXPECT_TRUE(gate.is_trusted("10.1.255.1"));
  EXPECT_TRUE(gate.is_trusted("2001:db8::1"));
  EXPECT_FALSE(gate.is_trusted("10.2.0.1"));
  EXPECT_FALSE(gate.is_trusted(""));
}

}  // namespace
}  // namespace kontor::smtp
