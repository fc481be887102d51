// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_passwords.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/app_password.hpp"
#include "base/log/keys.hpp"
#include "server/trace/app_password_file.hpp"

namespace kontor::trace {
namespace {

using directory::PrincipalId;

constexpr std::uint64_t k_longest = 256U << 20U;
constexpr std::size_t k_most_of_a_person = 50;

using Row = std::shared_ptr<const AppPassword>;
using Rows = std::map<PrincipalId, std::vector<Row>>;  // in the order they were made

std::vector<AppPassword> flat(const Rows& rows) {
  std::vector<AppPassword> all;
  for (const auto& [owner, of_owner] : rows)
    for (const auto& row : of_owner) all.push_back(*row);
  return all;
}

std::size_t count_of(const Rows& rows) {
  std::size_t count = 0;
  for (const auto& [owner, of_owner] : rows) count += of_owner.size();
  return count;
}

bool has_id(const Rows& rows, const std::string& id) {
  return std::ranges::any_of(rows, [&](const auto& entry) {
    return std::ranges::any_of(entry.second, [&](const Row& row) { return row->id == id; });
  });
}

class FiledAppPasswords final : public AppPasswords {
 public:
  explicit FiledAppPasswords(Parts parts)
      : parts_(std::move(parts)),
        path_(parts_.settings.server.data_folder + "/app-passwords"),
        uses_path_(path_ + ".used") {
    unknown_.salt.resize(16);
    random_bytes(unknown_.salt.data(), unknown_.salt.size());
  }

  void load();

  Task<Result<MadeAppPassword>> add(NewAppPassword what) override;
  Task<Result<AppPassword>> revoke(PrincipalId owner, std::string id_or_name) override;
  Task<Result<std::size_t>> revoke_all(PrincipalId owner) override;
  Task<Result<std::size_t>> give(PrincipalId from, PrincipalId to) override;
  std::vector<ListedAppPassword> list(const std::optional<PrincipalId>& owner) const override;
  Result<std::string> check(const PrincipalId& owner,
                            std::string_view symbols,
                            const std::string& protocol,
                            const std::string& address) override;
  void check_unknown(std::string_view symbols) const override { (void)fits(unknown_, symbols); }
  bool is_in_force(const PrincipalId& owner, const std::string& id) const override;
  void save_uses() override;

 private:
  struct State {
    std::shared_ptr<const Rows> rows = std::make_shared<const Rows>();
    bool is_broken = false;  // the file could not be read: nobody knows what is in force
    AppPasswordUses uses;
    bool has_new_uses = false;
  };

  static bool fits(const AppPassword& row, std::string_view symbols) {
    return crypto::equal_in_constant_time(hash_app_password(row.salt, symbols), row.hash);
  }
  bool is_over(const AppPassword& row) const {
    return row.expires && *row.expires <= parts_.clock.now();
  }
  Result<std::shared_ptr<const Rows>> current() const;
  Result<void> put_in_force(Rows rows);
  Result<MadeAppPassword> add_now(const NewAppPassword& what);
  Result<AppPassword> revoke_now(const PrincipalId& owner, const std::string& id_or_name);
  Result<std::size_t> revoke_all_now(const PrincipalId& owner);
  Result<std::size_t> give_now(const PrincipalId& from, const PrincipalId& to);
  void note(std::string_view what, const AppPassword& row) const;

