// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/text.hpp"
#include "server/imap/command.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::imap {
namespace {

const std::filesystem::path k_root = source_dir();

TEST(Commands, AreFoundInAnyCase) {
  for (const auto& row : commands()) {
    EXPECT_EQ(find_command(row.name), &row);
    EXPECT_EQ(find_command(to_lower(row.name)), &row);
  }
  EXPECT_EQ(find_command(""), nullptr);
  EXPECT_EQ(find_command("UID"), nullptr);
  EXPECT_EQ(find_command("ZZZ"), nullptr);
}

TEST(Commands, EachHasAScript) {
  for (const auto& row : commands()) {
    std::string name = to_lower(row.name);
    if (const auto blank = name.find(' '); blank != std::string::npos) name[blank] = '_';
    EXPECT_TRUE(std::filesystem::exists(k_root / "tests/scripts/imap" / (name + ".imap"))) << name;
  }
}

TEST(Commands, GeneratedDocumentIsOfToday) {
  const auto path = k_root / "docs/generated/commands.md";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << commands_markdown();
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(kept, commands_markdown())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_server --gtest_filter='Commands.*'";
}

}  // namespace
}  // namespace kontor::imap
