// SPDX-License-Identifier: GPL-3.0-or-later
// Trees of mail files as other programs leave them: what is found, in which order, what is not.
#include "server/admin/sources/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <filesystem>
#include <fstream>

#include "base/core/uuid.hpp"

namespace kontor::admin::sources {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view k_mbox =
    "From a@b Fri Jul  8 12:08:34 2011\nSubject: in mbox\nStatus: R\n\nx\n";

class Collected final : public Taker {
 public:
  Result<void> take(SourceMessage message) override {
    if (taken.size() == most) return fail(Errc::over_quota, "full");
    taken.push_back(std::move(message));
    return {};
  }
  void skip(Remark remark, bool is_fault) override {
    (is_fault ? faults : passed).push_back(remark.where + ": " + remark.why);
  }
  void advance(std::uint64_t count) override { bytes += count; }

  std::vector<SourceMessage> taken;
  std::vector<std::string> faults, passed;
  std::uint64_t bytes = 0;
  std::size_t most = 1'000;
};

class MailFiles : public ::testing::Test {
 protected:
  MailFiles() : folder_(fs::temp_directory_path() / ("kontor-" + Uuid::random().hex())) {
    fs::create_directories(folder_);
  }
  ~MailFiles() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view content) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  Scan scan_all() {
    auto found = scan(folder_.string());
    EXPECT_TRUE(found);
    return found ? *std::move(found) : Scan();
  }
  // "folder: count of files" of each box.
  std::vector<std::string> boxes() {
    std::vector<std::string> out;
    for (const auto& box : scan_all().boxes)
      out.push_back(folder_for(box.levels, {}) + " " + std::to_string(box.files.size()));
    std::ranges::sort(out);
    return out;
  }
  Collected read(std::uint64_t most = 1'000'000) {
    Collected all;
    for (const auto& box : scan_all().boxes) EXPECT_TRUE(read_box(box, most, all));
    return all;
  }

  fs::path folder_;
};

TEST_F(MailFiles, AMaildirWithItsFolders) {
  write("cur/2.b:2,S", "Subject: seen\n\nx\n");
  write("new/10.a", "Subject: later\n\nx\n");
  write("tmp/3.c", "half");
  write(".Lists.Kontor/cur/1.a:2,F", "Subject: list\n\nx\n");
  write("plain/cur/1.a:2,", "Subject: plain\n\nx\n");
  write("dovecot.index", "no mail");
  EXPECT_THAT(boxes(), ElementsAre("INBOX 2", "Lists/Kontor 1", "plain 1"));
  const auto found = scan_all();
  EXPECT_THAT(found.boxes.at(0).files, ElementsAre("cur/2.b:2,S", "new/10.a")) << "as they came";
  EXPECT_EQ(found.passed_over.size(), 2U);
  const auto all = read();
  ASSERT_EQ(all.taken.size(), 4U);
  EXPECT_EQ(all.taken[0].raw, "Subject: seen\r\n\r\nx\r\n");
  EXPECT_EQ(all.taken[0].marks.flags, store::k_seen);
  EXPECT_EQ(all.bytes, found.bytes);
}

