// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/audit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include "base/core/text.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::admin {
namespace {

using ::testing::HasSubstr;

class Audit : public ::testing::Test {
 protected:
  Audit() { start(); }
  void start(std::uint64_t full = k_audit_file_full) {
    log_ = std::make_unique<AuditLog>(*disk_, "audit", pool_, clock_, log::Context(events_), full);
  }
  Result<AuditStamp> add(std::string kind, std::string query = "a") {
    boost::json::object fields{{"query", query}};
    return testing::run(
        context_,
        log_->add(std::move(kind), "unix uid=" + std::to_string(::getuid()), std::move(fields)));
  }
  std::string content(const std::string& name = "audit.log") {
    const auto read = io::read_file(*disk_, "audit/" + name, 1U << 20U);
    return read ? *read : std::string();
  }
  std::vector<std::string> files() {
    const auto names = disk_->list("audit");
    return names ? audit_files(*names) : std::vector<std::string>();
  }
  void overwrite(std::string_view bytes) {
    ASSERT_TRUE(io::write_file_durably(*disk_, "audit/audit.log", bytes).has_value());
    start();
  }

  std::unique_ptr<io::MemoryDisk> disk_ = std::make_unique<io::MemoryDisk>();
  boost::asio::io_context context_;
  io::WorkPool pool_{"test-audit", 1};
  testing::FakeClock clock_;
  log::RecordingSink events_;
  std::unique_ptr<AuditLog> log_;
};

TEST_F(Audit, RecordsAreChained) {
  ASSERT_TRUE(add("search.begin", "тайна").has_value());
  const auto second = add("search.end");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->number, 2U);
  EXPECT_THAT(content(), HasSubstr("тайна"));
  const auto check = check_audit(content());
  EXPECT_EQ(check.problem, "");
  EXPECT_EQ(check.last.number, 2U);
  EXPECT_EQ(check.last.hash, second->hash);
  EXPECT_EQ(check.bytes, content().size());
  EXPECT_EQ(events_.count("admin.audit.written"), 2U) << "the log knows the hash of each";
  const auto line = content().substr(content().find('\n') + 1);
  const auto record = boost::json::parse(line.substr(65, line.find('\n') - 65)).as_object();
  EXPECT_EQ(record.at("number").as_int64(), 1);
  EXPECT_EQ(record.at("kind").as_string(), "search.begin");
  EXPECT_EQ(record.at("who").as_object().at("uid").as_int64(), ::getuid());
}

TEST_F(Audit, GoesOnAfterARestart) {
  ASSERT_TRUE(add("a").has_value());
  start();
  const auto next = add("b");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->number, 2U);
  EXPECT_EQ(check_audit(content()).last.number, 2U);
}

TEST_F(Audit, EveryChangeOfAByteShows) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(add("a").has_value());
  const auto sound = content();
  for (std::size_t at = 0; at < sound.size(); ++at) {
    auto changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto check = check_audit(changed);
    EXPECT_TRUE(!check.problem.empty() || check.torn > 0) << at;
    EXPECT_LT(check.last.number, 3U) << at;
  }
}

TEST_F(Audit, ARecordTakenOutShows) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(add("a").has_value());
  auto lines = content();
  const auto first = lines.find('\n') + 1;
  const auto second = lines.find('\n', first) + 1;
  auto without_first = lines;
  without_first.erase(first, second - first);
  EXPECT_NE(check_audit(without_first).problem, "");
  // Off the end it shows by the number and hash in the server's log alone.
  const auto third = lines.find('\n', second) + 1;
  const auto shorter = check_audit(lines.substr(0, third));
  EXPECT_EQ(shorter.problem, "");
  EXPECT_EQ(shorter.last.number, 2U);
}

TEST_F(Audit, WhatWasChangedIsKeptAndReported) {
  ASSERT_TRUE(add("a", "first").has_value());
  auto changed = content();
  changed.replace(changed.find("first"), 5, "other");
  overwrite(changed);
  const auto next = add("b");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->number, 2U) << "behind the record that tells of it";
  EXPECT_EQ(events_.count("admin.audit.unsound"), 1U);
  EXPECT_THAT(content(), HasSubstr("audit.unsound"));
  const auto names = disk_->list("audit");
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->size(), 2U);
}

