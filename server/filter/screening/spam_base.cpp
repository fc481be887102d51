// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/spam_base.hpp"

#include <algorithm>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::filter::screening {
namespace {

constexpr std::string_view k_magic = "KontorSB";
constexpr std::uint32_t k_version = 1;
constexpr std::size_t k_longest_why = 200;

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }

// The words of our own field: "from HELO ([192.0.2.1])", "by NAME (Kontor) with ESMTP id TRACE …".
struct OwnReceived {
  std::string literal, protocol, trace;
};

std::optional<OwnReceived> own_received(std::string_view header, std::string_view server_name) {
  for (const auto& field : mime::parse_fields(header)) {
    if (!iequals(field.name, "Received")) continue;
    const auto text = mime::unfold(field.value);
    std::vector<std::string_view> words;
    for (const auto word : split(text, ' '))
      for (const auto part : split(word, '\t'))
        if (!part.empty()) words.push_back(part);
    // from H (L) by N (Kontor) with P id T
    constexpr std::size_t k_words = 10;
    if (words.size() < k_words || words[0] != "from" || words[3] != "by" ||
        !iequals(words[4], server_name) || words[5] != "(Kontor)" || words[6] != "with" ||
        words[8] != "id")
      return std::nullopt;  // the topmost is ours, or none is
    auto trace = words[9];
    while (trace.ends_with(';')) trace.remove_suffix(1);
    return OwnReceived{std::string(words[2]), std::string(words[7]), std::string(trace)};
  }
  return std::nullopt;
}

}  // namespace

IpAddress SpamBase::normal(const IpAddress& address) {
  return address.is_v4() ? address : address.network(64);
}

bool SpamBase::is_in(const SpamSource& source, std::int64_t now) const {
  if (source.by_administrator) return true;
  if (source.times.size() < settings_.spam_base_count) return false;
  const auto first = source.times[source.times.size() - settings_.spam_base_count];
  const auto last = source.times.back();
  return last - first <= settings_.spam_base_period.count() &&
         now - last <= settings_.spam_base_keep.count();
}

bool SpamBase::is_over(const SpamSource& source, std::int64_t now) const {
  if (source.by_administrator) return false;
  const auto lasts = std::max(settings_.spam_base_period, settings_.spam_base_keep);
  return source.times.empty() || now - source.times.back() > lasts.count();
}

void SpamBase::make_room(Table& table, std::int64_t now) const {
  std::erase_if(table.sources, [&](const auto& row) { return is_over(row.second, now); });
  while (table.sources.size() >= most_) {
    const auto age = [](const auto& row) {
      return row.second.by_administrator ? INT64_MAX : row.second.times.back();
    };
    const auto oldest = std::ranges::min_element(table.sources, {}, age);
    if (oldest == table.sources.end() || oldest->second.by_administrator) return;
    table.sources.erase(oldest);
  }
}

bool SpamBase::is_listed(const IpAddress& client, UtcSeconds now) const {
  const auto key = normal(client).bytes;
  return table_.with([&](const Table& table) {
    const auto found = table.sources.find(key);
    return found != table.sources.end() && is_in(found->second, seconds_of(now));
  });
}

bool SpamBase::note(const IpAddress& client, std::string_view sender, UtcSeconds now_utc) {
  const auto address = normal(client);
  const auto now = seconds_of(now_utc);
  return table_.with([&](Table& table) {
    if (!table.sources.contains(address.bytes) && table.sources.size() >= most_)
      make_room(table, now);
    if (!table.sources.contains(address.bytes) && table.sources.size() >= most_) return false;
    auto& source = table.sources[address.bytes];
    source.address = address;
    const bool was_in = is_in(source, now);
    source.times.push_back(std::max(now, source.times.empty() ? now : source.times.back()));
    if (source.times.size() > settings_.spam_base_count)
      source.times.erase(source.times.begin(), source.times.end() - settings_.spam_base_count);
    if (!source.by_administrator) source.why = sender.substr(0, k_longest_why);
    table.is_changed = true;
    return !was_in && is_in(source, now);
  });
}

Result<void> SpamBase::add(const IpAddress& given, std::string_view why) {
  const auto address = normal(given);
  return table_.with([&](Table& table) -> Result<void> {
    auto found = table.sources.find(address.bytes);
    if (found != table.sources.end() && found->second.by_administrator)
      return fail(Errc::exists, address.text() + " is in the base already");
    if (found == table.sources.end() && table.sources.size() >= most_)
      return fail(Errc::limit, "the base is full");
    auto& source = table.sources[address.bytes];
    source.address = address;
    source.by_administrator = true;
    source.why = why.substr(0, k_longest_why);
    table.is_changed = true;
    return {};
  });
}

