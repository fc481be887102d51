// SPDX-License-Identifier: GPL-3.0-or-later
// kontor-load: puts load on a running server and checks what it gets. Any IMAP and LMTP server will
// do: the same program measures the ones we compare with.
//
//   kontor-load lmtp  --connections 16 --count 20000      deliveries; each 250 is waited for
//   kontor-load login --connections 8 --count 2000        TLS handshake, AUTHENTICATE PLAIN, LOGOUT
//   kontor-load fetch --count 5                           SELECT and FETCH 1:* of the whole INBOX
//   kontor-load idle  --count 500                         TLS sessions in IDLE: memory; then a
//   delivery to all
#include <atomic>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/core/text.hpp"
#include "bench/load_client.hpp"

namespace kontor::bench {
namespace {

using Now = std::chrono::steady_clock;

struct Options {
  std::string what, host, password, users, domain;
  unsigned port_base = 10'000;
  unsigned connections = 16;
  std::size_t count = 1'000;
  std::size_t size = 2'500;
  int pid = 0;

  unsigned port(unsigned standard) const { return port_base + standard; }
};

std::vector<std::string> addresses_of(const Options& options) {
  std::vector<std::string> addresses;
  for (const auto user : split(options.users, ','))
    addresses.push_back(std::string(user) + "@" + options.domain);
  return addresses;
}

// One text message; its number is in subject and body, so that no two are equal.
std::string make_message(std::size_t number, std::size_t size) {
  std::string text =
      "From: Load <load@elsewhere.test>\r\nTo: you@example.test\r\nSubject: message " +
      std::to_string(number) + "\r\nMessage-ID: <" + std::to_string(number) +
      "@load.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\n";
  std::size_t line = 0;
  while (text.size() < size)
    text += "line " + std::to_string(line++) + " of message " + std::to_string(number) +
            ": the quick brown fox, и съешь же ещё этих мягких булок\r\n";
  return text;
}

// Runs `work(number, samples)` `count` times over the connections' threads, each with its own
// state.
Samples run_parallel(const Options& options,
                     const std::function<std::function<void(std::size_t)>(unsigned)>& make_worker) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Samples all;
  std::string problem;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < options.connections; ++i) {
    threads.emplace_back([&, i] {
      Samples own;
      try {
        const auto work = make_worker(i);
        for (auto number = next++; number < options.count; number = next++) {
          const auto begin = Now::now();
          work(number);
          own.add(Now::now() - begin);
        }
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        problem = error.what();
      }
      const std::lock_guard lock(mutex);
      all.add(own);
    });
  }
  threads.clear();
  if (!problem.empty()) throw std::runtime_error(problem);
  return all;
}

struct Measured {
  Now::time_point begin = Now::now();
  double cpu_before = 0;
};

void report(const Options& options, const Measured& measured, Samples& samples) {
  const double seconds = std::chrono::duration<double>(Now::now() - measured.begin).count();
  const auto count = static_cast<double>(samples.count());
  std::printf("%s: %zu in %.2f s = %.0f/s; p50 %.2f ms, p99 %.2f ms", options.what.c_str(),
              samples.count(), seconds, count / seconds, samples.percentile(0.5),
              samples.percentile(0.99));
  if (options.pid > 0)
    std::printf("; server CPU %.3f ms each",
                (cpu_seconds(options.pid) - measured.cpu_before) * 1000.0 / count);
  std::printf("\n");
}

std::size_t exists_of(const Options& options, const std::string& address) {
  Client imap(options.host, options.port(993), true);
  imap.until("* OK", "");
  imap.command("LOGIN " + address + " " + options.password);
  for (const auto& line : imap.command("STATUS INBOX (MESSAGES)")) {
    const auto at = line.find("MESSAGES ");
    if (at != std::string::npos) return std::stoul(line.substr(at + 9));
  }
  throw std::runtime_error("no MESSAGES in the answer to STATUS");
}

void run_lmtp(const Options& options) {
  const auto addresses = addresses_of(options);
  std::size_t before = 0;
  for (const auto& address : addresses) before += exists_of(options, address);
  Measured measured{.cpu_before = cpu_seconds(options.pid)};
  auto samples = run_parallel(options, [&](unsigned) {
    auto client = std::make_shared<Client>(options.host, options.port(24), false);
    client->expect("", "220");
    client->expect("LHLO load.test\r\n", "250");
    return [&options, &addresses, client](std::size_t number) {
      client->expect("MAIL FROM:<load@elsewhere.test>\r\n", "250");
      client->expect("RCPT TO:<" + addresses[number % addresses.size()] + ">\r\n", "250");
      client->expect("DATA\r\n", "354");
      client->expect(make_message(number, options.size) + ".\r\n", "250");
    };
  });
  report(options, measured, samples);
  std::size_t after = 0;
  for (const auto& address : addresses) after += exists_of(options, address);
  if (after - before != options.count)
    throw std::runtime_error("delivered " + std::to_string(options.count) + ", found " +
                             std::to_string(after - before));
  std::printf("lmtp: all %zu are in the mailboxes\n", options.count);
}

