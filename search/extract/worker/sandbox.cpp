// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/worker/sandbox.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace kontor::search {
namespace {

// landlock(7); the numbers here because headers of older systems do not have all of them.
constexpr long k_landlock_create = 444;
constexpr long k_landlock_restrict = 446;
constexpr unsigned k_landlock_version = 1;
struct LandlockRules {
  std::uint64_t paths = 0;
  std::uint64_t ports = 0;
  std::uint64_t scopes = 0;
};

// Everything this version of Landlock knows is handled, and nothing is allowed again.
LandlockRules everything(long version) {
  constexpr std::array<unsigned, 5> path_bits{13, 14, 15, 15, 16};  // of versions 1 to 5
  const auto index = static_cast<std::size_t>(version > 5 ? 5 : version) - 1;
  LandlockRules rules;
  rules.paths = (std::uint64_t{1} << path_bits[index]) - 1;
  if (version >= 4) rules.ports = 3;   // bind and connect
  if (version >= 6) rules.scopes = 3;  // abstract sockets and signals
  return rules;
}

bool limit(__rlimit_resource what, std::uint64_t most) {
  const rlimit both{most, most};
  return ::setrlimit(what, &both) == 0;
}

}  // namespace

// The first number of /proc/self/statm, in pages.
std::uint64_t address_space() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  unsigned long long pages = 0;
  if (file == nullptr) return 0;
  const bool is_read = std::fscanf(file, "%llu", &pages) == 1;
  std::fclose(file);
  return is_read ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

bool drop_rights() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return false;
  (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  return ::syscall(SYS_capset, &header, none.data()) == 0 && limit(RLIMIT_CORE, 0);
}

bool close_paths() {
  const long version = ::syscall(k_landlock_create, nullptr, 0, k_landlock_version);
  if (version < 1) return false;
  const auto rules = everything(version);
  std::size_t size = sizeof rules.paths;
  if (version >= 4) size += sizeof rules.ports;
  if (version >= 6) size += sizeof rules.scopes;
  const auto rule_set = static_cast<int>(::syscall(k_landlock_create, &rules, size, 0));
  if (rule_set < 0) return false;
  const bool is_done = ::syscall(k_landlock_restrict, rule_set, 0) == 0;
  ::close(rule_set);
  return is_done;
}

bool set_limits(std::uint64_t space, std::uint32_t seconds) {
  return limit(RLIMIT_AS, space) && limit(RLIMIT_CPU, seconds) && limit(RLIMIT_FSIZE, 0) &&
         limit(RLIMIT_NPROC, 0) && limit(RLIMIT_MEMLOCK, 0);
}

}  // namespace kontor::search
