// SPDX-License-Identifier: GPL-3.0-or-later
// Who really sent a message: SPF, DKIM and DMARC of one that is all here, and what the settings say
// is to be done with it.
//
// What is not known by checks.timeout is temperror; one question to the DNS may take dns.timeout
// longer. Nothing here fails or blocks. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dmarc/keeper.hpp"
#include "server/filter/refusal.hpp"
#include "server/filter/results.hpp"

namespace kontor::filter {

// What the bytes of a message say, before the DNS is asked.
struct Evidence {
  std::vector<dkim::Prepared> signatures;
  arc::Prepared chain;
  std::vector<std::string> authors;
};
// Pure; takes as long as the message: for the pool when that is large.
Evidence evidence_of(std::string_view message);

// Who handed the message over.
struct Sent {
  std::string client;  // numeric address
  std::string hello, sender;
};

class Checks {
 public:
  // What is given outlives it.
  Checks(const config::Settings& settings,
         net::Resolver& resolver,
         const Clock& clock,
         dmarc::Keeper* results = nullptr)
      : settings_(settings), resolver_(resolver), clock_(clock), results_(results) {}

  bool is_enabled() const noexcept { return settings_.checks.enabled; }
  Task<Report> run(Sent sent, Evidence evidence) const;
  // By checks.spf_fail, checks.dmarc_fail and checks.fail_open; nothing: it is taken.
  std::optional<Refusal> refusal(const Report& report) const;
  // By checks.dmarc_fail: why it belongs into the folder for junk; empty: it does not.
  std::string junk_reason(const Report& report) const;
  // By the same: why it is held in quarantine.
  std::string hold_reason(const Report& report) const;
  // For the report to the author's domain, when it asks for one; memory alone.
  void note(const Report& report,
            const std::string& client,
            const std::optional<Refusal>& refused) const;

 private:
  const config::Settings& settings_;
  net::Resolver& resolver_;
  const Clock& clock_;
  dmarc::Keeper* results_;  // nullptr: no reports are made
  dmarc::Suffixes suffixes_;
};

}  // namespace kontor::filter
