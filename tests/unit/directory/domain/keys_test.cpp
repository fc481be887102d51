// SPDX-License-Identifier: GPL-3.0-or-later
// Keytabs as they are written, names, and which old keys a rollover takes away.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "directory/domain/commands.hpp"
#include "directory/domain/join.hpp"
#include "directory/domain/names.hpp"
#include "directory/domain/rollover.hpp"

namespace kontor::directory {
namespace {

class Folder {
 public:
  Folder() { path_ = mkdtemp(name_.data()); }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string name_ = "/tmp/kontor-keytab.XXXXXX";
  std::string path_;
};

std::vector<KeytabEntry> entries(std::uint32_t kvno, std::uint32_t added) {
  return entries_of("AD.EXAMPLE", {"MAIL$", "imap/mail.ad.example"},
                    {{k_aes256, std::string(32, 'a')}, {k_aes128, std::string(16, '\0')}}, kvno,
                    added);
}

TEST(Keytab, IsReadAsItWasWritten) {
  const Folder folder;
  const auto file = folder / "keytab";
  const auto written = entries(300, 1'700'000'000);
  ASSERT_TRUE(write_keytab(file, written, {geteuid(), getegid()}));
  const auto read = read_keytab(file);
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->size(), 4U);
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ((*read)[i].name(), written[i].name());
    EXPECT_EQ((*read)[i].realm, "AD.EXAMPLE");
    EXPECT_EQ((*read)[i].kvno, 300U);  // more than the format's first byte holds
    EXPECT_EQ((*read)[i].added, 1'700'000'000U);
    EXPECT_EQ((*read)[i].key.bytes, written[i].key.bytes);
  }
  struct stat about{};
  ASSERT_EQ(stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(file + ".new"));
}

TEST(Keytab, SaysWhatItIsNot) {
  const Folder folder;
  EXPECT_EQ(read_keytab(folder / "none").error().code(), Errc::not_found);
  std::ofstream(folder / "text") << "hello, I am no keytab";
  EXPECT_EQ(read_keytab(folder / "text").error().code(), Errc::corrupt);
}

TEST(Keytab, IsWrittenByOneAtATime) {
  const Folder folder;
  {
    const auto first = KeytabLock::take(folder / "keytab");
    ASSERT_TRUE(first);
    EXPECT_EQ(KeytabLock::take(folder / "keytab").error().code(), Errc::busy);
  }
  EXPECT_TRUE(KeytabLock::take(folder / "keytab"));
}

TEST(Rollover, KeepsKeysAsLongAsTicketsMayNeedThem) {
  constexpr std::uint32_t k_now = 2'000'000, k_hour = 3'600;
  auto all = entries(7, k_now - 100 * k_hour);
  for (const auto& [kvno, added] :
       {std::pair(8U, k_now - 50 * k_hour), std::pair(9U, k_now - k_hour)})
    for (const auto& entry : entries(kvno, added)) all.push_back(entry);
  EXPECT_EQ(key_numbers(all), (std::vector<std::uint32_t>{9, 8, 7}));
  // 8 was in force until an hour ago; 7 until 50 hours ago.
  EXPECT_EQ(expendable_numbers(all, 9, 10, k_now), (std::vector<std::uint32_t>{7}));
  EXPECT_TRUE(expendable_numbers(all, 9, 60, k_now).empty());
  EXPECT_EQ(expendable_numbers(all, 9, 10, k_now + 10 * k_hour),
            (std::vector<std::uint32_t>{8, 7}));
}

TEST(JoinNames, FollowTheDomainsLimits) {
  JoinWish machine, user;
  user.service_account = true;
  EXPECT_EQ(account_name(machine, "mail.ad.example"), "MAIL$");
  EXPECT_EQ(account_name(machine, "a-very-long-host-name.ad.example"), "A-VERY-LONG-HOS$");
  EXPECT_EQ(account_name(user, "Mail.ad.example"), "kontor-mail");
  EXPECT_EQ(service_names({"imap", "HTTP"}, "Mail.AD.example"),
            (std::vector<std::string>{"imap/mail.ad.example", "imap/mail", "HTTP/mail.ad.example",
                                      "HTTP/mail"}));
  for (const char* bad : {"", "a/b", "a b", "a@b", "twentyone-characters-x"})
    EXPECT_FALSE(is_account_name(bad)) << bad;
  EXPECT_EQ(dn_escape("#a,b+ "), "\\#a\\,b\\+\\ ");
}

TEST(JoinNames, PasswordsAreLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const auto password = random_password();
    EXPECT_EQ(password.size(), 120U);
    EXPECT_EQ(password.find('"'), std::string::npos);
    seen.insert(password);
  }
  EXPECT_EQ(seen.size(), 50U);
}

TEST(JoinPlan, SaysWhatIsMissing) {
  config::Settings settings;
  EXPECT_NE(plan_join(settings, {}).error().detail().find("--domain"), std::string::npos);
  settings.ad.domain = "ad.example";
  EXPECT_NE(plan_join(settings, {}).error().detail().find("--name"), std::string::npos);
  settings.server.name = "mail.ad.example";
  EXPECT_NE(plan_join(settings, {}).error().detail().find("--keytab"), std::string::npos);
  settings.ad.keytab_file = "/k";
  const auto plan = plan_join(settings, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->principal, "MAIL$@AD.EXAMPLE");
  EXPECT_EQ(plan->names.size(), 14U);  // host and six services, with two names each
  JoinWish wish;
  wish.services = {"imap/x"};
  EXPECT_FALSE(plan_join(settings, wish));
}

TEST(PrintedCommands, QuoteWhatPeopleType) {
  config::Settings settings;
  settings.ad.domain = "ad.example";
  settings.server.name = "mail.ad.example";
  settings.ad.keytab_file = "/etc/it's/keytab";
  JoinWish wish;
  wish.service_account = true;
  wish.account = "a$(reboot)";
  const auto text = print_commands(settings, wish, CommandForm::samba);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_NE(text->find("'a$(reboot)'"), std::string::npos);
  EXPECT_NE(text->find("'/etc/it'\\''s/keytab'"), std::string::npos);
}

}  // namespace
}  // namespace kontor::directory
