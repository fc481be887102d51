// SPDX-License-Identifier: GPL-3.0-or-later
// log: the newest lines of the server's log, which it keeps in memory; audit list: the records of
// the audit log. The newest first, a page at a time.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/log_lines.hpp"
#include "server/admin/verbs.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_usual = 200, k_most = 5'000;
constexpr std::uint64_t k_max_file = 1U << 30U;
constexpr std::size_t k_day = 10;  // "2026-11-23"

// "2026-11-23T08:00:00", as the lines have their time.
Result<std::string> moment(const Request& request, const std::string& name, UtcSeconds now) {
  const auto text = option(request, name);
  if (text.empty()) return text;
  const bool is_end = name == "--until" && text.size() == k_day;
  KONTOR_TRY(const auto time, store::parse_moment(is_end ? text + " 23:59" : text, now));
  auto shown = store::show_moment(time);
  if (shown.ends_with('Z')) shown.pop_back();
  return is_end ? shown.substr(0, shown.rfind(':')) + ":59~" : shown;
}

Result<std::size_t> limit_of(const Request& request) {
  const auto text = option(request, "--limit");
  if (text.empty()) return k_usual;
  const auto number = parse_number<std::uint32_t>(text);
  if (!number || *number == 0 || *number > k_most)
    return fail(Errc::bad_input, fmt::format("--limit is a number from 1 to {}", k_most));
  return *number;
}

Result<int> least_level(const std::string& name) {
  if (name.empty()) return 0;
  const int level = level_of(name);
  if (level < 0) return fail(Errc::bad_input, "--level is debug, info, warning or error");
  return level;
}

// Which records of the audit log are wanted.
struct Wanted {
  std::string since, until, who, kind;
  std::uint64_t before = ~0ULL;
  std::size_t most = k_usual;

  bool fits(const json::object& record) const {
    const auto text = [&](std::string_view name) {
      const auto* found = record.if_contains(name);
      return found != nullptr && found->is_string() ? std::string(found->as_string())
                                                    : std::string();
    };
    const auto time = text("time");
    if (!since.empty() && time < since) return false;
    if (!until.empty() && time > until) return false;
    if (!kind.empty() && text("kind") != kind) return false;
    if (who.empty()) return true;
    const auto* found = record.if_contains("who");
    if (found == nullptr || !found->is_object()) return false;
    return std::ranges::any_of(found->as_object(), [&](const auto& one) {
      return one.value().is_string() &&
             to_lower(std::string_view(one.value().as_string())).contains(who);
    });
  }
};

// From the newest file to the oldest.
Result<json::array> read_audit(const std::string& folder, const Wanted& wanted) {
  auto& files = io::real_file_system();
  json::array out;
  auto names = files.list(folder);
  if (!names && names.error().code() == Errc::not_found) return out;
  if (!names) return fail(names.error());
  auto known = audit_files(*std::move(names));
  std::ranges::reverse(known);
  for (const auto& name : known) {
    KONTOR_TRY(const auto content, io::read_file(files, folder + '/' + name, k_max_file));
    const auto lines = split(content, '\n');
    for (std::size_t i = lines.size(); i-- > 1;) {
      const auto blank = lines[i].find(' ');
      if (blank == std::string_view::npos) continue;
      boost::system::error_code error;
      auto record = json::parse(lines[i].substr(blank + 1), error);
      if (error || !record.is_object()) continue;
      const auto* number = record.as_object().if_contains("number");
      if (number == nullptr || !number->is_number() ||
          number->to_number<std::uint64_t>() >= wanted.before)
        continue;
      if (!wanted.since.empty() && record.as_object()["time"].is_string() &&
          record.as_object()["time"].as_string() < std::string_view(wanted.since))
        return out;
      if (!wanted.fits(record.as_object())) continue;
      out.push_back(std::move(record));
      if (out.size() == wanted.most) return out;
    }
  }
  return out;
}

}  // namespace

Task<Answer> log_list(const Desk& desk, Request request) {
  if (!desk.environment.recent_log) co_return fail(Errc::unsupported, "no log is kept");
  const auto now = desk.environment.clock.now();
  KONTOR_CO_TRY(const auto since, moment(request, "--since", now));
  KONTOR_CO_TRY(const auto until, moment(request, "--until", now));
  KONTOR_CO_TRY(const auto most, limit_of(request));
  KONTOR_CO_TRY(const auto least, least_level(option(request, "--level")));
  const auto text = to_lower(option(request, "--text"));
  const auto before = option(request, "--before");
  json::array out;
  const auto lines = desk.environment.recent_log();
  for (std::size_t i = lines.size(); i-- > 0 && out.size() < most;) {
    const auto line = read_log_line(lines[i]);
    if (!line || level_of(line->level) < least) continue;
    if (!since.empty() && line->time < since) break;
    if (!until.empty() && line->time > until) continue;
    if (!before.empty() && line->time >= before) continue;
    if (!text.empty() && !to_lower(lines[i]).contains(text)) continue;
    json::object row;
    row["time"] = line->time;
    row["level"] = line->level;
    row["event"] = line->event;
    row["text"] = line->rest;
    out.emplace_back(std::move(row));
  }
  co_return json::value(std::move(out));
}

Task<Answer> audit_list(const Desk& desk, Request request) {
  const auto now = desk.environment.clock.now();
  Wanted wanted;
  KONTOR_CO_TRY(wanted.since, moment(request, "--since", now));
  KONTOR_CO_TRY(wanted.until, moment(request, "--until", now));
  KONTOR_CO_TRY(wanted.most, limit_of(request));
  wanted.who = to_lower(option(request, "--who"));
  wanted.kind = option(request, "--kind");
  if (const auto text = option(request, "--before"); !text.empty()) {
    const auto number = parse_number<std::uint64_t>(text);
    if (!number) co_return fail(Errc::bad_input, "--before is the number of a record");
    wanted.before = *number;
  }
  auto work = [folder = audit_folder(desk.environment.settings.server.data_folder), wanted] {
    return read_audit(folder, wanted);
  };
  auto* pool = desk.environment.workers;
  auto found = pool == nullptr ? work() : co_await io::on_pool(*pool, std::move(work));
  if (!found) co_return fail(found.error());
  co_return json::value(*std::move(found));
}

}  // namespace kontor::admin
