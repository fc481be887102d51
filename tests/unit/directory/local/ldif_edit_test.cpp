// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/ldif_edit.hpp"

#include <gmock/gmock.h>

#include "base/crypto/password.hpp"
#include "base/io/memory_disk.hpp"
#include "directory/local/ldif.hpp"
#include "directory/local/local_accounts.hpp"
#include "directory/local/local_directory.hpp"

namespace kontor::directory {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Uuid k_egor = Uuid::parse("11111111-1111-4111-8111-111111111111").value();
const Uuid k_anna = Uuid::parse("22222222-2222-4222-8222-222222222222").value();
constexpr std::string_view k_file =
    "version: 1\n"
    "# People.\n"
    "dn: uid=egor,ou=people,dc=local,dc=test\n"
    "objectClass: inetOrgPerson\n"
    "entryUUID: 11111111-1111-4111-8111-111111111111\n"
    "uid: egor\n"
    "# between\n"
    " the lines\n"
    "UserPassword: {PBKDF2-SHA256}1\n"
    " 0000$c2FsdA$aGFzaA\n"
    "mail: egor@local.test\n"
    "userpassword: in clear\n"
    "cn: E\n"
    "\n"
    "\n"
    "dn:: dWlkPWFubmEsb3U9cGVvcGxlLGRjPWxvY2FsLGRjPXRlc3Q=\n"
    "objectClass: inetOrgPerson\n"
    "entryUUID: 22222222-2222-4222-8222-222222222222\n"
    "uid: anna\n"
    "mail: anna@local.test\n"
    "\n"
    "dn: cn=all,dc=local,dc=test\n"
    "objectClass: groupOfNames\n"
    "cn: all\n"
    "member: UID=Egor, ou=people,dc=local,dc=test\n"
    "member:: dWlkPWFubmEsb3U9cGVvcGxlLGRjPWxvY2FsLGRjPXRlc3Q=";
// "userPassword" with a new hash, as it comes into the file.
const std::string k_hash = crypto::hash_password("the new one");
const std::string k_line = ldif_line("userPassword", k_hash);

std::string with_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '\n')
      out += "\r\n";
    else
      out += c;
  return out;
}

TEST(LdifEdit, APasswordTakesThePlaceOfAllBefore) {
  for (const bool windows : {false, true}) {
    const auto before = windows ? with_line_ends(k_file) : std::string(k_file);
    const std::string end = windows ? "\r\n" : "\n";
    const auto after = ldif_with_password(before, k_egor, k_hash).value();
    auto expected = before;
    const auto first = expected.find("UserPassword"), mail = expected.find("mail: egor");
    expected.replace(first, mail - first, windows ? with_line_ends(k_line) : k_line);
    const auto second = expected.find("userpassword: in clear");
    expected.erase(second, std::string("userpassword: in clear").size() + end.size());
    EXPECT_EQ(after, expected);
    const auto directory = parse_local_directory(after).value();
    EXPECT_THAT(directory.passwords.at({"local", k_egor}), SizeIs(1));
  }
}

TEST(LdifEdit, AFirstPasswordComesAtTheEndOfTheEntry) {
  const auto after = ldif_with_password(k_file, k_anna, k_hash).value();
  EXPECT_THAT(after, HasSubstr("mail: anna@local.test\n" + k_line));
  EXPECT_EQ(after.size(), k_file.size() + k_line.size());
  const std::string alone = "dn: uid=a,dc=t\nobjectClass: person\nuid: a\nmail: a@t";
  const auto id = uuid_of_dn("uid=a,dc=t");
  EXPECT_EQ(ldif_with_password(alone, id, k_hash).value(), alone + "\n" + k_line);
}

TEST(LdifEdit, WhoIsRemovedLeavesNothingAndNobodyElseIsTouched) {
  const auto after = ldif_without_account(k_file, k_egor).value();
  EXPECT_THAT(after, Not(HasSubstr("gor")));
  EXPECT_TRUE(after.starts_with("version: 1\n# People.\n\ndn:: ")) << after;
  const auto without_both = ldif_without_account(after, k_anna).value();
  EXPECT_EQ(without_both,
            "version: 1\n# People.\n\ndn: cn=all,dc=local,dc=test\nobjectClass: groupOfNames\n"
            "cn: all\n");
  EXPECT_EQ(ldif_without_account(after, k_egor).error().code(), Errc::not_found);
}

