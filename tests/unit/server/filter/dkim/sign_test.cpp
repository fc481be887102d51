// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/sign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "server/filter/dkim/key_file.hpp"
#include "server/filter/dkim/verify.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::dkim {
namespace {

using ::testing::Contains;
using ::testing::Not;

constexpr UtcSeconds k_now{std::chrono::seconds(1'600'000'000)};
constexpr std::string_view k_message =
    "Received: from x\r\nFrom: Anna <anna@example.test>\r\nTo: boris@there.test\r\n"
    "Subject:  Folded\r\n\tand long\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <1@example.test>\r\nContent-Type: text/plain\r\n\r\nOne  line \r\n\r\n\r\n";

StoredKey stored(crypto::KeyKind kind, std::string selector) {
  StoredKey key;
  key.domain = "example.test";
  key.selector = std::move(selector);
  key.created = key.changed = k_now;
  static const auto rsa = std::make_shared<const crypto::PrivateKey>(
      crypto::PrivateKey::make(crypto::KeyKind::rsa).value());
  static const auto ed25519 = std::make_shared<const crypto::PrivateKey>(
      crypto::PrivateKey::make(crypto::KeyKind::ed25519).value());
  key.key = kind == crypto::KeyKind::rsa ? rsa : ed25519;
  return key;
}

class DkimSign : public ::testing::Test {
 protected:
  DkimSign() {
    for (const auto& key : stored_keys) {
      dns.zone[record_name(key)].txt = {record_text(key)};
      keys.push_back({key.domain, key.selector, key.key});
    }
  }
  std::vector<Outcome> outcomes(const std::string& text) {
    return kontor::testing::run(context,
                                verify(read_signatures(text), dns, k_now, SteadyTime::max()));
  }
  std::vector<Verdict> verdicts(const std::string& text) {
    std::vector<Verdict> out;
    for (const auto& one : outcomes(text)) out.push_back(one.verdict);
    return out;
  }

  std::vector<StoredKey> stored_keys{stored(crypto::KeyKind::rsa, "r"),
                                     stored(crypto::KeyKind::ed25519, "e")};
  std::vector<SigningKey> keys;
  boost::asio::io_context context;
  kontor::testing::ZoneResolver dns;
  const std::vector<Verdict> good{Verdict::pass, Verdict::pass};
  const std::vector<Verdict> bad{Verdict::fail, Verdict::fail};
};

TEST_F(DkimSign, BothSignaturesHold) {
  const auto text = sign(k_message, keys, k_now).value() + std::string(k_message);
  const auto found = outcomes(text);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].verdict, Verdict::pass) << found[0].reason;
  EXPECT_EQ(found[0].algorithm, "rsa-sha256");
  EXPECT_EQ(found[1].verdict, Verdict::pass) << found[1].reason;
  EXPECT_EQ(found[1].selector, "e");
  for (const auto line : split(text, '\n')) EXPECT_LE(line.size(), 79U) << line;
}

TEST_F(DkimSign, WhatAServerOnTheWayDoesChangesNothing) {
  const auto text = sign(k_message, keys, k_now).value() + std::string(k_message);
  EXPECT_EQ(verdicts("Received: from y\r\nList-Id: <l.test>\r\n" + text), good);
  EXPECT_EQ(verdicts(text + "\r\n"), good);
  auto unfolded = text;
  unfolded.replace(unfolded.find("\r\n\tand"), 3, " ");
  EXPECT_EQ(verdicts(unfolded), good);
}

TEST_F(DkimSign, NothingCanBeChangedOrAdded) {
  const auto text = sign(k_message, keys, k_now).value() + std::string(k_message);
  for (const auto* field : {"From: e@x.test\r\n", "Subject: x\r\n", "To: x@y.test\r\n",
                            "Cc: x@y.test\r\n", "Date: x\r\n", "Reply-To: e@x.test\r\n",
                            "MIME-Version: 1.0\r\n", "Content-Type: text/html\r\n"})
    EXPECT_EQ(verdicts(field + text), bad) << field;
  auto changed = text;
  changed.replace(changed.find("One"), 3, "Two");
  EXPECT_EQ(verdicts(changed), bad);
  EXPECT_EQ(verdicts(text + "more\r\n"), bad);
}

TEST_F(DkimSign, MessagesThatAreHardlyAny) {
  for (const std::string text :
       {"From: a@example.test\r\n\r\n", "From: a@example.test\r\n", "\r\nx",
        "From: a@example.test\r\n\r\nno line end", "From: a@example.test\r\n\r\n\r\n\r\n"}) {
    EXPECT_EQ(verdicts(sign(text, keys, k_now).value() + text), good) << text;
  }
}

TEST_F(DkimSign, AHeaderOfThousandsOfFields) {
  std::string text = "From: a@example.test\r\n";
  for (int i = 0; i < 2'000; ++i) text += "To: x@y.test\r\n";
  text += "\r\nx\r\n";
  EXPECT_EQ(verdicts(sign(text, keys, k_now).value() + text), good);
}

TEST_F(DkimSign, FilesAndRecords) {
  auto key = stored_keys[0];
  key.state = KeyState::active;
  const auto read = parse_key_file("example.test", "r", format_key(key)).value();
  EXPECT_EQ(read.state, KeyState::active);
  EXPECT_EQ(read.created, k_now);
  EXPECT_EQ(read.key->public_bytes(), key.key->public_bytes());
  EXPECT_FALSE(parse_key_file("example.test", "r", ""));
  EXPECT_FALSE(parse_key_file("example.test", "r", key.key->pem()));
  EXPECT_EQ(compare_record(key, {record_text(key)}), Seen::right);
  EXPECT_EQ(compare_record(key, {"v=spf1", "v=DKIM1; t=s;" + record_text(key).substr(8)}),
            Seen::right);
  EXPECT_EQ(compare_record(key, {record_text(stored_keys[1])}), Seen::different);
  EXPECT_EQ(compare_record(key, {"v=DKIM1; k=rsa; p="}), Seen::different);
  EXPECT_EQ(compare_record(key, {}), Seen::missing);
}

TEST(DkimZoneLine, IsCutIntoStrings) {
  EXPECT_EQ(zone_line("a.b", "text"), "a.b. IN TXT ( \"text\" )");
  const auto line = zone_line("a.b", std::string(600, 'x'));
  EXPECT_EQ(line, "a.b. IN TXT ( \"" + std::string(255, 'x') + "\" \"" + std::string(255, 'x') +
                      "\" \"" + std::string(90, 'x') + "\" )");
}

TEST(DkimNames, AreDomains) {
  EXPECT_TRUE(is_domain("example.test"));
  EXPECT_TRUE(is_domain("xn--e1afmkfd.xn--p1ai"));
  for (const auto* name : {"", "test", ".test", "a..b", "../x.y", "a/b.c", "A.test", "-a.test"})
    EXPECT_FALSE(is_domain(name)) << name;
  EXPECT_FALSE(is_selector("a.b"));
  EXPECT_FALSE(is_selector(".."));
}

// RFC 8463, A.2 and A.3: the same message with the same key gives the same signature.
TEST(DkimSignature, OfTheStandard) {
  constexpr std::string_view k_value =
      "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
  const std::string text =
      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
      " d=football.example.com; i=@football.example.com;\r\n"
      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
      " subject : date : message-id : from : subject : date;\r\n"
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=\r\n"
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To: Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner ready?\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
      "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
  const auto message = read_message(text);
  const auto& field = message.fields.front();
  EXPECT_EQ(base64_encode(body_digest(message.body, Form::relaxed)),
            "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
  const auto digest =
      header_digest(message, Form::relaxed,
                    {"from", "to", "subject", "date", "message-id", "from", "subject", "date"},
                    {field.name, raw_of(message, field), field.value});
  const auto key = crypto::PrivateKey::read_ed25519(
                       base64_decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").value())
                       .value();
  EXPECT_EQ(base64_encode(key.sign(digest).value()), k_value);
}

// Our own fields alone decide how often a name is signed (RFC 6376, 5.4.2).
TEST(DkimNames, AreSignedOnceMoreThanTheyAreThere) {
  const auto names = names_to_sign(read_message("FROM: a\r\nTo: b\r\nTo: c\r\nX: y\r\n\r\n"));
  EXPECT_EQ(std::ranges::count(names, "From"), 2);
  EXPECT_EQ(std::ranges::count(names, "To"), 3);
  EXPECT_EQ(std::ranges::count(names, "Sender"), 0);
  EXPECT_THAT(names, Not(Contains("X")));
}

}  // namespace
}  // namespace kontor::filter::dkim
