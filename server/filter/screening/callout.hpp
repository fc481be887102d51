// SPDX-License-Identifier: GPL-3.0-or-later
// Callout: does a sender's address exist? The server that takes mail for its domain is asked, by
// somebody who can (server/smtp/client/probe.hpp), and its answer is remembered.
//
// Answers are kept as screening.sender_address_keep and screening.sender_address_missing_keep say,
// "unknown" for five minutes. A domain is asked one question at a time, others wait for it; all
// domains together as often as screening.sender_address_probes lets. Beyond that, and when
// checks.timeout is over, the answer is "unknown", which speaks against nobody. In memory, bounded.
// Any thread; never fails.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/signal.hpp"
#include "server/filter/screening/names.hpp"

namespace kontor::filter::screening {

struct SenderSaid {
  Verdict verdict = Verdict::unknown;
  std::string words;  // of its server: "550 5.1.1"; ASCII, short
};

class Callout {
 public:
  using Ask = std::function<Task<SenderSaid>(std::string address)>;

  // What is given outlives it.
  Callout(const config::Settings& settings, const Clock& clock, std::size_t most = 50'000)
      : settings_(settings), clock_(clock), most_(most) {}
  void set_ask(Ask ask) { ask_ = std::move(ask); }  // before the first question

  Task<SenderSaid> ask(std::string address);
  std::size_t size() const;

 private:
  struct Known {
    SenderSaid said;
    SteadyTime until{};
  };
  using Waiters = std::vector<std::shared_ptr<net::Signal>>;
  struct Table {
    std::unordered_map<std::string, Known> known;    // by address, its domain in small letters
    std::unordered_map<std::string, Waiters> asked;  // domains that are being asked
    SteadyTime minute{};
    std::uint32_t in_minute = 0;
  };
  struct Turn;
  Turn begin(const std::string& address, const std::string& domain);
  void end(const std::string& address, const std::string& domain, const SenderSaid& said);
  void make_room(Table& table, SteadyTime now) const;

  const config::Settings& settings_;
  const Clock& clock_;
  std::size_t most_;
  Ask ask_;
  Guarded<Table> table_;
};

}  // namespace kontor::filter::screening
