// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/exports/form.hpp"

#include <fmt/format.h>

#include <array>

#include "base/core/text.hpp"
#include "server/admin/sources/line_ends.hpp"
#include "server/admin/sources/own_marks.hpp"

namespace kontor::admin::exports {
namespace {

constexpr std::array<const char*, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// asctime() in UTC: RFC 4155, "default" mbox.
std::string from_line(UtcSeconds date) {
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day calendar(day);
  const std::chrono::hh_mm_ss time(date - day);
  return fmt::format("From MAILER-DAEMON {} {} {:2} {:02}:{:02}:{:02} {:04}\n",
                     k_days.at(std::chrono::weekday(day).c_encoding()),
                     k_months.at(static_cast<unsigned>(calendar.month()) - 1),
                     static_cast<unsigned>(calendar.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(),
                     static_cast<int>(calendar.year()));
}

// Every line "From ", ">From ", … gets one '>' more (mboxrd).
void append_quoted(std::string& out, std::string_view body) {
  while (!body.empty()) {
    const auto end = body.find('\n');
    const auto line = body.substr(0, end == std::string_view::npos ? body.size() : end + 1);
    const auto text = line.find_first_not_of('>');
    if (text != std::string_view::npos && line.substr(text).starts_with("From ")) out += '>';
    out += line;
    body.remove_prefix(line.size());
  }
}

std::string mark_fields(const OutMessage& message, bool as_is) {
  const auto flags = message.marks.flags;
  sources::OwnMarks own;
  own.marks = message.marks;
  own.date = message.date;
  own.size = message.raw.size();
  own.as_is = as_is;
  auto out = fmt::format("{}: {}\n", sources::k_export_field, sources::print_own_marks(own));
  out += (flags & store::k_seen) != 0 ? "Status: RO\n" : "Status: O\n";
  std::string letters;
  if ((flags & store::k_answered) != 0) letters += 'A';
  if ((flags & store::k_flagged) != 0) letters += 'F';
  if ((flags & store::k_draft) != 0) letters += 'T';
  if ((flags & store::k_deleted) != 0) letters += 'D';
  if (!letters.empty()) out += "X-Status: " + letters + '\n';
  if (!message.marks.keywords.empty())
    out += "X-Keywords: " + join(message.marks.keywords, " ") + '\n';
  return out;
}

}  // namespace

FileForm file_form(std::string_view raw) {
  FileForm out;
  out.content.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i)
    if (raw[i] != '\r' || i + 1 == raw.size() || raw[i + 1] != '\n') out.content += raw[i];
  if (sources::with_crlf(out.content) == raw) return out;
  out.content = raw;
  out.as_is = true;
  return out;
}

std::string mbox_form(const OutMessage& message) {
  const auto form = file_form(message.raw);
  const std::string_view content = form.content;
  const auto end = sources::end_of_header(content);
  auto out = from_line(message.date);
  out.reserve(out.size() + content.size() + 512);
  out += content.substr(0, end);
  if (end > 0 && content[end - 1] != '\n') out += '\n';
  out += mark_fields(message, form.as_is);
  append_quoted(out, content.substr(end));
  if (out.back() != '\n') out += '\n';
  out += '\n';
  return out;
}

std::string plain_level(std::string_view level) {
  constexpr std::size_t k_most = 200;  // a file's name has 255 bytes at most, with its ending
  if (level.empty() || level.size() > k_most || level.front() == '.' || level == "cur" ||
      level == "new" || level == "tmp" || level.find('/') != std::string_view::npos ||
      level.find('\0') != std::string_view::npos)
    return {};
  return std::string(level);
}

}  // namespace kontor::admin::exports
