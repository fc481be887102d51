// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/refresh.hpp"

#include "directory/ldap/roster.hpp"

namespace kontor::directory {

void Refresh::take(SyncEntry entry) {
  using Kind = SyncState::Kind;
  note_cookie(entry.state.cookie);
  const auto& uuid = entry.state.uuid;
  if (entry.state.kind == Kind::remove) {
    std::erase_if(round_.records, [&](const LdapRecord& one) { return one.uuid == uuid; });
    round_.gone.push_back(uuid);
    return;
  }
  if (!is_persistent_) present_.insert(uuid);
  if (entry.state.kind == Kind::present) return;
  std::erase(round_.gone, uuid);
  round_.records.push_back(convert_ldap_entry(entry.entry, uuid, names_));
}

void Refresh::take(SyncInfo info) {
  std::visit([this](auto&& value) { take(std::forward<decltype(value)>(value)); }, std::move(info));
}

void Refresh::take(SyncNewCookie info) { note_cookie(info.cookie); }

void Refresh::take(SyncPhase info) {
  note_cookie(info.cookie);
  if (is_persistent_) return;
  had_present_phase_ |= info.is_present;
  if (!info.done) return;
  is_persistent_ = true;
  is_due_ = true;
}

void Refresh::take(SyncIdSet info) {
  note_cookie(info.cookie);
  if (info.deletes)
    round_.gone.insert(round_.gone.end(), info.uuids.begin(), info.uuids.end());
  else if (!is_persistent_)
    present_.insert(info.uuids.begin(), info.uuids.end());
}

bool Refresh::is_useless() const {
  return !is_complete_ && roster_.renames_container(round_.records);
}

Changes Refresh::finish_refresh() {
  const bool is_complete = std::exchange(is_complete_, false);
  auto round = std::exchange(round_, {});
  const auto present = std::exchange(present_, {});
  if (is_complete) return roster_.replace(std::move(round.records));
  if (!had_present_phase_) return roster_.update(std::move(round));
  auto missing = roster_.missing_from(present);
  // Absence is not deletion: many missing at once are handed over as a complete set, which the
  // receiver may hold back.
  const bool is_much = is_mass_loss(missing.size(), roster_.size(), loss_percent_);
  round.gone.insert(round.gone.end(), missing.begin(), missing.end());
  auto changes = roster_.update(std::move(round));
  return is_much ? roster_.complete() : std::move(changes);
}

Changes Refresh::take_changes() {
  taken_cookie_ = cookie_;
  if (std::exchange(is_due_, false)) return finish_refresh();
  if (waiting() == 0) return {};
  return roster_.update(std::exchange(round_, {}));
}

}  // namespace kontor::directory
