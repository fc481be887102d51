// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/keeper.hpp"

#include <algorithm>

#include "base/config/sources.hpp"
#include "base/core/text.hpp"
#include "base/log/events/directory.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "directory/model/encoding.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint64_t k_max_copy = 4ULL << 30U;
constexpr std::uint64_t k_least_loss = 10;  // fewer people may always go
constexpr int k_logged_problems = 20;
constexpr std::size_t k_announced = 1'000;  // principals; larger changes go by the file

bool is_person(const Principal& principal) { return principal.has_mailbox(); }

// What came after a held-back set belongs to it, too: accepting it later must not undo that.
void bring_up_to_date(Changes& held, const Changes& later) {
  std::map<PrincipalId, const Principal*> newer;
  for (const auto& principal : later.upserts) newer[principal.id] = &principal;
  const std::set<PrincipalId> gone(later.removals.begin(), later.removals.end());
  std::erase_if(held.upserts, [&](const Principal& one) {
    return gone.contains(one.id) || newer.contains(one.id);
  });
  for (const auto& [id, principal] : newer) held.upserts.push_back(*principal);
}

}  // namespace

std::string copy_file(const std::string& data_folder) { return data_folder + "/directory/copy"; }

CopyKeeper::CopyKeeper(const config::Settings& settings,
                       const std::vector<std::shared_ptr<Source>>& sources,
                       io::FileSystem& files,
                       const Clock& clock,
                       log::Context log,
                       Listener listener)
    : settings_(settings),
      sources_(sources),
      files_(files),
      log_(std::move(log)),
      listener_(std::move(listener)),
      // A generation that no copy of this data folder had, should its file be lost.
      copy_(std::make_shared<const DirectoryCopy>(
          std::vector<Principal>(),
          static_cast<std::uint64_t>(clock.now().time_since_epoch().count()))),
      is_dirty_(true) {
  random_bytes(&leap_, sizeof leap_);
  leap_ &= 0xFFFFF;
  load();
}

void CopyKeeper::load() {
  const auto path = copy_file(settings_.server.data_folder);
  const auto bytes = io::read_file(files_, path, k_max_copy);
  if (!bytes) {
    if (bytes.error().code() != Errc::not_found)
      log_.emit(log::events::k_copy_unreadable, bytes.error(), {{log::Keys::file, path}});
    return;
  }
  auto decoded = decode_copy(*bytes);
  if (!decoded) {
    log_.emit(log::events::k_copy_unreadable, decoded.error(), {{log::Keys::file, path}});
    return;
  }
  const auto has_no_source = [this](const Principal& principal) {
    const auto is_it = [&](const auto& source) { return source->owns(principal); };
    return std::ranges::none_of(sources_, is_it);
  };
  sweep_photos(decoded->principals);
  Changes changes;
  changes.upserts = decoded->principals;
  std::erase_if(changes.upserts, has_no_source);
  follow_admin_groups(changes);
  is_dirty_ = rank(changes) || changes.upserts.size() != decoded->principals.size();
  copy_ = std::make_shared<const DirectoryCopy>(
      std::move(changes.upserts),
      is_dirty_ ? generation_after(decoded->generation) : decoded->generation);
  for (const auto& principal : copy_->all())
    if (principal->is_admin) admins_.insert(principal->id);
  has_copy_ = true;
}

// Before a source puts any on the shelf.
void CopyKeeper::sweep_photos(const std::vector<Principal>& people) const {
  std::set<std::string> names;
  for (const auto& one : people) names.insert(one.card.photo);
  PhotoShelf(settings_.server.data_folder, files_).keep_only(names);
}

std::uint64_t CopyKeeper::generation_after(std::uint64_t generation) {
  const std::uint64_t step = 1 + std::exchange(leap_, 0);
  return generation + step;
}

std::shared_ptr<const DirectoryCopy> CopyKeeper::current() const {
  const std::lock_guard lock(mutex_);
  return copy_;
}

