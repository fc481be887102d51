// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/options.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "server/app/kontord.hpp"
#include "server/app/listeners.hpp"

namespace kontor::app {
namespace {

using ::testing::HasSubstr;
using Action = Options::Action;

struct SettingsFile {
  explicit SettingsFile(const std::string& text) {
    std::string pattern = std::filesystem::temp_directory_path() / "kontor-app-XXXXXX";
    folder = mkdtemp(pattern.data());
    path = folder + "/kontor.toml";
    std::ofstream(path) << text;
  }
  ~SettingsFile() { std::filesystem::remove_all(folder); }
  std::string folder;
  std::string path;
};

struct Output {
  int status = 0;
  std::string out;
  std::string err;
};

Output run(const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Output output;
  output.status = run_kontord(arguments);
  std::fflush(stdout);
  output.out = ::testing::internal::GetCapturedStdout();
  output.err = ::testing::internal::GetCapturedStderr();
  return output;
}

TEST(Options, WhatIsUnderstood) {
  const std::vector<std::pair<std::vector<std::string>, Action>> rows{
      {{}, Action::serve},
      {{"--config", "/etc/kontor.toml"}, Action::serve},
      {{"--config=/etc/kontor.toml", "--check"}, Action::check},
      {{"--dump-config"}, Action::dump_all},
      {{"--dump-config=all"}, Action::dump_all},
      {{"--dump-config=changed"}, Action::dump_changed},
      {{"--help", "--check"}, Action::help},
      {{"--version"}, Action::version},
  };
  for (const auto& [arguments, action] : rows) {
    const auto options = parse_options(arguments);
    ASSERT_TRUE(options) << ::testing::PrintToString(arguments) << options.error().detail();
    EXPECT_EQ(options->action, action) << ::testing::PrintToString(arguments);
  }
  const auto all =
      parse_options({"--data", "/srv/k", "--port-base", "10000", "--config", "a.toml"});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->data_folder, "/srv/k");
  EXPECT_EQ(all->port_base, 10'000);
  EXPECT_EQ(all->config_file, "a.toml");
}

TEST(Options, WrongUse) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--nonsense"},
                                                    {"--config"},
                                                    {"stray"},
                                                    {"--port-base", "x"},
                                                    {"--port-base", "70000"},
                                                    {"--port-base", "-1"},
                                                    {"--dump-config=some"},
                                                    {"--check", "--dump-config"},
                                                    {"--conf", "a.toml"},
                                                    {"--check", "--check"}}) {
    const auto options = parse_options(arguments);
    EXPECT_FALSE(options) << ::testing::PrintToString(arguments);
    EXPECT_EQ(run(arguments).status, 2) << ::testing::PrintToString(arguments);
  }
  EXPECT_THAT(run({"--nonsense"}).err, HasSubstr("kontord --help"));
}

TEST(Kontord, HelpAndVersion) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* option : {"--config", "--check", "--dump-config", "--data", "--port-base"})
    EXPECT_THAT(help.out, HasSubstr(option));
  EXPECT_THAT(run({"--version"}).out, HasSubstr("kontord "));
}

