// SPDX-License-Identifier: GPL-3.0-or-later
// Free/busy through the outbox (RFC 6638, 5).
#include <algorithm>
#include <chrono>

#include "calendar/freebusy/freebusy.hpp"
#include "directory/model/identity.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/scheduler.hpp"
#include "server/sharing/busy.hpp"

namespace kontor::scheduling {
namespace {

using calendar::BusyPeriod;
using calendar::CalendarObject;

constexpr std::chrono::days k_longest{400};
constexpr std::size_t k_most_members = 200;  // of a group

std::unexpected<Refusal> refuse(std::string condition, std::string sentence) {
  return std::unexpected(Refusal{std::move(condition), std::move(sentence)});
}

struct Request {
  CalendarObject object;
  calendar::TimeRange range;
  std::string organizer;  // as written
  std::string without;
};

std::expected<Request, Refusal> read_request(std::string_view bytes,
                                             const std::vector<std::string>& self) {
  auto object = calendar::read_message(bytes);
  if (!object) return refuse("valid-calendar-data", object.error().sentence);
  if (object->method != "REQUEST" || object->kind != calendar::Kind::freebusy)
    return refuse("valid-scheduling-message", "A VFREEBUSY with METHOD:REQUEST is wanted.");
  Request out;
  const auto& part = *object->parts().front();
  const auto begin = calendar::read_date_time(part.value("DTSTART"));
  const auto end = calendar::read_date_time(part.value("DTEND"));
  if (!begin || !end || begin->local >= end->local || begin->form != calendar::TimeForm::utc ||
      end->form != calendar::TimeForm::utc)
    return refuse("valid-scheduling-message", "DTSTART and DTEND are wanted, in UTC.");
  out.range = {UtcSeconds(begin->local.time_since_epoch()),
               UtcSeconds(end->local.time_since_epoch())};
  if (out.range.end - out.range.begin > k_longest)
    return refuse("valid-scheduling-message", "The time is longer than 400 days.");
  const auto organizer = object->organizer();
  if (!organizer ||
      std::ranges::find(self, calendar::calendar_address(organizer->address)) == self.end())
    return refuse("organizer-allowed", "Who asks is the organizer.");
  out.organizer = organizer->address;
  // What clients call the meeting that is being moved: it does not count.
  out.without = part.value("X-CALENDARSERVER-MASK-UID");
  out.object = *std::move(object);
  return out;
}

struct Asking {
  const Environment& environment;
  const calendar::Zones& zones;
  const Request& request;
  const directory::Identity& asker;
  BusyMemory& memory;
};

// May the asker learn when this person is busy? `account` is his; nullptr: he has none yet.
bool may_ask(const Asking& asking, const directory::Principal& person, store::Account* account) {
  const auto askers = asking.environment.policies.of(person.id)->free_busy;
  if (person.id == asking.asker.id) return true;
  if (account != nullptr) {
    const auto view = account->view();
    const auto owner = binding_of(person);
    if (const auto folder = default_calendar(view))
      return sharing::may_see_busy(asking.asker, asking.environment.directory,
                                   {owner, *folder, view.access(folder->id)}, askers);
  }
  return askers == config::BusyAskers::everybody;
}

// no_permission: not for the asker.
Task<Result<std::vector<BusyPeriod>>> busy_of(Asking asking,
                                              std::shared_ptr<const directory::Principal> person) {
  // Who has no mailbox yet is free; none is made for a question.
  if (!asking.environment.store.find(binding_of(*person))) {
    if (!may_ask(asking, *person, nullptr)) co_return fail(Errc::no_permission, "not for this one");
    co_return std::vector<BusyPeriod>();
  }
  KONTOR_CO_TRY(const auto account,
                co_await asking.environment.store.open_for(binding_of(*person)));
  if (!may_ask(asking, *person, account.get()))
    co_return fail(Errc::no_permission, "not for this one");
  BusyQuestion question;
  question.range = asking.request.range;
  question.self = addresses_of(*person);
  question.without = asking.request.without;
  question.memory = &asking.memory;
  co_return co_await busy_times(*account, account->view(), std::move(question), asking.zones);
}

// Of a group those who may be asked. no_permission: none of them.
Task<Result<std::vector<BusyPeriod>>> busy_of_all(
    Asking asking, std::vector<std::shared_ptr<const directory::Principal>> people) {
  calendar::BusyTime all(asking.request.range);
  bool is_refused = false, is_told = false;
  for (const auto& person : people) {
    if (!person->has_mailbox()) continue;
    const auto periods = co_await busy_of(asking, person);
    if (!periods && periods.error().code() != Errc::no_permission) co_return periods;
    (periods ? is_told : is_refused) = true;
    if (!periods) continue;
    for (const auto& one : *periods) all.add(one);
  }
  if (is_refused && !is_told) co_return fail(Errc::no_permission, "for none of them");
  co_return all.periods();
}

}  // namespace

Task<std::expected<std::vector<BusyAnswer>, Refusal>> Scheduler::ask_busy(
    std::shared_ptr<const directory::Principal> asker, std::string bytes) {
  const auto request = read_request(bytes, addresses_of(*asker));
  if (!request) co_return std::unexpected(request.error());
  const auto attendees = request->object.attendees();
  if (attendees.size() > most_attendees(asker->id))
    co_return refuse("max-attendees-per-instance", "Too many are asked at once.");
  const auto copy = environment_.directory.current();
  const auto now = environment_.clock.now();
  const auto identity = directory::make_identity(*copy, *asker, {}, {});
  const Asking asking{environment_, zones_, *request, identity, busy_memory_};
  std::vector<BusyAnswer> out;
  for (const auto& attendee : attendees) {
    BusyAnswer answer{attendee.address, "3.7;Invalid calendar user", ""};
    const auto whom = find_addressee(*copy, environment_.settings.domains.local,
                                     calendar::calendar_address(attendee.address), now);
    std::vector<std::shared_ptr<const directory::Principal>> people;
    if (whom.where == Where::here) people = {whom.principal};
    if (whom.where == Where::group) people = copy->expand(whom.principal->id);
    if (whom.where == Where::outside) answer.status = "5.3;No scheduling support for user";
    if (!people.empty() && people.size() <= k_most_members) {
      const auto periods = co_await busy_of_all(asking, std::move(people));
      calendar::FreeBusyMessage message;
      message.range = request->range;
      if (periods) message.periods = *periods;
      message.now = now;
      message.uid = request->object.uid;
      message.organizer = request->organizer;
      message.attendee = attendee.address;
      message.method = "REPLY";
      const bool is_refused = !periods && periods.error().code() == Errc::no_permission;
      answer.status = periods      ? "2.0;Success"
                      : is_refused ? "3.8;No authority"  // RFC 5546, 3.6
                                   : "5.1;Service unavailable";
      if (periods) answer.calendar = calendar::write_freebusy(message);
    }
    out.push_back(std::move(answer));
  }
  co_return out;
}

}  // namespace kontor::scheduling
