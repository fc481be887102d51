// SPDX-License-Identifier: GPL-3.0-or-later
// DnsThread: libunbound and the one thread that ever calls it. Only for base/net/*.cpp.
//
// A question is handed over by ask() and waited for where it was asked; whoever gives up waiting
// leaves it behind without harm. An answer that does not come within dns.timeout is unavailable.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"

namespace kontor::net {

enum class DnsType : int { a = 1, cname = 5, ptr = 12, mx = 15, txt = 16, aaaa = 28, tlsa = 52 };

struct DnsAnswer {
  std::vector<std::string> rdata;  // at most k_most_records
  bool is_secure = false;
  std::string canonical;  // whose records these are, as text; empty: the name that was asked for
};

inline constexpr std::size_t k_most_records = 200;

class DnsThread {
 public:
  struct Question;  // shared by the one who waits and the thread

  static Result<std::unique_ptr<DnsThread>> start(const config::Dns& settings);
  ~DnsThread();  // questions under way end as cancelled
  DnsThread(const DnsThread&) = delete;
  DnsThread& operator=(const DnsThread&) = delete;

  std::shared_ptr<Question> ask(std::string name, DnsType type);
  static Task<Result<DnsAnswer>> answer(std::shared_ptr<Question> question);

 private:
  struct State;
  explicit DnsThread(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::net
