// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/day_counts.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/networks.hpp"
#include "base/crypto/sha256.hpp"

namespace kontor::policy {
namespace {

constexpr std::string_view k_magic = "KontorST";
constexpr std::uint32_t k_version = 1;
constexpr std::size_t k_head = 20, k_row = 25, k_tail = 4;

std::int64_t day_of(UtcSeconds now) {
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

DayKey key_of(std::string_view kind, std::string_view who, bool is_person) {
  crypto::Sha256 hash;
  hash.add(kind);
  hash.add(who);
  const auto digest = hash.digest();
  DayKey key;
  std::copy_n(digest.begin(), key.digest.size(), key.digest.begin());
  key.is_person = is_person;
  return key;
}

std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
  return a > std::numeric_limits<std::uint32_t>::max() - b
             ? std::numeric_limits<std::uint32_t>::max()
             : a + b;
}

bool is_over(std::uint32_t count, std::uint32_t limit) { return limit != 0 && count > limit; }

}  // namespace

DayKey day_key(const directory::PrincipalId& person) {
  return key_of("person", person.text(), true);
}

DayKey day_key(std::string_view client) {
  const auto address = parse_ip_address(client);
  if (!address) return key_of("client", client, false);
  const auto network = address->is_v4() ? *address : address->network(64);
  return key_of("client",
                {reinterpret_cast<const char*>(network.bytes.data()), network.bytes.size()}, false);
}

std::size_t DayCounts::KeyHash::operator()(const DayKey& key) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, key.digest.data(), sizeof hash);  // a digest is as good as a hash can be
  return hash;
}

void DayCounts::begin(Table& table, UtcSeconds now) const {
  if (table.day == day_of(now)) return;
  table.day = day_of(now);
  table.is_changed = !table.rows.empty();
  table.rows.clear();
}

// The half of the clients that sent least; persons are as many as the directory has.
void DayCounts::make_room(Table& table) const {
  std::vector<std::uint32_t> counts;
  for (const auto& [key, use] : table.rows)
    if (!key.is_person) counts.push_back(use.recipients);
  if (counts.size() < most_) return;
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::ranges::nth_element(counts, middle);
  auto left = counts.size() / 2 + 1;
  std::erase_if(table.rows, [&](const auto& row) {
    if (row.first.is_person || row.second.recipients > *middle || left == 0) return false;
    --left;
    return true;
  });
}

DayUse DayCounts::used(const DayKey& who, UtcSeconds now) const {
  return table_.with([&](const Table& table) {
    const auto row = table.rows.find(who);
    return table.day != day_of(now) || row == table.rows.end() ? DayUse() : row->second;
  });
}

bool DayCounts::take(const DayKey& who, DayUse what, DayUse limits, UtcSeconds now) {
  return table_.with([&](Table& table) {
    begin(table, now);
    const auto row = table.rows.find(who);
    auto use = row == table.rows.end() ? DayUse() : row->second;
    use.messages = sum(use.messages, what.messages);
    use.recipients = sum(use.recipients, what.recipients);
    if (is_over(use.messages, limits.messages) || is_over(use.recipients, limits.recipients))
      return false;
    if (row == table.rows.end() && !who.is_person && table.rows.size() >= most_) make_room(table);
    table.rows[who] = use;
    table.is_changed = true;
    return true;
  });
}

void DayCounts::give_back(const DayKey& who, DayUse what, UtcSeconds now) {
  table_.with([&](Table& table) {
    const auto row = table.rows.find(who);
    if (table.day != day_of(now) || row == table.rows.end()) return;
    row->second.messages -= std::min(row->second.messages, what.messages);
    row->second.recipients -= std::min(row->second.recipients, what.recipients);
    if (row->second == DayUse()) table.rows.erase(row);
    table.is_changed = true;
  });
}

std::optional<std::string> DayCounts::take_changed() {
  return table_.with([](Table& table) -> std::optional<std::string> {
    if (!std::exchange(table.is_changed, false)) return std::nullopt;
    std::string out(k_magic);
    out.reserve(k_head + table.rows.size() * k_row + k_tail);
    append_le<std::uint32_t>(out, k_version);
    append_le<std::uint32_t>(out, static_cast<std::uint32_t>(table.day));
    append_le<std::uint32_t>(out, static_cast<std::uint32_t>(table.rows.size()));
    for (const auto& [key, use] : table.rows) {
      out.append(key.digest.data(), key.digest.size());
      out += key.is_person ? '\1' : '\0';
      append_le<std::uint32_t>(out, use.messages);
      append_le<std::uint32_t>(out, use.recipients);
    }
    append_le<std::uint32_t>(out, crc32c(out));
    return out;
  });
}

Result<void> DayCounts::load(std::string_view bytes, UtcSeconds now) {
  if (!bytes.starts_with(k_magic)) return fail(Errc::bad_input, "this is no file of day counts");
  if (load_le<std::uint32_t>(bytes, 8) != k_version)
    return fail(Errc::bad_input, "these day counts are of a version that is not known here");
  const auto count = load_le<std::uint32_t>(bytes, 16).value_or(0);
  if (bytes.size() != k_head + std::uint64_t(count) * k_row + k_tail ||
      load_le<std::uint32_t>(bytes, bytes.size() - k_tail) !=
          crc32c(bytes.substr(0, bytes.size() - k_tail)))
    return fail(Errc::bad_input, "the day counts are damaged");
  table_.with([&](Table& table) {
    begin(table, now);
    if (load_le<std::uint32_t>(bytes, 12) != static_cast<std::uint32_t>(table.day)) return;
    for (std::size_t at = k_head; at + k_tail < bytes.size(); at += k_row) {
      DayKey key;
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), key.digest.size(),
                  key.digest.begin());
      key.is_person = bytes[at + 16] != 0;
      if (!key.is_person && table.rows.size() >= most_) continue;
      table.rows[key] = {*load_le<std::uint32_t>(bytes, at + 17),
                         *load_le<std::uint32_t>(bytes, at + 21)};
    }
  });
  return {};
}

std::size_t DayCounts::size() const {
  return table_.with([](const Table& table) { return table.rows.size(); });
}

}  // namespace kontor::policy
