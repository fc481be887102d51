// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/tls_keeper.hpp"

#include "base/log/events/reports.hpp"

namespace kontor::reports {

std::size_t TlsKeeper::Kind::rows(const TlsTally& tally) {
  std::size_t rows = tally.size();
  for (const auto& [policy, counts] : tally) rows += counts.failures.size();
  return rows;
}

const log::EventKind& TlsKeeper::Kind::unreadable() {
  return log::events::k_tls_results_unreadable;
}
const log::EventKind& TlsKeeper::Kind::unwritable() {
  return log::events::k_tls_results_unwritable;
}

TlsKeeper::TlsKeeper(Environment environment, std::string folder)
    : most_rows_(environment.most_rows),
      counts_({environment.files, environment.clock, std::move(environment.log)},
              std::move(folder)) {}

std::unique_ptr<TlsKeeper> TlsKeeper::open(Environment environment, std::string folder) {
  return std::unique_ptr<TlsKeeper>(new TlsKeeper(std::move(environment), std::move(folder)));
}

void TlsKeeper::note(TlsPolicy policy, std::optional<TlsFailure> failure) {
  policy = cleaned(std::move(policy));
  if (policy.domain.empty()) return;
  counts_.change_today([&](TlsTally& tally, std::size_t& rows) {
    auto known = tally.find(policy);
    if (known == tally.end()) {
      if (rows >= most_rows_) return;
      known = tally.emplace(std::move(policy), TlsCounts()).first;
      ++rows;
    }
    if (!failure) {
      ++known->second.successes;
      return;
    }
    auto row = cleaned(*std::move(failure));
    if (!known->second.failures.contains(row)) {
      if (rows >= most_rows_) return;
      ++rows;
    }
    ++known->second.failures[std::move(row)];
  });
}

Result<void> TlsKeeper::forget(Day day, const std::string& domain) {
  counts_.change(day, [&](TlsTally& tally, std::size_t& rows) {
    std::erase_if(tally, [&](const auto& one) { return one.first.domain == domain; });
    rows = Kind::rows(tally);
  });
  return save();
}

}  // namespace kontor::reports
