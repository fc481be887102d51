// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/rollover.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>

#include "base/core/text.hpp"
#include "base/core/time.hpp"
#include "directory/domain/account.hpp"
#include "directory/domain/desk.hpp"
#include "directory/domain/join.hpp"
#include "directory/domain/names.hpp"

namespace kontor::directory {
namespace {

constexpr std::int64_t k_skew = 300;  // RFC 4120, 1.6
constexpr std::int64_t k_hour = 3'600, k_day = 86'400;

using Entries = std::vector<KeytabEntry>;

// The account's own name in the keytab. not_found: there are service principal names alone.
Result<std::string> account_of(const Entries& entries) {
  for (const bool machine : {true, false})
    for (const auto& entry : entries)
      if (!entry.is_service() && entry.name().ends_with('$') == machine) return entry.name();
  return fail(Errc::not_found,
              "the keytab has no key under the account's own name, without which it cannot sign in "
              "to change its password; kontorctl domain join --reuse makes such a keytab");
}

Entries keys_of(const Entries& entries, const std::string& account, std::uint32_t kvno) {
  Entries out;
  for (const auto& entry : entries)
    if (entry.name() == account && entry.kvno == kvno) out.push_back(entry);
  return out;
}

// The names that share the account's keys of number `kvno`: another account's keys may be in the
// same file.
std::vector<std::string> names_of(const Entries& entries,
                                  const std::string& account,
                                  std::uint32_t kvno) {
  std::vector<std::string> names = {account};
  for (const auto& own : keys_of(entries, account, kvno))
    for (const auto& entry : entries)
      if (entry.kvno == kvno && entry.key.bytes == own.key.bytes &&
          std::ranges::find(names, entry.name()) == names.end())
        names.push_back(entry.name());
  return names;
}

std::int64_t newest_moment(const Entries& entries, std::uint32_t kvno) {
  std::int64_t moment = 0;
  for (const auto& entry : entries)
    if (entry.kvno == kvno) moment = std::max<std::int64_t>(moment, entry.added);
  return moment;
}

// One change of the keys of one keytab, which is locked.
class Change {
 public:
  Change(DomainDesk& desk, Entries entries, std::string account, Owner owner)
      : desk_(desk),
        entries_(std::move(entries)),
        account_(std::move(account)),
        owner_(owner),
        now_(system_clock().now().time_since_epoch().count()) {}

  // Which key is in force, by trying them; newer ones never came to the domain.
  Result<void> find_in_force();
  bool is_older_than(std::uint32_t days) const {
    return now_ - newest_moment(entries_, in_force_) >= days * k_day;
  }
  Result<void> change();
  Result<RolledOver> finish(bool changed, std::uint32_t ticket_hours);

 private:
  Result<void> write() {
    auto all = entries_;
    all.insert(all.end(), foreign_.begin(), foreign_.end());
    return write_keytab(desk_.settings().ad.keytab_file, all, owner_);
  }
  void part_from_foreign();
  Result<void> take_back(Error why);
  Result<void> settle(const Result<void>& changed);
  void correct_number();

