// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/edit.hpp"

#include <gtest/gtest.h>

#include "base/config/load.hpp"

namespace kontor::config {
namespace {

const std::vector<Change> k_join = {{"server", "name", "mail.example.test"},
                                    {"directory", "source", "ad"},
                                    {"ad", "domain", "example.test"}};

TEST(ChangeSettings, LeavesWhatPeopleWrote) {
  const std::string text =
      "# The firm's server\n"
      "[server]\n"
      "name = \"localhost\"          # what clients use\n"
      "\n"
      "[directory]\n"
      "source = \"local\"            # or \"ad\"\n"
      "# default_domain = \"x\"\n"
      "\n"
      "[imap]  # none\n"
      "# nothing here\n";
  const auto out = change_settings(text, k_join);
  ASSERT_TRUE(out) << out.error().text();
  EXPECT_EQ(*out,
            "# The firm's server\n"
            "[server]\n"
            "name = \"mail.example.test\"  # what clients use\n"
            "\n"
            "[directory]\n"
            "source = \"ad\"               # or \"ad\"\n"
            "# default_domain = \"x\"\n"
            "\n"
            "[imap]  # none\n"
            "# nothing here\n"
            "\n"
            "[ad]\n"
            "domain = \"example.test\"\n");
  EXPECT_EQ(change_settings(*out, k_join).value(), *out);
}

TEST(ChangeSettings, AddsToASectionBeforeTheNext) {
  const auto out =
      change_settings("[ad]\ncontrollers = [\n  \"dc1\",\n]\n# more\n\n[imap]\n", k_join);
  ASSERT_TRUE(out) << out.error().text();
  EXPECT_TRUE(out->starts_with(
      "[ad]\ncontrollers = [\n  \"dc1\",\n]\ndomain = \"example.test\"\n# more\n\n[imap]\n"));
  const auto settings = parse_settings(*out, "x");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->ad.controllers, std::vector<std::string>{"dc1"});
}

TEST(ChangeSettings, MakesAFileOfNothingAndQuotes) {
  const auto out = change_settings("", {{"ad", "keytab_file", "/a \"b\"\\c"}});
  ASSERT_TRUE(out);
  EXPECT_EQ(parse_settings(*out, "x").value().ad.keytab_file, "/a \"b\"\\c");
  EXPECT_FALSE(change_settings("", {{"ad", "keytab_file", "a\nb"}}));
}

TEST(ChangeSettings, RefusesWhatItCannotDoSafely) {
  for (const char* text : {"directory.source = \"local\"\n", "directory = { source = \"local\" }\n",
                           "[directory]\nsource = \"\"\"\nlocal\"\"\"\n",
                           "[log]\nfile = \"\"\"\n[ad]\ndomain = \"example.test\"\n\"\"\"\n"}) {
    const auto out = change_settings(text, k_join);
    EXPECT_FALSE(out) << text << *out;
  }
  EXPECT_EQ(change_settings("[server]\nnonsense = 1\n", k_join).error().code(), Errc::bad_input);
}

}  // namespace
}  // namespace kontor::config
