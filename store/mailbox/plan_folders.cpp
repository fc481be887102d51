// SPDX-License-Identifier: GPL-3.0-or-later
// Changes to folders: create, rename, delete, subscribe; and the first frames of an account.
#include <array>

#include "base/core/text.hpp"
#include "store/mailbox/names.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {
namespace {

void add(std::vector<NewFrame>& frames, const Payload& payload) {
  frames.push_back(frame_of(payload));
}

// Hands out ids and UIDVALIDITY values for the folders of one change.
class Maker {
 public:
  Maker(FolderId next_folder, std::uint32_t last_uid_validity, UtcSeconds now)
      : next_(next_folder), validity_(last_uid_validity), now_(now) {}

  FolderFrame make(std::string name, const FolderOptions& options) {
    // RFC 9051, 2.3.1.1: a folder made anew under an old name has a greater UIDVALIDITY; seconds
    // of the clock, and always above every one this account has given before.
    const auto seconds = static_cast<std::uint32_t>(now_.time_since_epoch().count());
    validity_ = std::max(validity_ + 1, seconds);
    FolderFrame frame;
    frame.action = FolderAction::create;
    frame.id = next_++;
    frame.name = std::move(name);
    frame.folder_class = options.folder_class;
    frame.special_use = options.special_use;
    frame.uid_validity = validity_;
    frame.guid = Uuid::random();
    frame.date = now_;
    return frame;
  }

 private:
  FolderId next_;
  std::uint32_t validity_;
  UtcSeconds now_;
};

FolderFrame as_it_is(const FolderInfo& info, FolderAction action, UtcSeconds now) {
  FolderFrame frame;
  frame.action = action;
  frame.id = info.id;
  frame.name = info.name;
  frame.folder_class = info.folder_class;
  frame.special_use = info.special_use;
  frame.uid_validity = info.uid_validity;
  frame.guid = info.guid;
  frame.date = now;
  return frame;
}

// RFC 9051, 6.3.4 and 6.3.6: levels above that are missing are made.
void add_parents(const AccountState& tip,
                 std::string_view name,
                 Maker& maker,
                 std::vector<NewFrame>& frames,
                 FolderClass folder_class = FolderClass::mail) {
  FolderOptions options;
  options.folder_class = folder_class;
  for (auto& parent : parents_of(name))
    if (!tip.find_name(parent)) add(frames, maker.make(std::move(parent), options));
}

// The lowest level above that is there; empty: none.
std::string nearest_parent(const AccountState& tip, std::string_view name) {
  std::string nearest;
  for (auto& parent : parents_of(name))
    if (tip.find_name(parent)) nearest = std::move(parent);
  return nearest;
}

Result<void> check_folders(const AccountState& tip, std::uint64_t more, const Limits& defaults) {
  const auto most = limits_in_force(tip.own_limits, defaults).folders;
  if (most == 0 || folder_count(tip) + more <= most) return {};
  return fail(Errc::over_quota, "the account has too many folders");
}

Result<const FolderInfo*> named(const AccountState& tip, std::string_view name) {
  const auto id = tip.find_name(inbox_in_capitals(name));
  if (!id) return fail(Errc::not_found, "no such folder");
  return &tip.find(*id)->info;
}

Result<Planned<Done>> rename_inbox(const AccountState& tip, std::string to, UtcSeconds now) {
  // RFC 9051, 6.3.6: INBOX stays, its messages move into a new folder, its children do not.
  Planned<Done> plan;
  Maker maker(tip.next_folder, tip.last_uid_validity, now);
  add_parents(tip, to, maker, plan.frames);
  const auto made = maker.make(std::move(to), FolderOptions{});
  add(plan.frames, made);
  const auto& inbox = *tip.find(k_inbox);
  std::vector<Uid> all;
  inbox.entries.for_each(0, inbox.entries.size(),
                         [&](std::size_t, const EntryRow& row) { all.push_back(row.uid); });
  MoveFrame move{transfer_rows(tip, inbox, all)};
  move.to = made.id;
  move.first_uid = 1;
  move.save_date = now;
  if (!move.rows.empty()) add(plan.frames, move);
  // RFC 5464, 4.1: the new folder has INBOX's annotations, which INBOX keeps.
  if (!inbox.annotations.empty())
    for (const auto& [entry, value] : *inbox.annotations) {
      AnnotationFrame frame;
      frame.folder = made.id;
      frame.entry = entry;
      frame.value = value;
      add(plan.frames, frame);
    }
  return plan;
}

}  // namespace

