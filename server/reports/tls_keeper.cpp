// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/tls_keeper.hpp"

#include "base/core/text.hpp"
#include "base/log/events/reports.hpp"

namespace kontor::reports {
namespace {

using log::Keys;

constexpr std::uint64_t k_longest = 134'217'728;

Day today(const Clock& clock) { return std::chrono::floor<std::chrono::days>(clock.now()); }

std::size_t rows_of(const TlsTally& tally) {
  std::size_t rows = tally.size();
  for (const auto& [policy, counts] : tally) rows += counts.failures.size();
  return rows;
}

}  // namespace

std::optional<Day> day_of(std::string_view name) {
  const auto number = parse_number<std::uint32_t>(name);
  if (!number || name.size() != 8) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(*number / 10'000)),
                                        std::chrono::month(*number / 100 % 100),
                                        std::chrono::day(*number % 100));
  return day.ok() && *number >= 10'000'000 ? std::optional(Day(day)) : std::nullopt;
}

std::string name_of(Day day) {
  const std::chrono::year_month_day date(day);
  return std::to_string(static_cast<unsigned>(static_cast<int>(date.year())) * 10'000U +
                        static_cast<unsigned>(date.month()) * 100U +
                        static_cast<unsigned>(date.day()));
}

std::unique_ptr<TlsKeeper> TlsKeeper::open(Environment environment, std::string folder) {
  auto keeper =
      std::unique_ptr<TlsKeeper>(new TlsKeeper(std::move(environment), std::move(folder)));
  keeper->load();
  return keeper;
}

void TlsKeeper::load() {
  const auto names = environment_.files.list(folder_);
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    const auto day = day_of(name);
    if (!day) continue;
    const auto text = io::read_file(environment_.files, path_of(*day), k_longest);
    auto tally = text ? parse_tls_tally(*text) : fail(text.error());
    if (!tally) {
      environment_.log.emit(log::events::k_tls_results_unreadable, tally.error(),
                            {{Keys::file, path_of(*day)}});
      continue;
    }
    Counts counts;
    counts.rows = rows_of(*tally);
    counts.tally = *std::move(tally);
    days_.with([&](auto& days) { days[*day] = std::move(counts); });
  }
}

void TlsKeeper::note(TlsPolicy policy, std::optional<TlsFailure> failure) {
  policy = cleaned(std::move(policy));
  if (policy.domain.empty()) return;
  const auto day = today(environment_.clock);
  days_.with([&](auto& days) {
    auto& counts = days[day];
    counts.is_changed = true;
    auto known = counts.tally.find(policy);
    if (known == counts.tally.end()) {
      if (counts.rows >= environment_.most_rows) return;
      known = counts.tally.emplace(std::move(policy), TlsCounts()).first;
      ++counts.rows;
    }
    if (!failure) {
      ++known->second.successes;
      return;
    }
    auto row = cleaned(*std::move(failure));
    if (!known->second.failures.contains(row)) {
      if (counts.rows >= environment_.most_rows) return;
      ++counts.rows;
    }
    ++known->second.failures[std::move(row)];
  });
}

// Under writing_. An empty day has no file.
Result<void> TlsKeeper::write(Day day, const Counts& counts) {
  if (counts.tally.empty()) {
    const auto removed = environment_.files.remove(path_of(day));
    if (!removed && removed.error().code() != Errc::not_found) return removed;
    return {};
  }
  KONTOR_TRY(io::make_directories(environment_.files, folder_));
  return io::write_file_durably(environment_.files, path_of(day), format_tls_tally(counts.tally));
}

Result<void> TlsKeeper::save() {
  return writing_.with([&](int&) -> Result<void> {
    const auto oldest = today(environment_.clock) - std::chrono::days(k_most_days);
    const auto changed = days_.with([&](auto& days) {
      std::map<Day, Counts> out;
      for (auto& [day, counts] : days) {
        if (day < oldest) counts = {{}, 0, true};
        if (std::exchange(counts.is_changed, false)) out.emplace(day, counts);
      }
      std::erase_if(days, [](const auto& one) { return one.second.tally.empty(); });
      return out;
    });
    Result<void> result;
    for (const auto& [day, counts] : changed) {
      auto written = write(day, counts);
      if (written) continue;
      environment_.log.emit(log::events::k_tls_results_unwritable, written.error(),
                            {{Keys::file, path_of(day)}});
      days_.with([at = day](auto& days) { days[at].is_changed = true; });
      result = std::move(written);
    }
    return result;
  });
}

std::map<Day, TlsTally> TlsKeeper::days() const {
  return days_.with([](const auto& days) {
    std::map<Day, TlsTally> out;
    for (const auto& [day, counts] : days)
      if (!counts.tally.empty()) out.emplace(day, counts.tally);
    return out;
  });
}

Result<void> TlsKeeper::forget(Day day, const std::string& domain) {
  days_.with([&](auto& days) {
    const auto found = days.find(day);
    if (found == days.end()) return;
    auto& counts = found->second;
    std::erase_if(counts.tally, [&](const auto& one) { return one.first.domain == domain; });
    counts.rows = rows_of(counts.tally);
    counts.is_changed = true;
  });
  return save();
}

}  // namespace kontor::reports
