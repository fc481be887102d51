// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/zone/zones.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

constexpr std::size_t k_most_kept = 512;  // VTIMEZONEs
constexpr std::size_t k_longest_file = 1 << 20;
constexpr std::size_t k_longest_name = 255;

bool is_zone_name(std::string_view name) {
  const auto fits = [](char c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || is_digit(c) || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, fits) &&
         name.front() != '/' && name.back() != '/' && !name.contains("//") &&
         !name.starts_with("posix/") && !name.starts_with("right/");
}

// What may be the name in the tz database: the TZID, its end behind a prefix, a Windows zone.
std::vector<std::string> candidates(std::string_view tzid) {
  std::vector<std::string> names;
  if (!tzid.starts_with('/')) names.emplace_back(tzid);
  if (tzid.starts_with('/')) {
    auto cut = tzid.rfind('/');
    for (int parts = 1; parts <= 3 && cut != std::string_view::npos && cut > 0; ++parts) {
      names.emplace(names.begin(), tzid.substr(cut + 1));
      cut = tzid.rfind('/', cut - 1);
    }
  }
  if (auto windows = from_windows_zone(tzid)) names.push_back(*std::move(windows));
  return names;
}

}  // namespace

struct Zones::State {
  std::filesystem::path folder;
  Guarded<std::unordered_map<std::string, ZonePtr>> by_name;
  Guarded<std::unordered_map<std::string, ZonePtr>> by_content;

  ZonePtr load(const std::string& name) const {
    std::error_code error;
    const auto path = folder / name;
    if (!std::filesystem::is_regular_file(path, error)) return nullptr;
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.size() > k_longest_file) return nullptr;
    auto zone = read_tzif(bytes, name);
    return zone ? std::make_shared<const Zone>(*std::move(zone)) : nullptr;
  }
};

Zones::Zones(std::filesystem::path zoneinfo) : state_(std::make_unique<State>()) {
  state_->folder = std::move(zoneinfo);
}
Zones::~Zones() = default;

ZonePtr Zones::find(std::string_view tzid) const {
  if (tzid.empty() || tzid.size() > k_longest_name) return nullptr;
  const std::string key(tzid);
  const auto kept = state_->by_name.with([&](const auto& zones) {
    const auto found = zones.find(key);
    return found == zones.end() ? std::nullopt : std::optional(found->second);
  });
  if (kept) return *kept;
  ZonePtr zone;
  for (const auto& name : candidates(tzid))
    if (!zone && is_zone_name(name)) zone = state_->load(name);
  state_->by_name.with([&](auto& zones) {  // what there is not is kept as well
    if (zones.size() >= 4 * k_most_kept) zones.clear();
    zones.emplace(key, zone);
  });
  return zone;
}

ZonePtr Zones::of(const Component& vtimezone) const {
  const std::string key = write_component(vtimezone);
  const auto kept = state_->by_content.with([&](const auto& zones) {
    const auto found = zones.find(key);
    return found == zones.end() ? nullptr : found->second;
  });
  if (kept) return kept;
  auto read = read_vtimezone(vtimezone);
  if (!read) return nullptr;
  ZonePtr zone = std::make_shared<const Zone>(*std::move(read));
  if (key.size() > 64 * 1024) return zone;
  state_->by_content.with([&](auto& zones) {
    if (zones.size() >= k_most_kept) zones.clear();
    zones.emplace(key, zone);
  });
  return zone;
}

std::vector<std::string> Zones::names() const {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(state_->folder, error);
  for (; !error && entries != std::filesystem::recursive_directory_iterator();
       entries.increment(error)) {
    const auto name = std::filesystem::relative(entries->path(), state_->folder, error).string();
    if (name == "posix" || name == "right") entries.disable_recursion_pending();
    if (error || !is_zone_name(name) || !entries->is_regular_file(error)) continue;
    std::string mark(4, '\0');
    std::ifstream(entries->path(), std::ios::binary).read(mark.data(), 4);
    if (mark == "TZif") names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

ObjectZones::ObjectZones(const Component& calendar, const Zones& zones, ZonePtr floating)
    : calendar_(calendar), zones_(zones), floating_(floating ? std::move(floating) : utc_zone()) {}

const ZonePtr& ObjectZones::zone_of(const DateTime& time) {
  if (time.form == TimeForm::utc) return utc_zone();
  if (time.form != TimeForm::zoned) return floating_;
  const auto kept = found_.find(time.tzid);
  if (kept != found_.end()) return kept->second ? kept->second : floating_;
  ZonePtr zone = zones_.find(time.tzid);
  if (!zone) {
    const auto& inner = calendar_.components;
    const auto own = std::ranges::find_if(inner, [&](const Component& one) {
      return one.name == "VTIMEZONE" && one.value("TZID") == time.tzid;
    });
    if (own != inner.end()) zone = zones_.of(*own);
  }
  const auto& kept_now = found_.emplace(time.tzid, std::move(zone)).first->second;
  return kept_now ? kept_now : floating_;
}

UtcSeconds ObjectZones::utc(const DateTime& time) { return zone_of(time)->to_utc(time.local); }

bool ObjectZones::knows(std::string_view tzid) {
  const DateTime time{.form = TimeForm::zoned, .local = {}, .tzid = std::string(tzid)};
  zone_of(time);
  return found_.at(time.tzid) != nullptr;
}

bool ObjectZones::is_standard(std::string_view tzid) const {
  const ZonePtr zone = zones_.find(tzid);
  return zone && zone->id() == tzid;
}

}  // namespace kontor::calendar
