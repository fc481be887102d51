// SPDX-License-Identifier: GPL-3.0-or-later
// One table under one mutex: everything is short. Who must end is told under the lock, so that a
// session cannot leave while it is told.
#include "server/trace/sessions.hpp"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/core/guarded.hpp"

namespace kontor::trace {
namespace {

struct Row {
  SessionInfo info;
  std::optional<directory::PrincipalId> person;
  Sessions::SharedIdentity identity;
  std::atomic<bool> is_renewed = false;  // `identity` is newer than what the session knows
  std::function<void(std::string)> end;
  std::function<void()> renewed;
  std::optional<std::string> ended;  // the reason, when it was told before anybody listened
};

struct Table {
  std::uint64_t next = 1;
  std::map<std::uint64_t, std::shared_ptr<Row>> rows;
  std::unordered_map<std::string, std::uint32_t> of_address;
  std::map<directory::PrincipalId, std::uint32_t> of_person;

  template <class Map, class Key>
  static void leave(Map& counts, const Key& key) {
    const auto count = counts.find(key);
    if (count != counts.end() && --count->second == 0) counts.erase(count);
  }
};

using SharedTable = Guarded<Table>;

class TableSession final : public Session {
 public:
  TableSession(std::shared_ptr<SharedTable> table, std::shared_ptr<Row> row, std::uint32_t most)
      : table_(std::move(table)), row_(std::move(row)), id_(row_->info.id), per_person_(most) {}

  ~TableSession() override {
    table_->with([&](Table& table) {
      Table::leave(table.of_address, row_->info.peer.address);
      if (row_->person) Table::leave(table.of_person, *row_->person);
      row_->end = nullptr;
      row_->renewed = nullptr;
      table.rows.erase(id_);
    });
  }

  std::uint64_t id() const noexcept override { return id_; }

  Result<void> set_identity(const directory::Identity& identity) override {
    return table_->with([&](Table& table) -> Result<void> {
      const auto keep = [&] {
        row_->identity = std::make_shared<const directory::Identity>(identity);
        row_->is_renewed = false;
      };
      if (row_->person == identity.id) {
        keep();
        return {};
      }
      auto& count = table.of_person[identity.id];
      if (count >= per_person_) {
        return fail(Errc::limit, fmt::format("{} has {} connections", identity.login, count));
      }
      ++count;
      if (row_->person) Table::leave(table.of_person, *row_->person);
      row_->person = identity.id;
      row_->info.user = identity.login;
      keep();
      return {};
    });
  }

  void on_renewed(std::function<void()> renewed) override {
    table_->with([&](Table&) { row_->renewed = std::move(renewed); });
  }

  void clear_identity() override {
    table_->with([&](Table& table) {
      if (row_->person) Table::leave(table.of_person, *row_->person);
      row_->person.reset();
      row_->identity.reset();
      row_->is_renewed = false;
      row_->info.user.clear();
      row_->info.state.clear();
    });
  }

  std::optional<directory::Identity> take_renewed() override {
    if (!row_->is_renewed) return std::nullopt;
    const auto renewed = table_->with([&](Table&) {
      row_->is_renewed = false;
      return row_->identity;
    });
    return *renewed;
  }

  void set_state(std::string state) override {
    table_->with([&](Table&) { row_->info.state = std::move(state); });
  }

  void set_tls(bool tls) override {
    table_->with([&](Table&) { row_->info.tls = tls; });
  }

  void on_end(std::function<void(std::string reason)> end) override {
    const auto already = table_->with([&](Table&) {
      row_->end = end;
      return row_->ended;
    });
    if (already && end) end(*already);
  }

