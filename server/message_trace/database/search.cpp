// SPDX-License-Identifier: GPL-3.0-or-later
// One of the conditions drives: the one that leaves least over. In a sealed part it goes by its
// index, in the one that grows SQLite looks at each row. The others are asked of what it found.
#include "server/message_trace/database/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/core/text.hpp"
#include "server/message_trace/database/recorder.hpp"
#include "server/message_trace/database/sqlite.hpp"

namespace kontor::message_trace {
namespace {

constexpr std::size_t k_most_people = 20;  // shown of a message in a list
constexpr std::int64_t k_day = 86'400'000;
constexpr std::string_view k_columns =
    "m.id, m.trace, m.time, m.protocol, m.client, m.hello, m.tls, m.account, m.sender, "
    "m.message_id, m.subject, m.size, m.marks";

using Values = std::vector<std::variant<std::int64_t, std::string>>;

// SQL with its values, in order.
struct Sql {
  std::string text;
  Values values;

  void add(std::string_view more, Values with = {}) {
    text += more;
    values.insert(values.end(), with.begin(), with.end());
  }
};

void bind_all(Statement& statement, const Values& values) {
  int index = 1;
  for (const auto& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      statement.bind(index++, *number);
    else
      statement.bind(index++, std::string_view(std::get<std::string>(value)));
  }
}

// A condition on a message: by which ids it holds for, and as a test of one message `m`.
struct Condition {
  int rank = 0;  // the least drives
  Sql ids, test;
};

// "column" against an address or the name of a domain.
Sql address_test(std::string_view column, const std::string& wanted) {
  if (wanted.contains('@')) return {fmt::format("{} = ?", column), {key_of(wanted)}};
  const auto domain = to_lower(wanted);
  // '@' + 1 is 'A': the keys of the domain stand between.
  return {fmt::format("({0} >= ? AND {0} < ?)", column), {domain + '@', domain + 'A'}};
}

Condition on_message(int rank, Sql test) {
  Condition out;
  out.rank = rank;
  out.ids.add("SELECT m.id FROM message m WHERE " + test.text, test.values);
  out.test = std::move(test);
  return out;
}

Condition on_recipient(int rank, Sql test) {
  Condition out;
  out.rank = rank;
  out.ids.add("SELECT r.message FROM recipient r WHERE " + test.text, test.values);
  out.test.add("EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.id AND (" + test.text + "))",
               test.values);
  return out;
}

std::string places(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ", ?";
  return out;
}

Values values_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

Condition of_viewer(const Viewer& viewer) {
  const auto in = "IN (" + places(viewer.addresses.size()) + ")";
  const auto values = values_of(viewer.addresses);
  Condition out;
  out.rank = 4;
  out.ids.add("SELECT m.id FROM message m WHERE m.sender " + in, values);
  out.ids.add(" UNION SELECT r.message FROM recipient r WHERE r.address " + in, values);
  out.test.add("(m.sender " + in, values);
  out.test.add(
      " OR EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.id AND r.address " + in + ")",
      values);
  if (!viewer.account.empty()) {
    out.ids.add(" UNION SELECT m.id FROM message m WHERE m.account <> '' AND m.account = ?",
                {viewer.account});
    out.test.add(" OR m.account = ?", {viewer.account});
  }
  out.test.add(")");
  return out;
}

// Letters and digits stay, and what is beyond ASCII but for blanks, quotes and dashes: the index
// knows single words alone.
std::string without_signs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_letter = (text[i] >= '0' && text[i] <= '9') ||
                           (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
    if (byte == 0xC2 && i + 1 < text.size()) {  // U+0080 to U+00BF
      ++i;
      out += ' ';
    } else if (byte == 0xE2 && i + 2 < text.size() &&
               (static_cast<unsigned char>(text[i + 1]) & 0xFEU) == 0x80) {  // U+2000 to U+207F
      i += 2;
      out += ' ';
    } else {
      out += byte >= 0x80 || is_letter ? text[i] : ' ';
    }
  }
  return out;
}

// As FTS5 takes them: each in quotes, as a beginning.
std::string words_of(const std::string& subject) {
  std::string out;
  const auto plain = without_signs(subject);
  for (const auto word : split(plain, ' '))
    if (!word.empty()) out.append(out.empty() ? "\"" : " \"").append(word).append("\"*");
  return out;
}

Result<Condition> of_status(const std::string& status) {
  if (status == "junk" || status == "virus")
    return on_message(6, {fmt::format("m.marks <> 0 AND (m.marks & {}) <> 0",
                                      status == "junk" ? k_junk : k_virus),
                          {}});
  std::string states;
  for (int i = 0; i <= static_cast<int>(State::held); ++i)
    if (name_of(static_cast<State>(i)) == status)
      states += (states.empty() ? "" : ", ") + std::to_string(i);
  if (states.empty())
    return fail(Errc::bad_input,
                "no such status: " + status +
                    "; there are waiting, deferred, delivered, relayed, expanded, redirected, "
                    "discarded, refused, failed, removed, held, junk, virus");
  const bool is_usual = status == "delivered" || status == "relayed" || status == "expanded";
  // The words of the index, so that it is used.
  return on_recipient(
      is_usual ? 9 : 6,
      {"r.state IN (" + states + ")" + (is_usual ? "" : " AND r.state NOT IN (3, 4, 5)"), {}});
}

Result<std::vector<Condition>> conditions_of(const Question& question) {
  std::vector<Condition> out;
  if (!question.trace.empty()) out.push_back(on_message(0, {"m.trace = ?", {question.trace}}));
  if (!question.message_id.empty()) {
    auto id = question.message_id;
    if (!id.starts_with('<')) id = '<' + id + '>';
    out.push_back(on_message(1, {"m.message_id <> '' AND m.message_id = ?", {std::move(id)}}));
  }
  if (question.queue_id != 0)
    out.push_back(on_recipient(
        1, {"r.queue_id <> 0 AND r.queue_id = ?", {static_cast<std::int64_t>(question.queue_id)}}));
  if (!question.subject.empty()) {
    auto words = words_of(question.subject);
    if (words.empty()) return fail(Errc::bad_input, "no word to look for in subjects");
    Condition words_found;
    words_found.rank = 2;
    words_found.ids.add("SELECT rowid FROM words WHERE words MATCH ?", {words});
    words_found.test.add("m.id IN (SELECT rowid FROM words WHERE words MATCH ?)", {words});
    out.push_back(std::move(words_found));
  }
  if (!question.sender.empty()) {
    const bool is_nobody = question.sender == "<>";
    out.push_back(on_message(
        question.sender.contains('@') ? 3 : 7,
        is_nobody ? Sql{"m.sender = ''", {}} : address_test("m.sender", question.sender)));
  }
  if (!question.recipient.empty())
    out.push_back(on_recipient(question.recipient.contains('@') ? 3 : 8,
                               address_test("r.address", question.recipient)));
  if (!question.client.empty()) out.push_back(on_message(5, {"m.client = ?", {question.client}}));
  if (!question.status.empty()) {
    KONTOR_TRY(auto condition, of_status(question.status));
    out.push_back(std::move(condition));
  }
  if (question.viewer) out.push_back(of_viewer(*question.viewer));
  std::ranges::sort(out, {}, &Condition::rank);
  return out;
}

Result<Sql> sql_of(const Question& question, std::int64_t before) {
  KONTOR_TRY(const auto conditions, conditions_of(question));
  Sql sql;
  sql.add(fmt::format("SELECT {} FROM message m WHERE 1", k_columns));
  if (before > 0) sql.add(" AND m.id < ?", {before});
  if (question.since) sql.add(" AND m.time >= ?", {*question.since});
  if (question.until) sql.add(" AND m.time <= ?", {*question.until});
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto& one = conditions[i];
    if (i == 0)
      sql.add(" AND m.id IN (" + one.ids.text + ")", one.ids.values);
    else
      sql.add(" AND " + one.test.text, one.test.values);
  }
  sql.add(" ORDER BY m.id DESC LIMIT ?", {static_cast<std::int64_t>(question.most + 1)});
  return sql;
}