// Whose entry would be changed? A fuzzer's find: the first one with the DN was not the person's.
TEST(LdifEdit, WhoStandsTwiceIsLeftToAnEditor) {
  const std::string twice =
      "dn: cn=x,dc=local,dc=test\nmember: cn=y\n\n"
      "dn: CN=X, dc=local,dc=test\nobjectClass: inetOrgPerson\nuid: x\n";
  const auto id = parse_local_directory(twice).value().principals.front().id.guid;
  EXPECT_EQ(ldif_without_account(twice, id).error().code(), Errc::conflict);
  EXPECT_EQ(ldif_with_password(twice, id, k_hash).error().code(), Errc::conflict);
}

TEST(LdifEdit, ANewPersonStandsBesideThoseOfTheDomain) {
  const NewLocalAccount oleg{"oleg@local.test", "Олег Попов", "oleg", k_hash};
  const auto after = ldif_with_account(k_file, oleg).value();
  EXPECT_TRUE(after.starts_with(std::string(k_file) + "\n\ndn: uid=oleg,ou=people,dc=local"));
  const auto directory = parse_local_directory(after).value();
  ASSERT_THAT(directory.principals, SizeIs(4));
  const auto& made = directory.principals.back();
  EXPECT_EQ(made.name, "Олег Попов");
  EXPECT_EQ(made.surname, "Попов");
  EXPECT_EQ(made.mail, "oleg@local.test");
  EXPECT_NE(made.id.guid, uuid_of_dn(made.dn));
  EXPECT_THAT(directory.problems, SizeIs(2));  // the passwords that were there
  const auto first = ldif_with_account("", oleg).value();
  EXPECT_TRUE(first.starts_with("dn: uid=oleg,ou=People,dc=local,dc=test\n")) << first;
}

TEST(LdifEdit, WhoWouldBeTakenForAnotherIsNotAdded) {
  const auto code = [](const NewLocalAccount& account) {
    const auto after = ldif_with_account(k_file, account);
    return after ? "fine" : std::string(name_of(after.error().code()));
  };
  EXPECT_EQ(code({"Egor@Local.test", "x", "other", ""}), "exists");
  EXPECT_EQ(code({"e2@local.test", "x", "EGOR", ""}), "exists");
  for (const auto* address :
       {"", "nobody", "@local.test", "a@", "a b@local.test", "a,b@local.test"})
    EXPECT_EQ(code({address, "x", "x", ""}), "bad_input") << address;
  for (const auto* login : {"", "a,b", "a\nuid: b", "a=b"})
    EXPECT_EQ(code({"new@local.test", "x", login, ""}), "bad_input") << login;
  EXPECT_EQ(code({"new@local.test", " ", "new", ""}), "bad_input");
  EXPECT_EQ(code({"new@local.test", "two\nlines: x", "new", ""}), "bad_input");
  EXPECT_EQ(code({"new@local.test", "x", "new", ""}), "fine");
}

// After a crash the file is the old or the new one.
TEST(LocalAccounts, ALossOfPowerLeavesAWholeFile) {
  LocalEdit edit;
  edit.change = LocalChange::remove;
  edit.person = k_egor;
  const auto expected = ldif_without_account(k_file, k_egor).value();
  bool is_over = false;
  for (std::uint64_t at = 1; !is_over; ++at) {
    io::MemoryDisk disk;
    ASSERT_TRUE(disk.make_directory("data"));
    ASSERT_TRUE(disk.sync_directory("."));
    ASSERT_TRUE(io::write_file_durably(disk, "data/people.ldif", k_file));
    std::unique_ptr<io::MemoryDisk> lost;
    std::uint64_t count = 0;
    disk.before_each([&](std::uint64_t) {
      if (++count == at) lost = disk.after_power_loss(at);
    });
    ASSERT_TRUE(change_local_account(disk, "data/people.ldif", edit));
    is_over = lost == nullptr;
    if (is_over) lost = disk.after_power_loss(at);
    const auto found = io::read_file(*lost, "data/people.ldif", 100'000).value();
    EXPECT_TRUE(found == expected || (!is_over && found == k_file)) << at;
  }
}

TEST(LocalAccounts, MistakesChangeNothing) {
  io::MemoryDisk disk;
  LocalEdit edit;
  edit.change = LocalChange::set_password;
  edit.person = k_egor;
  edit.password = "x";
  EXPECT_EQ(change_local_account(disk, "people.ldif", edit).error().code(), Errc::not_found);
  ASSERT_TRUE(io::write_file_durably(disk, "people.ldif", k_file));
  edit.password.clear();
  EXPECT_EQ(change_local_account(disk, "people.ldif", edit).error().code(), Errc::bad_input);
  edit.password = "x";
  edit.person = Uuid::random();
  EXPECT_EQ(change_local_account(disk, "people.ldif", edit).error().code(), Errc::not_found);
  EXPECT_EQ(io::read_file(disk, "people.ldif", 100'000).value(), k_file);
}

}  // namespace
}  // namespace kontor::directory