  const Parts parts_;
  const std::string path_, uses_path_;
  AppPassword unknown_;
  Guarded<State> state_;
  io::DiskPool pool_{1};  // last: its jobs use the rest
};

void FiledAppPasswords::load() {
  const auto text = io::read_file(parts_.files, path_, k_longest);
  const bool is_missing = !text && text.error().code() == Errc::not_found;
  auto read = text ? parse_app_passwords(*text) : fail(text.error());
  if (is_missing) read = std::vector<AppPassword>();
  if (!read)
    parts_.log.emit(log::events::k_app_passwords_unreadable, read.error(),
                    {{log::Keys::file, path_}});
  Rows rows;
  if (read)
    for (auto& one : *read) {
      const PrincipalId owner = one.owner;
      rows[owner].push_back(std::make_shared<const AppPassword>(std::move(one)));
    }
  const auto uses = io::read_file(parts_.files, uses_path_, k_longest);
  auto known = uses ? parse_app_password_uses(*uses) : AppPasswordUses();
  std::erase_if(known, [&](const auto& use) { return read && !has_id(rows, use.first); });
  state_.with([&](State& state) {
    state.rows = std::make_shared<const Rows>(std::move(rows));
    state.is_broken = !read;
    state.uses = std::move(known);
  });
}

Result<std::shared_ptr<const Rows>> FiledAppPasswords::current() const {
  return state_.with([&](const State& state) -> Result<std::shared_ptr<const Rows>> {
    if (state.is_broken)
      return fail(Errc::unavailable,
                  path_ +
                      " cannot be read (see the log): bring it back from a backup, or move it "
                      "away to begin without app passwords; then restart");
    return state.rows;
  });
}

// On the pool, where changes come one after the other.
Result<void> FiledAppPasswords::put_in_force(Rows rows) {
  KONTOR_TRY(io::write_file_durably(parts_.files, path_, format_app_passwords(flat(rows))));
  state_.with([&](State& state) {
    std::erase_if(state.uses, [&](const auto& use) { return !has_id(rows, use.first); });
    state.rows = std::make_shared<const Rows>(std::move(rows));
  });
  return {};
}

void FiledAppPasswords::note(std::string_view what, const AppPassword& row) const {
  parts_.log.emit(
      what == "made" ? log::events::k_app_password_made : log::events::k_app_password_revoked,
      {{log::Keys::principal, row.owner.text()}, {log::Keys::detail, row.id + " " + row.name}});
}

Result<MadeAppPassword> FiledAppPasswords::add_now(const NewAppPassword& what) {
  if (!parts_.settings.sign_in.app_passwords)
    return fail(Errc::unsupported, "app passwords are switched off (sign_in.app_passwords)");
  if (!is_app_password_name(what.name))
    return fail(Errc::bad_input, "the name is one line of 1 to 100 bytes");
  KONTOR_TRY(const auto before, current());
  Rows rows = *before;
  auto& mine = rows[what.owner];
  std::erase_if(mine, [&](const Row& row) { return is_over(*row); });
  if (mine.size() >= k_most_of_a_person || count_of(rows) >= k_most_app_passwords)
    return fail(Errc::limit, "a person has at most " + std::to_string(k_most_of_a_person) +
                                 " app passwords: revoke one that is no longer used");
  const auto has_name = [&](const Row& row) { return row->name == what.name; };
  if (std::ranges::any_of(mine, has_name))
    return fail(Errc::exists, "there is one named " + what.name + " already");
  MadeAppPassword made;
  made.secret = make_app_password_secret();
  auto& row = made.row;
  do {
    row.id = make_app_password_id();
  } while (has_id(rows, row.id));
  row.owner = what.owner;
  row.name = what.name;
  row.created = parts_.clock.now();
  row.expires = what.expires;
  row.protocols = what.protocols;
  row.by_administrator = what.by_administrator;
  row.salt.resize(16);
  random_bytes(row.salt.data(), row.salt.size());
  row.hash = hash_app_password(row.salt, app_password_symbols(made.secret).value());
  mine.push_back(std::make_shared<const AppPassword>(row));
  KONTOR_TRY(put_in_force(std::move(rows)));
  note("made", row);
  return made;
}

Result<AppPassword> FiledAppPasswords::revoke_now(const PrincipalId& owner,
                                                  const std::string& id_or_name) {
  KONTOR_TRY(const auto before, current());
  Rows rows = *before;
  auto& mine = rows[owner];
  auto found = std::ranges::find(mine, id_or_name, [](const Row& row) { return row->id; });
  if (found == mine.end())
    found = std::ranges::find(mine, id_or_name, [](const Row& row) { return row->name; });
  if (found == mine.end())
    return fail(Errc::not_found, "no app password has the id or name " + id_or_name);
  const AppPassword gone = **found;
  mine.erase(found);
  if (mine.empty()) rows.erase(owner);
  KONTOR_TRY(put_in_force(std::move(rows)));
  note("revoked", gone);
  if (parts_.revoked) parts_.revoked();
  return gone;
}

Result<std::size_t> FiledAppPasswords::revoke_all_now(const PrincipalId& owner) {
  KONTOR_TRY(const auto before, current());
  Rows rows = *before;
  const auto mine = rows.extract(owner);
  if (mine.empty()) return 0;
  KONTOR_TRY(put_in_force(std::move(rows)));
  for (const auto& row : mine.mapped()) note("revoked", *row);
  if (parts_.revoked) parts_.revoked();
  return mine.mapped().size();
}

Result<std::size_t> FiledAppPasswords::give_now(const PrincipalId& from, const PrincipalId& to) {
  KONTOR_TRY(const auto before, current());
  Rows rows = *before;
  const auto moved = rows.extract(from);
  if (moved.empty() || from == to) return 0;
  for (const auto& row : moved.mapped()) {
    AppPassword one = *row;
    one.owner = to;
    rows[to].push_back(std::make_shared<const AppPassword>(std::move(one)));
  }
  KONTOR_TRY(put_in_force(std::move(rows)));
  return moved.mapped().size();
}

Task<Result<MadeAppPassword>> FiledAppPasswords::add(NewAppPassword what) {
  auto work = [this, what = std::move(what)] { return add_now(what); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<AppPassword>> FiledAppPasswords::revoke(PrincipalId owner, std::string id_or_name) {
  auto work = [this, owner = std::move(owner), name = std::move(id_or_name)] {
    return revoke_now(owner, name);
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<std::size_t>> FiledAppPasswords::revoke_all(PrincipalId owner) {
  auto work = [this, owner = std::move(owner)] { return revoke_all_now(owner); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<std::size_t>> FiledAppPasswords::give(PrincipalId from, PrincipalId to) {
  auto work = [this, from = std::move(from), to = std::move(to)] { return give_now(from, to); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

std::vector<ListedAppPassword> FiledAppPasswords::list(
    const std::optional<PrincipalId>& owner) const {
  return state_.with([&](const State& state) {
    std::vector<ListedAppPassword> all;
    for (const auto& [of, rows] : *state.rows) {
      if (owner && of != *owner) continue;
      for (const auto& row : rows) {
        const auto use = state.uses.find(row->id);
        all.push_back({*row, use == state.uses.end() ? std::nullopt : std::optional(use->second)});
      }
    }
    return all;
  });
}

Result<std::string> FiledAppPasswords::check(const PrincipalId& owner,
                                             std::string_view symbols,
                                             const std::string& protocol,
                                             const std::string& address) {
  if (!parts_.settings.sign_in.app_passwords) {
    check_unknown(symbols);
    return fail(Errc::auth_failed, "app passwords are switched off");
  }
  KONTOR_TRY(const auto rows, current());
  const auto mine = rows->find(owner);
  if (mine == rows->end()) {
    check_unknown(symbols);
    return fail(Errc::auth_failed, "an app password, but this person has none");
  }
  Row found;
  for (const auto& row : mine->second)
    if (fits(*row, symbols)) found = row;
  if (!found) return fail(Errc::auth_failed, "an app password that was revoked or is another's");
  if (is_over(*found)) return fail(Errc::auth_failed, "app password " + found->id + " has expired");
  if (!found->protocols.empty() && !std::ranges::binary_search(found->protocols, protocol))
    return fail(Errc::auth_failed, "app password " + found->id + " is not for " + protocol);
  state_.with([&](State& state) {
    if (!parse_app_password_protocols(protocol)) return;
    state.uses[found->id] = {parts_.clock.now(), protocol, address};
    state.has_new_uses = true;
  });
  return found->id;
}

bool FiledAppPasswords::is_in_force(const PrincipalId& owner, const std::string& id) const {
  const auto rows = current();
  if (!rows) return false;
  const auto mine = (*rows)->find(owner);
  return mine != (*rows)->end() && std::ranges::any_of(mine->second, [&](const Row& row) {
           return row->id == id && !is_over(*row);
         });
}

void FiledAppPasswords::save_uses() {
  const auto text = state_.with([](State& state) -> std::optional<std::string> {
    if (!std::exchange(state.has_new_uses, false)) return std::nullopt;
    return format_app_password_uses(state.uses);
  });
  if (!text) return;
  const auto written = io::write_file_durably(parts_.files, uses_path_, *text);
  if (written) return;
  state_.with([](State& state) { state.has_new_uses = true; });
  parts_.log.emit(log::events::k_app_password_uses_unwritable, written.error(),
                  {{log::Keys::file, uses_path_}});
}

}  // namespace

Result<void> check_may_manage_app_passwords(const directory::Identity& identity) {
  if (identity.app_password.empty()) return {};
  return fail(Errc::no_permission, "not in a session that was signed in with an app password");
}

std::unique_ptr<AppPasswords> AppPasswords::open(Parts parts) {
  auto made = std::make_unique<FiledAppPasswords>(std::move(parts));
  made->load();
  return made;
}

}  // namespace kontor::trace
