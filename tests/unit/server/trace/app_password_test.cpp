// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_password.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"
#include "server/trace/app_password_file.hpp"

namespace kontor::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AppPassword a_password(std::string id, std::string name) {
  AppPassword one;
  one.id = std::move(id);
  one.owner = {"ad", Uuid::parse("12345678-1234-4234-8234-123456789abc").value()};
  one.name = std::move(name);
  one.created = UtcSeconds(std::chrono::seconds(1'800'000'000));
  one.salt = std::string(16, '\x7f');
  one.hash = std::string(32, '\x01');
  return one;
}

TEST(AppPasswordText, ASecretIsReadHoweverItIsTyped) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto secret = make_app_password_secret();
    ASSERT_EQ(secret.size(), 24U);
    EXPECT_TRUE(seen.insert(secret).second);
    const auto symbols = app_password_symbols(secret);
    ASSERT_TRUE(symbols) << secret;
    EXPECT_EQ(symbols->size(), 16U);
    std::string typed = to_upper(secret);
    for (auto& c : typed) {
      if (c == '-') c = ' ';
      if (c == '0') c = 'O';
      if (c == '1') c = i % 2 == 0 ? 'l' : 'I';
    }
    EXPECT_EQ(app_password_symbols(" " + typed), symbols);
  }
}

TEST(AppPasswordText, ATypingErrorIsNoSecret) {
  const auto secret = make_app_password_secret();
  for (std::size_t at = 0; at < secret.size(); ++at) {
    if (secret[at] == '-') continue;
    std::string wrong = secret;
    wrong[at] = wrong[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(app_password_symbols(wrong)) << wrong;
  }
  for (const auto* text : {"", "kontor-demo", "0000-0000-0000-0000-0000-0000", "correct horse"})
    EXPECT_FALSE(app_password_symbols(text)) << text;
  EXPECT_FALSE(app_password_symbols(secret + "x"));
  EXPECT_FALSE(app_password_symbols(secret.substr(1)));
}

// A person's own password of this length and alphabet is taken for one of ours by chance only.
TEST(AppPasswordText, WhatPeopleMakeUpIsNoSecret) {
  int taken = 0;
  for (int i = 0; i < 20'000; ++i)
    if (app_password_symbols("summer2026holiday" + std::to_string(100 + i % 900))) ++taken;
  EXPECT_LE(taken, 23);  // one of the 900 at the most
}

TEST(AppPasswordText, Protocols) {
  EXPECT_THAT(parse_app_password_protocols("SMTP, imap,imap").value(), ElementsAre("imap", "smtp"));
  EXPECT_THAT(parse_app_password_protocols("all").value(), IsEmpty());
  for (const auto* text : {"", "imap,", "telnet", "imap smtp", "all,imap"})
    EXPECT_EQ(parse_app_password_protocols(text).error().code(), Errc::bad_input) << text;
  EXPECT_EQ(app_password_protocol("pop"), "pop3");
  EXPECT_EQ(app_password_protocol("HTTP"), "http");
}

TEST(AppPasswordText, Names) {
  EXPECT_TRUE(is_app_password_name("Annas Telefon, Телефон Анны"));
  for (const std::string name : {"", " x", "x ", "a\nb", "a\x7f", "\xff"})
    EXPECT_FALSE(is_app_password_name(name)) << name;
  EXPECT_FALSE(is_app_password_name(std::string(101, 'x')));
}

TEST(AppPasswordFile, WhatIsWrittenIsRead) {
  std::vector<AppPassword> all{a_password("00000001", "Anna's phone"),
                               a_password("00000002", "Планшет")};
  all[1].expires = UtcSeconds(std::chrono::seconds(1'900'000'000));
  all[1].protocols = {"imap", "smtp"};
  all[1].by_administrator = true;
  EXPECT_EQ(parse_app_passwords(format_app_passwords(all)).value(), all);
  EXPECT_THAT(parse_app_passwords(format_app_passwords({})).value(), IsEmpty());
}

TEST(AppPasswordFile, DamageIsNamedAndNothingIsTaken) {
  const auto text =
      format_app_passwords({a_password("00000001", "one"), a_password("00000002", "two")});
  const auto refused = [](const std::string& file) {
    const auto read = parse_app_passwords(file);
    return read ? std::string("taken") : std::string(name_of(read.error().code()));
  };
  EXPECT_EQ(refused(""), "corrupt");
  EXPECT_EQ(refused("kontor-app-passwords 2\nend 0 00000000\n"), "unsupported");
  // As long as "kontor-app-passwords " it is one of another version.
  for (std::size_t size = text.find('\n') + 1; size < text.size(); ++size)
    EXPECT_EQ(refused(text.substr(0, size)), "corrupt") << size;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string wrong = text;
    wrong[at] = wrong[at] == '3' ? '4' : '3';
    EXPECT_NE(refused(wrong), "taken") << at;
  }
  EXPECT_EQ(
      refused(format_app_passwords({a_password("00000001", "one"), a_password("00000001", "two")})),
      "corrupt");
  EXPECT_THAT(parse_app_passwords(text + "x").error().detail(), HasSubstr("line "));
}

// A fuzzer's find: "00" was read as 0 and would have been written as "0".
TEST(AppPasswordFile, ANumberHasOneForm) {
  const auto file = [](const std::string& expires) {
    const std::string lines =
        "kontor-app-passwords 1\n00000001 " + a_password("00000001", "x").owner.text() + " 1 " +
        expires + " all owner " + std::string(32, '7') + ' ' + std::string(64, '1') + " x\n";
    return lines + fmt::format("end 1 {:08x}\n", crc32c(lines));
  };
  EXPECT_TRUE(parse_app_passwords(file("0")));
  for (const std::string wrong : {"00", "01", "+1", "-0", ""})
    EXPECT_FALSE(parse_app_passwords(file(wrong))) << wrong;
}

TEST(AppPasswordFile, UsesAreReadAsFarAsTheyGo) {
  AppPasswordUses uses;
  uses["00000001"] = {UtcSeconds(std::chrono::seconds(1'800'000'000)), "imap", "2001:db8::7"};
  uses["00000002"] = {UtcSeconds(std::chrono::seconds(1'800'000'001)), "smtp", "192.0.2.1"};
  const auto text = format_app_password_uses(uses);
  EXPECT_EQ(parse_app_password_uses(text), uses);
  EXPECT_EQ(parse_app_password_uses(text + "00000003 x imap 192.0.2.1\nnothing\n"), uses);
  EXPECT_THAT(parse_app_password_uses("something else\n" + text), IsEmpty());
}

}  // namespace
}  // namespace kontor::trace
