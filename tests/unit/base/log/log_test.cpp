// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "base/core/text.hpp"
#include "base/log/events/log.hpp"
#include "base/log/events/server.hpp"
#include "base/log/line.hpp"
#include "base/log/recording_sink.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::log {
namespace {

constexpr EventKind k_quiet{"test.thing.seen", LogLevel::debug, "A test saw a thing.", ""};
constexpr EventKind k_loud{"test.thing.broke", LogLevel::error, "A test broke a thing.",
                           "Mend it."};
constexpr std::chrono::system_clock::time_point k_time{
    std::chrono::milliseconds(1'763'772'707'045)};

struct TempFolder {
  TempFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "kontor-log-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

TEST(LogLine, Logfmt) {
  const Fields inherited{Field(Keys::session, 17), Field(Keys::peer, "127.0.0.1:5000")};
  const Fields own{Field(Keys::folder, "INBOX"), Field(Keys::detail, "no such file")};
  EXPECT_EQ(format_line(Format::logfmt, k_time, k_loud, inherited, own),
            "time=2025-11-22T00:51:47.045Z level=error event=test.thing.broke session=17 "
            "peer=127.0.0.1:5000 folder=INBOX detail=\"no such file\"\n");
}

TEST(LogLine, Json) {
  const Fields own{Field(Keys::bytes, -3), Field(Keys::folder, "Отпуск \"2026\"")};
  EXPECT_EQ(format_line(Format::json, k_time, k_quiet, {}, own),
            "{\"time\":\"2025-11-22T00:51:47.045Z\",\"level\":\"debug\",\"event\":\"test.thing."
            "seen\",\"bytes\":-3,\"folder\":\"Отпуск \\\"2026\\\"\"}\n");
}

struct Row {
  std::string value;
  std::string logfmt;
};

TEST(LogLine, NothingEscapesItsField) {
  const std::vector<Row> rows{
      {"", "\"\""},
      {"plain", "plain"},
      {"a b", "\"a b\""},
      {"user=root", "\"user=root\""},
      {"say \"hi\"", "\"say \\\"hi\\\"\""},
      {"back\\slash", "\"back\\\\slash\""},
      {"one\nlevel=error event=forged", "\"one\\nlevel=error event=forged\""},
      {"cr\rlf\n", "\"cr\\rlf\\n\""},
      {std::string("nul\0x", 5), "\"nul\\u0000x\""},
      {"\x1b[31m", "\"\\u001b[31m\""},
      {"\x7f", "\"\\u007f\""},
      {"\xff\xfe", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"почта", "почта"},
  };
  for (const Row& row : rows) {
    const Fields own{Field(Keys::detail, row.value)};
    const auto line = format_line(Format::logfmt, k_time, k_quiet, {}, own);
    EXPECT_TRUE(line.ends_with(" detail=" + row.logfmt + "\n")) << line;
    for (const Format format : {Format::logfmt, Format::json}) {
      const auto text = format_line(format, k_time, k_quiet, {}, own);
      EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
      EXPECT_TRUE(is_utf8(text)) << text;
    }
  }
}

TEST(LogLine, ALongValueIsCut) {
  const Fields own{Field(Keys::detail, std::string(1'000'000, 'x'))};
  const auto line = format_line(Format::logfmt, k_time, k_quiet, {}, own);
  EXPECT_LT(line.size(), k_max_value + 200);
  EXPECT_TRUE(line.ends_with("xxx...\n"));
}

TEST(Log, WritesWhatIsLoudEnoughAndCountsEverything) {
  const TempFolder folder;
  const auto path = (folder.path / "kontor.log").string();
  auto log = Log::open(path, Format::logfmt, LogLevel::warning);
  ASSERT_TRUE(log) << log.error().text();
  const Context root(**log);
  for (int i = 0; i < 3; ++i) root.emit(k_quiet);
  root.emit(k_loud, {Field(Keys::count, 5)});
  const auto text = read_file(path);
  EXPECT_EQ(text.find("test.thing.seen"), std::string::npos);
  EXPECT_NE(text.find("event=test.thing.broke count=5\n"), std::string::npos);
  const auto counts = (*log)->counts();
  EXPECT_EQ(counts.at("test.thing.seen"), 3U);
  EXPECT_EQ(counts.at("test.thing.broke"), 1U);
  EXPECT_EQ(counts.size(), 2U);
}

TEST(Log, KeepsTheNewestLines) {
  const TempFolder folder;
  const auto path = (folder.path / "kontor.log").string();
  auto log = Log::open(path, Format::logfmt, LogLevel::info);
  ASSERT_TRUE(log);
  const Context root(**log);
  EXPECT_TRUE((*log)->recent().empty());
  for (int i = 0; i < 5'000; ++i) root.emit(k_loud, {Field(Keys::count, i)});
  const auto many = (*log)->recent();
  ASSERT_EQ(many.size(), 4'000U);
  EXPECT_NE(many.front().find("count=1000\n"), std::string::npos);
  EXPECT_NE(many.back().find("count=4999\n"), std::string::npos);
  for (int i = 0; i < 3'000; ++i) root.emit(k_loud, {Field(Keys::detail, std::string(2'000, 'x'))});
  std::size_t bytes = 0;
  for (const auto& line : (*log)->recent()) bytes += line.size();
  EXPECT_LE(bytes, 4U << 20U);
  EXPECT_GT(bytes, 3U << 20U);
}

TEST(Log, LinesOfThreadsDoNotMix) {
  const TempFolder folder;
  const auto path = (folder.path / "kontor.log").string();
  auto log = Log::open(path, Format::logfmt, LogLevel::debug);
  ASSERT_TRUE(log);
  {
    std::vector<std::jthread> threads;
    for (int id = 0; id < 4; ++id)
      threads.emplace_back([&, id] {
        const auto context = Context(**log).with({Field(Keys::session, id)});
        for (int i = 0; i < 500; ++i)
          context.emit(k_quiet,
                       {Field(Keys::detail, std::string(300, 'a')), Field(Keys::count, i)});
      });
  }
  std::istringstream lines(read_file(path));
  const std::regex form(
      "time=\\S+ level=debug event=test.thing.seen session=[0-3] detail=a{300} "
      "count=[0-9]+");
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    ++count;
    ASSERT_TRUE(std::regex_match(line, form)) << line;
  }
  EXPECT_EQ(count, 2'000);
}

TEST(Log, ReopensAfterRotation) {
  const TempFolder folder;
  const auto path = folder.path / "kontor.log";
  auto log = Log::open(path.string(), Format::json, LogLevel::info);
  ASSERT_TRUE(log);
  Context(**log).emit(k_loud);
  std::filesystem::rename(path, folder.path / "kontor.log.1");
  Context(**log).emit(k_loud);  // still into the renamed file
  ASSERT_TRUE((*log)->reopen());
  Context(**log).emit(k_loud);
  const auto old_text = read_file(folder.path / "kontor.log.1");
  EXPECT_EQ(std::ranges::count(old_text, '\n'), 2);
  const auto new_text = read_file(path);
  EXPECT_EQ(std::ranges::count(new_text, '\n'), 1);
}

TEST(Log, AFileThatCannotBeWrittenIsAnError) {
  const auto log = Log::open("/proc/no/such/file", Format::logfmt, LogLevel::info);
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().detail().find("/proc/no/such/file"), std::string::npos);
}