  DomainDesk& desk_;
  Entries entries_, foreign_;  // of the account; of others
  std::vector<std::string> names_;
  std::string account_;
  Owner owner_;
  std::int64_t now_;
  std::uint32_t in_force_ = 0, candidate_ = 0;
  std::vector<std::uint32_t> dropped_;
};

void Change::part_from_foreign() {
  names_ = names_of(entries_, account_, in_force_);
  const auto is_own = [this](const KeytabEntry& entry) {
    return std::ranges::find(names_, entry.name()) != names_.end();
  };
  std::ranges::copy_if(entries_, std::back_inserter(foreign_), std::not_fn(is_own));
  std::erase_if(entries_, std::not_fn(is_own));
}

Result<void> Change::find_in_force() {
  Result<void> last = fail(Errc::not_found, "no key");
  for (const auto kvno : key_numbers(entries_)) {
    const auto keys = keys_of(entries_, account_, kvno);
    if (keys.empty()) continue;
    last = try_keys(desk_.transport(), keys);
    if (last) {
      in_force_ = kvno;
      part_from_foreign();
      std::erase_if(entries_, [&](const KeytabEntry& entry) {
        if (entry.kvno <= kvno) return false;
        if (std::ranges::find(dropped_, entry.kvno) == dropped_.end())
          dropped_.push_back(entry.kvno);
        return true;
      });
      return {};
    }
    if (last.error().code() != Errc::auth_failed) return last;
  }
  return fail(std::move(last).error().while_doing(
      "no key of the keytab signs in; kontorctl domain check says why"));
}

Result<void> Change::change() {
  std::string password = random_password();
  KONTOR_TRY(const auto keys, derive_keys(desk_.transport(), desk_.realm(), account_, password));
  const auto old_keys = keys_of(entries_, account_, in_force_);
  candidate_ = in_force_ + 1;
  for (auto& entry : entries_of(desk_.realm(), names_, keys, candidate_, now_))
    entries_.push_back(std::move(entry));
  KONTOR_TRY(write());
  const auto changed = change_own_password(desk_.transport(), old_keys, password);
  explicit_bzero(password.data(), password.size());
  return settle(changed);
}

// Whatever was answered, which key signs in decides; only when nobody can say, both stay.
Result<void> Change::settle(const Result<void>& changed) {
  if (!changed && changed.error().code() == Errc::no_permission) return take_back(changed.error());
  const auto tried = try_keys(desk_.transport(), keys_of(entries_, account_, candidate_));
  if (tried) {
    in_force_ = candidate_;
    correct_number();
    return {};
  }
  const Error why = changed ? tried.error() : changed.error();
  if (tried.error().code() == Errc::auth_failed) return take_back(why);
  return fail(Errc::unavailable,
              why.detail() +
                  ". Whether the change came to the domain is not known; the keytab holds the old "
                  "and the new keys, and works either way. Run kontorctl domain rollover again "
                  "later");
}

Result<void> Change::take_back(Error why) {
  std::erase_if(entries_, [this](const KeytabEntry& entry) { return entry.kvno == candidate_; });
  KONTOR_TRY(write());
  return fail(std::move(why));
}

// The controller counts, not we: another change may have come between.
void Change::correct_number() {
  const auto connection = desk_.connect_as_server();
  if (!connection) return;
  const auto contexts = read_domain_names(**connection);
  if (!contexts) return;
  const auto account = read_account_by_name(**connection, contexts->domain_dn, account_);
  if (!account || !account->kvno || *account->kvno == in_force_) return;
  for (auto& entry : entries_)
    if (entry.kvno == in_force_) entry.kvno = *account->kvno;
  in_force_ = *account->kvno;
}

Result<RolledOver> Change::finish(bool changed, std::uint32_t ticket_hours) {
  for (const auto kvno : expendable_numbers(entries_, in_force_, ticket_hours, now_)) {
    std::erase_if(entries_, [kvno](const KeytabEntry& entry) { return entry.kvno == kvno; });
    dropped_.push_back(kvno);
  }
  KONTOR_TRY(write());
  RolledOver out;
  out.changed = changed;
  out.account = account_;
  out.kvno = in_force_;
  for (const auto kvno : key_numbers(entries_))
    if (kvno != in_force_) out.kept.push_back(kvno);
  out.dropped = dropped_;
  return out;
}

}  // namespace

std::vector<std::uint32_t> key_numbers(const std::vector<KeytabEntry>& entries) {
  std::vector<std::uint32_t> numbers;
  for (const auto& entry : entries) numbers.push_back(entry.kvno);
  std::ranges::sort(numbers, std::greater<>());
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
  return numbers;
}

std::vector<std::uint32_t> expendable_numbers(const std::vector<KeytabEntry>& entries,
                                              std::uint32_t in_force,
                                              std::uint32_t ticket_hours,
                                              std::int64_t now) {
  std::vector<std::uint32_t> out;
  std::int64_t successor = 0;
  for (const auto kvno : key_numbers(entries)) {
    if (kvno < in_force && now - successor > ticket_hours * k_hour + k_skew) out.push_back(kvno);
    successor = newest_moment(entries, kvno);
  }
  return out;
}

Result<RolledOver> change_keys(const config::Settings& settings, const RolloverWish& wish) {
  if (settings.ad.domain.empty() || settings.ad.keytab_file.empty())
    return fail(Errc::bad_input,
                "the server is not joined: ad.domain and ad.keytab_file are not set");
  KONTOR_TRY(const auto lock, KeytabLock::take(settings.ad.keytab_file));
  KONTOR_TRY(auto entries, read_keytab(settings.ad.keytab_file));
  KONTOR_TRY(auto account, account_of(entries));
  KONTOR_TRY(const auto owner, keytab_owner(settings));
  DomainDesk desk(settings);
  KONTOR_TRY(desk.choose_any());
  Change change(desk, std::move(entries), std::move(account), owner);
  KONTOR_TRY(change.find_in_force());
  const bool is_due = change.is_older_than(wish.older_than_days);
  if (is_due) {
    KONTOR_TRY(change.change());
  }
  return change.finish(is_due, wish.ticket_hours);
}

}  // namespace kontor::directory