void CopyKeeper::apply(const std::string& source, Changes changes) {
  {
    const std::lock_guard lock(mutex_);
    put_in_force(source, std::move(changes), false);
  }
  listener_.status_changed();
}

void CopyKeeper::status_changed(const std::string& source) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : sources_) {
      if (one->name() != source) continue;
      const SourceStatus status = one->status();
      const auto [place, is_new] = was_reachable_.emplace(source, true);
      const bool before = std::exchange(place->second, status.is_reachable);
      if (before && !status.is_reachable)
        log_.emit(log::events::k_source_lost,
                  {{log::Keys::source, source}, {log::Keys::detail, status.detail}});
      if (!before && status.is_reachable)
        log_.emit(log::events::k_source_back, {{log::Keys::source, source}});
    }
  }
  listener_.status_changed();
}

std::uint64_t CopyKeeper::accept() {
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [source, changes] : std::exchange(held_, {})) {
      lost += lost_people(source, changes);
      put_in_force(source, std::move(changes), true);
    }
  }
  listener_.status_changed();
  return lost;
}

std::uint64_t CopyKeeper::held_back() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t lost = 0;
  for (const auto& [source, changes] : held_) lost += lost_people(source, changes);
  return lost;
}

void CopyKeeper::put_in_force(const std::string& source, Changes changes, bool is_accepted) {
  if (changes.is_complete) {
    held_.erase(source);
    const auto lost = lost_people(source, changes);
    if (!is_accepted && is_too_much(source, lost)) {
      log_.emit(log::events::k_source_held_back,
                {{log::Keys::source, source}, {log::Keys::count, lost}});
      held_[source] = std::move(changes);
      return;
    }
    log_.emit(log::events::k_source_loaded,
              {{log::Keys::source, source}, {log::Keys::count, changes.upserts.size()}});
    // Complete is what one source has: the people of the others stay.
    std::set<PrincipalId> kept;
    for (const auto& principal : changes.upserts) kept.insert(principal.id);
    for (const auto& principal : copy_->all())
      if (owns(source, *principal) && !kept.contains(principal->id))
        changes.removals.push_back(principal->id);
    changes.is_complete = false;
  } else if (const auto held = held_.find(source); held != held_.end()) {
    bring_up_to_date(held->second, changes);
  }
  // Who was moved to another domain is that one's, whichever of both says so first.
  std::erase_if(changes.removals, [&](const PrincipalId& id) {
    const auto one = copy_->find(id);
    return one && !owns(source, *one);
  });
  take(std::move(changes));
}

bool CopyKeeper::owns(const std::string& source, const Principal& one) const {
  const auto is_it = [&](const auto& other) { return other->name() == source; };
  const auto found = std::ranges::find_if(sources_, is_it);
  return found == sources_.end() ? one.id.source == source : (*found)->owns(one);
}

std::uint64_t CopyKeeper::lost_people(const std::string& source, const Changes& changes) const {
  std::set<PrincipalId> kept;
  for (const auto& principal : changes.upserts)
    if (is_person(principal)) kept.insert(principal.id);
  std::uint64_t lost = 0;
  for (const auto& principal : copy_->all())
    if (owns(source, *principal) && is_person(*principal) && !kept.contains(principal->id)) ++lost;
  return lost;
}

bool CopyKeeper::is_too_much(const std::string& source, std::uint64_t lost) const {
  const auto is_it = [&](const auto& one) { return one->name() == source; };
  const auto found = std::ranges::find_if(sources_, is_it);
  if (found == sources_.end() || !(*found)->is_loss_guarded() || lost < k_least_loss) return false;
  const auto had =
      static_cast<std::uint64_t>(std::ranges::count_if(copy_->all(), [&](const auto& principal) {
        return owns(source, *principal) && is_person(*principal);
      }));
  return lost * 100 > had * settings_.directory.accept_loss_percent;
}

// The order of the settings decides between two people with one name.
bool CopyKeeper::rank(Changes& changes) const {
  const auto names = config::sources_of(settings_.directory);
  bool has_changed = false;
  for (auto& principal : changes.upserts) {
    const auto place = std::ranges::find(names, principal.id.source) - names.begin();
    const auto before = std::exchange(principal.rank, static_cast<std::uint8_t>(place));
    has_changed = has_changed || before != principal.rank;
  }
  return has_changed;
}

