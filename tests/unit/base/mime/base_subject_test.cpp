// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/base_subject.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

struct Row {
  std::string_view written;
  std::string_view base;
  bool is_reply;
};

TEST(BaseSubject, follows_rfc_5256) {
  constexpr Row k_rows[] = {
      {"", "", false},
      {"  Report ", "Report", false},
      {"a \t b\r\n c", "a b c", false},
      {"Re: Report", "Report", true},
      {"re : Report", "Report", true},
      {"RE[2]: Report", "Report", true},
      {"Re [x y] : Report", "Report", true},
      {"Fw: Report", "Report", true},
      {"FWD: Re: fw: Report", "Report", true},
      {"Report (fwd)", "Report", true},
      {"Report (FWD) (fwd)  ", "Report", true},
      {"[list] Report", "Report", false},
      {"[list] Re: Report", "Report", true},
      {"[a][b] Re: [c] Report", "Report", true},
      {"[list]", "[list]", false},  // it is all there is
      {"Re: [list]", "[list]", true},
      {"[Fwd: Report]", "Report", true},
      {"[fwd: Re: [x] Report (fwd)]", "Report", true},
      {"[Fwd: Report", "[Fwd: Report", false},
      {"Re", "Re", false},
      {"Regards", "Regards", false},
      {"Re: Re:", "", true},
      {"forward: x", "forward: x", false},
      {"[[x]] Report", "[[x]] Report", false},
      {"Fwdx: Report", "Fwdx: Report", false},
      {"Отв: Report", "Отв: Report", false},  // RFC 5256, 7: not translated
      {"[Отдел] Отчёт", "Отчёт", false},
  };
  for (const auto& row : k_rows) {
    const auto base = base_subject(row.written);
    EXPECT_EQ(base.text, row.base) << row.written;
    EXPECT_EQ(base.is_reply, row.is_reply) << row.written;
  }
}

TEST(BaseSubject, is_of_decoded_text) {
  EXPECT_EQ(base_subject("=?utf-8?B?UmU6INCe0YLRh9GR0YI=?=").text, "Отчёт");
  EXPECT_TRUE(base_subject("=?utf-8?B?UmU6INCe0YLRh9GR0YI=?=").is_reply);
  EXPECT_EQ(base_subject("=?koi8-r?Q?=EF=D4=DE=A3=D4?= =?koi8-r?Q?_Q3?=").text, "Отчёт Q3");
}

TEST(BaseSubject, of_a_long_one_is_its_beginning) {
  std::string subject;
  for (int i = 0; i < 3'000; ++i) subject += "ё";
  const auto base = base_subject(subject);
  EXPECT_EQ(base.text.size(), k_max_subject);
  EXPECT_TRUE(is_utf8(base.text));
  std::string blobs;
  for (int i = 0; i < 100'000; ++i) blobs += "[]";
  EXPECT_EQ(base_subject(blobs).text, "[]");
}

}  // namespace
}  // namespace kontor::mime
