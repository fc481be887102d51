// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/mailbox_name.hpp"

#include <gtest/gtest.h>

namespace kontor::imap::wire {
namespace {

struct Row {
  std::string_view wire;
  std::string_view utf8;
};

const Row k_rows[] = {
    {"INBOX", "INBOX"},
    {"Tom &- Jerry", "Tom & Jerry"},
    {"&-", "&"},
    {"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"},  // RFC 3501, 5.1.3: example
    {"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "Отправленные"},
    {"&2D3eAA-", "😀"},
    {"a&AOQ-b", "aäb"},
    {"&AAk-", "\t"},
};

TEST(MailboxName, GoesBothWays) {
  for (const auto& row : k_rows) {
    const auto decoded = decode_modified_utf7(row.wire);
    ASSERT_TRUE(decoded) << row.wire;
    EXPECT_EQ(*decoded, row.utf8);
    EXPECT_EQ(encode_modified_utf7(row.utf8), row.wire);
  }
}

TEST(MailboxName, RefusesWhatNoEncoderMakes) {
  for (const std::string_view name :
       {"a&b", "&", "&U,BTFw", "&U,BTFw-&ZeVnLIqe-", "&AGE-", "&2D0-", "&3gA-", "&A-", "&AAA",
        "&AOR-", "&!!!-", "caf\xC3\xA9", "a\x01", "&2D0AYQ-"})
    EXPECT_FALSE(decode_modified_utf7(name)) << name;
}

TEST(MailboxName, TakesUtf8InEveryMode) {
  EXPECT_EQ(decode_mailbox("Вход", false).value_or(""), "Вход");
  EXPECT_EQ(decode_mailbox("Вход", true).value_or(""), "Вход");
  EXPECT_EQ(decode_mailbox("a&b", true).value_or(""), "a&b");
  EXPECT_FALSE(decode_mailbox("\xFF\xFE", true));
  EXPECT_FALSE(decode_mailbox("\xFF\xFE", false));
}

TEST(MailboxName, RoundTripsEveryCodePointRange) {
  for (const std::string_view text :
       {"\x7F", "é", "\uFFFD", "\U0010FFFF", "a\u0400b\u0401c", "&&", "-"})
    EXPECT_EQ(decode_modified_utf7(encode_modified_utf7(text)).value_or("?"), text);
}

}  // namespace
}  // namespace kontor::imap::wire
