// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/manual.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/roff.hpp"
#include "server/admin/verbs.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::admin {
namespace {

TEST(KontorctlManual, NamesEveryVerb) {
  const auto text = kontorctl_manual();
  for (const auto& verb : verbs())
    EXPECT_NE(text.find(".TP\n\\fB" + roff(verb.name) + "\\fR"), std::string::npos) << verb.name;
}

TEST(KontorctlManual, GeneratedDocumentIsOfToday) {
  const auto path = source_dir() / "docs/generated/kontorctl.8";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << kontorctl_manual();
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(kept, kontorctl_manual())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_server --gtest_filter='*Generated*'";
}

}  // namespace
}  // namespace kontor::admin
