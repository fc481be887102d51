// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/key_ring.hpp"

#include <algorithm>
#include <tuple>

#include "base/core/text.hpp"
#include "base/log/events/checks.hpp"

namespace kontor::filter::dkim {
namespace {

using log::Keys;
namespace events = log::events;

constexpr std::uint64_t k_longest_file = 65'536;
constexpr std::string_view k_ending = ".key";

// "20261123"
std::string day_of(UtcSeconds time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  const auto number = static_cast<unsigned>(static_cast<int>(day.year())) * 10'000U +
                      static_cast<unsigned>(day.month()) * 100U + static_cast<unsigned>(day.day());
  return std::to_string(number);
}

std::string selector_of(const std::string& day, unsigned attempt, crypto::KeyKind kind) {
  return day + (attempt == 1 ? "" : "-" + std::to_string(attempt)) +
         (kind == crypto::KeyKind::rsa ? "-rsa" : "-ed25519");
}

auto order_of(const StoredKey& key) {
  return std::tuple(std::string_view(key.domain), key.state, std::string_view(key.selector));
}

StoredKey* find_key(std::vector<StoredKey>& keys,
                    std::string_view domain,
                    std::string_view selector) {
  const auto found = std::ranges::find_if(
      keys, [&](const StoredKey& key) { return key.domain == domain && key.selector == selector; });
  return found == keys.end() ? nullptr : &*found;
}

Error no_such_key(const std::string& domain, const std::string& selector) {
  return {Errc::not_found,
          "the domain " + domain + " has no key " + selector + "; see kontorctl dkim list"};
}

std::vector<SigningKey> active_of(const std::vector<StoredKey>& keys, std::string_view domain) {
  std::vector<SigningKey> out;
  for (const auto kind : {crypto::KeyKind::rsa, crypto::KeyKind::ed25519}) {
    const auto found = std::ranges::find_if(keys, [&](const StoredKey& key) {
      return key.domain == domain && key.state == KeyState::active && key.key->kind() == kind;
    });
    if (found != keys.end()) out.push_back({found->domain, found->selector, found->key});
  }
  return out;
}

Task<Looked> look_up_one(StoredKey key, net::Resolver& resolver) {
  Looked looked;
  looked.key = std::move(key);
  auto texts = co_await resolver.texts(record_name(looked.key));
  if (texts) {
    looked.seen = compare_record(looked.key, *texts);
    looked.texts = *std::move(texts);
  } else if (texts.error().code() == Errc::not_found) {
    looked.seen = Seen::missing;
  }
  co_return looked;
}

}  // namespace

std::unique_ptr<KeyRing> KeyRing::open(Environment environment, std::string folder) {
  auto ring = std::unique_ptr<KeyRing>(new KeyRing(std::move(environment), std::move(folder)));
  ring->load();
  return ring;
}

void KeyRing::load() {
  const auto domains = environment_.files.list(folder_);
  auto found = changing_.with([&](std::vector<StoredKey>& keys) {
    for (const auto& domain : domains ? *domains : std::vector<std::string>())
      if (is_domain(domain)) load_domain(domain, keys);
    return std::make_shared<const std::vector<StoredKey>>(keys);
  });
  keys_.with([&](auto& keys) { keys = std::move(found); });
}

void KeyRing::load_domain(const std::string& domain, std::vector<StoredKey>& keys) const {
  const auto folder = folder_ + "/" + domain;
  const auto names = environment_.files.list(folder);
  if (!names) return;
  for (const auto& name : *names) {
    if (!name.ends_with(k_ending)) continue;
    const auto selector = name.substr(0, name.size() - k_ending.size());
    if (!is_selector(selector)) continue;
    const auto text = io::read_file(environment_.files, folder + "/" + name, k_longest_file);
    auto key = text ? parse_key_file(domain, selector, *text) : fail(text.error());
    if (key)
      keys.push_back(*std::move(key));
    else
      environment_.log.emit(events::k_dkim_key_unreadable, key.error(),
                            {{Keys::file, folder + "/" + name}});
  }
}

bool KeyRing::is_empty() const {
  return keys_.with([](const auto& keys) { return keys->empty(); });
}

std::vector<SigningKey> KeyRing::keys_for(std::string_view domain) const {
  const auto keys = keys_.with([](const auto& current) { return current; });
  if (keys->empty()) return {};
  const auto name = to_lower(domain);
  for (std::string_view rest = name; !rest.empty();) {
    if (auto found = active_of(*keys, rest); !found.empty()) return found;
    const auto dot = rest.find('.');
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  return {};
}

std::vector<SigningKey> KeyRing::any_keys() const {
  const auto keys = keys_.with([](const auto& current) { return current; });
  const auto first = std::ranges::find(*keys, KeyState::active, &StoredKey::state);
  return first == keys->end() ? std::vector<SigningKey>() : active_of(*keys, first->domain);
}

std::vector<StoredKey> KeyRing::list() const {
  auto keys = *keys_.with([](const auto& current) { return current; });
  std::ranges::sort(keys, {}, [](const StoredKey& key) { return order_of(key); });
  return keys;
}

bool KeyRing::has_waiting() const {
  const auto keys = keys_.with([](const auto& current) { return current; });
  return std::ranges::find(*keys, KeyState::waiting, &StoredKey::state) != keys->end();
}

std::string KeyRing::path_of(const StoredKey& key) const {
  return folder_ + "/" + key.domain + "/" + key.selector + std::string(k_ending);
}

Result<void> KeyRing::write(const StoredKey& key) const {
  KONTOR_TRY(io::make_directories(environment_.files, folder_ + "/" + key.domain));
  return io::write_file_durably(environment_.files, path_of(key), format_key(key));
}

// What a change did to the list is in force whatever came after it failed: it is on the disk.
template <class Change>
auto KeyRing::change(Change step) {
  auto work = [this, step = std::move(step)] {
    return changing_.with([&](std::vector<StoredKey>& keys) {
      auto result = step(keys);
      auto now = std::make_shared<const std::vector<StoredKey>>(keys);
      keys_.with([&](auto& current) { current = std::move(now); });
      return result;
    });
  };
  return io::on_pool(environment_.disk, std::move(work));
}

Result<void> KeyRing::set_state(StoredKey& key, KeyState state) const {
  auto changed = key;
  changed.state = state;
  changed.changed = environment_.clock.now();
  KONTOR_TRY(write(changed));
  key = std::move(changed);
  environment_.log.emit(
      state == KeyState::active ? events::k_dkim_key_active : events::k_dkim_key_retired,
      {{Keys::domain, key.domain}, {Keys::detail, key.selector}});
  return {};
}

// The new one first: a crash in between leaves two that sign, never none.
Result<void> KeyRing::activate_in(std::vector<StoredKey>& keys, StoredKey& key) const {
  if (key.state != KeyState::active) {
    KONTOR_TRY(set_state(key, KeyState::active));
  }
  for (auto& other : keys)
    if (&other != &key && other.domain == key.domain && other.state == KeyState::active &&
        other.key->kind() == key.key->kind()) {
      KONTOR_TRY(set_state(other, KeyState::retired));
    }
  return {};
}

Task<Result<std::vector<StoredKey>>> KeyRing::add(std::string domain, bool at_once) {
  if (!is_domain(domain)) co_return fail(Errc::bad_input, domain + " is not a mail domain");
  auto work = [this, domain = std::move(domain),
               at_once](std::vector<StoredKey>& keys) -> Result<std::vector<StoredKey>> {
    const auto count = std::ranges::count(keys, domain, &StoredKey::domain);
    if (static_cast<std::size_t>(count) + 2 > k_most_keys)
      return fail(Errc::limit, "the domain has too many keys; remove old ones");
    std::vector<StoredKey> made;
    const auto now = environment_.clock.now();
    unsigned attempt = 1;
    const auto is_taken = [&](crypto::KeyKind kind) {
      return find_key(keys, domain, selector_of(day_of(now), attempt, kind)) != nullptr;
    };
    while (is_taken(crypto::KeyKind::rsa) || is_taken(crypto::KeyKind::ed25519)) ++attempt;
    for (const auto kind : {crypto::KeyKind::rsa, crypto::KeyKind::ed25519}) {
      StoredKey key;
      key.domain = domain;
      key.selector = selector_of(day_of(now), attempt, kind);
      key.created = key.changed = now;
      KONTOR_TRY(auto secret, crypto::PrivateKey::make(kind));
      key.key = std::make_shared<const crypto::PrivateKey>(std::move(secret));
      KONTOR_TRY(write(key));
      keys.push_back(key);
      environment_.log.emit(events::k_dkim_key_made,
                            {{Keys::domain, key.domain}, {Keys::detail, key.selector}});
      if (at_once) {
        KONTOR_TRY(activate_in(keys, keys.back()));
      }
      made.push_back(keys.back());
    }
    return made;
  };
  co_return co_await change(std::move(work));
}

Task<Result<void>> KeyRing::activate(std::string domain, std::string selector) {
  auto work = [this, domain = std::move(domain),
               selector = std::move(selector)](std::vector<StoredKey>& keys) -> Result<void> {
    auto* key = find_key(keys, domain, selector);
    if (key == nullptr) return fail(no_such_key(domain, selector));
    return activate_in(keys, *key);
  };
  co_return co_await change(std::move(work));
}

Task<Result<void>> KeyRing::retire(std::string domain, std::string selector) {
  auto work = [this, domain = std::move(domain),
               selector = std::move(selector)](std::vector<StoredKey>& keys) -> Result<void> {
    auto* key = find_key(keys, domain, selector);
    if (key == nullptr) return fail(no_such_key(domain, selector));
    if (key->state == KeyState::retired) return {};
    return set_state(*key, KeyState::retired);
  };
  co_return co_await change(std::move(work));
}

Task<Result<void>> KeyRing::remove(std::string domain, std::string selector) {
  auto work = [this, domain = std::move(domain),
               selector = std::move(selector)](std::vector<StoredKey>& keys) -> Result<void> {
    auto* key = find_key(keys, domain, selector);
    if (key == nullptr) return fail(no_such_key(domain, selector));
    if (key->state == KeyState::active)
      return fail(Errc::busy, "that key signs mail; retire it first, or rotate");
    KONTOR_TRY(environment_.files.remove(path_of(*key)));
    KONTOR_TRY(environment_.files.sync_directory(folder_ + "/" + domain));
    environment_.log.emit(events::k_dkim_key_removed,
                          {{Keys::domain, domain}, {Keys::detail, selector}});
    keys.erase(keys.begin() + (key - keys.data()));
    return {};
  };
  co_return co_await change(std::move(work));
}

Task<std::vector<Looked>> KeyRing::look_up(std::vector<StoredKey> keys, net::Resolver& resolver) {
  std::vector<Looked> out;
  for (auto& key : keys) {
    auto looked = co_await look_up_one(std::move(key), resolver);
    out.push_back(std::move(looked));
  }
  co_return out;
}

Task<void> KeyRing::look_after(net::Resolver& resolver, UtcSeconds oldest) {
  std::vector<StoredKey> waiting, over;
  for (auto& key : list()) {
    if (key.state == KeyState::waiting) waiting.push_back(key);
    if (key.state == KeyState::retired && key.changed < oldest) over.push_back(key);
  }
  const auto found = co_await look_up(std::move(waiting), resolver);
  for (const auto& one : found) {
    if (one.seen != Seen::right) continue;
    const auto done = co_await activate(one.key.domain, one.key.selector);
    if (!done)
      environment_.log.emit(events::k_dkim_key_unwritable, done.error(),
                            {{Keys::domain, one.key.domain}, {Keys::detail, one.key.selector}});
  }
  for (const auto& key : over) (void)co_await remove(key.domain, key.selector);
}

}  // namespace kontor::filter::dkim
