// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/import_batch.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "server/admin/frame.hpp"
#include "server/admin/progress.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::admin {
namespace {

TEST(ImportBatch, ComesBackAsItWas) {
  ImportBatch batch;
  batch.folder = "Работа/2025";
  batch.messages.push_back({std::string("a\0\xFF\r\n", 5),
                            store::k_seen | store::k_draft,
                            {"$label1", "x"},
                            UtcSeconds(std::chrono::seconds(1'310'126'914))});
  batch.messages.push_back({"", 0, {}, std::nullopt});
  batch.messages.push_back({"z", store::k_answered | store::k_flagged | store::k_deleted, {}, {}});
  const auto again = parse_batch(print_batch(batch));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->folder, batch.folder);
  ASSERT_EQ(again->messages.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->messages[i].raw, batch.messages[i].raw);
    EXPECT_EQ(again->messages[i].flags, batch.messages[i].flags);
    EXPECT_EQ(again->messages[i].keywords, batch.messages[i].keywords);
    EXPECT_EQ(again->messages[i].date, batch.messages[i].date);
  }
}

TEST(ImportBatch, CarriesObjects) {
  ImportBatch batch;
  batch.folder = "calendar:default";
  batch.folder_class = store::FolderClass::calendar;
  batch.annotations = {{"/dav/prop/{DAV:}displayname", "Работа"}};
  BatchMessage object{"bytes", 0, {}, {}};
  object.name = "Встреча.ics";
  object.keys = {"uid-1", store::ObjectKind::event,
                 UtcSeconds(std::chrono::seconds(-62'135'596'800)),
                 UtcSeconds(std::chrono::seconds(253'402'300'799))};
  batch.messages.push_back(object);
  const auto again = parse_batch(print_batch(batch));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->folder_class, batch.folder_class);
  EXPECT_EQ(again->annotations, batch.annotations);
  ASSERT_EQ(again->messages.size(), 1U);
  EXPECT_EQ(again->messages[0].name, object.name);
  EXPECT_EQ(again->messages[0].keys, object.keys);
  const auto framed = [](std::string_view head) { return make_frame(head).value(); };
  for (
      const auto* head :
      {R"({"folder":"x","class":9,"messages":[]})",
       R"({"folder":"x","class":1,"annotations":[],"messages":[]})",
       R"({"folder":"x","class":1,"messages":[{"size":0,"object":{}}]})",
       R"({"folder":"x","class":1,"messages":[{"size":0,"object":{"uid":"","kind":77,"begin":0,"end":0},"name":"x"}]})",
       R"({"folder":"x","class":1,"messages":[{"size":0,"object":{"uid":"","kind":1,"begin":0,"end":0}}]})"})
    EXPECT_FALSE(parse_batch(framed(head))) << head;
}

TEST(ImportBatch, RefusesWhatIsNone) {
  const auto framed = [](std::string_view head, std::string_view rest = "") {
    return make_frame(head).value() + std::string(rest);
  };
  std::string many = R"({"folder":"x","messages":[)";
  for (int i = 0; i < 257; ++i) many += std::string(i == 0 ? "" : ",") + R"({"size":0})";
  const std::string rows[] = {
      "",
      "abc",
      std::string("\0\0\0\x09{}", 6),
      std::string("\xFF\xFF\xFF\xFF{}", 6),
      framed("[]"),
      framed("{}"),
      framed(R"({"folder":1,"messages":[]})"),
      framed(R"({"folder":"x","messages":{}})"),
      framed(R"({"folder":"x","messages":[1]})"),
      framed(R"({"folder":"x","messages":[{}]})"),
      framed(R"({"folder":"x","messages":[{"size":5}]})", "four"),
      framed(R"({"folder":"x","messages":[{"size":-1}]})"),
      framed(R"({"folder":"x","messages":[{"size":"1"}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1.5}]})", "12"),
      framed(R"({"folder":"x","messages":[{"size":1,"flags":"X"}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1,"flags":1}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1,"keywords":"a"}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1,"keywords":[1]}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1,"date":"now"}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1,"date":99999999999999}]})", "1"),
      framed(R"({"folder":"x","messages":[{"size":1}]})", "12"),
      framed(many + "]}"),
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_batch(row)) << row;
  EXPECT_EQ(parse_batch(framed(R"({"folder":"x","messages":[{"size":0,"date":-5}]})"))
                ->messages[0]
                .date->time_since_epoch()
                .count(),
            0);
}

TEST(ImportBatch, AnswersComeBackAsTheyWere) {
  const BatchResult result{7, 2, {{3, "too large"}}};
  const auto again = parse_batch_result(print_batch_result(result));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->stored, 7U);
  EXPECT_EQ(again->present, 2U);
  ASSERT_EQ(again->refused.size(), 1U);
  EXPECT_EQ(again->refused[0].index, 3U);
  EXPECT_EQ(again->refused[0].why, "too large");
  EXPECT_FALSE(parse_batch_result(boost::json::value()));
  EXPECT_FALSE(parse_batch_result(boost::json::value("x")));
}

TEST(Progress, LinesSayHowFarAndHowLong) {
  using std::chrono::milliseconds;
  EXPECT_EQ(progress_line({100, 500}, 1'000, milliseconds(1'000)),
            "100 messages, 0.5 of 1.0 kB (50 %), 100 messages/s, 0:00:01 left");
  EXPECT_EQ(progress_line({5, 1'200'000'000}, 3'600'000'000, milliseconds(3'600'000)),
            "5 messages, 1.2 of 3.6 GB (33 %), 0 messages/s, 2:00:00 left");
  EXPECT_EQ(progress_line({0, 0}, 0, milliseconds(0)),
            "0 messages, 0 of 0 bytes (100 %), 0 messages/s");
  EXPECT_EQ(progress_line({1, 20}, 10, milliseconds(500)),
            "1 messages, 20 of 20 bytes (100 %), 2 messages/s");
}

TEST(Progress, ATerminalHasOneLineAndAFileAFew) {
  testing::FakeClock clock;
  std::ostringstream terminal, file;
  Progress one(terminal, true, 100, clock);
  Progress few(file, false, 100, clock);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    clock.time += std::chrono::milliseconds(250);
    one.update({i, i});
    few.update({i, i});
  }
  one.finish({100, 100});
  few.finish({100, 100});
  EXPECT_EQ(std::ranges::count(terminal.str(), '\r'), 101);
  EXPECT_EQ(std::ranges::count(terminal.str(), '\n'), 1);
  EXPECT_EQ(std::ranges::count(file.str(), '\n'), 3);
  EXPECT_EQ(std::ranges::count(file.str(), '\r'), 0);
  std::ostringstream quick;
  Progress short_one(quick, false, 100, clock);
  short_one.update({1, 1});
  short_one.finish({1, 1});
  EXPECT_EQ(quick.str(), "");
}

}  // namespace
}  // namespace kontor::admin
