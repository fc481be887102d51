// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/message_trace/database/part.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::message_trace {
namespace {

constexpr std::int64_t k_application = 0x4B4D5452;  // "KMTR"
constexpr std::int64_t k_version = 1;
constexpr std::size_t k_longest = 1'000;  // bytes of one text

constexpr auto k_open = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8192;
)";

constexpr auto k_tables = R"(
BEGIN IMMEDIATE;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, trace TEXT NOT NULL, time INTEGER NOT NULL, protocol TEXT NOT NULL,
  client TEXT NOT NULL, hello TEXT NOT NULL, tls TEXT NOT NULL, account TEXT NOT NULL,
  sender TEXT NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL, size INTEGER NOT NULL,
  marks INTEGER NOT NULL);
CREATE TABLE recipient (
  message INTEGER NOT NULL, number INTEGER NOT NULL, address TEXT NOT NULL, asked TEXT NOT NULL,
  state INTEGER NOT NULL, time INTEGER NOT NULL, queue_id INTEGER NOT NULL,
  PRIMARY KEY (message, number)) WITHOUT ROWID;
CREATE TABLE step (
  message INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,
  recipient INTEGER NOT NULL, what INTEGER NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL,
  place TEXT NOT NULL, PRIMARY KEY (message, number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  subject, content = '', detail = 'none', columnsize = 0, tokenize = 'unicode61');
PRAGMA application_id = 1263359058;
PRAGMA user_version = 1;
COMMIT;
)";

constexpr auto k_seal = R"(
BEGIN IMMEDIATE;
CREATE INDEX message_by_sender ON message (sender);
CREATE INDEX message_by_client ON message (client);
CREATE INDEX message_by_message_id ON message (message_id) WHERE message_id <> '';
CREATE INDEX message_by_account ON message (account) WHERE account <> '';
CREATE INDEX message_by_marks ON message (marks) WHERE marks <> 0;
CREATE INDEX recipient_by_address ON recipient (address);
CREATE INDEX recipient_by_state ON recipient (state) WHERE state NOT IN (3, 4, 5);
CREATE INDEX recipient_by_queue_id ON recipient (queue_id) WHERE queue_id <> 0;
INSERT INTO words (words) VALUES ('optimize');
CREATE INDEX message_by_trace ON message (trace);
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
)";

// As UTF-8, and no longer than is of use.
std::string clipped(std::string_view text) {
  text = text.substr(0, k_longest);
  const bool is_ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? std::string(text) : to_valid_utf8(text);
}

}  // namespace

struct Part::Person {
  std::int64_t number = 0;
  std::string asked;
  State state = State::open;
  std::int64_t time = 0;
  std::uint64_t queue_id = 0;
  bool is_new = true, is_changed = false;
};

// The recipients of one message, by key.
struct Part::People {
  std::unordered_map<std::string, Person> all;

  Person& at(const std::string& key, std::int64_t time) {
    const auto [row, is_new] = all.try_emplace(key);
    if (is_new) {
      row->second.number = static_cast<std::int64_t>(all.size());
      row->second.time = time;
    }
    return row->second;
  }
  static void move_on(Person& person, State state, std::int64_t time) {
    if (person.state == state) return;
    person.state = state;
    person.time = time;
    person.is_changed = true;
  }
};

Result<std::unique_ptr<Part>> Part::open(const std::string& path) {
  KONTOR_TRY(auto connection, Connection::open(path, Access::make));
  auto part = std::unique_ptr<Part>(new Part(std::move(connection)));
  KONTOR_TRY(part->prepare());
  return part;
}

