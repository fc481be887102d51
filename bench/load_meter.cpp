// SPDX-License-Identifier: GPL-3.0-or-later
// What a server costs: CPU and memory of all its processes.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/core/text.hpp"
#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

struct Process {
  int parent = 0;
  double cpu = 0;  // with its children that ended and were waited for
};

Process process_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto after_name = text.rfind(')');  // the name may hold blanks and parentheses
  if (after_name == std::string::npos) return {};
  std::istringstream fields(text.substr(after_name + 2));
  Process found;
  std::string skipped;
  fields >> skipped >> found.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;  // pgrp .. cmajflt
  for (int i = 0; i < 4; ++i) {                   // utime stime cutime cstime
    double ticks = 0;
    fields >> ticks;
    found.cpu += ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return found;
}

std::vector<int> all_processes() {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc"))
    if (const auto pid = parse_number<unsigned>(entry.path().filename().native()))
      found.push_back(static_cast<int>(*pid));
  return found;
}

}  // namespace

std::vector<int> Meter::processes() const {
  std::vector<int> found;
  if (!options_.cgroup.empty()) {
    std::ifstream file(options_.cgroup + "/cgroup.procs");
    for (int pid = 0; file >> pid;) found.push_back(pid);
    return found;
  }
  std::multimap<int, int> children;
  for (const int pid : all_processes()) children.emplace(process_of(pid).parent, pid);
  std::set<int> known(options_.pids.begin(), options_.pids.end());
  found.assign(known.begin(), known.end());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    for (auto child = first; child != last; ++child)
      if (known.insert(child->second).second) found.push_back(child->second);
  }
  return found;
}

double Meter::cpu_seconds() const {
  if (!options_.cgroup.empty()) {
    double nanoseconds = 0;
    if (std::ifstream usage(options_.cgroup + "/cpuacct.usage"); usage >> nanoseconds)
      return nanoseconds / 1e9;
    std::ifstream stat(options_.cgroup + "/cpu.stat");
    std::string key;
    double microseconds = 0;
    while (stat >> key >> microseconds)
      if (key == "usage_usec") return microseconds / 1e6;
    return 0;
  }
  double sum = 0;
  for (const int pid : processes()) sum += process_of(pid).cpu;
  return sum;
}

double Meter::memory_kb() const {
  double sum = 0;
  for (const int pid : processes()) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    std::string word;
    double value = 0;
    while (file >> word)
      if (word == "Pss:" && file >> value) sum += value;
  }
  return sum;
}

}  // namespace kontor::bench