Found found_of(const Statement& row) {
  Found out;
  out.trace = row.text(1);
  out.time = row.number(2);
  out.arrival.protocol = row.text(3);
  out.arrival.client = row.text(4);
  out.arrival.hello = row.text(5);
  out.arrival.tls = row.text(6);
  out.arrival.account = row.text(7);
  out.arrival.sender = address_of(row.text(8));
  out.arrival.message_id = row.text(9);
  out.arrival.subject = row.text(10);
  out.arrival.size = static_cast<std::uint64_t>(row.number(11));
  out.marks = static_cast<Marks>(row.number(12));
  return out;
}

bool is_sent_by(const Found& found, const Viewer& viewer) {
  const auto key = key_of(found.arrival.sender);
  const bool is_his =
      !key.empty() && std::ranges::find(viewer.addresses, key) != viewer.addresses.end();
  return is_his || (!viewer.account.empty() && found.arrival.account == viewer.account);
}

// Who is told of only what came to him, sees none of the others it went to.
Sql people_of(std::int64_t id, const std::optional<Viewer>& viewer, bool is_all) {
  Sql sql;
  sql.add("r.message = ?", {id});
  if (viewer && !is_all)
    sql.add(" AND r.address IN (" + places(viewer->addresses.size()) + ")",
            values_of(viewer->addresses));
  return sql;
}