Result<void> Part::prepare() {
  KONTOR_TRY(const auto application, connection_.ask("PRAGMA application_id"));
  KONTOR_TRY(const auto tables, connection_.ask("SELECT count(*) FROM sqlite_master"));
  if (application != k_application && (application != 0 || tables != 0))
    return fail(Errc::corrupt, "it is no message trace");
  KONTOR_TRY(const auto version, connection_.ask("PRAGMA user_version"));
  if (version > k_version)
    return fail(Errc::unsupported, "it is of version " + std::to_string(version));
  KONTOR_TRY(connection_.run(k_open));
  if (tables == 0) {
    KONTOR_TRY(make_tables());
  }
  KONTOR_TRY(messages_, connection_.ask("SELECT max(id) FROM message"));
  KONTOR_TRY(const auto sealed,
             connection_.ask("SELECT count(*) FROM sqlite_master WHERE name = 'message_by_trace'"));
  is_sealed_ = sealed != 0;
  KONTOR_TRY(insert_, connection_.prepare("INSERT INTO message VALUES "
                                          "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KONTOR_TRY(
      update_,
      connection_.prepare(
          "UPDATE message SET protocol = ?3, client = ?4, hello = ?5, tls = ?6, account = ?7, "
          "sender = ?8, message_id = ?9, subject = ?10, size = ?11, marks = marks | ?12 "
          "WHERE id = ?1"));
  KONTOR_TRY(load_, connection_.prepare(
                        "SELECT sender, size, marks, account, protocol FROM message WHERE id = ?"));
  KONTOR_TRY(mark_, connection_.prepare("UPDATE message SET marks = ? WHERE id = ?"));
  KONTOR_TRY(word_, connection_.prepare("INSERT INTO words (rowid, subject) VALUES (?, ?)"));
  KONTOR_TRY(person_add_,
             connection_.prepare("INSERT INTO recipient VALUES (?, ?, ?, ?, ?, ?, ?)"));
  KONTOR_TRY(person_set_, connection_.prepare("UPDATE recipient SET state = ?, time = ?, queue_id "
                                              "= ? WHERE message = ? AND number = ?"));
  KONTOR_TRY(
      people_,
      connection_.prepare(
          "SELECT number, address, asked, state, time, queue_id FROM recipient WHERE message = ?"));
  KONTOR_TRY(step_add_, connection_.prepare("INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  KONTOR_TRY(last_step_, connection_.prepare("SELECT max(number) FROM step WHERE message = ?"));
  KONTOR_TRY(find_, connection_.prepare("SELECT id FROM message WHERE trace = ?"));
  return {};
}

Result<void> Part::make_tables() { return connection_.run(k_tables); }

Result<void> Part::begin() {
  if (is_begun_) return {};
  KONTOR_TRY(connection_.run("BEGIN IMMEDIATE"));
  is_begun_ = true;
  return {};
}

Result<void> Part::commit() {
  if (!is_begun_) return {};
  KONTOR_TRY(connection_.run("COMMIT"));
  is_begun_ = false;
  return {};
}

void Part::roll_back() {
  if (is_begun_) static_cast<void>(connection_.run("ROLLBACK"));  // fails where SQLite did it
  is_begun_ = false;
}

Result<std::optional<std::int64_t>> Part::find(std::string_view trace) {
  find_.bind(1, trace);
  const auto found = find_.step();
  std::optional<std::int64_t> id;
  if (found && *found) id = find_.number(0);
  find_.reset();
  if (!found) return fail(found.error());
  return id;
}

Result<std::unordered_map<std::string, std::int64_t>> Part::traces() {
  KONTOR_TRY(auto all, connection_.prepare("SELECT trace, id FROM message"));
  std::unordered_map<std::string, std::int64_t> out;
  while (true) {
    KONTOR_TRY(const bool is_row, all.step());
    if (!is_row) return out;
    out.emplace(all.text(0), all.number(1));
  }
}

Result<void> Part::seal() {
  if (is_sealed_) return {};
  KONTOR_TRY(connection_.run(k_seal));
  is_sealed_ = true;
  return {};
}

// --- one message ---

Result<void> Part::insert(Written& written, const Life& life, const TimedStep* arrival) {
  static const Arrival k_nothing;
  const auto& known = arrival != nullptr ? *arrival->step.arrival : k_nothing;
  const bool is_new = written.id == 0;
  auto& statement = is_new ? insert_ : update_;
  written.sender = clipped(key_of(known.sender));
  written.account = clipped(known.account);
  written.size = known.size;
  const auto subject = clipped(known.subject);
  if (is_new) {
    statement.bind(1, life.trace).bind(2, life.steps.front().time);
  } else {
    statement.bind(1, written.id);
  }
  statement.bind(3, known.protocol)
      .bind(4, clipped(known.client))
      .bind(5, clipped(known.hello))
      .bind(6, clipped(known.tls))
      .bind(7, written.account)
      .bind(8, written.sender)
      .bind(9, clipped(known.message_id))
      .bind(10, subject)
      .bind(11, static_cast<std::int64_t>(known.size))
      .bind(12, static_cast<std::int64_t>(written.new_marks));
  KONTOR_TRY(statement.run());
  if (is_new) {
    written.id = connection_.last_id();
    messages_ = written.id;
  }
  if (subject.empty()) return {};
  return word_.bind(1, written.id).bind(2, subject).run();
}

Result<void> Part::load(Written& written) {
  load_.bind(1, written.id);
  const auto found = load_.step();
  if (found && *found) {
    written.sender = load_.text(0);
    written.size = static_cast<std::uint64_t>(load_.number(1));
    written.marks = static_cast<Marks>(load_.number(2));
    written.account = load_.text(3);
  }
  load_.reset();
  if (!found) return fail(found.error());
  if (!*found) return fail(Errc::corrupt, "a message is not where it was");
  return {};
}

Result<Part::People> Part::load_people(std::int64_t id) {
  People people;
  people_.bind(1, id);
  while (true) {
    const auto row = people_.step();
    if (!row || !*row) {
      people_.reset();
      if (!row) return fail(row.error());
      return people;
    }
    Person person;
    person.number = people_.number(0);
    person.asked = people_.text(2);
    person.state = static_cast<State>(people_.number(3));
    person.time = people_.number(4);
    person.queue_id = static_cast<std::uint64_t>(people_.number(5));
    person.is_new = false;
    people.all.emplace(people_.text(1), std::move(person));
  }
}

Result<void> Part::arrive(Written& written, const Life& life) {
  const auto arrival = std::ranges::find_if(
      life.steps, [](const TimedStep& one) { return one.step.arrival != nullptr; });
  const auto* found = arrival == life.steps.end() ? nullptr : &*arrival;
  for (const auto& one : life.steps) written.new_marks |= one.step.marks;
  written.new_marks &= static_cast<Marks>(~written.marks);
  const bool is_new = written.id == 0;
  if (is_new || found != nullptr) {
    KONTOR_TRY(insert(written, life, found));
  } else if (written.new_marks != 0) {
    const auto marks = static_cast<std::int64_t>(written.marks | written.new_marks);
    KONTOR_TRY(mark_.bind(1, marks).bind(2, written.id).run());
  }
  written.marks |= written.new_marks;
  return {};
}

Result<void> Part::write_steps(Written& written, People& people, const Life& life) {
  last_step_.bind(1, written.id);
  const auto last = last_step_.step();
  std::int64_t number = last && *last ? last_step_.number(0) : 0;
  last_step_.reset();
  if (!last) return fail(last.error());
  for (const auto& [time, step] : life.steps) {
    if (step.arrival)
      for (const auto& one : step.arrival->recipients) people.at(clipped(key_of(one)), time);
    std::int64_t of = 0;
    if (!step.recipient.empty()) {
      const auto key = clipped(key_of(step.recipient));
      const auto asked = clipped(key_of(step.asked));
      if (!asked.empty() && asked != key) {
        auto& list = people.at(asked, time);
        const bool is_open = list.state == State::open || list.state == State::queued ||
                             list.state == State::deferred;
        if (is_open && step.what != What::deferred) People::move_on(list, State::expanded, time);
      }
      auto& person = people.at(key, time);
      if (person.is_new && person.asked.empty() && asked != key) person.asked = asked;
      if (step.queue_id != 0 && person.queue_id != step.queue_id) {
        person.queue_id = step.queue_id;
        person.is_changed = true;
      }
      People::move_on(person, state_after(person.state, step.what), time);
      of = person.number;
    } else if (step.what == What::refused || step.what == What::discarded) {
      if (people.all.empty()) people.at({}, time);
      for (auto& [key, person] : people.all)
        People::move_on(person, state_after(person.state, step.what), time);
    }
    if (step.what == What::taken) continue;  // says nothing that is not seen
    step_add_.bind(1, written.id)
        .bind(2, ++number)
        .bind(3, time)
        .bind(4, of)
        .bind(5, static_cast<std::int64_t>(step.what))
        .bind(6, clipped(step.status))
        .bind(7, clipped(step.text))
        .bind(8, clipped(step.place));
    KONTOR_TRY(step_add_.run());
  }
  return {};
}

Result<void> Part::write_people(const Written& written, const People& people) {
  for (const auto& [key, person] : people.all) {
    if (person.is_new) {
      person_add_.bind(1, written.id)
          .bind(2, person.number)
          .bind(3, key)
          .bind(4, person.asked)
          .bind(5, static_cast<std::int64_t>(person.state))
          .bind(6, person.time)
          .bind(7, static_cast<std::int64_t>(person.queue_id));
      KONTOR_TRY(person_add_.run());
    } else if (person.is_changed) {
      person_set_.bind(1, static_cast<std::int64_t>(person.state))
          .bind(2, person.time)
          .bind(3, static_cast<std::int64_t>(person.queue_id))
          .bind(4, written.id)
          .bind(5, person.number);
      KONTOR_TRY(person_set_.run());
    }
  }
  return {};
}

Result<Written> Part::add(const Life& life) {
  Written written;
  KONTOR_TRY(arrive(written, life));
  People people;
  KONTOR_TRY(write_steps(written, people, life));
  KONTOR_TRY(write_people(written, people));
  return written;
}

Result<Written> Part::add_to(std::int64_t id, const Life& life) {
  Written written;
  written.id = id;
  KONTOR_TRY(load(written));
  KONTOR_TRY(arrive(written, life));
  KONTOR_TRY(auto people, load_people(id));
  KONTOR_TRY(write_steps(written, people, life));
  KONTOR_TRY(write_people(written, people));
  return written;
}

}  // namespace kontor::message_trace
