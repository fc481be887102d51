// SPDX-License-Identifier: GPL-3.0-or-later
// The file is read as a whole before anything is changed. Then each object is put or removed by
// itself: programs that look meanwhile see some of the old and some of the new.
#include "server/publish/holidays.hpp"

#include <algorithm>
#include <map>

#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "server/dav/xml/element.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::publish {
namespace {

namespace xml = dav::xml;

constexpr std::string_view k_space = "calendar:";
constexpr std::string_view k_mark = "/kontor/holidays";  // when a file was taken last
// As server/dav keeps the name of a collection (docs/formats/frames.md).
constexpr std::string_view k_title = "/dav/prop/{DAV:}displayname";
constexpr std::size_t k_most_annotations = 10'000;
constexpr std::size_t k_longest_title = 200;
constexpr std::size_t k_at_once = 32;  // changes whose commits wait side by side

struct Wanted {
  std::string bytes;
  store::ObjectKeys keys;
};
using WantedObjects = std::map<std::string, Wanted>;  // by name

struct File {
  std::string title;
  WantedObjects objects;
};

std::string object_name(std::string_view uid) {
  constexpr std::size_t k_size = 32;
  return hex_encode(crypto::sha256(uid)).substr(0, k_size) + ".ics";
}

Error bad_file(const calendar::Refusal& why) {
  return Error(Errc::bad_input, "the file is not taken: " + why.sentence);
}

std::string title_in(std::string_view bytes) {
  const auto calendars = calendar::read_components(bytes);
  if (!calendars || calendars->empty()) return {};
  const auto& first = calendars->front();
  for (const auto* name : {"NAME", "X-WR-CALNAME"})
    if (const auto said = first.value(name); !said.empty()) return calendar::unescape_text(said);
  return {};
}

Result<File> read_file(const std::string& bytes) {
  const auto parts = calendar::split_objects(bytes);
  if (!parts) return bad_file(parts.error());
  const calendar::Zones known;
  File out;
  out.title = title_in(bytes);
  for (const auto& one : *parts) {
    const auto object = calendar::read_object(one);
    if (!object) return bad_file(object.error());
    if (object->kind != calendar::Kind::event) continue;
    calendar::ObjectZones zones(object->calendar, known, nullptr);
    if (const auto checked = calendar::check_instances(*object, zones); !checked)
      return bad_file(checked.error());
    auto keys = scheduling::keys_of(*object, known);
    out.objects.insert_or_assign(object_name(object->uid), Wanted{one, std::move(keys)});
  }
  if (out.objects.empty())
    return fail(Errc::bad_input, "the file is not taken: there is no event in it");
  return out;
}

Holidays describe(const store::AccountView& view, const store::FolderInfo& folder) {
  Holidays out;
  out.calendar = folder.name;
  out.events = folder.exists;
  const auto& notes = view.annotations(folder.id);
  if (const auto at = notes.find(k_mark); at != notes.end())
    out.changed =
        UtcSeconds(std::chrono::seconds(parse_number<std::uint64_t>(at->second).value_or(0)));
  if (const auto at = notes.find(k_title); at != notes.end())
    if (const auto element = xml::read(at->second)) out.title = element->content();
  return out;
}

bool is_holidays(const store::AccountView& view, const store::FolderInfo& folder) {
  return view.annotations(folder.id).contains(k_mark);
}

// Everybody reads it; nobody has more, whatever the folder above gives.
Task<Result<void>> give_reading(store::Account& account, store::FolderId folder) {
  const auto before = account.view().access(folder);
  for (const auto& entry : before) {
    if (entry.principal.source.empty() && !entry.negative) continue;
    store::AccessChange change;
    change.principal = entry.principal;
    change.negative = entry.negative;
    change.rights = 0;
    KONTOR_CO_TRY(co_await account.set_access(folder, std::move(change)));
  }
  store::AccessChange everybody;
  everybody.rights = *store::rights_of("lr");
  co_return co_await account.set_access(folder, std::move(everybody));
}

Task<Result<store::FolderInfo>> open_folder(store::Account& account,
                                            std::string name,
                                            std::string title) {
  const auto found = account.view().find_folder(name);
  if (found && !is_holidays(account.view(), *found))
    co_return fail(Errc::exists, "there is another public folder " + name + "; give --name NAME");
  store::FolderId folder = found ? found->id : 0;
  if (!found) {
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    KONTOR_CO_TRY(folder, co_await account.create_folder(name, options));
  }
  std::vector<store::AnnotationChange> changes(2);
  changes[0].entry = k_mark;
  changes[0].value = "0";
  changes[1].entry = k_title;
  changes[1].value = xml::write_fragment(xml::Element(xml::Name{"DAV:", "displayname"}, title));
  KONTOR_CO_TRY(co_await account.set_annotations(folder, std::move(changes), k_most_annotations));
  KONTOR_CO_TRY(co_await give_reading(account, folder));
  const auto made = account.view().folder(folder);
  if (!made) co_return fail(Errc::not_found, "the calendar was deleted meanwhile");
  co_return *made;
}

// What stands there: names and items.
std::map<std::string, store::ItemId> standing(const store::Account& account,
                                              store::FolderId folder) {
  std::map<std::string, store::ItemId> out;
  const auto view = account.view().open(folder);
  if (view == nullptr) return out;
  view->for_each(0, view->size(), [&](std::size_t, const store::Entry& entry) {
    if (const auto* object = view->object(entry.uid)) out.emplace(object->name, entry.item);
  });
  return out;
}

struct Step {
  store::NewObject object;
  bool removes = false;
  Result<void> outcome = {};
};

Task<void> take_step(store::Account& account, store::FolderId folder, Step& step) {
  if (step.removes) {
    step.outcome = co_await account.remove_object(folder, step.object.name, {});
  } else {
    const auto put = co_await account.put_object(folder, std::move(step.object), {});
    if (!put) step.outcome = fail(put.error());
  }
}

// Many at once: their commits share a sync. The first failure, when all that had begun have ended.
Task<Result<void>> take_steps(store::Account& account,
                              store::FolderId folder,
                              std::vector<Step> steps) {
  for (std::size_t begin = 0; begin < steps.size(); begin += k_at_once) {
    const auto end = std::min(begin + k_at_once, steps.size());
    std::vector<Task<void>> tasks;
    for (std::size_t i = begin; i < end; ++i) tasks.push_back(take_step(account, folder, steps[i]));
    co_await run_all(std::move(tasks));
    for (std::size_t i = begin; i < end; ++i) {
      KONTOR_CO_TRY(steps[i].outcome);
    }
  }
  co_return Result<void>();
}

Task<Result<void>> fill(store::Account& account,
                        store::FolderId folder,
                        WantedObjects objects,
                        HolidaysTaken& taken) {
  const auto there = standing(account, folder);
  // First what goes: another object may have its UID.
  std::vector<Step> steps;
  for (const auto& [name, item] : there)
    if (!objects.contains(name)) steps.push_back({{name, {}, {}}, true});
  taken.removed += steps.size();
  KONTOR_CO_TRY(co_await take_steps(account, folder, std::move(steps)));
  steps.clear();
  for (auto& [name, wanted] : objects) {
    const auto old = there.find(name);
    if (old != there.end()) {
      const auto bytes = co_await account.read_message(old->second);
      if (bytes && *bytes == wanted.bytes) continue;
    }
    ++(old == there.end() ? taken.added : taken.replaced);
    steps.push_back({{name, std::move(wanted.bytes), std::move(wanted.keys)}, false});
  }
  co_return co_await take_steps(account, folder, std::move(steps));
}

}  // namespace