Result<void> load_people(const Connection& connection,
                         std::int64_t id,
                         const Question& question,
                         std::size_t most,
                         Found& out) {
  const bool is_all = !question.viewer || is_sent_by(out, *question.viewer);
  auto where = people_of(id, question.viewer, is_all);
  KONTOR_TRY(auto count,
             connection.prepare("SELECT count(*) FROM recipient r WHERE " + where.text));
  bind_all(count, where.values);
  KONTOR_TRY(const bool is_counted, count.step());
  out.people_in_all = is_counted ? static_cast<std::uint64_t>(count.number(0)) : 0;
  Sql sql;
  sql.add("SELECT r.address, r.asked, r.state, r.time, r.queue_id FROM recipient r WHERE " +
              where.text + " ORDER BY ",
          where.values);
  if (!question.recipient.empty()) {
    const auto first = address_test("r.address", question.recipient);
    sql.add(first.text + " DESC, ", first.values);
  }
  sql.add("r.number LIMIT ?", {static_cast<std::int64_t>(most)});
  KONTOR_TRY(auto rows, connection.prepare(sql.text));
  bind_all(rows, sql.values);
  while (true) {
    KONTOR_TRY(const bool is_row, rows.step());
    if (!is_row) return {};
    out.people.push_back({address_of(rows.text(0)), address_of(rows.text(1)),
                          static_cast<State>(rows.number(2)), rows.number(3),
                          static_cast<std::uint64_t>(rows.number(4))});
  }
}

// The messages of one part, at most one more than fit on the page.
Result<std::vector<std::pair<std::int64_t, Found>>> find_in(const std::string& path,
                                                            const Question& question,
                                                            std::int64_t before) {
  KONTOR_TRY(const auto sql, sql_of(question, before));
  KONTOR_TRY(auto connection, Connection::open(path, Access::read));
  KONTOR_TRY(auto rows, connection.prepare(sql.text));
  bind_all(rows, sql.values);
  std::vector<std::pair<std::int64_t, Found>> out;
  while (true) {
    KONTOR_TRY(const bool is_row, rows.step());
    if (!is_row) break;
    out.emplace_back(rows.number(0), found_of(rows));
  }
  for (auto& [id, found] : out) {
    KONTOR_TRY(load_people(connection, id, question, k_most_people, found));
  }
  return out;
}

struct Place {
  std::string part;
  std::int64_t id = 0;
};

Result<Place> place_of(const std::string& next) {
  const auto colon = next.find(':');
  const auto id = parse_number<std::uint32_t>(
      colon == std::string::npos ? std::string_view() : std::string_view(next).substr(colon + 1));
  if (!id || day_of_part(next.substr(0, colon) + ".db") == 0)
    return fail(Errc::bad_input, next + " is not what a page before said");
  return Place{next.substr(0, colon) + ".db", *id};
}

