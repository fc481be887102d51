// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl against a control socket: over a real Unix socket, with stand-ins behind the verbs.
#include "server/admin/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/admin/client.hpp"
#include "server/admin/ctl.hpp"
#include "server/admin/serve.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/server/fakes.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Said {
  int status;
  std::string out, err;
};

Said ctl(std::vector<std::string> words) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_ctl(words, out, err);
  return {status, out.str(), err.str()};
}

// A server on a socket of its own, until the end of the test.
class AdminControl : public ::testing::Test {
 protected:
  AdminControl()
      : folder_(std::filesystem::temp_directory_path() / ("kontor-" + Uuid::random().hex())) {
    std::filesystem::create_directories(folder_);
    settings_.server.data_folder = folder_.string();
    settings_.server.name = "mail.example.test";
    auto server = ControlServer::listen(context_.get_executor(), environment());
    EXPECT_TRUE(server.has_value());
    server_ = *std::move(server);
    server_->start();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~AdminControl() override {
    server_->stop();
    const net::Limit limit = std::chrono::seconds(10);
    auto ended =
        boost::asio::co_spawn(context_, server_->wait_ended(limit), boost::asio::use_future);
    EXPECT_TRUE(ended.get());
    work_.reset();
    thread_.join();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  Environment environment() {
    return {settings_, directory_, store_,  delivery_,
            sessions_, clock_,     nullptr, log::Context(events_)};
  }
  Said say(std::vector<std::string> words) {
    words.insert(words.begin(), {"--data", folder_.string()});
    return ctl(std::move(words));
  }
  boost::json::value json(std::vector<std::string> words) {
    words.insert(words.begin(), "--json");
    return boost::json::parse(say(std::move(words)).out);
  }

  std::filesystem::path folder_;
  config::Settings settings_;
  testing::FakeClock clock_;
  testing::FakeDirectory directory_{smtp::demo_people()};
  testing::FakeStore store_;
  testing::FakeSessions sessions_;
  log::RecordingSink events_;
  io::WorkPool workers_{"test-work", 1};
  delivery::Delivery delivery_{delivery::DeliveryEnvironment{
      settings_, directory_, store_, workers_, log::Context(events_), clock_}};
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::unique_ptr<ControlServer> server_;
  std::thread thread_;
};

TEST_F(AdminControl, TellsHowItIs) {
  const auto status = json({"status"}).as_object();
  EXPECT_EQ(status.at("server").as_string(), "mail.example.test");
  EXPECT_EQ(status.at("people").as_int64(), 5);
  EXPECT_THAT(say({"status"}).out, HasSubstr("version: " KONTOR_VERSION "\n"));
  EXPECT_EQ(events_.count("admin.verb.run"), 2U);
}

TEST_F(AdminControl, ListsAccountsAndGroups) {
  const auto accounts = json({"accounts", "list"}).as_array();
  ASSERT_EQ(accounts.size(), 5U);
  EXPECT_THAT(say({"accounts", "list"}).out, StartsWith("ADDRESS"));
  const auto anna = json({"accounts", "show", "post@example.test"}).as_object();
  EXPECT_EQ(anna.at("address").as_string(), "anna@example.test");
  const auto staff = json({"groups", "show", "staff@example.test"}).as_object();
  EXPECT_EQ(staff.at("people").as_array().size(), 3U) << "nested, each once, the disabled one not";
  EXPECT_EQ(json({"groups", "list"}).as_array().size(), 4U);
  EXPECT_EQ(say({"accounts", "show", "zora"}).status, 1);
  EXPECT_EQ(say({"groups", "show", "zora"}).status, 1);
}

TEST_F(AdminControl, DeliversAFile) {
  const auto file = (folder_ / "message").string();
  std::ofstream(file) << "Subject: x\n\nline\r\n";
  const auto said = say({"deliver", "sales@example.test", file});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("copies: 4\n"));
  EXPECT_THAT(store_.messages_of(smtp::clara()),
              ::testing::ElementsAre("Subject: x\r\n\r\nline\r\n"));
  // Her account is disabled; its mail is kept (directory.disabled_mail).
  EXPECT_EQ(say({"deliver", "dora@example.test", file}).status, 0);
  EXPECT_EQ(say({"deliver", "nobody-here@example.test", file}).status, 1);
  EXPECT_EQ(say({"deliver", "anna@example.test", file + "-absent"}).status, 1);
  store_.failures[{"local", smtp::anna().guid}] = Errc::no_space;
  EXPECT_THAT(say({"deliver", "anna@example.test", file}).err, HasSubstr("no_space"));
}

TEST_F(AdminControl, EndsSessionsAndDumpsSettings) {
  EXPECT_EQ(json({"sessions", "end", "anna"}).as_object().at("ended").as_int64(), 0);
  EXPECT_EQ(say({"sessions", "list"}).out, "(none)\n");
  EXPECT_THAT(say({"config", "dump", "changed"}).out, HasSubstr("mail.example.test"));
  EXPECT_EQ(say({"config", "dump", "everything"}).status, 1);
  EXPECT_EQ(say({"directory", "status"}).status, 1) << "there is no directory process here";
}

TEST_F(AdminControl, ChecksASettingsFile) {
  const auto file = (folder_ / "kontor.toml").string();
  std::ofstream(file) << "[imap]\nidle_timout = 5\n";
  const auto said = ctl({"config", "check", file});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("idle_timeout"));
}

