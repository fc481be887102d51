// SPDX-License-Identifier: GPL-3.0-or-later
// All tables under one mutex: everything is short. Passwords are kept as 8 bytes of a hash under a
// key of this process, together with the account: the same password tried for many accounts is many
// wrong ones.
#include "server/trace/guard.hpp"

#include <algorithm>
#include <cstring>

#include "base/core/guarded.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/server.hpp"
#include "base/log/keys.hpp"
#include "server/trace/blocks.hpp"
#include "server/trace/recent_map.hpp"

namespace kontor::trace {
namespace {

using std::chrono::milliseconds;

constexpr unsigned k_v6_network = 64;           // what one customer gets (RFC 6177, 2)
constexpr std::size_t k_account_failures = 64;  // more make no longer delay
constexpr unsigned k_at_once = 20;              // passwords of one address looked at together
constexpr milliseconds k_crowded{50};
constexpr unsigned k_widest_v4 = 8, k_widest_v6 = 32;

struct Failure {
  SteadyTime time;
  std::uint64_t secret = 0;  // of account and password
  std::uint64_t other = 0;   // of the account, or of the address
};

struct Record {
  std::vector<Failure> failures;  // each secret once, the latest last
  SteadyTime next{};              // of an address: the next try waits until then
  unsigned at_once = 0;

  void forget_before(SteadyTime time) {
    std::erase_if(failures, [time](const Failure& one) { return one.time < time; });
  }
  // True: a secret that was not there.
  bool note(const Failure& failure, std::size_t most) {
    const auto same =
        std::erase_if(failures, [&](const Failure& one) { return one.secret == failure.secret; });
    if (failures.size() >= most) failures.erase(failures.begin());
    failures.push_back(failure);
    return same == 0;
  }
};

struct Tables {
  RecentMap<Record> sources, accounts;
  RecentMap<char> trusted;  // account and address
  BlockList blocks;
  bool changed = false;

  explicit Tables(const Guard::Limits& limits)
      : sources(limits.sources),
        accounts(limits.accounts),
        trusted(limits.trusted),
        blocks(limits.blocks) {}
};

class TableGuard final : public Guard {
 public:
  TableGuard(const config::SignIn& settings,
             const Clock& clock,
             log::Context log,
             const Limits& limits)
      : settings_(settings),
        clock_(clock),
        log_(std::move(log)),
        never_(NetworkList::parse(settings.never_block).value_or(NetworkList())),
        tables_(limits) {}

  Result<milliseconds> admit(const Try& what) override;
  void succeeded(const Try& what) override;
  milliseconds failed(const Try& what, std::string_view secret) override;
  void gone(const Try& what) override;
  std::optional<Block> find_block(std::string_view address) const override;
  std::vector<Block> blocks() const override;
  Result<Block> block(std::string_view address, std::chrono::seconds time) override;
  Result<void> unblock(std::string_view address) override;
  std::size_t unblock_all() override;
  std::optional<std::string> take_changed() override;
  Result<void> load(std::string_view text) override;

 private:
  // Where a try comes from, as it is counted; nothing for what never is.
  struct Source {
    IpAddress network;
    std::string key;
  };
  std::optional<Source> source_of(const std::string& address) const;
  static std::string key_of_source(const IpAddress& network) {
    return {network.bytes.begin(), network.bytes.end()};
  }
  std::uint64_t hash(std::string_view text) const {
    std::uint64_t value = 0;
    std::memcpy(&value, hash_.of(text).data(), sizeof value);
    return value;
  }
  // By network, as what is counted: an IPv6 client takes a new address every day (RFC 8981).
  static std::string trust_key(const Try& what) {
    const auto parsed = parse_ip_address(what.address);
    if (!parsed) return what.address + " " + what.account;
    const auto network = parsed->is_v4() ? *parsed : parsed->network(k_v6_network);
    return key_of_source(network) + what.account;
  }
  milliseconds delay_of(std::size_t failures) const;
  SteadyTime window_begin() const { return clock_.steady() - settings_.block_window; }
  milliseconds wait_for_account(Tables& tables, const Try& what, std::uint64_t source) const;
  Block block_source(Tables& tables, const Source& source, const Try& what, std::size_t count);

