// SPDX-License-Identifier: GPL-3.0-or-later
// RecentSignIns: who signed in from which address a moment ago. For programs that fetch their mail
// before they send, and cannot sign in to send (smtp.pop_before_smtp). Of an address the last one
// counts. Memory only, bounded; any thread.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/trace/recent_map.hpp"

namespace kontor::trace {

class RecentSignIns {
 public:
  explicit RecentSignIns(std::chrono::seconds lasts, std::size_t most = 10'000)
      : lasts_(lasts), known_(most) {}

  void note(const std::string& address, directory::Identity identity, SteadyTime now) {
    known_.with([&](auto& all) { all.touch(address) = Entry{std::move(identity), now}; });
  }
  // As he was then: what the directory says of him now is the caller's question.
  std::optional<directory::Identity> find(const std::string& address, SteadyTime now) const {
    return known_.with([&](const auto& all) -> std::optional<directory::Identity> {
      const auto* entry = all.peek(address);
      if (entry == nullptr || now - entry->at > lasts_) return std::nullopt;
      return entry->identity;
    });
  }

 private:
  struct Entry {
    directory::Identity identity;
    SteadyTime at{};
  };
  std::chrono::seconds lasts_;
  Guarded<RecentMap<Entry>> known_;
};

}  // namespace kontor::trace
