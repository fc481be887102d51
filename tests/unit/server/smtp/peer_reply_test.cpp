// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/peer_reply.hpp"

#include <gtest/gtest.h>

#include "server/smtp/client/extensions.hpp"
#include "server/smtp/client/probe.hpp"

namespace kontor::smtp::wire {
namespace {

Result<PeerReply> read(const std::vector<std::string>& lines) {
  PeerReplyReader reader;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    KONTOR_TRY(const bool done, reader.add(lines[i]));
    if (done != (i + 1 == lines.size())) return fail(Errc::conflict);
  }
  return reader.take();
}

struct Row {
  std::vector<std::string> lines;
  int code;
  std::string enhanced;
  std::string text;
};

TEST(PeerReply, Reads) {
  const std::vector<Row> rows = {
      {{"250 OK\r\n"}, 250, "", "250 OK"},
      {{"250\r\n"}, 250, "", "250"},
      {{"250 \n"}, 250, "", "250"},
      {{"550 5.1.1 No such user\r\n"}, 550, "5.1.1", "550 5.1.1 No such user"},
      {{"550-5.1.1 No such\r\n", "550 5.1.1 user\r\n"}, 550, "5.1.1", "550 5.1.1 No such user"},
      {{"550-\r\n", "550 5.7.26 why\r\n"}, 550, "5.7.26", "550 5.7.26 why"},
      {{"250-mx greets\r\n", "251 PIPELINING\r\n"}, 251, "", "251 mx greets PIPELINING"},
      {{"450 5.1.1 of another class\r\n"}, 450, "", "450 5.1.1 of another class"},
      {{"550 5.1 short\r\n"}, 550, "", "550 5.1 short"},
      {{"550 5.1111.1 long\r\n"}, 550, "", "550 5.1111.1 long"},
      {{"550 5.1.x1 odd\r\n"}, 550, "", "550 5.1.x1 odd"},
      {{"550 a\x01\x1b[2J\x7f\r\n"}, 550, "", "550 a??[2J?"},
      {{"550 \xFF\xD0\xB0\r\n"}, 550, "", "550 \xEF\xBF\xBD\xD0\xB0"},
  };
  for (const auto& row : rows) {
    const auto reply = read(row.lines);
    ASSERT_TRUE(reply) << row.text << ": " << reply.error().text();
    EXPECT_EQ(reply->code, row.code);
    EXPECT_EQ(reply->enhanced, row.enhanced) << row.text;
    EXPECT_EQ(reply->text(), row.text);
  }
}

TEST(PeerReply, WhatIsNoneIsAnError) {
  for (const std::string line : {"", "\r\n", "25", "2500 ok", "250_ok", "150 ok", "650 ok", "abc",
                                 "HTTP/1.1 400 Bad Request", " 250 ok", "-250 ok"}) {
    PeerReplyReader reader;
    const auto done = reader.add(line);
    ASSERT_FALSE(done) << line;
    EXPECT_EQ(done.error().code(), Errc::bad_input);
  }
  EXPECT_FALSE(read({"250-yes\r\n", "550 no\r\n"})) << "codes that contradict each other";
}

TEST(PeerReply, AReplyWithoutEndEnds) {
  PeerReplyReader reader;
  for (std::size_t i = 0; i < k_max_reply_lines; ++i)
    ASSERT_FALSE(reader.add("250-more\r\n").value());
  EXPECT_EQ(reader.add("250-more\r\n").error().code(), Errc::limit);
}

TEST(PeerReply, ALongTextIsCut) {
  std::vector<std::string> lines(100, "550-5.7.1 " + std::string(200, 'x') + "\r\n");
  lines.emplace_back("550 end\r\n");
  const auto text = read(lines)->text();
  EXPECT_LE(text.size(), 1'010U);
  EXPECT_TRUE(text.ends_with(" ...")) << text.substr(text.size() - 20);
}

TEST(Extensions, AreReadFromTheAnswerToEhlo) {
  const auto reply =
      read({"250-mx.test greets\r\n", "250-Size 1000\r\n", "250-8bitmime\r\n", "250-PIPELINING\r\n",
            "250-AUTH=LOGIN\r\n", "250-AUTH CRAM-MD5 plain\r\n", "250-DSN\r\n", "250-CHUNKING\r\n",
            "250-BINARYMIME\r\n", "250-STARTTLS\r\n", "250 SMTPUTF8\r\n"});
  const auto offered = client::read_extensions(*reply);
  EXPECT_TRUE(offered.mime8 && offered.pipelining && offered.login && offered.plain &&
              offered.dsn && offered.chunking && offered.binary && offered.starttls &&
              offered.utf8);
  EXPECT_TRUE(offered.has_size);
  EXPECT_EQ(offered.size, 1000U);
  const auto odd =
      client::read_extensions(*read({"250-DSN\r\n", "250-SIZE x\r\n", "250 SIZES 5\r\n"}));
  EXPECT_FALSE(odd.dsn) << "the first line is a greeting";
  EXPECT_TRUE(odd.has_size);
  EXPECT_EQ(odd.size, 0U);
}

TEST(PeerReply, SaysWhetherAnAddressExists) {
  using client::ProbeAnswer;
  const auto said = [](const std::string& line) { return client::read_probe(*read({line})); };
  for (const auto* line : {"250 ok\r\n", "251 2.1.5 will forward\r\n", "252 2.5.0 perhaps\r\n"})
    EXPECT_EQ(said(line), ProbeAnswer::exists) << line;
  for (const auto* line : {"550 no\r\n", "551 no\r\n", "553 no\r\n", "550 5.1.1 no\r\n",
                           "554 5.1.10 no\r\n", "550 5.2.1 disabled\r\n"})
    EXPECT_EQ(said(line), ProbeAnswer::missing) << line;
  for (const auto* line : {"450 4.2.1 later\r\n", "421 go\r\n", "550 5.7.1 your address\r\n",
                           "554 no\r\n", "552 5.2.2 full\r\n", "500 what\r\n"})
    EXPECT_EQ(said(line), ProbeAnswer::unknown) << line;
}

}  // namespace
}  // namespace kontor::smtp::wire