Result<Planned<FolderId>> plan_create(const AccountState& tip,
                                      std::string_view name,
                                      const FolderOptions& options,
                                      UtcSeconds now,
                                      const Limits& defaults) {
  KONTOR_TRY(auto checked, folder_name(name));
  if (tip.find_name(checked)) return fail(Errc::exists, "a folder of that name is there");
  if (tip.next_folder > k_last_folder - k_max_levels)
    return fail(Errc::limit, "the account has no folder number left");
  Planned<FolderId> plan;
  Maker maker(tip.next_folder, tip.last_uid_validity, now);
  add_parents(tip, checked, maker, plan.frames, options.folder_class);
  const auto made = maker.make(std::move(checked), options);
  plan.answer = made.id;
  add(plan.frames, made);
  if (options.subscribed) add(plan.frames, SubscriptionFrame{made.name, true});
  KONTOR_TRY(check_folders(tip, made.id + 1 - tip.next_folder, defaults));
  for (auto id = tip.next_folder; id <= made.id; ++id)
    for (auto& frame : inherited_access(tip, nearest_parent(tip, made.name), id))
      plan.frames.push_back(std::move(frame));
  return plan;
}

Result<Planned<Done>> plan_rename(const AccountState& tip,
                                  std::string_view from,
                                  std::string_view to,
                                  UtcSeconds now) {
  KONTOR_TRY(auto target, folder_name(to));
  KONTOR_TRY(const auto* info, named(tip, from));
  if (tip.find_name(target)) return fail(Errc::exists, "a folder of that name is there");
  if (info->id == k_inbox) return rename_inbox(tip, std::move(target), now);
  if (is_below(target, info->name))
    return fail(Errc::bad_input, "a folder cannot become its own child");
  Planned<Done> plan;
  Maker maker(tip.next_folder, tip.last_uid_validity, now);
  add_parents(tip, target, maker, plan.frames);
  for (const auto& folder : tip.folders) {
    const auto& old = folder->info;
    if (!folder->shown() || (old.id != info->id && !is_below(old.name, info->name))) continue;
    auto frame = as_it_is(old, FolderAction::rename, now);
    frame.name = target + old.name.substr(info->name.size());
    KONTOR_TRY(folder_name(frame.name));  // a child's name may grow too long
    add(plan.frames, frame);
  }
  return plan;
}