TEST_F(Audit, ATornLineIsCutOff) {
  ASSERT_TRUE(add("a").has_value());
  const auto sound = content();
  overwrite(sound + "0123456789 half a rec");
  EXPECT_EQ(check_audit(content()).torn, 21U);
  const auto next = add("b");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->number, 2U);
  EXPECT_TRUE(content().starts_with(sound));
  EXPECT_EQ(check_audit(content()).torn, 0U);
}

TEST_F(Audit, PowerLossLosesNothingAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    disk_ = std::make_unique<io::MemoryDisk>();
    start();
    ASSERT_TRUE(add("a").has_value());
    const auto last = add("b");
    ASSERT_TRUE(last.has_value());
    log_.reset();
    disk_ = disk_->after_power_loss(seed);
    const auto check = check_audit(content());
    EXPECT_EQ(check.problem, "") << seed;
    EXPECT_EQ(check.last.number, 2U) << seed;
    EXPECT_EQ(check.last.hash, last->hash) << seed;
  }
}

TEST_F(Audit, AFullFileIsPutAsideAndTheChainGoesOn) {
  start(1'000);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(add("a").has_value());
  start(1'000);
  const auto last = add("b");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->number, 21U);
  const auto names = files();
  ASSERT_GT(names.size(), 2U);
  auto before = before_the_first_record();
  for (const auto& name : names) {
    const auto check = check_audit(content(name));
    EXPECT_EQ(check.problem, "") << name;
    EXPECT_EQ(check.before, before) << name;
    EXPECT_LT(content(name).size(), 1'500U) << name;
    before = check.last;
  }
  EXPECT_EQ(before, *last);
}

TEST_F(Audit, PowerLossWhileAFileIsPutAsideLosesNothingAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    disk_ = std::make_unique<io::MemoryDisk>();
    start(1);
    ASSERT_TRUE(add("a").has_value());
    const auto last = add("b");
    ASSERT_TRUE(last.has_value());
    // The names are changed, and the power goes before anything else is on the device.
    ASSERT_TRUE(disk_->rename("audit/audit.log", "audit/" + full_audit_name(*last)).has_value());
    log_.reset();
    disk_ = disk_->after_power_loss(seed);
    start(1);
    const auto next = add("c");
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->number, 3U) << seed;
    auto before = before_the_first_record();
    for (const auto& name : files()) {
      EXPECT_EQ(check_audit(content(name)).before, before) << seed << ' ' << name;
      before = check_audit(content(name)).last;
    }
    EXPECT_EQ(before, *next) << seed;
  }
}

TEST_F(Audit, AFileOfTheFirstVersionIsGoneOnWith) {
  auto first = audit_line(before_the_first_record().hash, R"({"number":1,"kind":"a"})");
  ASSERT_TRUE(io::make_directories(*disk_, "audit").has_value());
  overwrite("kontor-audit 1\n" + first);
  const auto next = add("b");
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->number, 2U);
  EXPECT_EQ(check_audit(content()).problem, "");
  EXPECT_EQ(events_.count("admin.audit.unsound"), 0U);
}

TEST(AuditChain, ATitleIsReadAsItIsWritten) {
  const std::string hash(64, 'a');
  for (const auto* number : {"0", "7", "999999999999"})
    EXPECT_EQ(check_audit("kontor-audit 2 " + std::string(number) + ' ' + hash + '\n').problem, "")
        << number;
  for (const auto* number : {"", "07", "-1", "1000000000000", "16363027824242007142", "x"})
    EXPECT_NE(check_audit("kontor-audit 2 " + std::string(number) + ' ' + hash + '\n').problem, "")
        << number;
  for (const auto* last : {"g", "A", ""})
    EXPECT_NE(check_audit("kontor-audit 2 7 " + hash.substr(1) + last + '\n').problem, "") << last;
}

TEST_F(Audit, NothingIsDoneWhatCannotBeWritten) {
  disk_ = std::make_unique<io::MemoryDisk>(10);
  start();
  const auto refused = add("a");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text(), HasSubstr("audit"));
}

}  // namespace
}  // namespace kontor::admin
