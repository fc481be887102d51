// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/greylist.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "base/crypto/sha256.hpp"

namespace kontor::filter::screening {
namespace {

constexpr std::string_view k_magic = "KontorGL";
constexpr std::uint32_t k_version = 1;
constexpr std::size_t k_head = 16, k_row = 25, k_tail = 4;

// Senders that number their mails ("bounce-4711@list.test") are one sender.
std::string sender_form(std::string_view sender) {
  const auto at = std::min(sender.rfind('@'), sender.size());
  std::string out;
  for (const char c : sender.substr(0, at)) {
    if (!is_digit(c))
      out += ascii_lower(c);
    else if (out.empty() || out.back() != '#')
      out += '#';
  }
  return out + to_lower(sender.substr(at));
}

std::string_view domain_of(std::string_view sender) {
  const auto at = sender.rfind('@');
  return at == std::string_view::npos ? std::string_view() : sender.substr(at + 1);
}

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }

}  // namespace

std::size_t Greylist::KeyHash::operator()(const Key& key) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);  // a digest is as good as a hash can be
  return hash;
}

Greylist::Key Greylist::key_of(std::string_view kind,
                               const IpAddress& client,
                               std::string_view one,
                               std::string_view other) {
  crypto::Sha256 hash;
  const auto network = client.network(client.is_v4() ? 24 : 64);
  hash.add(kind);
  hash.add({reinterpret_cast<const char*>(network.bytes.data()), network.bytes.size()});
  hash.add(one);
  hash.add(std::string_view("\0", 1));
  hash.add(other);
  const auto digest = hash.digest();
  Key key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

bool Greylist::is_over(const Entry& entry, std::int64_t now) const {
  const auto lasts = entry.is_known ? settings_.greylist_keep : settings_.greylist_retry;
  return now - entry.at > lasts.count();
}

// First what is over; then the older half of the first attempts, and of all when there are none.
void Greylist::make_room(Table& table, std::int64_t now) const {
  std::erase_if(table.entries, [&](const auto& row) { return is_over(row.second, now); });
  for (const bool is_known : {false, true}) {
    if (table.entries.size() < most_) return;
    std::vector<std::int64_t> times;
    for (const auto& [key, entry] : table.entries)
      if (entry.is_known == is_known) times.push_back(entry.at);
    if (times.empty()) continue;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    std::erase_if(table.entries, [&](const auto& row) {
      return row.second.is_known == is_known && row.second.at <= *middle;
    });
  }
}

std::optional<std::chrono::seconds> Greylist::judge(const IpAddress& client,
                                                    std::string_view sender,
                                                    std::string_view recipient,
                                                    UtcSeconds now_utc) {
  const auto now = seconds_of(now_utc);
  const auto known = key_of("known", client, to_lower(domain_of(sender)), "");
  const auto first = key_of("first", client, sender_form(sender), to_lower(recipient));
  return table_.with([&](Table& table) -> std::optional<std::chrono::seconds> {
    const auto mark_known = [&] {
      table.entries[known] = Entry{now, true};
      table.is_changed = true;
    };
    if (const auto row = table.entries.find(known);
        row != table.entries.end() && !is_over(row->second, now)) {
      if (row->second.at != now) mark_known();
      return std::nullopt;
    }
    const auto row = table.entries.find(first);
    if (row == table.entries.end() || is_over(row->second, now)) {
      if (row == table.entries.end() && table.entries.size() >= most_) make_room(table, now);
      table.entries[first] = Entry{now, false};
      table.is_changed = true;
      return settings_.greylist_wait;
    }
    const auto since = std::chrono::seconds(std::max<std::int64_t>(now - row->second.at, 0));
    if (since < settings_.greylist_wait) return settings_.greylist_wait - since;
    table.entries.erase(row);
    mark_known();
    return std::nullopt;
  });
}

std::optional<std::string> Greylist::take_changed() {
  return table_.with([](Table& table) -> std::optional<std::string> {
    if (!std::exchange(table.is_changed, false)) return std::nullopt;
    std::string out(k_magic);
    out.reserve(k_head + table.entries.size() * k_row + k_tail);
    append_le<std::uint32_t>(out, k_version);
    append_le<std::uint32_t>(out, static_cast<std::uint32_t>(table.entries.size()));
    for (const auto& [key, entry] : table.entries) {
      out.append(key.data(), key.size());
      append_le<std::uint64_t>(out, static_cast<std::uint64_t>(entry.at));
      out += entry.is_known ? '\1' : '\0';
    }
    append_le<std::uint32_t>(out, crc32c(out));
    return out;
  });
}

Result<void> Greylist::load(std::string_view bytes, UtcSeconds now_utc) {
  if (!bytes.starts_with(k_magic) || load_le<std::uint32_t>(bytes, 8) != k_version)
    return fail(Errc::bad_input, "this is no greylist of version 1");
  const auto count = load_le<std::uint32_t>(bytes, 12).value_or(0);
  if (bytes.size() != k_head + std::uint64_t(count) * k_row + k_tail ||
      load_le<std::uint32_t>(bytes, bytes.size() - k_tail) !=
          crc32c(bytes.substr(0, bytes.size() - k_tail)))
    return fail(Errc::bad_input, "the greylist is damaged");
  const auto now = seconds_of(now_utc);
  table_.with([&](Table& table) {
    for (std::size_t at = k_head; at + k_tail < bytes.size(); at += k_row) {
      Key key;
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), key.size(), key.begin());
      const auto time = static_cast<std::int64_t>(*load_le<std::uint64_t>(bytes, at + 16));
      const Entry entry{std::clamp<std::int64_t>(time, 0, now), bytes[at + 24] != 0};
      if (!is_over(entry, now) && table.entries.size() < most_) table.entries.emplace(key, entry);
    }
  });
  return {};
}

std::size_t Greylist::size() const {
  return table_.with([](const Table& table) { return table.entries.size(); });
}

}  // namespace kontor::filter::screening
