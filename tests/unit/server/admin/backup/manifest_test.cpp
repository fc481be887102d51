// SPDX-License-Identifier: GPL-3.0-or-later
// The manifest of a backup: there and back, and nothing that leads out of the folder.
#include <gmock/gmock.h>

#include "server/admin/backup/manifest.hpp"

namespace kontor::admin::backup {
namespace {

Manifest example() {
  Manifest out;
  out.scope = "all";
  out.server = "mail.example.test";
  out.begun = UtcSeconds(std::chrono::seconds(1'000));
  out.ended = UtcSeconds(std::chrono::seconds(2'000));
  SavedAccount account;
  account.id = Uuid::random();
  account.address = "anna@example.test";
  account.name = "Анна";
  account.owner = {"local", Uuid::random()};
  account.logs.files.push_back({"accounts/ab/x/log.000001", 77, std::string(64, 'a'), 5});
  account.logs.sure = {{1, 50}, 9, UINT64_MAX};
  account.logs.sure_print = 3;
  out.accounts.push_back(account);
  out.files.push_back({"settings/kontor.toml", 1, std::string(64, 'b'), 0});
  return out;
}

TEST(ManifestTest, ComesBackAsItWas) {
  const auto manifest = example();
  const auto text = print_manifest(manifest);
  auto again = parse_manifest(text);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(print_manifest(*again), text);
  EXPECT_EQ(again->accounts[0].logs.sure.incarnation, UINT64_MAX);
  EXPECT_EQ(all_files(*again).size(), 2U);
  EXPECT_NE(find_account(*again, manifest.accounts[0].id), nullptr);
  EXPECT_EQ(find_account(*again, Uuid()), nullptr);
}

TEST(ManifestTest, NamesThatLeadElsewhereAreRefused) {
  for (const auto* name : {"", "/etc/passwd", "../x", "a/../../x", "a//b", "./x", "a/.."}) {
    auto manifest = example();
    manifest.files[0].name = name;
    EXPECT_EQ(parse_manifest(print_manifest(manifest)).error().code(), Errc::bad_input) << name;
  }
}

TEST(ManifestTest, OtherThingsAreRefused) {
  EXPECT_EQ(parse_manifest("").error().code(), Errc::bad_input);
  EXPECT_EQ(parse_manifest("{}").error().code(), Errc::bad_input);
  EXPECT_EQ(parse_manifest(R"({"format":"kontor-backup","version":2})").error().code(),
            Errc::unsupported);
  EXPECT_EQ(parse_manifest(R"({"format":"kontor-backup","version":1})").error().code(),
            Errc::bad_input);
}

}  // namespace
}  // namespace kontor::admin::backup
