// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-load: puts load on a running server and checks what it gets. Any IMAP, SMTP and LMTP
// server will do: the same program measures the ones we compare with (bench/compare.py).
//
//   kontor-load lmtp    --connections 16 --count 20000  deliveries; each 250 is waited for
//   kontor-load smtp    --count 2000                    SMTP until all are in the mailboxes
//   kontor-load send    --count 2000                    SMTP alone: for relays and checks
//   kontor-load visible --count 100                     time from the 250 to being seen by IMAP
//   kontor-load append  --connections 4 --count 2000    APPEND one by one
//   kontor-load fill    --count 100000                  fills the first user's INBOX
//   kontor-load login   --connections 8 --count 2000    TLS handshake, AUTHENTICATE PLAIN, LOGOUT
//   kontor-load store   --connections 4 --count 8000    one flag at a time
//   kontor-load fetch   --count 5                       SELECT and FETCH 1:* of the whole INBOX
//   kontor-load bodies  --connections 4 --count 400     a hundred whole messages a command
//   kontor-load qresync --count 5                       coming back after 100 changes
//   kontor-load pop3    --connections 8 --count 5000    RETR message after message by POP3
//   kontor-load idle    --count 500                     TLS sessions in IDLE: memory, deliveries
#include <array>
#include <boost/program_options.hpp>
#include <iostream>
#include <stdexcept>

#include "base/core/text.hpp"
#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

namespace po = boost::program_options;

constexpr std::array k_loads{
    Load{"lmtp", run_lmtp},     Load{"smtp", run_smtp},       Load{"visible", run_visible},
    Load{"append", run_append}, Load{"fill", run_fill},       Load{"login", run_login},
    Load{"store", run_store},   Load{"fetch", run_fetch},     Load{"bodies", run_bodies},
    Load{"idle", run_idle},     Load{"qresync", run_qresync}, Load{"pop3", run_pop3},
    Load{"send", run_send},
};

void add_server(po::options_description& all, Options& options) {
  auto add = all.add_options();
  add("host", po::value(&options.host)->default_value("127.0.0.1"), "numeric address");
  add("port-base", po::value(&options.port_base)->default_value(10'000),
      "added to the standard ports");
  add("port", po::value<std::vector<std::string>>()->default_value({}, ""),
      "NAME=NUMBER for smtp, lmtp, imap, imaps, pop3 or pop3s; may be repeated");
  add("users", po::value(&options.users)->default_value("anna,boris,clara,dmitri"),
      "names, separated by commas; # in one stands for each number below --people");
  add("people", po::value(&options.people)->default_value(1), "see --users");
  add("domain", po::value(&options.domain)->default_value("example.test"), "their mail domain");
  add("password", po::value(&options.password)->default_value("kontor-demo"), "of all of them");
  add("pid", po::value(&options.pids)->default_value({}, ""),
      "of the server: CPU and memory of it and its children; may be repeated");
  add("cgroup", po::value(&options.cgroup),
      "control group of the server (cpuacct or version 2), instead of --pid");
}

void add_work(po::options_description& all, Options& options) {
  auto add = all.add_options();
  add("connections", po::value(&options.connections)->default_value(16), "at once");
  add("count", po::value(&options.count)->default_value(1'000),
      "messages, logins, rounds or sessions");
  add("seconds", po::value(&options.seconds)->default_value(0),
      "ends earlier after so long; 0: the count alone ends it");
  add("sender", po::value(&options.sender)->default_value("load@elsewhere.test"),
      "of send: the reverse-path");
  add("hello", po::value(&options.hello)->default_value("load.test"), "of send: the name in EHLO");
  add("file", po::value(&options.file),
      "of send: a message with CRLF that is sent as it is, instead of made ones");
  add("size", po::value(&options.size)->default_value(2'500), "middle size of a message");
  add("deliveries", po::value(&options.deliveries)->default_value(0),
      "of idle: to how many people; of qresync: changes");
  add("plain", po::bool_switch(&options.plain),
      "of login: without the handshake; of the others: IMAP without TLS");
  add("json", po::bool_switch(&options.json), "figures as JSON, one load a line");
}

void set_ports(Options& options, const std::vector<std::string>& given) {
  for (const auto& text : given) {
    const auto parts = split(text, '=');
    const auto number = parts.size() == 2 ? parse_number<unsigned>(parts[1]) : std::nullopt;
    if (!number) throw std::runtime_error("--port takes NAME=NUMBER");
    options.ports[std::string(parts[0])] = *number;
  }
}

int run(int argc, char** argv) {
  Options options;
  po::options_description description("kontor-load WHAT [options]");
  description.add_options()("help", "this text")("what", po::value(&options.what), "the load");
  add_server(description, options);
  add_work(description, options);
  po::positional_options_description positional;
  positional.add("what", 1);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(description).positional(positional).run(),
            values);
  po::notify(values);
  set_ports(options, values["port"].as<std::vector<std::string>>());
  for (const auto& [name, load] : k_loads) {
    if (name != options.what) continue;
    load(options);
    return 0;
  }
  std::cerr << description << "Loads:";
  for (const auto& [name, load] : k_loads) std::cerr << ' ' << name;
  std::cerr << '\n';
  return values.contains("help") ? 0 : 2;
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  try {
    return kontor::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "kontor-load: " << error.what() << '\n';
    return 1;
  }
}
