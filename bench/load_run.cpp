// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load_run.hpp"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/core/text.hpp"

namespace kontor::bench {

unsigned Options::port(std::string_view name) const {
  static const std::map<std::string_view, unsigned> k_standard{
      {"smtp", 25}, {"lmtp", 24}, {"imap", 143}, {"imaps", 993}, {"pop3", 110}, {"pop3s", 995}};
  if (const auto given = ports.find(std::string(name)); given != ports.end()) return given->second;
  return port_base + k_standard.at(name);
}

std::vector<std::string> Options::addresses() const {
  std::vector<std::string> found;
  for (const auto pattern : split(users, ',')) {
    const auto place = pattern.find('#');
    for (unsigned i = 0; i < (place == std::string_view::npos ? 1 : people); ++i) {
      std::string name(pattern);
      if (place != std::string_view::npos) name.replace(place, 1, std::to_string(i));
      found.push_back(name + "@" + domain);
    }
  }
  return found;
}

void Stretch::stop() {
  seconds_ = std::chrono::duration<double>(Clock::now() - begin_).count();
  cpu_used_ = meter_.cpu_seconds() - cpu_;
}

void report(const Options& options, const std::string& name, const Figures& figures) {
  if (options.json) {
    std::printf("{\"load\": \"%s\"", name.c_str());
    for (const auto& [key, value] : figures) std::printf(", \"%s\": %.10g", key.c_str(), value);
    std::printf("}\n");
  } else {
    std::printf("%s:", name.c_str());
    for (const auto& [key, value] : figures) std::printf(" %s %.6g;", key.c_str(), value);
    std::printf("\n");
  }
  std::fflush(stdout);
}

void report(const Options& options,
            const std::string& name,
            Stretch& stretch,
            Samples& samples,
            const Figures& more) {
  const auto count = static_cast<double>(samples.count());
  Figures figures{{"count", count},
                  {"seconds", stretch.seconds()},
                  {"per_second", count / stretch.seconds()},
                  {"p50_ms", samples.percentile(0.5)},
                  {"p99_ms", samples.percentile(0.99)}};
  if (Meter(options).works())
    figures.emplace_back("cpu_ms_each", stretch.cpu_seconds() * 1000.0 / count);
  figures.insert(figures.end(), more.begin(), more.end());
  report(options, name, figures);
}

Samples run_parallel(const Options& options,
                     const std::function<Worker(unsigned)>& make_worker,
                     const std::function<void()>& started) {
  std::vector<Worker> workers;
  for (unsigned i = 0; i < options.connections; ++i) workers.push_back(make_worker(i));
  if (started) started();
  const auto end = options.seconds > 0
                       ? Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(options.seconds))
                       : Clock::time_point::max();
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Samples all;
  std::string problem;
  std::vector<std::jthread> threads;
  for (auto& work : workers) {
    threads.emplace_back([&] {
      Samples own;
      try {
        while (Clock::now() < end) {
          const auto number = next++;
          if (number >= options.count) break;
          const auto begin = Clock::now();
          work(number);
          own.add(Clock::now() - begin);
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

Client sign_in(const Options& options, const std::string& address) {
  Client imap(options.host, options.port(options.plain ? "imap" : "imaps"), !options.plain);
  imap.until("* OK", "");
  imap.command("LOGIN " + address + " " + options.password);
  return imap;
}

}  // namespace kontor::bench
