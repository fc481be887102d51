// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/calendars.hpp"

#include <algorithm>

#include "calendar/recur/instances.hpp"

namespace kontor::scheduling {
namespace {

using store::FolderClass;
using store::ObjectKind;

constexpr std::string_view k_space = "calendar:";

ObjectKind kind_of(calendar::Kind kind) {
  switch (kind) {
    case calendar::Kind::event:
      return ObjectKind::event;
    case calendar::Kind::todo:
      return ObjectKind::task;
    case calendar::Kind::journal:
      return ObjectKind::journal;
    case calendar::Kind::freebusy:
    case calendar::Kind::availability:
      return ObjectKind::busy;
  }
  return ObjectKind::other;
}

std::optional<FoundObject> found_in(const store::AccountView& view,
                                    const store::FolderView& folder,
                                    const store::StoredObject* object) {
  const auto index = object == nullptr ? std::nullopt : folder.index_of(object->uid);
  if (!index) return std::nullopt;
  const auto item = view.item(folder.at(*index).item);
  if (!item) return std::nullopt;
  return FoundObject{folder.info().id, object->name, *item};
}

Task<Result<store::FolderId>> inbox_of(store::Account& account) {
  if (const auto found = account.view().find_folder(k_inbox)) co_return found->id;
  store::FolderOptions options;
  options.folder_class = FolderClass::calendar;
  auto made = co_await account.create_folder(std::string(k_inbox), options);
  if (made || made.error().code() != Errc::exists) co_return made;
  const auto found = account.view().find_folder(k_inbox);
  if (!found) co_return fail(Errc::not_found, "the inbox is gone");
  co_return found->id;
}

}  // namespace

bool is_calendar(const store::FolderInfo& folder) {
  return (folder.folder_class == FolderClass::calendar ||
          folder.folder_class == FolderClass::tasks) &&
         folder.name.starts_with(k_space) && folder.name != k_inbox && folder.name != k_outbox;
}

std::optional<FoundObject> find_by_uid(const store::AccountView& view, std::string_view uid) {
  for (const auto& info : view.folders()) {
    if (!is_calendar(info)) continue;
    const auto folder = view.open(info.id);
    if (folder == nullptr) continue;
    if (auto found = found_in(view, *folder, folder->find_object_key(uid))) return found;
  }
  return std::nullopt;
}

std::optional<FoundObject> find_by_name(const store::AccountView& view,
                                        store::FolderId id,
                                        const std::string& name) {
  const auto folder = view.open(id);
  if (folder == nullptr) return std::nullopt;
  return found_in(view, *folder, folder->find_object(name));
}

std::optional<store::FolderInfo> default_calendar(const store::AccountView& view,
                                                  calendar::Kind kind) {
  const auto folders = view.folders();
  if (kind == calendar::Kind::todo)
    for (const auto& one : folders)
      if (is_calendar(one) && one.folder_class == FolderClass::tasks) return one;
  const auto fits = [](const std::optional<store::FolderInfo>& one) {
    return one && is_calendar(*one) && one->folder_class == FolderClass::calendar;
  };
  if (const auto inbox = view.find_folder(k_inbox)) {
    const auto& notes = view.annotations(inbox->id);
    const auto chosen = notes.find(k_default_entry);
    if (chosen != notes.end())
      if (auto found = view.find_folder(chosen->second); fits(found)) return found;
  }
  if (auto found = view.find_folder(k_default_calendar); fits(found)) return found;
  const auto first = std::ranges::find_if(folders, fits);
  return first == folders.end() ? std::nullopt : std::optional(*first);
}

std::string schedule_tag(const store::AccountView& view,
                         store::FolderId folder,
                         std::string_view entry,
                         const Uuid& entity_tag) {
  auto own = entity_tag.text();
  const auto& notes = view.annotations(folder);
  const auto found = notes.find(entry);
  if (found == notes.end()) return own;
  const std::string_view kept = found->second;
  return kept.starts_with(own + ' ') ? std::string(kept.substr(own.size() + 1)) : own;
}

Task<void> keep_schedule_tag(store::Account& account,
                             store::FolderId folder,
                             std::string entry,
                             Uuid entity_tag,
                             std::string tag) {
  constexpr std::size_t k_most = 2'000;
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = std::move(entry);
  changes[0].value = entity_tag.text() + ' ' + tag;
  static_cast<void>(
      (co_await account.set_annotations(folder, std::move(changes), k_most)).has_value());
}

store::ObjectKeys keys_of(const calendar::CalendarObject& object,
                          const calendar::Zones& known,
                          calendar::ZonePtr floating) {
  store::ObjectKeys keys;
  keys.uid = object.uid;
  keys.kind = kind_of(object.kind);
  calendar::ObjectZones zones(object.calendar, known, std::move(floating));
  calendar::Budget budget;
  const auto span = calendar::span_of(object, zones, budget);
  // A day on either side: floating times are read in any zone.
  keys.begin = std::max(span.range.begin - std::chrono::days(1), calendar::k_first_moment);
  keys.end = std::min(span.range.end + std::chrono::days(1), calendar::k_last_moment);
  return keys;
}

Task<Result<void>> put_into_inbox(store::Account& account, std::string bytes) {
  KONTOR_CO_TRY(const auto inbox, co_await inbox_of(account));
  const auto view = account.view();
  const auto folder = view.open(inbox);
  std::vector<store::Uid> old;
  if (folder != nullptr && folder->size() >= k_most_items)
    folder->for_each(0, folder->size() - k_most_items + 1,
                     [&](std::size_t, const store::Entry& entry) { old.push_back(entry.uid); });
  if (!old.empty()) {
    KONTOR_CO_TRY(co_await account.remove(inbox, std::move(old)));
  }
  store::NewObject object;  // several messages have one UID: it is no key here
  object.name = Uuid::random().text() + ".ics";
  object.bytes = std::move(bytes);
  object.keys.kind = ObjectKind::event;
  KONTOR_CO_TRY(co_await account.put_object(inbox, std::move(object), {}));
  co_return Result<void>();
}

}  // namespace kontor::scheduling