Task<Result<HolidaysTaken>> take_holidays(store::Account& account,
                                          std::string name,
                                          std::string title,
                                          std::string file,
                                          UtcSeconds now) {
  if (name.empty() || name.contains('/') || name == "inbox" || name == "outbox")
    co_return fail(Errc::bad_input, "a calendar cannot be called \"" + name + '"');
  KONTOR_CO_TRY(auto read, read_file(file));
  if (title.empty()) title = read.title.empty() ? name : read.title;
  if (title.size() > k_longest_title || !is_utf8(title))
    co_return fail(Errc::bad_input, "the title is longer than 200 bytes, or not UTF-8");
  KONTOR_CO_TRY(const auto folder,
                co_await open_folder(account, std::string(k_space) + name, std::move(title)));
  HolidaysTaken taken;
  KONTOR_CO_TRY(co_await fill(account, folder.id, std::move(read.objects), taken));
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = k_mark;
  changes[0].value = std::to_string(now.time_since_epoch().count());
  KONTOR_CO_TRY(
      co_await account.set_annotations(folder.id, std::move(changes), k_most_annotations));
  const auto view = account.view();
  if (const auto newest = view.folder(folder.id)) taken.holidays = describe(view, *newest);
  co_return taken;
}

std::vector<Holidays> holidays_of(const store::AccountView& view) {
  std::vector<Holidays> out;
  for (const auto& folder : view.folders())
    if (is_holidays(view, folder)) out.push_back(describe(view, folder));
  return out;
}

Task<Result<Holidays>> remove_holidays(store::Account& account, std::string name) {
  const auto full = name.starts_with(k_space) ? name : std::string(k_space) + name;
  const auto view = account.view();
  const auto folder = view.find_folder(full);
  if (!folder || !is_holidays(view, *folder))
    co_return fail(Errc::not_found, "no calendar " + full + " was made from a file");
  KONTOR_CO_TRY(co_await account.delete_folder(full));
  co_return describe(view, *folder);
}

}  // namespace kontor::publish
