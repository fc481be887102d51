// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/commands.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/text.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::pop3 {
namespace {

const std::filesystem::path k_root = source_dir();

TEST(Pop3Commands, AreFound) {
  for (const auto& row : commands()) EXPECT_EQ(find_command(row.name), &row);
  for (const auto* name : {"", "stat", "APOP", "LAST", "ZZZZ"})
    EXPECT_EQ(find_command(name), nullptr) << name;
}

TEST(Pop3Commands, EachHasAScript) {
  for (const auto& row : commands()) {
    const auto name = to_lower(row.name) + ".pop3";
    EXPECT_TRUE(std::filesystem::exists(k_root / "tests/scripts/pop3" / name)) << name;
  }
}

TEST(Pop3Commands, GeneratedDocumentIsOfToday) {
  const auto path = k_root / "docs/generated/pop3-commands.md";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << commands_markdown();
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(kept, commands_markdown())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_server "
         "--gtest_filter='Pop3Commands.*'";
}

}  // namespace
}  // namespace kontor::pop3