bool SpamBase::remove(const IpAddress& address) {
  return table_.with([&](Table& table) {
    const bool was_there = table.sources.erase(normal(address).bytes) > 0;
    if (was_there) table.is_changed = true;
    return was_there;
  });
}

std::vector<SpamSource> SpamBase::list(UtcSeconds now, bool all) const {
  return table_.with([&](const Table& table) {
    std::vector<SpamSource> out;
    for (const auto& [key, source] : table.sources)
      if (is_in(source, seconds_of(now)) || (all && !is_over(source, seconds_of(now))))
        out.push_back(source);
    return out;
  });
}

std::optional<UtcSeconds> SpamBase::until(const SpamSource& source) const {
  if (source.by_administrator || source.times.empty() || !is_in(source, source.times.back()))
    return std::nullopt;
  return UtcSeconds(std::chrono::seconds(source.times.back())) + settings_.spam_base_keep;
}

std::optional<std::string> SpamBase::take_changed() {
  return table_.with([](Table& table) -> std::optional<std::string> {
    if (!std::exchange(table.is_changed, false)) return std::nullopt;
    std::string out(k_magic);
    append_le<std::uint32_t>(out, k_version);
    append_le<std::uint32_t>(out, static_cast<std::uint32_t>(table.sources.size()));
    for (const auto& [key, source] : table.sources) {
      out.append(key.begin(), key.end());
      out += source.by_administrator ? '\1' : '\0';
      append_le<std::uint16_t>(out, static_cast<std::uint16_t>(source.times.size()));
      for (const auto time : source.times)
        append_le<std::uint64_t>(out, static_cast<std::uint64_t>(time));
      append_le<std::uint16_t>(out, static_cast<std::uint16_t>(source.why.size()));
      out += source.why;
    }
    append_le<std::uint32_t>(out, crc32c(out));
    return out;
  });
}

Result<void> SpamBase::load(std::string_view bytes, UtcSeconds now_utc) {
  const auto damaged = [] { return fail(Errc::bad_input, "the base of spam is damaged"); };
  if (!bytes.starts_with(k_magic)) return damaged();
  if (load_le<std::uint32_t>(bytes, k_magic.size()) != k_version)
    return fail(Errc::bad_input, "this is no base of spam of version 1");
  if (bytes.size() < k_magic.size() + 12 ||
      load_le<std::uint32_t>(bytes, bytes.size() - 4) != crc32c(bytes.substr(0, bytes.size() - 4)))
    return damaged();
  LeReader in(bytes.substr(k_magic.size() + 4, bytes.size() - k_magic.size() - 8));
  const auto now = seconds_of(now_utc);
  std::map<Key, SpamSource> sources;
  for (auto left = *in.number<std::uint32_t>(); left > 0; --left) {
    SpamSource source;
    const auto key = in.take(source.address.bytes.size());
    const auto mark = in.take(1);
    const auto count = in.number<std::uint16_t>();
    if (!key || !mark || !count) return damaged();
    std::ranges::transform(*key, source.address.bytes.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    source.by_administrator = mark->front() != '\0';
    for (unsigned i = 0; i < *count; ++i) {
      const auto time = in.number<std::uint64_t>();
      if (!time) return damaged();
      source.times.push_back(static_cast<std::int64_t>(std::min<std::uint64_t>(
          *time, static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)))));
    }
    std::ranges::sort(source.times);
    const auto length = in.number<std::uint16_t>();
    const auto why = length ? in.take(*length) : std::nullopt;
    if (!why) return damaged();
    source.why = *why;
    if (!is_over(source, now) && sources.size() < most_)
      sources.emplace(source.address.bytes, std::move(source));
  }
  if (in.left() != 0) return damaged();
  table_.with([&](Table& table) { table.sources = std::move(sources); });
  return {};
}

// RFC 3848: an A at the end of ESMTPSA and its like says that somebody signed in.
std::optional<IpAddress> bringer_of(std::string_view header, std::string_view server_name) {
  const auto own = own_received(header, server_name);
  if (!own || own->protocol.ends_with('A') || !own->protocol.contains("SMTP")) return std::nullopt;
  std::string_view text = own->literal;
  for (const auto* edge : {"(", "[", "IPv6:"})
    if (text.starts_with(edge)) text.remove_prefix(std::string_view(edge).size());
  while (text.ends_with(')') || text.ends_with(']')) text.remove_suffix(1);
  const auto address = parse_ip_address(text);
  return address ? std::optional(*address) : std::nullopt;
}

std::string trace_in(std::string_view header, std::string_view server_name) {
  const auto own = own_received(header, server_name);
  return own ? own->trace : std::string();
}

}  // namespace kontor::filter::screening
