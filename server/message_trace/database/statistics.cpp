// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/message_trace/database/statistics.hpp"

#include <fmt/format.h>

#include <ctime>

namespace kontor::message_trace {
namespace {

constexpr std::int64_t k_application = 0x4B4D5453;  // "KMTS"
constexpr std::int64_t k_version = 1;
constexpr std::string_view k_others = "(others)";

constexpr auto k_tables = R"(
BEGIN IMMEDIATE;
CREATE TABLE hour (
  time INTEGER NOT NULL, dimension INTEGER NOT NULL, name TEXT NOT NULL,
  messages INTEGER NOT NULL, bytes INTEGER NOT NULL, sent INTEGER NOT NULL,
  delivered INTEGER NOT NULL, relayed INTEGER NOT NULL, deferred INTEGER NOT NULL,
  failed INTEGER NOT NULL, refused INTEGER NOT NULL, discarded INTEGER NOT NULL,
  junk INTEGER NOT NULL, viruses INTEGER NOT NULL,
  PRIMARY KEY (time, dimension, name)) WITHOUT ROWID;
CREATE TABLE day (
  time INTEGER NOT NULL, dimension INTEGER NOT NULL, name TEXT NOT NULL,
  messages INTEGER NOT NULL, bytes INTEGER NOT NULL, sent INTEGER NOT NULL,
  delivered INTEGER NOT NULL, relayed INTEGER NOT NULL, deferred INTEGER NOT NULL,
  failed INTEGER NOT NULL, refused INTEGER NOT NULL, discarded INTEGER NOT NULL,
  junk INTEGER NOT NULL, viruses INTEGER NOT NULL,
  PRIMARY KEY (time, dimension, name)) WITHOUT ROWID;
PRAGMA application_id = 1263359059;
PRAGMA user_version = 1;
COMMIT;
)";

std::string upsert_into(std::string_view table) {
  return fmt::format(
      "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, "
      "bytes = bytes + excluded.bytes, sent = sent + excluded.sent, "
      "delivered = delivered + excluded.delivered, relayed = relayed + excluded.relayed, "
      "deferred = deferred + excluded.deferred, failed = failed + excluded.failed, "
      "refused = refused + excluded.refused, discarded = discarded + excluded.discarded, "
      "junk = junk + excluded.junk, viruses = viruses + excluded.viruses",
      table);
}

Result<void> add_row(Statement& statement,
                     std::int64_t time,
                     Dimension dimension,
                     const std::string& name,
                     const Counts& counts) {
  statement.bind(1, time).bind(2, static_cast<std::int64_t>(dimension)).bind(3, name);
  int at = 4;
  for (const auto value : {counts.messages, counts.bytes, counts.sent, counts.delivered,
                           counts.relayed, counts.deferred, counts.failed, counts.refused,
                           counts.discarded, counts.junk, counts.viruses})
    statement.bind(at++, value);
  return statement.run();
}

// One step of one recipient, or of the message.
void add_step(Counts& counts, What what) {
  switch (what) {
    case What::delivered:
      ++counts.delivered;
      break;
    case What::relayed:
      ++counts.relayed;
      break;
    case What::deferred:
      ++counts.deferred;
      break;
    case What::failed:
    case What::expired:
      ++counts.failed;
      break;
    case What::refused:
    case What::rejected:
      ++counts.refused;
      break;
    case What::discarded:
      ++counts.discarded;
      break;
    default:
      break;
  }
}

std::string period_text(Period period, std::int64_t time) {
  switch (period) {
    case Period::hour:
      return fmt::format("{:04}-{:02}-{:02} {:02}:00", time / 1'000'000, time / 10'000 % 100,
                         time / 100 % 100, time % 100);
    case Period::day:
      return fmt::format("{:04}-{:02}-{:02}", time / 10'000, time / 100 % 100, time % 100);
    case Period::month:
      return fmt::format("{:04}-{:02}", time / 100, time % 100);
    case Period::all:
      break;
  }
  return {};
}

std::string question_text(const StatisticsQuestion& question) {
  const bool by_hour = question.period == Period::hour;
  std::string_view period = "0";
  if (question.period == Period::hour || question.period == Period::day) period = "time";
  if (question.period == Period::month) period = "time / 100";
  std::string sql = fmt::format(
      "SELECT {} AS period, name, sum(messages), sum(bytes), sum(sent), sum(delivered), "
      "sum(relayed), sum(deferred), sum(failed), sum(refused), sum(discarded), sum(junk), "
      "sum(viruses) FROM {} WHERE time BETWEEN ? AND ? AND dimension = ?",
      period, by_hour ? "hour" : "day");
  if (!question.name.empty()) sql += " AND name = ?";
  return sql +
         " GROUP BY period, name ORDER BY period, sum(messages) + sum(sent) + sum(delivered) + "
         "sum(refused) DESC, name LIMIT ?";
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  messages += other.messages;
  bytes += other.bytes;
  sent += other.sent;
  delivered += other.delivered;
  relayed += other.relayed;
  deferred += other.deferred;
  failed += other.failed;
  refused += other.refused;
  discarded += other.discarded;
  junk += other.junk;
  viruses += other.viruses;
  return *this;
}

std::int64_t local_hour(std::int64_t milliseconds) {
  const std::time_t seconds = milliseconds / 1'000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return ((parts.tm_year + 1900LL) * 10'000 + (parts.tm_mon + 1) * 100 + parts.tm_mday) * 100 +
         parts.tm_hour;
}

Result<Statistics> Statistics::open(const std::string& path) {
  Statistics out;
  KONTOR_TRY(out.connection_, Connection::open(path, Access::make));
  auto& connection = out.connection_;
  KONTOR_TRY(const auto application, connection.ask("PRAGMA application_id"));
  KONTOR_TRY(const auto tables, connection.ask("SELECT count(*) FROM sqlite_master"));
  if (application != k_application && (application != 0 || tables != 0))
    return fail(Errc::corrupt, "it is no file of statistics");
  KONTOR_TRY(const auto version, connection.ask("PRAGMA user_version"));
  if (version > k_version)
    return fail(Errc::unsupported, "it is of version " + std::to_string(version));
  KONTOR_TRY(connection.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"));
  if (tables == 0) {
    KONTOR_TRY(connection.run(k_tables));
  }
  return out;
}

Counts& Statistics::at(std::int64_t hour, Dimension dimension, std::string_view name) {
  if (hour != hour_) {
    hour_ = hour;
    names_.clear();
  }
  Key key{hour, dimension, std::string(name)};
  const auto found = fresh_.find(key);
  if (found != fresh_.end()) return found->second;
  if (dimension == Dimension::sender_domain || dimension == Dimension::recipient_domain) {
    const bool is_known = names_.contains({dimension, key.name});
    if (!is_known && names_.size() >= k_most_names) key.name = k_others;
    if (!is_known && names_.size() < k_most_names) names_.emplace(dimension, key.name);
  }
  return fresh_[std::move(key)];
}

void Statistics::count(const Life& life, const Written& written) {
  const auto hour = local_hour(life.steps.front().time);
  const auto from = domain_of_key(written.sender);
  const auto size = static_cast<std::int64_t>(written.size);
  Counts of_message;  // for the total and the sender's domain
  for (const auto& [time, step] : life.steps) {
    const bool has_come = step.arrival && step.what == What::received;
    if (has_come) {
      ++of_message.messages;
      of_message.bytes += size;
      if (!written.account.empty()) {
        ++of_message.sent;
        ++at(hour, Dimension::mailbox, address_of(written.sender)).sent;
      }
      for (const auto& recipient : step.arrival->recipients) {
        auto& counts = at(hour, Dimension::recipient_domain, domain_of_key(key_of(recipient)));
        ++counts.messages;
        counts.bytes += size;
      }
    }
    add_step(of_message, step.what);
    if (step.recipient.empty()) continue;
    add_step(at(hour, Dimension::recipient_domain, domain_of_key(key_of(step.recipient))),
             step.what);
    if (step.what != What::delivered) continue;
    auto& mailbox = at(hour, Dimension::mailbox, address_of(key_of(step.recipient)));
    ++mailbox.delivered;
    ++mailbox.messages;
    mailbox.bytes += size;
    if ((written.marks & k_junk) != 0) ++mailbox.junk;
    if ((written.marks & k_virus) != 0) ++mailbox.viruses;
  }
  if ((written.new_marks & k_junk) != 0) ++of_message.junk;
  if ((written.new_marks & k_virus) != 0) ++of_message.viruses;
  at(hour, Dimension::total, {}) += of_message;
  at(hour, Dimension::sender_domain, from) += of_message;
}

Result<void> Statistics::write() {
  if (fresh_.empty()) return {};
  KONTOR_TRY(auto hours, connection_.prepare(upsert_into("hour")));
  KONTOR_TRY(auto days, connection_.prepare(upsert_into("day")));
  KONTOR_TRY(connection_.run("BEGIN IMMEDIATE"));
  const auto add_all = [&]() -> Result<void> {
    for (const auto& [key, counts] : fresh_) {
      KONTOR_TRY(add_row(hours, key.hour, key.dimension, key.name, counts));
      KONTOR_TRY(add_row(days, key.hour / 100, key.dimension, key.name, counts));
    }
    return connection_.run("COMMIT");
  };
  const auto added = add_all();
  if (added) {
    fresh_.clear();
  } else {
    static_cast<void>(connection_.run("ROLLBACK"));  // fails where SQLite did so itself
  }
  return added;
}

Result<void> Statistics::expire(std::int64_t hours_before, std::int64_t days_before) {
  KONTOR_TRY(connection_.run(
      fmt::format("DELETE FROM hour WHERE time < {}; DELETE FROM day WHERE time < {}",
                  local_hour(hours_before), local_hour(days_before) / 100)));
  return {};
}

Result<std::vector<StatisticsRow>> ask_statistics(const std::string& path,
                                                  const StatisticsQuestion& question) {
  KONTOR_TRY(auto connection, Connection::open(path, Access::read));
  KONTOR_TRY(auto statement, connection.prepare(question_text(question)));
  const std::int64_t scale = question.period == Period::hour ? 1 : 100;
  statement.bind(1, question.since ? local_hour(*question.since) / scale : std::int64_t{0});
  statement.bind(
      2, question.until ? local_hour(*question.until) / scale : std::int64_t{999'912'312'300});
  statement.bind(3, static_cast<std::int64_t>(question.dimension));
  int at = 4;
  if (!question.name.empty()) statement.bind(at++, question.name);
  statement.bind(at, static_cast<std::int64_t>(question.most));
  std::vector<StatisticsRow> rows;
  while (true) {
    KONTOR_TRY(const bool is_row, statement.step());
    if (!is_row) return rows;
    StatisticsRow row;
    row.period = period_text(question.period, statement.number(0));
    row.name = statement.text(1);
    auto& counts = row.counts;
    int column = 2;
    for (auto* value : {&counts.messages, &counts.bytes, &counts.sent, &counts.delivered,
                        &counts.relayed, &counts.deferred, &counts.failed, &counts.refused,
                        &counts.discarded, &counts.junk, &counts.viruses})
      *value = statement.number(column++);
    rows.push_back(std::move(row));
  }
}

}  // namespace kontor::message_trace
