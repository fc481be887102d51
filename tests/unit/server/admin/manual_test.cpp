// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/manual.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/roff.hpp"
#include "server/admin/completion.hpp"
#include "server/admin/verbs.hpp"
#include "server/admin/winpop.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::admin {
namespace {

TEST(KontorctlManual, NamesEveryVerb) {
  const auto text = kontorctl_manual();
  for (const auto& verb : verbs())
    EXPECT_NE(text.find(".TP\n\\fB" + roff(verb.name) + "\\fR"), std::string::npos) << verb.name;
}

struct Generated {
  std::string_view file;
  std::string (*text)();
};

TEST(KontorctlManual, GeneratedDocumentsAreOfToday) {
  for (const Generated& one :
       {Generated{"kontorctl.8", kontorctl_manual}, Generated{"winpop.8", winpop_manual},
        Generated{"kontorctl.bash", kontorctl_completion},
        Generated{"winpop.bash", winpop_completion}}) {
    const auto path = source_dir() / "docs/generated" / one.file;
    if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << one.text();
    std::ifstream file(path);
    const std::string kept((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(kept, one.text())
        << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_server --gtest_filter='*Manual*'";
  }
}

}  // namespace
}  // namespace kontor::admin
