// SPDX-License-Identifier: GPL-3.0-or-later
// What the look at every open session costs that is made each second, for what time brings.
#include <benchmark/benchmark.h>

#include "server/app/session_warden.hpp"

namespace kontor::app {
namespace {

class Quiet final : public log::Sink {
 public:
  void write(const log::EventKind&, const log::Fields&, const log::Fields&) override {}
};

directory::PrincipalId id_of(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return {"ad", Uuid(bytes)};
}

// So many people, each in ten groups, with hours and an end; each signed in once.
class Company final : public directory::Directory {
 public:
  explicit Company(std::uint32_t people) {
    std::vector<directory::Principal> all(people);
    for (std::uint32_t i = 0; i < people; ++i) {
      all[i].id = id_of(i);
      all[i].mail = "p" + std::to_string(i) + "@example.test";
      all[i].expires = std::numeric_limits<std::int64_t>::max();
      all[i].limits.logon_hours = std::string(21, '\xFF');
    }
    copy_ = std::make_shared<const directory::DirectoryCopy>(std::move(all), 1);
    for (std::uint32_t i = 0; i < people; ++i) {
      directory::Identity who;
      who.id = id_of(i);
      for (int group = 0; group < 10; ++group)
        who.sids.push_back("S-1-5-21-3786158699-1628915179-3288043877-" + std::to_string(group));
      open_.push_back(
          sessions->enter("imap", net::Endpoint{"10.0.0." + std::to_string(i % 100), 1}, true)
              .value());
      open_.back()->set_identity(who).value();
    }
  }
  std::shared_ptr<const directory::DirectoryCopy> current() const override { return copy_; }
  directory::Subscription subscribe(std::function<void()>) override { return {}; }

  std::unique_ptr<trace::Sessions> sessions =
      trace::Sessions::make({1'000'000, 1'000'000, 1'000'000}, system_clock());

 private:
  std::shared_ptr<const directory::DirectoryCopy> copy_;
  std::vector<std::unique_ptr<trace::Session>> open_;
};

void look_at_sessions(benchmark::State& run) {
  const Company company(static_cast<std::uint32_t>(run.range(0)));
  Quiet quiet;
  const log::Context log(quiet);
  for (auto _ : run)
    if (end_forbidden_sessions(company, *company.sessions, UtcSeconds(std::chrono::seconds(1)),
                               log) != 0)
      return run.SkipWithError("somebody was ended");
}
BENCHMARK(look_at_sessions)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kontor::app
