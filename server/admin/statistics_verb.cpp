// SPDX-License-Identifier: GPL-3.0-or-later
// statistics: how much mail, from and to whom, and what became of it.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"
#include "server/admin/verbs.hpp"
#include "server/message_trace/database/recorder.hpp"
#include "server/message_trace/database/statistics.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using message_trace::Dimension;
using message_trace::Period;
using message_trace::StatisticsQuestion;

constexpr std::chrono::days k_usual_days{30};
constexpr std::size_t k_date_size = 10;  // "2026-11-23"

Result<Period> period_of(const std::string& text) {
  if (text == "hour") return Period::hour;
  if (text == "day") return Period::day;
  if (text == "month") return Period::month;
  if (text == "all") return Period::all;
  return fail(Errc::bad_input, "--by is hour, day, month or all");
}

Result<Dimension> dimension_of(const std::string& text) {
  if (text == "sender-domain") return Dimension::sender_domain;
  if (text == "recipient-domain") return Dimension::recipient_domain;
  if (text == "mailbox") return Dimension::mailbox;
  return fail(Errc::bad_input, "--of is sender-domain, recipient-domain or mailbox");
}

Result<StatisticsQuestion> question_of(const Request& request, UtcSeconds now) {
  StatisticsQuestion out;
  const auto of = option(request, "--of");
  if (!of.empty()) {
    KONTOR_TRY(out.dimension, dimension_of(of));
  }
  const auto by = option(request, "--by");
  out.period = of.empty() ? Period::day : Period::all;
  if (!by.empty()) {
    KONTOR_TRY(out.period, period_of(by));
  }
  out.name = to_lower(option(request, "--name"));
  if (!out.name.empty() && of.empty())
    return fail(Errc::bad_input, "--name wants --of, to say of what it is the name");
  auto since = now - k_usual_days;
  if (const auto text = option(request, "--since"); !text.empty()) {
    KONTOR_TRY(since, store::parse_moment(text, now));
  }
  out.since = since.time_since_epoch().count() * 1'000;
  if (auto text = option(request, "--until"); !text.empty()) {
    if (text.size() == k_date_size) text += " 23:59";
    KONTOR_TRY(const auto until, store::parse_moment(text, now));
    out.until = until.time_since_epoch().count() * 1'000;
  }
  if (const auto text = option(request, "--limit"); !text.empty()) {
    const auto most = parse_number<std::uint32_t>(text);
    if (!most || *most == 0) return fail(Errc::bad_input, "--limit is a number");
    out.most = *most;
  }
  return out;
}

json::object row_of(const message_trace::StatisticsRow& row, const StatisticsQuestion& question) {
  json::object out;
  if (question.period != Period::all) out["time"] = row.period;
  if (question.dimension == Dimension::mailbox) out["mailbox"] = row.name;
  if (question.dimension == Dimension::sender_domain ||
      question.dimension == Dimension::recipient_domain)
    out["domain"] = row.name;
  const auto& counts = row.counts;
  out["messages"] = counts.messages;
  out["bytes"] = counts.bytes;
  out["sent"] = counts.sent;
  out["delivered"] = counts.delivered;
  out["relayed"] = counts.relayed;
  out["deferred"] = counts.deferred;
  out["failed"] = counts.failed;
  out["refused"] = counts.refused;
  out["discarded"] = counts.discarded;
  out["junk"] = counts.junk;
  out["viruses"] = counts.viruses;
  return out;
}

// RFC 4180.
std::string csv_of(const json::array& rows) {
  std::string out;
  const auto add = [&](std::string_view text, bool is_first) {
    if (!is_first) out += ',';
    const bool is_quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (is_quoted) out += '"';
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    if (is_quoted) out += '"';
  };
  for (const auto& value : rows) {
    const auto& row = value.as_object();
    bool is_first = true;
    if (out.empty()) {
      for (const auto& field : row) add(field.key(), std::exchange(is_first, false));
      out += "\r\n";
      is_first = true;
    }
    for (const auto& field : row)
      add(field.value().is_string() ? std::string(field.value().as_string())
                                    : json::serialize(field.value()),
          std::exchange(is_first, false));
    out += "\r\n";
  }
  return out;
}

}  // namespace

Task<Answer> statistics(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto question, question_of(request, desk.environment.clock.now()));
  auto* recorder = desk.environment.trace;
  const auto folder = desk.environment.settings.server.data_folder + "/message-trace";
  auto work = [recorder, question, path = message_trace::statistics_file(folder)] {
    if (recorder != nullptr) static_cast<void>(recorder->flush());
    return message_trace::ask_statistics(path, question);
  };
  auto* pool = desk.environment.workers;
  auto rows = pool == nullptr ? work() : co_await io::on_pool(*pool, std::move(work));
  json::array out;
  if (!rows) {
    if (rows.error().code() == Errc::not_found) co_return json::value(std::move(out));
    if (rows.error().code() == Errc::corrupt && recorder != nullptr)
      recorder->report_damage("statistics.db", rows.error());
    co_return fail(rows.error());
  }
  for (const auto& row : *rows) out.emplace_back(row_of(row, question));
  co_return json::value(std::move(out));
}

Result<Finding> statistics_here(const Client& client, Request request) {
  const bool is_csv = request.options.contains("--csv");
  KONTOR_TRY(auto value, ask_server(client.data_folder, {"statistics", std::move(request)}));
  if (!value.is_array()) return fail(Errc::bad_input, "this server is of another version");
  Finding out;
  out.text = is_csv ? csv_of(value.as_array()) : render(value);
  if (out.text.empty()) out.text = "\r\n";
  out.value = std::move(value);
  return out;
}

}  // namespace kontor::admin