// A part may have messages that came some minutes after its day.
bool may_hold(std::string_view part, const Question& question) {
  const auto day = day_of_part(part);
  if (question.since && day < day_of(*question.since - k_day)) return false;
  return !question.until || day <= day_of(*question.until + k_day);
}

std::string next_of(std::string_view part, std::int64_t id) {
  return fmt::format("{}:{}", part.substr(0, part.size() - 3), id);
}

Result<std::vector<StepShown>> steps_of(const Connection& connection,
                                        std::int64_t id,
                                        const std::optional<Viewer>& viewer,
                                        bool is_all) {
  Sql sql;
  sql.add(
      "SELECT s.time, coalesce(r.address, ''), s.what, s.status, s.text, s.place FROM step s "
      "LEFT JOIN recipient r ON r.message = s.message AND r.number = s.recipient "
      "WHERE s.message = ?",
      {id});
  if (viewer && !is_all)
    sql.add(" AND (s.recipient = 0 OR r.address IN (" + places(viewer->addresses.size()) + "))",
            values_of(viewer->addresses));
  sql.add(" ORDER BY s.number");
  KONTOR_TRY(auto rows, connection.prepare(sql.text));
  bind_all(rows, sql.values);
  std::vector<StepShown> out;
  while (true) {
    KONTOR_TRY(const bool is_row, rows.step());
    if (!is_row) return out;
    out.push_back({rows.number(0), address_of(rows.text(1)), static_cast<What>(rows.number(2)),
                   rows.text(3), rows.text(4), rows.text(5)});
  }
}

Result<std::vector<Way>> show_in(const std::string& path, const Question& question) {
  constexpr std::int64_t k_all_people = 1'000'000;
  KONTOR_TRY(const auto sql, sql_of(question, 0));
  KONTOR_TRY(auto connection, Connection::open(path, Access::read));
  KONTOR_TRY(auto rows, connection.prepare(sql.text));
  bind_all(rows, sql.values);
  std::vector<Way> out;
  while (true) {
    KONTOR_TRY(const bool is_row, rows.step());
    if (!is_row) return out;
    Way way;
    way.message = found_of(rows);
    const bool is_all = !question.viewer || is_sent_by(way.message, *question.viewer);
    KONTOR_TRY(load_people(connection, rows.number(0), question, k_all_people, way.message));
    KONTOR_TRY(way.steps, steps_of(connection, rows.number(0), question.viewer, is_all));
    out.push_back(std::move(way));
  }
}

}  // namespace

Result<FoundPage> find_messages(const std::string& folder, const Question& question) {
  FoundPage page;
  Place from;
  if (!question.before.empty()) {
    KONTOR_TRY(from, place_of(question.before));
  }
  KONTOR_TRY(sql_of(question, 0));  // is the question right?
  bool is_reached = from.part.empty();
  for (const auto& part : parts_in(folder)) {
    is_reached = is_reached || part == from.part || day_of_part(part) < day_of_part(from.part);
    if (!is_reached || !may_hold(part, question)) continue;
    auto found = find_in(folder + '/' + part, question, part == from.part ? from.id : 0);
    if (!found) {
      if (found.error().code() == Errc::corrupt) page.damaged.emplace_back(part, found.error());
      page.problems.push_back(part + ": " + found.error().text());
      continue;
    }
    for (auto& [id, message] : *found) {
      if (page.messages.size() == question.most) {
        // The page ended with the message before this one.
        return page;
      }
      page.messages.push_back(std::move(message));
      page.next = next_of(part, id);
    }
  }
  page.next.clear();
  return page;
}

Result<std::vector<Way>> show_message(const std::string& folder,
                                      const std::string& trace,
                                      const std::optional<Viewer>& viewer) {
  Question question;
  question.trace = trace;
  question.viewer = viewer;
  std::vector<Way> out;
  for (const auto& part : parts_in(folder)) {
    auto ways = show_in(folder + '/' + part, question);
    if (!ways) continue;
    std::ranges::move(*ways, std::back_inserter(out));
  }
  if (out.empty()) return fail(Errc::not_found, "no message " + trace + " in the trace");
  return out;
}

}  // namespace kontor::message_trace
