// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace kontor::http::wire {
namespace {

// What each response has that does not say it itself: nothing here is a page that another may
// frame, sniff, store or embed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_security{{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
}};

constexpr std::array<std::pair<int, std::string_view>, 30> k_reasons{{
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {207, "Multi-Status"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  out.append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  const auto* const row =
      std::ranges::find(k_reasons, status, &std::pair<int, std::string_view>::first);
  return row == k_reasons.end() ? "Status" : row->second;
}

Response plain(int status, std::string_view sentence) {
  return {status, "text/plain; charset=utf-8",
          fmt::format("{} {}: {}\n", status, reason_phrase(status), sentence)};
}

std::string http_date(UtcSeconds time) {
  static constexpr std::array k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", k_days[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), k_months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::string to_bytes(const Response& response, const Frame& frame) {
  auto out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  append_field(out, "Date", http_date(frame.now));
  append_field(out, "Server", "Kontor");
  for (const auto& [name, value] : response.fields) append_field(out, name, value);
  for (const auto& [name, value] : k_security)
    if (std::ranges::find(response.fields, name, &Field::name) == response.fields.end())
      append_field(out, name, value);
  if (!response.type.empty()) append_field(out, "Content-Type", response.type);
  // RFC 9110, 8.6: never with 1xx and 204; with 304 it would be that of the whole.
  if (response.status >= 200 && response.status != 204 && response.status != 304)
    append_field(out, "Content-Length", std::to_string(response.body.size()));
  append_field(out, "Connection", frame.keeps_alive ? "keep-alive" : "close");
  out.append("\r\n");
  if (!frame.is_head) out.append(response.body);
  return out;
}

}  // namespace kontor::http::wire
