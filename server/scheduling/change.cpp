// SPDX-License-Identifier: GPL-3.0-or-later
// What an owner's client changes: stored, told, and the codes of those who were told stored too.
#include <algorithm>
#include <utility>

#include "calendar/itip/organizer.hpp"
#include "server/scheduling/delegate.hpp"
#include "server/scheduling/plan.hpp"
#include "server/scheduling/round.hpp"

namespace kontor::scheduling {
namespace {

using store::ObjectCondition;

constexpr int k_tries = 8;

// As the store would decide, so that its own answer tells a client's condition from a race.
bool holds(const ObjectCondition& condition, const std::optional<FoundObject>& found) {
  using enum ObjectCondition::Wanted;
  if (condition.wanted == absent) return !found;
  if (condition.wanted == present) return found.has_value();
  if (condition.wanted == anything) return true;
  const bool is_one =
      found && std::ranges::find(condition.guids, found->item.guid) != condition.guids.end();
  return is_one != condition.negated;
}

ObjectCondition unless_changed(const std::optional<FoundObject>& found) {
  ObjectCondition condition;
  condition.wanted = found ? ObjectCondition::Wanted::one_of : ObjectCondition::Wanted::absent;
  if (found) condition.guids = {found->item.guid};
  return condition;
}

Task<Result<std::optional<calendar::CalendarObject>>> read(store::Account& account,
                                                           std::optional<FoundObject> found) {
  if (!found) co_return std::nullopt;
  KONTOR_CO_TRY(const auto bytes, co_await account.read_message(found->item.id));
  auto object = calendar::read_object(bytes);
  // What cannot be read is nobody's meeting.
  if (!object) co_return std::nullopt;
  co_return *std::move(object);
}

void name_object(Untold& untold,
                 const std::string& name,
                 const std::string& uid,
                 const std::optional<FoundObject>& found) {
  untold.name = name;
  untold.uid = uid;
  if (found) untold.before = found->item.guid;
}

Outcome refused(Refusal why) {
  Outcome out;
  out.refusal = std::move(why);
  return out;
}

}  // namespace

std::size_t Scheduler::most_attendees(const directory::PrincipalId& person) const {
  const calendar::ObjectLimits limits;
  const auto own = environment_.policies.of(person)->recipients;
  const auto all = environment_.settings.smtp.max_recipients;
  return std::min<std::size_t>(limits.attendees, own == 0 ? all : std::min(own, all));
}

std::string Scheduler::tag_of(store::Account& account, const FoundObject& found) const {
  if (!environment_.tag_entry) return found.item.guid.text();
  return schedule_tag(account.view(), found.folder, environment_.tag_entry(found.name),
                      found.item.guid);
}

Task<bool> Scheduler::is_meeting(std::shared_ptr<const directory::Principal> owner,
                                 std::shared_ptr<store::Account> account,
                                 FoundObject object) {
  const auto stored = co_await read(*account, std::move(object));
  co_return stored && *stored&& role_of(&**stored, addresses_of(*owner)) != Role::none;
}

Task<Result<Outcome>> Scheduler::put(Change change) {
  for (int i = 0; i < k_tries; ++i) {
    KONTOR_CO_TRY(auto done, co_await put_once(change));
    if (done) co_return *std::move(done);
  }
  co_return fail(Errc::busy, "others change the same object again and again");
}

Task<Result<std::optional<Outcome>>> Scheduler::put_once(const Change& change) {
  auto& account = *change.account;
  const auto view = account.view();
  const auto found = find_by_name(view, change.folder, change.name);
  if (!holds(change.condition, found)) co_return fail(Errc::conflict, "the condition");
  if (change.schedule_tag && (!found || tag_of(account, *found) != *change.schedule_tag))
    co_return fail(Errc::conflict, "the schedule tag is another one");
  const auto after = calendar::read_object(change.bytes);
  if (!after) co_return fail(Errc::bad_input, after.error().sentence);
  KONTOR_CO_TRY(const auto before, co_await read(account, found));
  const auto copy = environment_.directory.current();
  Intent intent;
  intent.before = before ? &*before : nullptr;
  intent.after = &*after;
  intent.self = addresses_of(*change.by.owner);
  intent.sent_by = sent_by_of(change.by);
  intent.now = environment_.clock.now();
  intent.most_attendees = most_attendees(change.by.owner->id);
  intent.merges = change.schedule_tag.has_value();
  auto plan = make_plan(*copy, intent);
  if (!plan) co_return refused(plan.error());
  if (auto why = check_sending(change.by, plan->messages)) co_return refused(*std::move(why));
  if (plan->role != Role::none && !before) {
    auto other = find_by_uid(view, after->uid);
    if (other && other->folder != change.folder) {
      Outcome out;
      out.clash = std::move(other);
      co_return out;
    }
  }
  auto untold = untold_of(change.by, change.folder, std::move(plan->messages));
  name_object(untold, change.name, after->uid, found);
  KONTOR_CO_TRY(co_await record(untold));
  store::NewObject object;
  object.name = change.name;
  object.bytes = plan->is_altered ? calendar::write_component(plan->calendar) : change.bytes;
  object.keys = change.keys;
  const auto put =
      co_await account.put_object(change.folder, std::move(object), unless_changed(found));
  if (!put) co_await forget(untold);
  if (!put && put.error().code() == Errc::conflict) co_return std::nullopt;
  if (!put) co_return fail(put.error());
  Outcome out;
  out.put = *put;
  out.is_altered = plan->is_altered;
  co_await tell(change.by, change.account, std::move(untold));
  if (plan->role == Role::none) co_return out;
  if (const auto now = find_by_name(account.view(), change.folder, change.name))
    out.schedule_tag = tag_of(account, *now);
  co_return out;
}

Task<void> Scheduler::write_statuses(store::Account& account,
                                     const Untold& untold,
                                     std::map<std::string, std::string> statuses) {
  // Who told the client a schedule tag keeps it (RFC 6638, 3.2.10).
  const bool is_late = waiting_.with([&](const Waiting& waiting) {
    return std::ranges::any_of(waiting.untold,
                               [&](const auto& one) { return one.id == untold.id; });
  });
  for (int i = 0; i < k_tries; ++i) {
    const auto found = find_by_name(account.view(), untold.folder, untold.name);
    const auto stored = co_await read(account, found);
    if (!stored || !*stored || (*stored)->uid != untold.uid) co_return;
    auto calendar = (*stored)->calendar;
    calendar::set_schedule_statuses(calendar, statuses);
    store::NewObject object;
    object.name = untold.name;
    object.bytes = calendar::write_component(calendar);
    object.keys = keys_of(**stored, zones_);
    auto tag = is_late ? tag_of(account, *found) : std::string();
    const auto put =
        co_await account.put_object(untold.folder, std::move(object), unless_changed(found));
    if (put && !tag.empty() && environment_.tag_entry)
      co_await keep_schedule_tag(account, untold.folder, environment_.tag_entry(untold.name),
                                 put->guid, std::move(tag));
    if (put || put.error().code() != Errc::conflict) co_return;
  }
}

Task<Result<std::optional<Refusal>>> Scheduler::remove(Removal removal) {
  for (int i = 0; i < k_tries; ++i) {
    KONTOR_CO_TRY(auto done, co_await remove_once(removal));
    if (done) co_return *std::move(done);
  }
  co_return fail(Errc::busy, "others change the same object again and again");
}

Task<Result<std::optional<Scheduler::Removed>>> Scheduler::remove_once(const Removal& removal) {
  auto& account = *removal.account;
  const auto found = find_by_name(account.view(), removal.folder, removal.name);
  if (!found) co_return fail(Errc::not_found, "nothing of that name");
  if (!holds(removal.condition, found)) co_return fail(Errc::conflict, "the condition");
  if (removal.schedule_tag && tag_of(account, *found) != *removal.schedule_tag)
    co_return fail(Errc::conflict, "the schedule tag is another one");
  KONTOR_CO_TRY(const auto before, co_await read(account, found));
  Plan plan;
  if (before) {
    Intent intent;
    intent.before = &*before;
    intent.self = addresses_of(*removal.by.owner);
    intent.sent_by = sent_by_of(removal.by);
    intent.now = environment_.clock.now();
    const auto copy = environment_.directory.current();
    if (auto made = make_plan(*copy, intent)) plan = *std::move(made);
  }
  // RFC 6638, 8.1: Schedule-Reply is about an attendee's answer alone.
  if (plan.role == Role::attendee && !removal.replies) plan.messages.clear();
  if (auto why = check_sending(removal.by, plan.messages)) co_return Removed(std::move(why));
  auto untold = untold_of(removal.by, removal.folder, std::move(plan.messages));
  name_object(untold, removal.name, before ? before->uid : std::string(), found);
  KONTOR_CO_TRY(co_await record(untold));
  const auto removed =
      co_await account.remove_object(removal.folder, removal.name, unless_changed(found));
  if (!removed) co_await forget(untold);
  if (!removed && removed.error().code() == Errc::conflict) co_return std::nullopt;
  if (!removed) co_return fail(removed.error());
  co_await tell(removal.by, removal.account, std::move(untold));
  co_return Removed();
}

Task<Result<Untold>> Scheduler::keep_farewells(Acting by,
                                               store::FolderId folder,
                                               std::vector<calendar::SchedulingMessage> messages) {
  auto out = untold_of(by, folder, std::move(messages));
  KONTOR_CO_TRY(co_await record(out));
  co_return out;
}

Task<void> Scheduler::tell_farewells(Acting by,
                                     std::shared_ptr<store::Account> account,
                                     Untold untold,
                                     bool has_gone) {
  if (has_gone)
    co_await tell(std::move(by), std::move(account), std::move(untold));
  else
    co_await forget(untold);
}

Task<std::vector<calendar::SchedulingMessage>> Scheduler::farewells(
    Acting by, std::shared_ptr<store::Account> account, store::FolderId id) {
  std::vector<calendar::SchedulingMessage> out;
  const auto view = account->view();
  const auto folder = view.open(id);
  if (folder == nullptr || !is_calendar(folder->info())) co_return out;
  Intent intent;
  intent.self = addresses_of(*by.owner);
  intent.sent_by = sent_by_of(by);
  intent.now = environment_.clock.now();
  std::vector<store::ItemId> items;
  folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
    const auto* object = folder->object(entry.uid);
    if (object != nullptr && object->keys.end > intent.now) items.push_back(entry.item);
  });
  const auto copy = environment_.directory.current();
  std::size_t meetings = 0;
  for (const auto item : items) {
    if (meetings == k_most_farewells) break;
    const auto bytes = co_await account->read_message(item);
    const auto object = calendar::read_object(bytes ? *bytes : std::string());
    if (!object) continue;
    intent.before = &*object;
    auto plan = make_plan(*copy, intent);
    if (!plan || plan->messages.empty()) continue;
    ++meetings;
    for (auto& one : plan->messages) out.push_back(std::move(one));
  }
  co_return out;
}

}  // namespace kontor::scheduling