TEST_F(AdminControl, AFileInErrorComesAsJsonToo) {
  const auto said = say({"--json", "folders", "zora"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(boost::json::parse(said.out).as_object().at("error").as_object().at("code").as_string(),
            "not_found");
}

TEST(AdminCtl, WrongUseIsTold) {
  EXPECT_EQ(ctl({}).status, 2);
  EXPECT_THAT(ctl({"acounts", "list"}).err, HasSubstr("did you mean accounts list?"));
  EXPECT_THAT(ctl({"statsu"}).err, HasSubstr("did you mean status?"));
  EXPECT_EQ(ctl({"acounts"}).status, 2);
  EXPECT_EQ(ctl({"folders"}).status, 2);
  EXPECT_EQ(ctl({"status", "now"}).status, 2);
  EXPECT_THAT(ctl({"account", "list", "now"}).err, HasSubstr("use: accounts list"));
  EXPECT_EQ(ctl({"--what", "status"}).status, 2);
  EXPECT_EQ(ctl({"--data"}).status, 2);
  const auto help = ctl({"help"});
  EXPECT_EQ(help.status, 0);
  for (const auto& verb : verbs()) EXPECT_THAT(help.out, HasSubstr(std::string(verb.name)));
}

TEST(AdminCtl, WhatDoesNotGoTogetherIsWrongUse) {
  const std::vector<std::vector<std::string>> wrong = {
      {"import"},
      {"import", "anna@example.test"},
      {"import", "anna@example.test", "--imap", "mail.example.test"},
      {"import", "anna@example.test", "--imap", "mail.example.test", "--list", "people"}};
  for (const auto& words : wrong) {
    const auto said = ctl(words);
    EXPECT_EQ(said.status, 2) << said.err;
    EXPECT_THAT(said.err, HasSubstr("use: import [ADDRESS]"));
  }
}

TEST(AdminCtl, WithoutAServerItSaysSo) {
  const auto said = ctl({"--data", "/nonexistent", "status"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("no server runs on this data folder"));
  const std::string long_path(200, 'x');
  EXPECT_THAT(ctl({"--data", long_path, "status"}).err, HasSubstr("too long"));
}

Task<std::string> raw_request(net::Stream& stream, std::string bytes) {
  const net::Limit patience = std::chrono::seconds(10);
  static_cast<void>(co_await stream.write(bytes, patience));
  std::string answer;
  std::array<char, 4'096> buffer{};
  const std::span<char> room(buffer);
  for (;;) {
    const auto got = co_await stream.read_some(room, patience);
    if (!got || *got == 0) co_return answer;
    answer.append(buffer.data(), *got);
  }
}

TEST_F(AdminControl, RefusesRequestsThatNobodyShouldSend) {
  struct Row {
    std::string bytes, answer;
  };
  const Row rows[] = {
      {std::string("\xFF\xFF\xFF\xFF", 4), "limit"},
      {make_frame("nonsense").value(), "bad_input"},
      {make_frame(print_request({"config check", {{"/etc/passwd"}, ""}})).value(), "unsupported"},
      {make_frame(print_request({"delete everything", {}})).value(), "unsupported"},
      {make_frame(print_request({"folders", {}})).value(), "bad_input"},
  };
  const Desk desk{environment(), {}};
  for (const auto& row : rows) {
    boost::asio::io_context context;
    auto pair = net::make_memory_streams();
    testing::spawn(context, serve(std::move(pair.first), desk));
    const auto answer = testing::run(context, raw_request(*pair.second, row.bytes));
    EXPECT_THAT(answer, HasSubstr("\"code\":\"" + row.answer + '"'));
  }
}

}  // namespace
}  // namespace kontor::admin
