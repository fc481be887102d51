// SPDX-License-Identifier: GPL-3.0-or-later
// TZif (RFC 8536). A version 1 block of 32-bit times comes first; with a later version it is passed
// over, and the 64-bit block behind it and its footer count.
#include <algorithm>
#include <array>
#include <cstdint>

#include "calendar/zone/posix_rule.hpp"
#include "calendar/zone/zone.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr std::size_t k_header = 44;
constexpr year k_last_rule_year(2200);

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? ~0ULL : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

struct Header {
  char version = 0;
  std::int64_t ut = 0, standard = 0, leap = 0, times = 0, types = 0, chars = 0;

  std::size_t size(std::size_t time_size) const {
    const auto n = [](std::int64_t count) { return static_cast<std::size_t>(count); };
    return n(times) * (time_size + 1) + n(types) * 6 + n(chars) + n(leap) * (time_size + 4) +
           n(standard) + n(ut);
  }
};

class Reader {
 public:
  Reader(std::string_view bytes, std::string id) : bytes_(bytes), id_(std::move(id)) {}

  std::expected<Zone, std::string> read() {
    Header header;
    if (!read_header(header)) return std::unexpected("it is not a TZif file");
    std::size_t time_size = 4;
    if (header.version >= '2') {
      if (bytes_.size() < header.size(4)) return std::unexpected("it is cut off");
      bytes_.remove_prefix(header.size(4));
      time_size = 8;
      if (!read_header(header)) return std::unexpected("its second header is broken");
    }
    if (bytes_.size() < header.size(time_size)) return std::unexpected("it is cut off");
    if (!read_block(header, time_size)) return std::unexpected("it names a type that is not there");
    bytes_.remove_prefix(header.size(time_size));
    if (time_size == 8 && !read_footer()) return std::unexpected("its footer is broken");
    return Zone(std::move(id_), first_, std::move(transitions_));
  }

 private:
  bool read_header(Header& header) {
    if (bytes_.size() < k_header || !bytes_.starts_with("TZif")) return false;
    header.version = bytes_[4];
    std::array<std::int64_t*, 6> counts = {&header.ut,    &header.standard, &header.leap,
                                           &header.times, &header.types,    &header.chars};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      *counts[i] = big_endian(bytes_.substr(20 + i * 4, 4));
      if (*counts[i] < 0 || *counts[i] > 20'000) return false;
    }
    bytes_.remove_prefix(k_header);
    return header.types > 0;
  }

  bool read_block(const Header& header, std::size_t time_size) {
    const auto times = static_cast<std::size_t>(header.times);
    const auto types = static_cast<std::size_t>(header.types);
    const std::string_view indexes = bytes_.substr(times * time_size, times);
    const std::string_view records = bytes_.substr(times * (time_size + 1), types * 6);
    const std::string_view names =
        bytes_.substr(times * (time_size + 1) + types * 6, static_cast<std::size_t>(header.chars));
    const auto offset = [&](std::size_t type) {
      return seconds(
          std::clamp<std::int64_t>(big_endian(records.substr(type * 6, 4)), -93600, 93600));
    };
    const auto name = [&](std::size_t type) {
      const auto at = static_cast<unsigned char>(records[type * 6 + 5]);
      const auto text = at < names.size() ? names.substr(at) : std::string_view{};
      return std::string(text.substr(0, text.find('\0')));
    };
    first_ = offset(0);
    for (std::size_t i = 0; i < times; ++i) {
      const auto type = static_cast<unsigned char>(indexes[i]);
      if (type >= types) return false;
      const auto at = std::clamp<std::int64_t>(big_endian(bytes_.substr(i * time_size, time_size)),
                                               -(std::int64_t{1} << 40), std::int64_t{1} << 40);
      if (!transitions_.empty() && UtcSeconds(seconds(at)) < transitions_.back().at) return false;
      transitions_.push_back({UtcSeconds(seconds(at)), offset(type), name(type)});
    }
    return true;
  }

  bool read_footer() {
    if (!bytes_.starts_with('\n')) return false;
    bytes_.remove_prefix(1);
    const auto end = bytes_.find('\n');
    if (end == std::string_view::npos) return false;
    if (end == 0) return true;
    const auto rule = read_posix_rule(bytes_.substr(0, end));
    if (!rule) return false;
    if (transitions_.empty() && !rule->daylight_name) {
      first_ = rule->standard;
      return true;
    }
    const UtcSeconds last =
        transitions_.empty() ? UtcSeconds(sys_days(year(1970) / 1 / 1)) : transitions_.back().at;
    const year first = year_month_day(floor<days>(last)).year();
    for (year y = first; y <= k_last_rule_year; ++y)
      for (auto& one : transitions_of(*rule, y))
        if (one.at > last) transitions_.push_back(std::move(one));
    return true;
  }

  std::string_view bytes_;
  std::string id_;
  seconds first_{};
  std::vector<Transition> transitions_;
};

}  // namespace

std::expected<Zone, std::string> read_tzif(std::string_view bytes, std::string id) {
  return Reader(bytes, std::move(id)).read();
}

}  // namespace kontor::calendar
