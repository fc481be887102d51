// SPDX-License-Identifier: GPL-3.0-or-later
// What every load shares: the options, threads that work until the count or the time is over, the
// server's CPU and memory, the line that reports. Any server of the protocols will do: each port
// can be given by itself.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/load_client.hpp"

namespace kontor::bench {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string what, host, password, users, domain, cgroup, user;
  std::string sender, hello;  // of `send`
  std::string file;           // the message it sends; empty: those of the other loads
  unsigned people = 1;        // "#" in a name of `users` stands for the numbers below this
  unsigned port_base = 10'000;
  std::map<std::string, unsigned> ports;  // by name, instead of port_base + the standard port
  unsigned connections = 16;
  std::size_t count = 1'000;
  double seconds = 0;  // 0: only the count ends a load
  std::size_t size = 2'500;
  std::size_t deliveries = 0;
  std::vector<int> pids;
  bool plain = false;  // without TLS where the protocol allows it
  bool json = false;

  unsigned port(std::string_view name) const;  // smtp, lmtp, imap, imaps, pop3, pop3s
  std::vector<std::string> addresses() const;
};

// The loads by name; each throws std::runtime_error when an answer is wrong.
struct Load {
  std::string_view name;
  void (*run)(const Options&);
};
void run_lmtp(const Options& options);
void run_smtp(const Options& options);
void run_send(const Options& options);
void run_visible(const Options& options);
void run_append(const Options& options);
void run_fill(const Options& options);
void run_login(const Options& options);
void run_store(const Options& options);
void run_fetch(const Options& options);
void run_bodies(const Options& options);
void run_qresync(const Options& options);
void run_idle(const Options& options);
void run_pop3(const Options& options);

// CPU and memory of all processes of a server: those of its control group, or the given processes
// with all they started. Ended children count as far as they were waited for.
class Meter {
 public:
  explicit Meter(const Options& options) : options_(options) {}
  double cpu_seconds() const;
  double memory_kb() const;  // proportional set size
  bool works() const { return !options_.cgroup.empty() || !options_.pids.empty(); }

 private:
  std::vector<int> processes() const;
  const Options& options_;
};

// Time and CPU of one measured stretch, from its making to report().
class Stretch {
 public:
  explicit Stretch(const Options& options)
      : meter_(options), cpu_(meter_.cpu_seconds()), begin_(Clock::now()) {}
  void stop();  // what follows is not measured
  double seconds() const { return seconds_; }
  double cpu_seconds() const { return cpu_used_; }

 private:
  Meter meter_;
  double cpu_;
  Clock::time_point begin_;
  double seconds_ = 0;
  double cpu_used_ = 0;
};

using Figures = std::vector<std::pair<std::string, double>>;

// One line, for people or as JSON: name, count, rate, percentiles, CPU each, then `more`.
void report(const Options& options,
            const std::string& name,
            Stretch& stretch,
            Samples& samples,
            const Figures& more = {});
void report(const Options& options, const std::string& name, const Figures& figures);

// Runs make_worker(thread)(number) for the numbers 0, 1, 2 … on `connections` threads, until
// `count` are done or `seconds` are over. The numbers that were done are exactly those below the
// count of the samples. `started` is called when all workers are made.
using Worker = std::function<void(std::size_t)>;
Samples run_parallel(const Options& options,
                     const std::function<Worker(unsigned)>& make_worker,
                     const std::function<void()>& started = {});

// One text message of a few hundred bytes to some KB, `size` in the middle; no two are equal.
std::string make_message(std::size_t number, std::size_t size);
std::string_view body_of(std::string_view message);  // behind the first empty line

// Signed in, over TLS unless `plain`.
Client sign_in(const Options& options, const std::string& address);

// How many messages are in the inboxes, and whether what came since is what was sent.
class Arrivals {
 public:
  explicit Arrivals(const Options& options);
  // Throws unless exactly the bodies of messages 0 to count-1 have arrived since the making.
  void verify(std::size_t count) const;

 private:
  struct Inbox {
    std::string address;
    std::size_t messages = 0;
    std::size_t uid_next = 0;
  };
  const Options& options_;
  std::vector<Inbox> inboxes_;
};

struct Status {
  std::size_t messages = 0;
  std::size_t uid_next = 0;
};
Status status_of(Client& imap);

}  // namespace kontor::bench
