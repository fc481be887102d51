// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of what is learnt, what a move says, and what a controller is told and answers.
#include "server/learning/learner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/net/memory_stream.hpp"
#include "server/learning/rspamd.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::learning {
namespace {

using ::testing::HasSubstr;

State some_state() {
  State state;
  Job job;
  job.account = Uuid::random();
  job.item = 77;
  job.guid = Uuid::random();
  job.owner = {"local", Uuid::random()};
  state.jobs.push_back(job);
  job.is_spam = false;
  job.owner.source = "";
  state.jobs.push_back(job);
  state.done = {learnt_digest(job.guid, true), source_digest("t")};
  return state;
}

TEST(LearningState, ComesBackAndDamageIsNoticed) {
  const auto state = some_state();
  const auto bytes = format_state(state);
  const auto read = parse_state(bytes);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, state);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(parse_state(damaged)) << at;
    EXPECT_FALSE(parse_state(std::string_view(bytes).substr(0, at))) << at;
  }
  auto later = bytes;
  later[8] = 2;
  EXPECT_EQ(parse_state(later).error().code(), Errc::unsupported);
}

TEST(LearningState, DirectionsAndKindsDiffer) {
  const auto guid = Uuid::random();
  EXPECT_NE(learnt_digest(guid, true), learnt_digest(guid, false));
  EXPECT_EQ(learnt_digest(guid, true), learnt_digest(guid, true));
}

TEST(SaidByMove, JunkAndReportFoldersSpeak) {
  using store::SpecialUse;
  const auto folder = [](SpecialUse use, std::string name = "x") {
    store::FolderInfo out;
    out.special_use = use;
    out.name = std::move(name);
    return out;
  };
  const auto plain = folder(SpecialUse::none), junk = folder(SpecialUse::junk),
             trash = folder(SpecialUse::trash);
  const std::vector<std::string> reports{"Spam/Reports"};
  EXPECT_EQ(said_by_move(plain, junk, false, reports), true);
  EXPECT_EQ(said_by_move(trash, junk, false, reports), true);
  EXPECT_EQ(said_by_move(junk, plain, false, reports), false);
  EXPECT_EQ(said_by_move(junk, trash, false, reports), std::nullopt) << "he only tidies up";
  EXPECT_EQ(said_by_move(junk, junk, false, reports), std::nullopt);
  EXPECT_EQ(said_by_move(plain, trash, false, reports), std::nullopt);
  EXPECT_EQ(said_by_move(plain, folder(SpecialUse::none, "Spam/Reports"), true, reports), true);
  EXPECT_EQ(said_by_move(junk, folder(SpecialUse::none, "Spam/Reports"), true, reports), true);
  EXPECT_EQ(said_by_move(plain, folder(SpecialUse::none, "Spam"), true, reports), std::nullopt);
  EXPECT_EQ(said_by_move(plain, folder(SpecialUse::none, "Spam/Reports"), false, reports),
            std::nullopt)
      << "a folder of that name of one's own";
}

struct Told {
  Result<std::string> answer = std::string();
  std::string request;
};

// One dialogue with a controller that says `reply` to whatever it is told.
Told tell_one(bool is_spam, std::string reply, std::string password = "pw") {
  Told told;
  boost::asio::io_context context;
  auto pair = net::make_memory_streams();
  auto ours = std::move(pair.first), theirs = std::move(pair.second);
  Controller controller;
  controller.password = std::move(password);
  auto* stream = &ours;
  controller.dial = [stream](const config::ServiceAddress&,
                             net::Limit) -> Task<Result<std::unique_ptr<net::Stream>>> {
    co_return std::move(*stream);
  };
  testing::spawn(context, [](net::Stream& other, std::string text, Told& out) -> Task<void> {
    std::array<char, 4'096> piece;
    while (!out.request.ends_with("the end\r\n")) {
      const auto got = co_await other.read_some(piece, std::chrono::seconds(10));
      if (!got || *got == 0) break;
      out.request.append(piece.data(), *got);
    }
    (void)co_await other.write(text, std::chrono::seconds(10));
    co_await other.close();
  }(*theirs, std::move(reply), told));
  told.answer = testing::run(context, tell(controller, is_spam, "Subject: x\r\n\r\nthe end\r\n"));
  return told;
}

TEST(Controller, IsToldAndItsAnswersAreUnderstood) {
  auto told = tell_one(true, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\":true}");
  ASSERT_TRUE(told.answer) << told.answer.error().text();
  EXPECT_EQ(*told.answer, "learnt");
  EXPECT_THAT(told.request, ::testing::StartsWith("POST /learnspam HTTP/1.1\r\n"));
  EXPECT_THAT(told.request, HasSubstr("\r\nContent-Length: 23\r\n"));
  EXPECT_THAT(told.request, HasSubstr("\r\nPassword: pw\r\n"));
  told = tell_one(false, "HTTP/1.1 208 Already\r\nContent-Length: 4\r\n\r\nagai", "");
  ASSERT_TRUE(told.answer);
  EXPECT_EQ(*told.answer, "208 agai");
  EXPECT_THAT(told.request, ::testing::StartsWith("POST /learnham "));
  EXPECT_EQ(told.request.find("Password"), std::string::npos);
  told = tell_one(true, "HTTP/1.1 404 No\r\nContent-Length: 23\r\n\r\n<1> has already learned ");
  EXPECT_TRUE(told.answer) << "as rspamd 3.4 says it";
  told = tell_one(true, "HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nno pw");
  EXPECT_EQ(told.answer.error().code(), Errc::bad_input);
  EXPECT_EQ(told.answer.error().detail(), "403 no pw");
  told = tell_one(true, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(told.answer.error().code(), Errc::unavailable);
}

}  // namespace
}  // namespace kontor::learning