TEST_F(MailFiles, AMaildirsMessagesAreAsOldAsTheirFiles) {
  write("cur/1.a:2,S", "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\nx\n");
  const utimbuf times{1'000'000'000, 1'000'000'000};
  ASSERT_EQ(::utime((folder_ / "cur/1.a:2,S").c_str(), &times), 0);
  EXPECT_EQ(read().taken.at(0).date->time_since_epoch().count(), 1'000'000'000);
}

TEST_F(MailFiles, ATreeOfThunderbird) {
  write("Inbox", k_mbox);
  write("Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->");
  write("Inbox.sbd/Projects", k_mbox);
  write("Inbox.sbd/Projects.sbd/2025", k_mbox);
  EXPECT_THAT(boxes(), ElementsAre("INBOX 0", "INBOX/Projects 0", "INBOX/Projects/2025 0"));
  EXPECT_EQ(scan_all().passed_over.size(), 1U);
  const auto all = read();
  ASSERT_EQ(all.taken.size(), 3U);
  EXPECT_EQ(all.taken[0].raw, "Subject: in mbox\r\nStatus: R\r\n\r\nx\r\n");
  EXPECT_EQ(all.taken[0].marks.flags, store::k_seen);
  EXPECT_THAT(all.taken[0].where, HasSubstr("Inbox message 1"));
}

TEST_F(MailFiles, TreesOfMessages) {
  write("10.eml", "Subject: ten\n\nx\n");
  write("9.eml", "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\nx\n");
  write("mh/1", "Subject: mh\n\nx\n");
  write("mh/.mh_sequences", "cur: 1");
  write("cyrus/1.", "Subject: cyrus\r\n\r\nx\r\n");
  write("Apple.mbox/mbox", k_mbox);
  write("old.mbox", k_mbox);
  EXPECT_THAT(boxes(), ElementsAre("Apple 0", "INBOX 2", "cyrus 1", "mh 1", "old 0"));
  const auto all = read();
  EXPECT_EQ(all.taken.size(), 6U);
  const auto messages = scan_all().boxes.back();
  EXPECT_THAT(messages.files, ElementsAre("9.eml", "10.eml"));
  fs::create_symlink(folder_, folder_ / "loop");
  EXPECT_EQ(scan_all().passed_over.size(), 2U) << "links are not followed";
}

TEST_F(MailFiles, SingleFiles) {
  write("one.eml", "From a@b Fri Jul  8 12:08:34 2011\nSubject: with its line\n\nx\n");
  auto found = scan((folder_ / "one.eml").string());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->boxes.at(0).kind, BoxKind::mbox);
  write("two", "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\nx");
  found = scan((folder_ / "two").string());
  ASSERT_TRUE(found);
  Collected all;
  ASSERT_TRUE(read_box(found->boxes.at(0), 1'000, all));
  EXPECT_EQ(all.taken.at(0).raw, "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nx");
  EXPECT_EQ(all.taken.at(0).date->time_since_epoch().count(), 1'793'613'600);
  EXPECT_EQ(scan((folder_ / "absent").string()).error().code(), Errc::not_found);
  write("empty", "");
  EXPECT_THAT(scan((folder_ / "empty").string())->boxes.at(0).files, IsEmpty());
}

TEST_F(MailFiles, WhatStaysBehindIsNamed) {
  write("a.eml", std::string(2'000, 'x'));
  write("b.eml", "");
  write("c",
        "From x\n" + std::string(2'000, 'x') + "\n\nFrom a@b Fri Jul  8 12:08:34 2011\n\nok\n");
  write("d", "From a@b Fri Jul  8 12:08:34 2011\nX-Mozilla-Status: 0009\n\nhidden\n");
  write("e.eml", "x\n\n" + std::string(990, '\n'));  // too large once its lines end with CRLF
  const auto all = read(1'000);
  EXPECT_EQ(all.taken.size(), 1U);
  ASSERT_EQ(all.faults.size(), 4U) << ::testing::PrintToString(all.faults);
  EXPECT_THAT(all.faults[0], HasSubstr("c message 1: too large: 2001 bytes, at most 1000"));
  EXPECT_THAT(all.faults[1], HasSubstr("a.eml: too large"));
  EXPECT_THAT(all.faults[2], HasSubstr("b.eml: empty"));
  EXPECT_THAT(all.passed, ElementsAre(HasSubstr("d message 1: deleted")));
}

TEST_F(MailFiles, ARefusalEndsTheReading) {
  write("x", std::string(k_mbox) + "\n" + std::string(k_mbox));
  Collected all;
  all.most = 1;
  const auto ended = read_box(scan_all().boxes.at(0), 1'000, all);
  EXPECT_EQ(ended.error().code(), Errc::over_quota);
  EXPECT_EQ(all.taken.size(), 1U);
}

}  // namespace
}  // namespace kontor::admin::sources