TEST(Kontord, CheckSaysWhatIsWrong) {
  const SettingsFile good("[server]\nname = \"mail.example.test\"\n");
  const auto right = run({"--config", good.path, "--check"});
  EXPECT_EQ(right.status, 0) << right.err;
  EXPECT_EQ(right.out, "kontord: the settings are in order\n");
  const SettingsFile misspelt("[server]\nnane = \"x\"\n[log]\nlevel = \"loud\"\n");
  const auto wrong = run({"--config", misspelt.path, "--check"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(wrong.err, "kontord: " + misspelt.path +
                           ":2: unknown setting server.nane; did you mean server.name?\n"
                           "kontord: " +
                           misspelt.path +
                           ":4: log.level: \"loud\" is not debug, info, warning or error\n");
  const SettingsFile half("[tls]\ncertificate_file = \"/c.pem\"\n");
  EXPECT_THAT(run({"--config", half.path, "--check"}).err, HasSubstr("set together"));
  const SettingsFile missing("[tls]\ncertificate_file = \"/c.pem\"\nkey_file = \"/k.pem\"\n");
  EXPECT_THAT(run({"--config", missing.path, "--check"}).err,
              HasSubstr("the certificate /c.pem: No such file"));
  EXPECT_THAT(run({"--config", "/no/such.toml", "--check"}).err, HasSubstr("/no/such.toml"));
}

TEST(Kontord, DumpShowsWhatIsInForce) {
  const SettingsFile file("[server]\nport_base = 10000\n[imap]\nidle_timeout = \"30m\"\n");
  const auto changed = run({"--config", file.path, "--dump-config=changed", "--data", "/srv/k"});
  EXPECT_EQ(changed.status, 0);
  EXPECT_EQ(changed.out, "[server]\ndata_folder = \"/srv/k\"\nport_base = 10000\n");
  EXPECT_THAT(run({"--dump-config"}).out, HasSubstr("[smtp]\n"));
}

TEST(Kontord, StartFailuresAreOneSentence) {
  const SettingsFile file("");
  std::ofstream(file.folder + "/plain") << "a file";
  const auto no_folder = run({"--data", file.folder + "/plain/below", "--port-base", "50000"});
  EXPECT_EQ(no_folder.status, 1);
  EXPECT_THAT(no_folder.err, HasSubstr("kontord: the data folder " + file.folder + "/plain/below"));
  EXPECT_EQ(std::ranges::count(no_folder.err, '\n'), 1);

  // A base from which one port is taken: it is named.
  const auto taken = net::ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(taken);
  const auto port = taken->local().port;
  const auto base = std::to_string(port - 25);
  const auto in_use = run({"--data", file.folder + "/data", "--port-base", base});
  EXPECT_EQ(in_use.status, 1);
  EXPECT_EQ(in_use.err,
            "kontord: 127.0.0.1:" + std::to_string(port) + " is in use by another program\n");

  const SettingsFile stranger("[server]\nuser = \"no-such-user-here\"\nport_base = 50000\n");
  const auto user = run({"--config", stranger.path, "--data", file.folder + "/new"});
  EXPECT_EQ(user.status, 1);
  EXPECT_THAT(user.err, HasSubstr("no-such-user-here"));
}

TEST(Listeners, OpensEveryPortOnEveryAddress) {
  config::Settings settings;
  settings.server.listen = {"127.0.0.1", "127.0.0.2"};
  // Another program may take a port between two looks: any base will do.
  Result<std::vector<OpenPort>> open = fail(Errc::internal);
  for (std::uint16_t base = 41'000; !open && base < 60'000;
       base = static_cast<std::uint16_t>(base + 997)) {
    settings.server.port_base = base;
    open = open_ports(settings);
  }
  ASSERT_TRUE(open) << open.error().text();
  // LMTP asks for no sign-in: it is on its own addresses, this machine alone by default.
  ASSERT_EQ(open->size(), 2 * ports().size() - 1);
  for (const OpenPort& one : *open)
    if (one.port.service == Service::lmtp) EXPECT_EQ(one.socket.local().address, "127.0.0.1");
  for (const OpenPort& one : *open)
    EXPECT_EQ(one.socket.local().port, settings.server.port_base + one.port.standard)
        << one.port.name;
  open->clear();
  settings.http.enabled = false;  // its port is left to others
  open = open_ports(settings);
  ASSERT_TRUE(open) << open.error().text();
  EXPECT_EQ(open->size(), 2 * ports().size() - 3);
  for (const OpenPort& one : *open) EXPECT_NE(one.port.service, Service::http);
  const auto again = open_ports(settings);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), Errc::exists);
}

}  // namespace
}  // namespace kontor::app
