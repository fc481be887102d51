// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/keeper.hpp"

#include <optional>

#include "base/core/text.hpp"
#include "base/log/events/checks.hpp"

namespace kontor::filter::dmarc {
namespace {

using log::Keys;

constexpr std::uint64_t k_longest = 134'217'728;

std::optional<Day> day_of(std::string_view name) {
  const auto number = parse_number<std::uint32_t>(name);
  if (!number || name.size() != 8) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(*number / 10'000)),
                                        std::chrono::month(*number / 100 % 100),
                                        std::chrono::day(*number % 100));
  return day.ok() ? std::optional(Day(day)) : std::nullopt;
}

Day today(const Clock& clock) { return std::chrono::floor<std::chrono::days>(clock.now()); }

}  // namespace

std::string name_of(Day day) {
  const std::chrono::year_month_day date(day);
  return std::to_string(static_cast<unsigned>(static_cast<int>(date.year())) * 10'000U +
                        static_cast<unsigned>(date.month()) * 100U +
                        static_cast<unsigned>(date.day()));
}

std::unique_ptr<Keeper> Keeper::open(Environment environment, std::string folder) {
  auto keeper = std::unique_ptr<Keeper>(new Keeper(std::move(environment), std::move(folder)));
  keeper->load();
  return keeper;
}

void Keeper::load() {
  const auto names = environment_.files.list(folder_);
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    const auto day = day_of(name);
    if (!day) continue;
    const auto text = io::read_file(environment_.files, path_of(*day), k_longest);
    auto tally = text ? parse_tally(*text) : fail(text.error());
    if (!tally) {
      environment_.log.emit(log::events::k_dmarc_results_unreadable, tally.error(),
                            {{Keys::file, path_of(*day)}});
      continue;
    }
    Counts counts;
    for (const auto& [published, outcomes] : *tally) counts.rows += outcomes.size();
    counts.tally = *std::move(tally);
    days_.with([&](auto& days) { days[*day] = std::move(counts); });
  }
}

void Keeper::note(const Published& published, OutcomeRow row) {
  const auto day = today(environment_.clock);
  days_.with([&](auto& days) {
    auto& counts = days[day];
    counts.is_changed = true;
    const auto known = counts.tally.find(published);
    const bool is_new = known == counts.tally.end() || !known->second.contains(row);
    if (is_new && counts.rows >= environment_.most_rows) return;
    counts.rows += is_new ? 1 : 0;
    ++counts.tally[published][std::move(row)];
  });
}

// Under writing_. An empty day has no file.
Result<void> Keeper::write(Day day, Counts& counts) {
  if (counts.tally.empty()) {
    const auto removed = environment_.files.remove(path_of(day));
    if (!removed && removed.error().code() != Errc::not_found) return removed;
    return {};
  }
  KONTOR_TRY(io::make_directories(environment_.files, folder_));
  return io::write_file_durably(environment_.files, path_of(day), format_tally(counts.tally));
}

Result<void> Keeper::save() {
  return writing_.with([&](int&) -> Result<void> {
    const auto oldest = today(environment_.clock) - std::chrono::days(k_most_days);
    auto changed = days_.with([&](auto& days) {
      std::map<Day, Counts> out;
      for (auto& [day, counts] : days) {
        if (day < oldest) counts = {{}, 0, true};
        if (std::exchange(counts.is_changed, false)) out.emplace(day, counts);
      }
      std::erase_if(days, [](const auto& one) { return one.second.tally.empty(); });
      return out;
    });
    Result<void> result;
    for (auto& [day, counts] : changed) {
      result = write(day, counts);
      if (result) continue;
      environment_.log.emit(log::events::k_dmarc_results_unwritable, result.error(),
                            {{Keys::file, path_of(day)}});
      days_.with([at = day](auto& days) { days[at].is_changed = true; });
    }
    return result;
  });
}

std::map<Day, Tally> Keeper::days() const {
  return days_.with([](const auto& days) {
    std::map<Day, Tally> out;
    for (const auto& [day, counts] : days) out.emplace(day, counts.tally);
    return out;
  });
}

Result<void> Keeper::forget(Day day, const Published& published) {
  days_.with([&](auto& days) {
    const auto found = days.find(day);
    if (found == days.end()) return;
    auto& counts = found->second;
    const auto told = counts.tally.find(published);
    if (told == counts.tally.end()) return;
    counts.rows -= told->second.size();
    counts.tally.erase(told);
    counts.is_changed = true;
  });
  return save();
}

}  // namespace kontor::filter::dmarc