void run_login(const Options& options) {
  const auto addresses = addresses_of(options);
  Measured measured{.cpu_before = cpu_seconds(options.pid)};
  auto samples = run_parallel(options, [&](unsigned) {
    return [&options, &addresses](std::size_t number) {
      Client imap(options.host, options.port(993), true);
      imap.until("* OK", "");
      const std::string plain = std::string(1, '\0') + addresses[number % addresses.size()] +
                                std::string(1, '\0') + options.password;
      imap.command("AUTHENTICATE PLAIN " + base64_encode(plain));
      imap.command("LOGOUT");
    };
  });
  report(options, measured, samples);
}

void run_fetch(const Options& options) {
  const auto address = addresses_of(options).front();
  Client imap(options.host, options.port(993), true);
  imap.until("* OK", "");
  imap.command("LOGIN " + address + " " + options.password);
  const std::size_t messages = exists_of(options, address);
  for (const std::string items :
       {"(UID FLAGS)", "(UID FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)",
        "(UID BODY.PEEK[])"}) {
    Samples select;
    Samples fetch;
    const double cpu = cpu_seconds(options.pid);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < options.count; ++i) {
      auto begin = Now::now();
      imap.command("SELECT INBOX");
      select.add(Now::now() - begin);
      begin = Now::now();
      const auto lines = imap.command("FETCH 1:* " + items);
      fetch.add(Now::now() - begin);
      std::size_t answers = 0;
      bytes = 0;
      for (const auto& line : lines) {
        answers += line.find(" FETCH (") != std::string::npos ? 1 : 0;
        bytes += line.size() + 2;
      }
      if (answers != messages)
        throw std::runtime_error("FETCH gave " + std::to_string(answers) + " of " +
                                 std::to_string(messages));
    }
    std::printf(
        "fetch %s of %zu: %.1f ms (p50), %.1f MB; SELECT %.2f ms; server CPU %.1f ms each\n",
        items.c_str(), messages, fetch.percentile(0.5), static_cast<double>(bytes) / 1e6,
        select.percentile(0.5),
        (cpu_seconds(options.pid) - cpu) * 1000.0 / static_cast<double>(options.count));
  }
}

void run_idle(const Options& options) {
  const auto addresses = addresses_of(options);
  {
    Client warm(options.host, options.port(993), true);
  }
  const double before = memory_kb(options.pid);
  std::vector<Client> sessions;
  for (std::size_t i = 0; i < options.count; ++i) {
    auto& imap = sessions.emplace_back(options.host, options.port(993), true);
    imap.until("* OK", "");
    imap.command("LOGIN " + addresses[i % addresses.size()] + " " + options.password);
    imap.command("SELECT INBOX");
    imap.send("idle IDLE\r\n");
    imap.until("+", "");
  }
  const double after = memory_kb(options.pid);
  if (options.pid > 0)
    std::printf("idle: %zu TLS sessions, %.1f KB each (PSS of kontord)\n", options.count,
                (after - before) / static_cast<double>(options.count));
  Client lmtp(options.host, options.port(24), false);
  lmtp.expect("", "220");
  lmtp.expect("LHLO load.test\r\n", "250");
  Samples notified;
  for (std::size_t who = 0; who < addresses.size(); ++who) {
    lmtp.expect("MAIL FROM:<load@elsewhere.test>\r\n", "250");
    lmtp.expect("RCPT TO:<" + addresses[who] + ">\r\n", "250");
    lmtp.expect("DATA\r\n", "354");
    lmtp.expect(make_message(who, options.size) + ".\r\n", "250");
    const auto accepted = Now::now();
    for (std::size_t i = who; i < sessions.size(); i += addresses.size()) {
      while (sessions[i].line().find(" EXISTS") == std::string::npos) continue;
      notified.add(Now::now() - accepted);
    }
  }
  std::printf("idle: %zu notifications after the 250: p50 %.2f ms, p99 %.2f ms\n", notified.count(),
              notified.percentile(0.5), notified.percentile(0.99));
}

int run(int argc, char** argv) {
  namespace po = boost::program_options;
  Options options;
  po::options_description description("kontor-load WHAT [options]");
  description.add_options()("help", "this text")("what", po::value(&options.what),
                                                 "lmtp, login, fetch or idle")(
      "host", po::value(&options.host)->default_value("127.0.0.1"), "numeric address")(
      "port-base", po::value(&options.port_base)->default_value(10'000),
      "added to the standard ports")(
      "users", po::value(&options.users)->default_value("anna,boris,clara,dmitri"),
      "names, separated by commas")(
      "domain", po::value(&options.domain)->default_value("example.test"), "their mail domain")(
      "password", po::value(&options.password)->default_value("kontor-demo"), "of all of them")(
      "connections", po::value(&options.connections)->default_value(16), "at once")(
      "count", po::value(&options.count)->default_value(1'000),
      "messages, logins, rounds or sessions")(
      "size", po::value(&options.size)->default_value(2'500), "bytes of a message")(
      "pid", po::value(&options.pid)->default_value(0),
      "of the server: CPU and memory are read from it");
  po::positional_options_description positional;
  positional.add("what", 1);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(description).positional(positional).run(),
            values);
  po::notify(values);
  const std::vector<std::pair<std::string, void (*)(const Options&)>> loads{
      {"lmtp", run_lmtp}, {"login", run_login}, {"fetch", run_fetch}, {"idle", run_idle}};
  for (const auto& [name, load] : loads) {
    if (name != options.what) continue;
    load(options);
    return 0;
  }
  std::cerr << description;
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
