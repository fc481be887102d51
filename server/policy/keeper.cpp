// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/keeper.hpp"

#include "server/policy/rule_file.hpp"

namespace kontor::policy {
namespace {

constexpr std::uint64_t k_longest = 134'217'728;

}  // namespace

Keeper::Keeper(io::FileSystem& files,
               std::string path,
               Policies& policies,
               io::WorkPool& pool,
               std::function<void()> changed)
    : files_(files),
      path_(std::move(path)),
      policies_(policies),
      pool_(pool),
      changed_(std::move(changed)) {}

Result<std::unique_ptr<Keeper>> Keeper::open(io::FileSystem& files,
                                             std::string path,
                                             Policies& policies,
                                             io::WorkPool& pool,
                                             std::function<void()> changed) {
  auto keeper =
      std::unique_ptr<Keeper>(new Keeper(files, path, policies, pool, std::move(changed)));
  const auto text = io::read_file(files, keeper->path_, k_longest);
  if (!text && text.error().code() == Errc::not_found) return keeper;
  if (!text) return fail(text.error());
  auto rules = parse_rules(*text);
  if (!rules) return fail(std::move(rules).error().while_doing("reading " + keeper->path_));
  policies.set_stored(*rules);
  keeper->rules_.with([&](Rules& kept) { kept = *std::move(rules); });
  return keeper;
}

Result<void> Keeper::apply_now(const Change& change) {
  return rules_.with([&](Rules& kept) -> Result<void> {
    auto rules = kept;
    KONTOR_TRY(change(rules));
    KONTOR_TRY(io::write_file_durably(files_, path_, format_rules(rules)));
    kept = std::move(rules);
    policies_.set_stored(kept);
    return {};
  });
}

Task<Result<void>> Keeper::apply(Change change) {
  auto work = [this, change = std::move(change)] { return apply_now(change); };
  KONTOR_CO_TRY(co_await io::on_pool(pool_, std::move(work)));
  if (changed_) changed_();
  co_return Result<void>();
}

Task<Result<void>> Keeper::set(config::PolicyRule rule) {
  co_return co_await apply(
      [rule = std::move(rule)](Rules& rules) { return put_rule(rules, rule); });
}

Task<Result<void>> Keeper::remove(std::string who, std::string name) {
  co_return co_await apply([who = std::move(who), name = std::move(name)](Rules& rules) {
    return drop_rule(rules, who, name);
  });
}

}  // namespace kontor::policy
