// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/core/answers.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor {
namespace {

std::string answers_markdown() {
  std::string text =
      "# What clients are told\n\nOne row for each kind of error. Made from "
      "base/core/answers.cpp.\n\n"
      "| kind | IMAP | SMTP | POP3 | HTTP | may be tried again | text "
      "|\n|---|---|---|---|---|---|---|\n";
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto& row = answer_for(static_cast<Errc>(i));
    text.append("| ").append(name_of(row.code)).append(row.imap_bad ? " | BAD" : " | NO");
    if (!row.imap_code.empty()) text.append(" [").append(row.imap_code).append("]");
    text.append(" | ").append(std::to_string(row.smtp_reply)).append(" ");
    text.append(row.smtp_enhanced).append(" | -ERR");
    if (!row.pop3_code.empty()) text.append(" [").append(row.pop3_code).append("]");
    text.append(" | ").append(std::to_string(row.http_status));
    text.append(row.retry ? " | yes" : " | no").append(" | ").append(row.text).append(" |\n");
  }
  return text;
}

// KONTOR_WRITE_GENERATED=1 writes the document anew.
TEST(Answers, TheGeneratedDocumentIsCurrent) {
  const std::string path = source_dir().string() + "/docs/generated/answers.md";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << answers_markdown();
  std::ifstream file(path);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), {}), answers_markdown())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_base --gtest_filter='*Generated*'";
}

}  // namespace
}  // namespace kontor