void CopyKeeper::follow_admin_groups(const Changes& changes) {
  const std::string of_ldap = fold_name(settings_.ldap.admin_group);
  const std::string of_others = fold_name(settings_.ad.admin_group);
  for (const auto& id : changes.removals) admin_groups_.erase(id);
  for (const auto& principal : changes.upserts) {
    const std::string& name = principal.id.source == "ldap" ? of_ldap : of_others;
    admin_groups_.erase(principal.id);
    if (principal.kind == Kind::group && !name.empty() &&
        (fold_name(principal.account_name) == name || fold_name(principal.name) == name))
      admin_groups_.insert(principal.id);
  }
}

void CopyKeeper::mark_admins(Changes& changes) const {
  for (auto& principal : changes.upserts) principal.is_admin = admins_.contains(principal.id);
}

void CopyKeeper::take(Changes changes) {
  [[maybe_unused]] const bool is_ranked = rank(changes);
  follow_admin_groups(changes);
  mark_admins(changes);
  has_copy_ = true;
  auto next = copy_->with(std::move(changes), generation_after(copy_->generation()));
  std::set<PrincipalId> admins;
  for (const auto& group : admin_groups_)
    for (const auto& person : next->expand(group)) admins.insert(person->id);
  if (admins != admins_) {
    Changes marks;
    const auto both = [&](const PrincipalId& id) {
      if (const auto principal = next->find(id); principal) marks.upserts.push_back(*principal);
    };
    std::ranges::for_each(admins, both);
    std::ranges::for_each(admins_, both);
    admins_ = std::move(admins);
    mark_admins(marks);
    next = next->with(std::move(marks), next->generation());
  }
  const auto difference = next->difference_from(*copy_);
  const auto count =
      difference.added.size() + difference.changed.size() + difference.removed.size();
  if (count == 0) {
    if (is_dirty_) write();
    return;
  }
  const auto before = std::exchange(copy_, std::move(next));
  announce_difference(*before, difference);
  log_.emit(log::events::k_source_changed,
            {{log::Keys::count, count}, {log::Keys::generation, copy_->generation()}});
  log_problems();
  write();
}

void CopyKeeper::announce_difference(const DirectoryCopy& before,
                                     const CopyDifference& difference) {
  if (difference.added.size() + difference.changed.size() > k_announced) return;
  Changes changes;
  for (const auto* list : {&difference.added, &difference.changed})
    for (const auto& id : *list) changes.upserts.push_back(*copy_->find(id));
  changes.removals = difference.removed;
  listener_.copy_changed(before.generation(), copy_->generation(), std::move(changes));
}

void CopyKeeper::log_problems() {
  std::set<std::string> now(copy_->problems().begin(), copy_->problems().end());
  int left = k_logged_problems;
  for (const auto& problem : now)
    if (!known_problems_.contains(problem) && left-- > 0)
      log_.emit(log::events::k_copy_problem, {{log::Keys::detail, problem}});
  known_problems_ = std::move(now);
}

void CopyKeeper::write() {
  const auto path = copy_file(settings_.server.data_folder);
  auto written = io::make_directories(files_, io::parent_of(path));
  if (written) written = io::write_file_durably(files_, path, encode_copy(*copy_));
  is_dirty_ = !written;
  if (!written) {
    log_.emit(log::events::k_copy_unwritable, written.error(), {{log::Keys::file, path}});
    return;
  }
  listener_.copy_written(copy_->generation());
}

void CopyKeeper::write_again() {
  const std::lock_guard lock(mutex_);
  if (is_dirty_ && has_copy_) write();
}

void CopyKeeper::announce() {
  const std::lock_guard lock(mutex_);
  if (!has_copy_) return;
  if (is_dirty_)
    write();
  else
    listener_.copy_written(copy_->generation());
}

}  // namespace kontor::directory
