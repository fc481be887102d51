// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/arc/chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "server/filter/dkim/key_file.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::arc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr UtcSeconds k_now{std::chrono::seconds(1'600'000'000)};
constexpr std::string_view k_message =
    "From: Anna <anna@example.test>\r\nTo: boris@there.test\r\nSubject: One\r\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nA line.\r\n";

// Made once: it takes some 100 ms.
std::shared_ptr<const crypto::PrivateKey> secret() {
  static const auto key = std::make_shared<const crypto::PrivateKey>(
      crypto::PrivateKey::make(crypto::KeyKind::rsa).value());
  return key;
}

class ArcChain : public ::testing::Test {
 protected:
  ArcChain() {
    dkim::StoredKey stored;
    stored.domain = "list.test";
    stored.selector = "s";
    stored.key = secret();
    dns.zone[record_name(stored)].txt = {record_text(stored)};
    key = {stored.domain, stored.selector, stored.key};
  }
  Answer check(const std::string& text) {
    return kontor::testing::run(context, verify(read_chain(text), dns, k_now, SteadyTime::max()));
  }
  std::string sealed(std::string text, unsigned times) {
    for (unsigned i = 0; i < times; ++i) {
      const auto verdict = i == 0 ? Verdict::none : Verdict::pass;
      text = seal(text, "list.test;\r\n\tdmarc=pass header.from=example.test", verdict, key, k_now)
                 .value() +
             text;
    }
    return text;
  }

  dkim::SigningKey key;
  boost::asio::io_context context;
  kontor::testing::ZoneResolver dns;
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST_F(ArcChain, WithoutFieldsThereIsNone) {
  EXPECT_EQ(check(std::string(k_message)).verdict, Verdict::none);
}

TEST_F(ArcChain, GrowsSetBySet) {
  for (const unsigned times : {1U, 2U, 5U}) {
    const auto answer = check("Received: from x\r\n" + sealed(std::string(k_message), times));
    EXPECT_EQ(answer.verdict, Verdict::pass) << answer.reason;
    ASSERT_EQ(answer.sealers.size(), times);
    EXPECT_EQ(answer.sealers[0].domain, "list.test");
    EXPECT_THAT(answer.sealers[0].results, HasSubstr("dmarc=pass"));
  }
}

TEST_F(ArcChain, EndsAtFifty) {
  const auto text = sealed(std::string(k_message), 50);
  EXPECT_EQ(check(text).verdict, Verdict::pass);
  EXPECT_EQ(seal(text, "x", Verdict::pass, key, k_now).value(), "");
}

TEST_F(ArcChain, WhatWasChangedFails) {
  const auto text = sealed(std::string(k_message), 2);
  for (const auto& [what, with] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"A line", "Another line"},
           {"Subject: One", "Subject: Two"},
           {"From: Anna", "From: eve@x.test\r\nFrom: Anna"},
           {"dmarc=pass", "dmarc=fail"},
           {"cv=pass", "cv=none"},
           {"i=2; a=rsa-sha256; cv=pass; d=list", "i=2; a=rsa-sha256; cv=pass; d=lust"},
           {"ARC-Authentication-Results: i=1", "X: i=1"},
           {"ARC-Message-Signature: i=1", "ARC-Message-Signature: i=3"},
           {"ARC-Seal: i=1", "ARC-Seal: i=0"},
           {"ARC-Seal: i=1", "ARC-Seal: i=51"},
           {"ARC-Seal: i=1;", "ARC-Seal: h=From; i=1;"}})
    EXPECT_EQ(check(replaced(text, what, with)).verdict, Verdict::fail) << what << " " << with;
  EXPECT_EQ(check("ARC-Seal: i=1; cv=none\r\n" + text).verdict, Verdict::fail);
  EXPECT_EQ(check("ARC-Authentication-Results: i=1; x\r\n" + text).verdict, Verdict::fail);
  EXPECT_EQ(check("ARC-Seal: nonsense\r\n" + std::string(k_message)).verdict, Verdict::fail);
}

TEST_F(ArcChain, ABrokenChainIsToldOnceAndEnds) {
  const auto broken = replaced(sealed(std::string(k_message), 2), "A line", "Another line");
  const auto fields = seal(broken, "list.test; arc=fail", Verdict::fail, key, k_now).value();
  EXPECT_THAT(fields, StartsWith("ARC-Seal: i=3; a=rsa-sha256; cv=fail; "));
  EXPECT_EQ(check(fields + broken).verdict, Verdict::fail);
  EXPECT_EQ(seal(fields + broken, "x", Verdict::fail, key, k_now).value(), "");
}

TEST_F(ArcChain, WithoutTheDnsNothingIsSaid) {
  const auto text = sealed(std::string(k_message), 1);
  dns.zone.begin()->second.txt.clear();
  dns.zone.begin()->second.times_out = true;
  EXPECT_EQ(check(text).verdict, Verdict::temperror);
  EXPECT_EQ(seal(text, "x", Verdict::temperror, key, k_now).value(), "");
  dns.zone.clear();
  EXPECT_EQ(check(text).verdict, Verdict::fail);
}

TEST_F(ArcChain, TooMuchOfItIsNotRead) {
  std::string text(k_message);
  for (int i = 0; i < 30; ++i)
    text = "ARC-Authentication-Results: i=1; " + std::string(10'000, 'x') + "\r\n" + text;
  EXPECT_EQ(check(text).reason, "too much of it");
}

}  // namespace
}  // namespace kontor::filter::arc