  const config::SignIn& settings_;
  const Clock& clock_;
  const log::Context log_;
  const NetworkList never_;
  const crypto::KeyedHash hash_;
  Guarded<Tables> tables_;
};

std::optional<TableGuard::Source> TableGuard::source_of(const std::string& address) const {
  const auto parsed = parse_ip_address(address);
  if (!parsed || never_.contains(*parsed)) return std::nullopt;
  const auto network = parsed->is_v4() ? *parsed : parsed->network(k_v6_network);
  return Source{network, key_of_source(network)};
}

milliseconds TableGuard::delay_of(std::size_t failures) const {
  if (failures == 0) return milliseconds(0);
  const auto doublings = std::min<std::size_t>(failures - 1, 20);
  return std::min(settings_.delay * (std::int64_t{1} << doublings), settings_.longest_delay);
}

// What others tried counts: one's own mistakes make one wait in the line of the address already.
milliseconds TableGuard::wait_for_account(Tables& tables,
                                          const Try& what,
                                          std::uint64_t source) const {
  Record* record = tables.accounts.find(what.account);
  if (record == nullptr) return milliseconds(0);
  record->forget_before(window_begin());
  const auto others = std::ranges::count_if(
      record->failures, [source](const Failure& one) { return one.other != source; });
  return delay_of(static_cast<std::size_t>(others)) - what.waited;
}

Result<milliseconds> TableGuard::admit(const Try& what) {
  const auto source = source_of(what.address);
  const auto address = parse_ip_address(what.address);
  const auto from = hash(source ? source->key : what.address);
  return tables_.with([&](Tables& tables) -> Result<milliseconds> {
    if (address && tables.blocks.find(*address, clock_.now()) != nullptr)
      return fail(Errc::unavailable, "the address is blocked");
    const bool is_trusted =
        !what.account.empty() && tables.trusted.find(trust_key(what)) != nullptr;
    const auto now = clock_.steady();
    if (!is_trusted)
      if (const auto wait = wait_for_account(tables, what, from); wait.count() > 0) return wait;
    if (!source) return milliseconds(0);
    Record& record = tables.sources.touch(source->key);
    record.forget_before(window_begin());
    if (!is_trusted) {
      if (record.next > now) return std::chrono::ceil<milliseconds>(record.next - now);
      if (record.at_once >= k_at_once) return k_crowded;
      if (!record.failures.empty()) record.next = now + delay_of(record.failures.size());
    }
    ++record.at_once;
    return milliseconds(0);
  });
}

void TableGuard::gone(const Try& what) {
  const auto source = source_of(what.address);
  if (!source) return;
  tables_.with([&](Tables& tables) {
    if (Record* record = tables.sources.find(source->key); record && record->at_once > 0)
      --record->at_once;
  });
}

// His own mistakes are forgotten; what was tried for other accounts, or from elsewhere, is not.
void TableGuard::succeeded(const Try& what) {
  gone(what);
  if (what.account.empty()) return;
  const auto source = source_of(what.address);
  const auto from = hash(source ? source->key : what.address);
  const auto account = hash(what.account);
  const auto forget = [](Record* record, std::uint64_t other) {
    if (record != nullptr)
      std::erase_if(record->failures, [&](const Failure& one) { return one.other == other; });
  };
  tables_.with([&](Tables& tables) {
    tables.trusted.touch(trust_key(what));
    forget(tables.accounts.find(what.account), from);
    if (source) forget(tables.sources.find(source->key), account);
  });
}

milliseconds TableGuard::failed(const Try& what, std::string_view secret) {
  gone(what);
  const auto source = source_of(what.address);
  const auto from = hash(source ? source->key : what.address);
  const auto account = hash(what.account);
  Failure failure{clock_.steady(), hash(what.account + '\n' + std::string(secret)), from};
  std::optional<Block> blocked;
  const auto wait = tables_.with([&](Tables& tables) {
    Record& tried = tables.accounts.touch(what.account);
    tried.forget_before(window_begin());
    tried.note(failure, k_account_failures);
    auto count = tried.failures.size();
    if (source) {
      Record& record = tables.sources.touch(source->key);
      record.forget_before(window_begin());
      failure.other = account;
      const std::size_t most = settings_.block_failures;
      const bool is_new = record.note(failure, std::max(most, k_account_failures));
      count = std::max(count, record.failures.size());
      record.next = std::max(record.next, failure.time + delay_of(record.failures.size()));
      if (is_new && most > 0 && record.failures.size() >= most)
        blocked = block_source(tables, *source, what, record.failures.size());
    }
    return delay_of(count);
  });
  if (blocked)
    log_.emit(log::events::k_address_blocked, {{log::Keys::peer, blocked->text()},
                                               {log::Keys::count, blocked->failures},
                                               {log::Keys::user, blocked->account}});
  return wait;
}

Block TableGuard::block_source(Tables& tables,
                               const Source& source,
                               const Try& what,
                               std::size_t count) {
  Block block;
  block.address = source.network;
  block.prefix = source.network.is_v4() ? 32 : k_v6_network;
  block.until = clock_.now() + settings_.block_time;
  block.failures = static_cast<std::uint32_t>(count);
  block.account = what.account;
  tables.blocks.put(block, clock_.now());
  tables.sources.erase(source.key);
  tables.changed = true;
  return block;
}

std::optional<Block> TableGuard::find_block(std::string_view address) const {
  const auto parsed = parse_ip_address(address);
  if (!parsed) return std::nullopt;
  return tables_.with([&](const Tables& tables) -> std::optional<Block> {
    const auto* block = tables.blocks.find(*parsed, clock_.now());
    return block == nullptr ? std::nullopt : std::optional(*block);
  });
}

std::vector<Block> TableGuard::blocks() const {
  return tables_.with([&](const Tables& tables) { return tables.blocks.all(clock_.now()); });
}

Result<Block> TableGuard::block(std::string_view address, std::chrono::seconds time) {
  KONTOR_TRY(const auto where, parse_blockable(address));
  const bool is_v4 = where.address.is_v4();
  Block block;
  block.address = where.address;
  block.prefix = where.prefix.value_or(is_v4 ? 32 : 128);
  block.until = clock_.now() + time;
  block.by_administrator = true;
  if (block.prefix < (is_v4 ? k_widest_v4 : k_widest_v6))
    return fail(Errc::bad_input, block.text() +
                                     " is too wide: a block holds at most a /8, of IPv6 "
                                     "a /32; use the settings access.*");
  if (never_.contains(block.address))
    return fail(Errc::bad_input, block.text() + " is never blocked (sign_in.never_block)");
  tables_.with([&](Tables& tables) {
    tables.blocks.put(block, clock_.now());
    tables.changed = true;
  });
  log_.emit(log::events::k_address_blocked,
            {{log::Keys::peer, block.text()}, {log::Keys::reason, "by the administrator"}});
  return block;
}

Result<void> TableGuard::unblock(std::string_view address) {
  KONTOR_TRY(const auto where, parse_blockable(address));
  const auto network = where.address.is_v4() ? where.address : where.address.network(k_v6_network);
  const bool found = tables_.with([&](Tables& tables) {
    const auto count = tables.blocks.erase(where.address, where.prefix);
    if (count > 0) tables.changed = true;
    const bool known = !where.prefix && tables.sources.erase(key_of_source(network));
    return count > 0 || known;
  });
  if (!found) return fail(Errc::not_found, std::string(address) + " is not blocked");
  log_.emit(log::events::k_address_unblocked, {{log::Keys::peer, address}});
  return {};
}

std::size_t TableGuard::unblock_all() {
  const auto count = tables_.with([](Tables& tables) {
    tables.changed = true;
    return tables.blocks.clear();
  });
  log_.emit(log::events::k_address_unblocked, {{log::Keys::count, count}});
  return count;
}

std::optional<std::string> TableGuard::take_changed() {
  return tables_.with([&](Tables& tables) -> std::optional<std::string> {
    if (!std::exchange(tables.changed, false)) return std::nullopt;
    return format_blocks(tables.blocks.all(clock_.now()));
  });
}

Result<void> TableGuard::load(std::string_view text) {
  KONTOR_TRY(auto read, parse_blocks(text));
  tables_.with([&](Tables& tables) {
    for (auto& block : read.blocks)
      if (block.until > clock_.now() && !never_.contains(block.address))
        tables.blocks.put(std::move(block), clock_.now());
  });
  if (!read.problem.empty()) return fail(Errc::bad_input, read.problem);
  return {};
}

}  // namespace

std::unique_ptr<Guard> Guard::make(const config::SignIn& settings,
                                   const Clock& clock,
                                   log::Context log) {
  return make(settings, clock, std::move(log), Limits());
}

std::unique_ptr<Guard> Guard::make(const config::SignIn& settings,
                                   const Clock& clock,
                                   log::Context log,
                                   const Limits& limits) {
  return std::make_unique<TableGuard>(settings, clock, std::move(log), limits);
}

}  // namespace kontor::trace