TEST(Log, AFullDiskLosesLinesButNotTheServer) {
  auto log = Log::open("/dev/full", Format::logfmt, LogLevel::info);
  ASSERT_TRUE(log);
  Context(**log).emit(k_loud);
  EXPECT_EQ((*log)->counts().at("test.thing.broke"), 1U);
  EXPECT_EQ((*log)->counts().at("log.line.dropped"), 1U);
}

TEST(Context, ChildrenInherit) {
  RecordingSink sink;
  const Context root(sink);
  const auto connection = root.with({Field(Keys::session, 7), Field(Keys::protocol, "imap")});
  const auto user = connection.with({Field(Keys::user, "anna")});
  user.emit(k_loud, Error(Errc::corrupt, "frame 12"), {Field(Keys::folder, "INBOX")});
  connection.emit(k_quiet);
  root.emit(k_quiet);
  ASSERT_EQ(sink.events().size(), 3U);
  const auto event = sink.last("test.thing.broke");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->get(Keys::session), "7");
  EXPECT_EQ(event->get(Keys::user), "anna");
  EXPECT_EQ(event->get(Keys::folder), "INBOX");
  EXPECT_EQ(event->get(Keys::error), "corrupt");
  EXPECT_EQ(event->get(Keys::detail), "frame 12");
  EXPECT_EQ(sink.count("test.thing.seen"), 2U);
  EXPECT_EQ(sink.last("test.thing.seen")->get(Keys::session), std::nullopt);
  Context(null_sink()).emit(k_loud);
}

// The vocabulary against the headers: a kind that is declared but not gathered has no metric, no
// documentation and no test.
TEST(Vocabulary, HoldsEveryDeclaredKind) {
  std::set<std::string> declared;
  const std::filesystem::path folder = source_dir() / "base/log/events";
  const std::regex kind(R"re(EventKind\s+k_\w+\s*\{\s*"([^"]+)")re");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto text = read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), kind), end; at != end; ++at)
      EXPECT_TRUE(declared.insert((*at)[1]).second) << (*at)[1] << " is declared twice";
  }
  ASSERT_GE(declared.size(), 10U);
  std::set<std::string> gathered;
  for (const EventKind* event : vocabulary()) gathered.emplace(event->name);
  for (const auto& name : declared)
    EXPECT_TRUE(gathered.contains(name))
        << name
        << ": add it to the array at the end of its header, and the array to vocabulary.cpp";
  EXPECT_EQ(gathered.size(), declared.size());
}

TEST(Vocabulary, NamesAndTextsAreFitForAnAdministrator) {
  const std::regex form("[a-z0-9_]+\\.[a-z0-9_]+\\.[a-z0-9_]+");
  for (const EventKind* event : vocabulary()) {
    const std::string name(event->name);
    EXPECT_TRUE(std::regex_match(name, form)) << name;
    EXPECT_TRUE(event->meaning.ends_with('.')) << name;
    EXPECT_TRUE(event->action.empty() || event->action.ends_with('.')) << name;
    if (event->level == LogLevel::error) EXPECT_FALSE(event->action.empty()) << name;
  }
  EXPECT_TRUE(std::ranges::is_sorted(vocabulary(), {}, &EventKind::name));
}

// KONTOR_WRITE_GENERATED=1 writes the document anew.
TEST(Vocabulary, TheGeneratedDocumentIsCurrent) {
  const auto path = source_dir() / "docs/generated/events.md";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) std::ofstream(path) << events_markdown();
  EXPECT_EQ(read_file(path), events_markdown())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_base --gtest_filter='*Generated*'";
}

}  // namespace
}  // namespace kontor::log
