// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/keeper.hpp"

#include <algorithm>

#include "base/mime/lower.hpp"
#include "server/rules/rule_text.hpp"

namespace kontor::rules {
namespace {

bool is_called(const Rule& rule, std::string_view name) {
  return mime::lower_utf8(rule.name) == mime::lower_utf8(name);
}

Result<std::vector<Rule>::iterator> find_in(std::vector<Rule>& rules, const std::string& name) {
  const auto found =
      std::ranges::find_if(rules, [&](const Rule& one) { return is_called(one, name); });
  if (found == rules.end()) return fail(Errc::not_found, "there is no rule \"" + name + "\"");
  return found;
}

}  // namespace

Result<std::unique_ptr<RuleKeeper>> RuleKeeper::open(io::FileSystem& files,
                                                     std::string path,
                                                     io::WorkPool& pool) {
  auto keeper = std::unique_ptr<RuleKeeper>(new RuleKeeper(files, std::move(path), pool));
  const auto text = io::read_file(files, keeper->path_, k_longest_rules);
  if (!text && text.error().code() == Errc::not_found) return keeper;
  if (!text) return fail(text.error());
  auto rules = parse_file(*text);
  if (!rules) return fail(std::move(rules).error().while_doing("reading " + keeper->path_));
  auto ready = Ruleset::make(*rules);
  if (!ready) return fail(std::move(ready).error().while_doing("reading " + keeper->path_));
  keeper->kept_.with([&](Kept& kept) {
    kept.rules = *std::move(rules);
    kept.ready = *std::move(ready);
  });
  return keeper;
}

std::shared_ptr<const Ruleset> RuleKeeper::current() const {
  return kept_.with([](const Kept& kept) { return kept.ready; });
}

std::vector<Rule> RuleKeeper::list() const {
  return kept_.with([](const Kept& kept) { return kept.rules; });
}

Result<Rule> RuleKeeper::find(std::string_view name) const {
  for (auto& rule : list())
    if (is_called(rule, name)) return std::move(rule);
  return fail(Errc::not_found, "there is no rule \"" + std::string(name) + "\"");
}

Result<void> RuleKeeper::apply_now(const Change& change) {
  return changing_.with([&](int&) -> Result<void> {
    auto rules = list();
    KONTOR_TRY(change(rules));
    if (rules.size() > k_most_rules) return fail(Errc::limit, "there are too many rules");
    KONTOR_TRY(auto ready, Ruleset::make(rules));
    const auto text = format_file(rules);
    if (text.size() > k_longest_rules) return fail(Errc::limit, "the rules are too long");
    KONTOR_TRY(io::write_file_durably(files_, path_, text));
    kept_.with([&](Kept& kept) {
      kept.rules = std::move(rules);
      kept.ready = std::move(ready);
    });
    return {};
  });
}

Task<Result<void>> RuleKeeper::apply(Change change) {
  auto work = [this, change = std::move(change)] { return apply_now(change); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<void>> RuleKeeper::add(std::vector<Rule> rules, std::string before) {
  co_return co_await apply([added = std::move(rules),
                            before = std::move(before)](std::vector<Rule>& all) -> Result<void> {
    for (const auto& one : added)
      if (find_in(all, one.name))
        return fail(Errc::exists, "there is a rule \"" + one.name + "\" already");
    auto place = all.end();
    if (!before.empty()) {
      KONTOR_TRY(place, find_in(all, before));
    }
    all.insert(place, added.begin(), added.end());
    return {};
  });
}

Task<Result<void>> RuleKeeper::change(std::string name, Rule rule) {
  co_return co_await apply(
      [name = std::move(name), rule = std::move(rule)](std::vector<Rule>& all) -> Result<void> {
        KONTOR_TRY(const auto place, find_in(all, name));
        const auto other = find_in(all, rule.name);
        if (other && *other != place)
          return fail(Errc::exists, "there is a rule \"" + rule.name + "\" already");
        *place = rule;
        return {};
      });
}

Task<Result<void>> RuleKeeper::remove(std::string name) {
  co_return co_await apply([name = std::move(name)](std::vector<Rule>& all) -> Result<void> {
    KONTOR_TRY(const auto place, find_in(all, name));
    all.erase(place);
    return {};
  });
}

Task<Result<void>> RuleKeeper::move(std::string name, std::size_t place) {
  co_return co_await apply([name = std::move(name), place](std::vector<Rule>& all) -> Result<void> {
    KONTOR_TRY(const auto from, find_in(all, name));
    if (place < 1 || place > all.size())
      return fail(Errc::bad_input, "a place is from 1 to " + std::to_string(all.size()));
    auto rule = std::move(*from);
    all.erase(from);
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(place - 1), std::move(rule));
    return {};
  });
}

Task<Result<void>> RuleKeeper::set_state(std::string name, State state) {
  co_return co_await apply([name = std::move(name), state](std::vector<Rule>& all) -> Result<void> {
    KONTOR_TRY(const auto place, find_in(all, name));
    place->state = state;
    return {};
  });
}

}  // namespace kontor::rules