 private:
  std::shared_ptr<SharedTable> table_;
  std::shared_ptr<Row> row_;
  std::uint64_t id_;
  std::uint32_t per_person_;
};

class TableOfSessions final : public Sessions {
 public:
  TableOfSessions(Limits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  Result<std::unique_ptr<Session>> enter(std::string protocol,
                                         const net::Endpoint& peer,
                                         bool tls) override {
    auto row = std::make_shared<Row>();
    row->info.protocol = std::move(protocol);
    row->info.peer = peer;
    row->info.tls = tls;
    row->info.since = clock_.now();
    KONTOR_TRY(table_->with([&](Table& table) { return take_place(table, row); }));
    return std::make_unique<TableSession>(table_, std::move(row), limits_.per_person);
  }

  std::vector<SessionInfo> list() const override {
    return table_->with([](const Table& table) {
      std::vector<SessionInfo> all;
      all.reserve(table.rows.size());
      for (const auto& [id, row] : table.rows) all.push_back(row->info);
      return all;
    });
  }

  std::size_t end(const directory::PrincipalId& person, std::string reason) override {
    return end_if([&](const Row& row) { return row.person == person; }, reason);
  }

  bool end_session(std::uint64_t session,
                   const directory::PrincipalId& person,
                   std::string reason) override {
    return table_->with([&](Table& table) {
      const auto row = table.rows.find(session);
      if (row == table.rows.end() || row->second->person != person) return false;
      return end_row(*row->second, reason);
    });
  }

  std::size_t end_protocol(const std::string& protocol, std::string reason) override {
    return end_if([&](const Row& row) { return row.info.protocol == protocol; }, reason);
  }

  std::size_t end_all(std::string reason) override {
    return end_if([](const Row&) { return true; }, reason);
  }

  std::vector<directory::PrincipalId> people() const override {
    return table_->with([](const Table& table) {
      std::vector<directory::PrincipalId> all;
      for (const auto& [person, count] : table.of_person) all.push_back(person);
      return all;
    });
  }

  std::vector<std::pair<std::uint64_t, SharedIdentity>> identities() const override {
    return table_->with([](const Table& table) {
      std::vector<std::pair<std::uint64_t, SharedIdentity>> all;
      for (const auto& [id, row] : table.rows)
        if (row->identity) all.emplace_back(id, row->identity);
      return all;
    });
  }

  void renew(std::uint64_t session, SharedIdentity identity) override {
    table_->with([&](Table& table) {
      const auto row = table.rows.find(session);
      if (row == table.rows.end() || row->second->person != identity->id) return;
      row->second->identity = std::move(identity);
      row->second->is_renewed = true;
      if (row->second->renewed) row->second->renewed();
    });
  }

 private:
  // Under the lock; false: it was told before.
  static bool end_row(Row& row, const std::string& reason) {
    if (row.ended) return false;
    row.ended = reason;
    if (row.end) row.end(reason);
    return true;
  }

  template <class Condition>
  std::size_t end_if(Condition condition, const std::string& reason) {
    return table_->with([&](Table& table) {
      std::size_t count = 0;
      for (const auto& [id, row] : table.rows) {
        if (condition(*row) && end_row(*row, reason)) ++count;
      }
      return count;
    });
  }

  Result<void> take_place(Table& table, const std::shared_ptr<Row>& row) const {
    const auto& address = row->info.peer.address;
    if (table.rows.size() >= limits_.all)
      return fail(Errc::limit, fmt::format("{} connections in all", table.rows.size()));
    auto& count = table.of_address[address];
    if (count >= limits_.per_address)
      return fail(Errc::limit, fmt::format("{} connections from {}", count, address));
    ++count;
    row->info.id = table.next++;
    table.rows.emplace(row->info.id, row);
    return {};
  }

  Limits limits_;
  const Clock& clock_;
  std::shared_ptr<SharedTable> table_ = std::make_shared<SharedTable>();
};

}  // namespace

std::unique_ptr<Sessions> Sessions::make(Limits limits, const Clock& clock) {
  return std::make_unique<TableOfSessions>(limits, clock);
}

}  // namespace kontor::trace