Result<Planned<FolderId>> plan_restore_folder(const AccountState& tip,
                                              FolderId deleted,
                                              std::string_view name,
                                              const Limits& defaults,
                                              UtcSeconds now) {
  KONTOR_TRY(auto target, folder_name(name));
  const auto* top = tip.find(original_of(deleted));
  if (top == nullptr || !top->removed) return fail(Errc::not_found, "no such deleted folder");
  if (tip.find_name(target)) return fail(Errc::exists, "a folder of that name is there");
  Planned<FolderId> plan;
  plan.answer = top->info.id;
  Maker maker(tip.next_folder, tip.last_uid_validity, now);
  add_parents(tip, target, maker, plan.frames);
  const auto& old_name = top->info.name;
  Usage more;
  std::set<ItemId> counted;
  std::set<std::string> taken;
  const auto bring_back = [&](const FolderState& folder) -> Result<void> {
    auto frame = as_it_is(folder.info, FolderAction::change, now);
    frame.name = target + folder.info.name.substr(old_name.size());
    KONTOR_TRY(folder_name(frame.name));
    if (tip.find_name(frame.name) || !taken.insert(frame.name).second) return {};
    const auto has_use = [&](const auto& other) {
      return other->shown() && other->info.special_use == frame.special_use;
    };
    if (std::ranges::any_of(tip.folders, has_use)) frame.special_use = SpecialUse::none;
    folder.entries.for_each(0, folder.entries.size(), [&](std::size_t, const EntryRow& row) {
      ++more.messages;
      const auto* item = tip.items.find_key(row.item);
      if (item != nullptr && item->shown == 0 && counted.insert(row.item).second)
        more.bytes += item->size;
    });
    add(plan.frames, frame);
    return {};
  };
  KONTOR_TRY(bring_back(*top));
  std::vector<const FolderState*> below;  // of two with the same name the one deleted last
  for (const auto& folder : tip.folders)
    if (folder->removed && is_below(folder->info.name, old_name)) below.push_back(&*folder);
  std::ranges::sort(below, std::greater(), [](const auto* f) { return f->info.highest_modseq; });
  for (const auto* folder : below) {
    KONTOR_TRY(bring_back(*folder));
  }
  KONTOR_TRY(check_quota(tip.usage, more, limits_in_force(tip.own_limits, defaults)));
  return plan;
}

Result<Planned<Done>> plan_delete(const AccountState& tip, std::string_view name, UtcSeconds now) {
  KONTOR_TRY(const auto* info, named(tip, name));
  if (info->id == k_inbox) return fail(Errc::no_permission, "INBOX cannot be deleted");
  for (const auto& folder : tip.folders)
    if (folder->shown() && is_below(folder->info.name, info->name))
      return fail(Errc::conflict, "the folder has children");
  Planned<Done> plan;
  add(plan.frames, as_it_is(*info, FolderAction::remove, now));
  return plan;
}

Result<Planned<Done>> plan_subscribe(const AccountState& tip,
                                     std::string_view name,
                                     bool subscribed) {
  KONTOR_TRY(const auto checked, folder_name(name));
  Planned<Done> plan;
  const bool is = !tip.subscriptions.empty() && tip.subscriptions->contains(checked);
  if (is != subscribed) add(plan.frames, SubscriptionFrame{checked, subscribed});
  return plan;
}

SpecialUse special_use_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, SpecialUse>, 5> rows{
      {{"Sent", SpecialUse::sent},
       {"Drafts", SpecialUse::drafts},
       {"Trash", SpecialUse::trash},
       {"Junk", SpecialUse::junk},
       {"Archive", SpecialUse::archive}}};
  for (const auto& [row_name, use] : rows)
    if (iequals(row_name, name)) return use;
  return SpecialUse::none;
}

std::vector<NewFrame> plan_account(const AccountId& id,
                                   const Binding& owner,
                                   const std::vector<std::string>& standard_folders,
                                   UtcSeconds now) {
  std::vector<NewFrame> frames;
  AccountFrame account;
  account.id = id;
  account.created = now;
  add(frames, account);
  add(frames, BindingFrame{owner});
  Maker maker(k_inbox, 0, now);
  std::vector<std::string> made;
  const auto make = [&](const std::string& name) {
    if (std::ranges::find(made, name) != made.end()) return;
    FolderOptions options;
    options.special_use = special_use_of(name);
    add(frames, maker.make(name, options));
    add(frames, SubscriptionFrame{name, true});
    made.push_back(name);
  };
  make("INBOX");
  for (const auto& wanted : standard_folders) {
    const auto name = folder_name(wanted);
    if (!name) continue;  // the settings table refuses such names
    for (const auto& parent : parents_of(*name)) make(parent);
    make(*name);
  }
  return frames;
}

}  // namespace kontor::store
