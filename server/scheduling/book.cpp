// SPDX-License-Identifier: GPL-3.0-or-later
// A room answers. Two requests for one time at once: each is stored first and then looks whether
// another one came between its look at the calendar and its own commit; if so it decides anew. The
// later commit sees the earlier one, so one of them has the room.
#include "base/log/events/scheduling.hpp"
#include "calendar/itip/organizer.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/plan.hpp"
#include "server/scheduling/rooms.hpp"
#include "server/scheduling/round.hpp"

namespace kontor::scheduling {
namespace {

// Did anything else come into the calendars after `before` and before `own`?
bool was_overtaken(const store::AccountView& view,
                   store::ModSeq before,
                   store::ModSeq own,
                   const std::string& uid) {
  for (const auto& info : view.folders()) {
    if (!is_calendar(info) || info.highest_modseq <= before) continue;
    const auto folder = view.open(info.id);
    if (folder == nullptr) continue;
    for (const auto& entry : folder->changed_since(before)) {
      const auto* object = folder->object(entry.uid);
      if (entry.modseq < own && object != nullptr && object->keys.uid != uid) return true;
    }
  }
  return false;
}

std::string own_address(const calendar::CalendarObject& object,
                        const std::vector<std::string>& self) {
  for (const auto& one : object.attendees())
    for (const auto& address : self)
      if (calendar::calendar_address(one.address) == address) return address;
  return self.front();
}

}  // namespace

Task<Result<void>> Round::book(const Letter& letter,
                               const Reader& room,
                               std::optional<FoundObject> found,
                               calendar::Component calendar) {
  const auto values = environment_.policies.of(room.person->id);
  const auto policy = booking_policy(*values);
  const auto organizer =
      find_addressee(*copy_, environment_.settings.domains.local, letter.message.from, now_);
  const bool may = may_book(*copy_, *values, organizer.principal.get());
  name_user_types(*copy_, now_, calendar);
  const auto request = calendar::read_object(calendar::write_component(calendar));
  if (!request) co_return fail(Errc::bad_input, request.error().sentence);
  BusyQuestion question;
  question.range = {now_, now_ + policy.horizon};
  question.self = room.self;
  question.without = request->uid;
  for (;;) {
    const auto view = room.account->view();
    KONTOR_CO_TRY(const auto busy,
                  co_await busy_times(*room.account, view, question, scheduler_.zones_));
    calendar::ObjectZones zones(request->calendar, scheduler_.zones_, nullptr);
    const auto decision = calendar::decide_booking(*request, policy, busy, may, now_, zones);
    auto answer = calendar::answer_booking(
        *request, decision, own_address(*request, room.self),
        reason_text(decision, policy, environment_.settings.queue.notice_languages), now_);
    if (decision.partstat == "DECLINED") {
      if (found) {
        store::ObjectCondition condition;
        condition.wanted = store::ObjectCondition::Wanted::one_of;
        condition.guids = {found->item.guid};
        KONTOR_CO_TRY(
            co_await room.account->remove_object(found->folder, found->name, std::move(condition)));
      }
    } else {
      KONTOR_CO_TRY(const auto put,
                    co_await store_object(letter, room, found, std::move(answer.calendar), false));
      if (was_overtaken(room.account->view(), view.highest_modseq(), put.modseq, request->uid)) {
        found = find_by_uid(room.account->view(), request->uid);
        continue;
      }
    }
    environment_.log.emit(log::events::k_room_answered,
                          {{log::Keys::principal, room.person->id.text()},
                           {log::Keys::sender, letter.message.from},
                           {log::Keys::status, decision.partstat},
                           {log::Keys::reason, name_of(decision.reason)}});
    consequences_.with([&](auto& all) { all.answers.push_back(std::move(answer.reply)); });
    co_return Result<void>();
  }
}

}  // namespace kontor::scheduling
