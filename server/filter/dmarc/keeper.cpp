// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/keeper.hpp"

#include "base/log/events/checks.hpp"

namespace kontor::filter::dmarc {

std::size_t Keeper::Kind::rows(const Tally& tally) {
  std::size_t rows = 0;
  for (const auto& [published, outcomes] : tally) rows += outcomes.size();
  return rows;
}

const log::EventKind& Keeper::Kind::unreadable() { return log::events::k_dmarc_results_unreadable; }
const log::EventKind& Keeper::Kind::unwritable() { return log::events::k_dmarc_results_unwritable; }

Keeper::Keeper(Environment environment, std::string folder)
    : most_rows_(environment.most_rows),
      counts_({environment.files, environment.clock, std::move(environment.log)},
              std::move(folder)) {}

std::unique_ptr<Keeper> Keeper::open(Environment environment, std::string folder) {
  return std::unique_ptr<Keeper>(new Keeper(std::move(environment), std::move(folder)));
}

void Keeper::note(const Published& published, OutcomeRow row) {
  counts_.change_today([&](Tally& tally, std::size_t& rows) {
    const auto known = tally.find(published);
    const bool is_new = known == tally.end() || !known->second.contains(row);
    if (is_new && rows >= most_rows_) return;
    rows += is_new ? 1 : 0;
    ++tally[published][std::move(row)];
  });
}

Result<void> Keeper::forget(Day day, const Published& published) {
  counts_.change(day, [&](Tally& tally, std::size_t& rows) {
    const auto told = tally.find(published);
    if (told == tally.end()) return;
    rows -= told->second.size();
    tally.erase(told);
  });
  return save();
}

}  // namespace kontor::filter::dmarc
