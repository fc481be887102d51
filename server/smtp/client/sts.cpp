// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/sts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log/events/relay.hpp"

namespace kontor::smtp::client {
namespace {

namespace events = log::events;
using log::Keys;

constexpr std::chrono::hours k_fresh{24};           // 10.2: looked at again daily
constexpr std::chrono::minutes k_after_failure{5};  // 3.3: no sooner than that again
constexpr std::uint64_t k_longest = 64ULL << 20U;   // of the file
constexpr std::size_t k_most_failures = 10'000;

}  // namespace

std::unique_ptr<StsPolicies> StsPolicies::open(Environment environment, std::string folder) {
  std::unique_ptr<StsPolicies> all(new StsPolicies(std::move(environment), std::move(folder)));
  all->load();
  return all;
}

void StsPolicies::load() {
  const auto text = io::read_file(environment_.files, path(), k_longest);
  if (!text && text.error().code() == Errc::not_found) return;
  auto known = text ? parse_known(*text) : fail(text.error());
  if (!known) {
    environment_.log.emit(events::k_relay_policies_unreadable, known.error(),
                          {{Keys::file, path()}});
    return;
  }
  state_.with([&](State& now) { now.known = *std::move(known); });
}

Result<void> StsPolicies::save() {
  return writing_.with([&](int&) -> Result<void> {
    const auto text = state_.with([&](State& now) -> std::optional<std::string> {
      if (!std::exchange(now.is_changed, false)) return std::nullopt;
      const auto time = environment_.clock.now();
      std::erase_if(now.known, [&](const auto& one) { return one.second.expires() <= time; });
      return format_known(now.known);
    });
    if (!text) return {};
    auto written = io::make_directories(environment_.files, folder_);
    if (written) written = io::write_file_durably(environment_.files, path(), *text);
    if (written) return {};
    environment_.log.emit(events::k_relay_policies_unwritable, written.error(),
                          {{Keys::file, path()}});
    state_.with([](State& now) { now.is_changed = true; });
    return written;
  });
}

std::optional<KnownPolicy> StsPolicies::known(const std::string& domain) const {
  const auto now = environment_.clock.now();
  return state_.with([&](const State& state) -> std::optional<KnownPolicy> {
    const auto found = state.known.find(domain);
    if (found == state.known.end() || found->second.expires() <= now) return std::nullopt;
    return found->second;
  });
}

void StsPolicies::remember(const std::string& domain, KnownPolicy policy) {
  state_.with([&](State& now) {
    // Full: who was fetched longest ago goes.
    if (now.known.size() >= k_most_policies && !now.known.contains(domain))
      now.known.erase(std::ranges::min_element(now.known, {},
                                               [](const auto& one) { return one.second.fetched; }));
    now.known[domain] = std::move(policy);
    now.is_changed = true;
  });
}

// 3.3: not again at once after a failure.
Task<StsPolicies::Fetched> StsPolicies::fetch(std::string domain, std::string id) {
  const auto now = environment_.clock.steady();
  const bool must_wait = state_.with([&](State& state) {
    std::erase_if(state.failed_until, [&](const auto& one) { return one.second <= now; });
    return state.failed_until.contains(domain) || state.failed_until.size() >= k_most_failures;
  });
  if (must_wait)
    co_return Fetched{fail(Errc::unavailable, "the policy could not be had lately"), false};
  auto text = co_await environment_.fetch("mta-sts." + domain);
  auto policy = text ? parse_sts_policy(*text) : fail(text.error());
  const auto log = environment_.log.with({{Keys::domain, domain}});
  if (!policy) {
    state_.with([&](State& state) { state.failed_until[domain] = now + k_after_failure; });
    log.emit(events::k_relay_policy_failed, policy.error());
    co_return Fetched{std::move(policy), text.has_value()};
  }
  KnownPolicy known{std::move(id), environment_.clock.now(), *policy};
  remember(domain, std::move(known));
  log.emit(events::k_relay_policy_learnt,
           {{Keys::policy, word_of(policy->mode)}, {Keys::seconds, policy->max_age.count()}});
  co_return Fetched{std::move(policy), true};
}

Task<StsPolicies::Found> StsPolicies::find(std::string domain) {
  Found found;
  const auto before = known(domain);
  auto policy = before ? std::optional(before->policy) : std::nullopt;
  const auto texts = co_await environment_.resolver.texts("_mta-sts." + domain);
  // 3.1: without a record, or without an answer, what is known stays in force until it is too old.
  const auto id = texts ? sts_id_of(*texts) : std::nullopt;
  const bool is_old = before && environment_.clock.now() - before->fetched >= k_fresh;
  if (id && (!before || before->id != *id || is_old)) {
    auto fetched = co_await fetch(domain, *id);
    if (fetched.policy)
      policy = *std::move(fetched.policy);
    else if (!policy)
      found.fetch_failure = fetched.policy.error();
    found.was_fetched = fetched.was_had;
  }
  if (policy && policy->mode != StsMode::none) found.policy = std::move(policy);
  co_return found;
}

Task<void> StsPolicies::refresh(std::function<bool()> is_stopping) {
  const auto now = environment_.clock.now();
  const auto due = state_.with([&](const State& state) {
    std::vector<std::string> domains;
    for (const auto& [domain, one] : state.known)
      if (now - one.fetched >= k_fresh) domains.push_back(domain);
    return domains;
  });
  for (const auto& domain : due) {
    if (is_stopping()) co_return;
    (void)co_await find(domain);
  }
}

}  // namespace kontor::smtp::client
