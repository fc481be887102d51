// SPDX-License-Identifier: GPL-3.0-or-later
// rooms: rooms and equipment, the lists people choose them from, what policy says of each and what
// they have taken; and which are free at some time.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/zone/zones.hpp"
#include "directory/model/room_list.hpp"
#include "server/admin/person_row.hpp"
#include "server/admin/verbs.hpp"
#include "server/policy/keeper.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/scheduling/rooms.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::Kind;
using directory::Principal;

constexpr std::chrono::hours k_usual_time{1};
constexpr std::size_t k_most_bookings = 2'000;  // of a room, that are looked at

struct Wish {
  std::optional<calendar::TimeRange> free;
  std::uint32_t capacity = 0;
};

Result<std::optional<UtcSeconds>> moment_of(const Request& request,
                                            const std::string& name,
                                            UtcSeconds now) {
  const auto found = request.options.find(name);
  if (found == request.options.end()) return std::optional<UtcSeconds>();
  KONTOR_TRY(const auto moment, store::parse_moment(found->second, now));
  return std::optional(moment);
}

Result<Wish> wish_of(const Request& request, UtcSeconds now) {
  Wish out;
  KONTOR_TRY(const auto from, moment_of(request, "--free", now));
  KONTOR_TRY(const auto until, moment_of(request, "--until", now));
  if (until && !from) return fail(Errc::bad_input, "--until goes with --free");
  if (from) out.free = {*from, until.value_or(*from + k_usual_time)};
  if (out.free && out.free->begin >= out.free->end)
    return fail(Errc::bad_input, "--until is a time after that of --free");
  const auto capacity = request.options.find("--capacity");
  if (capacity == request.options.end()) return out;
  const auto people = parse_number<std::uint32_t>(capacity->second);
  if (!people || *people == 0) return fail(Errc::bad_input, "--capacity is a number of people");
  out.capacity = *people;
  return out;
}

// The lists each room is in, by address.
std::map<directory::PrincipalId, std::vector<std::string>> lists_of(
    const directory::DirectoryCopy& copy) {
  std::map<directory::PrincipalId, std::vector<std::string>> out;
  for (const auto& group : copy.all()) {
    if (group->mail.empty() || !directory::is_room_list(copy, *group)) continue;
    for (const auto& room : copy.expand(group->id)) out[room->id].push_back(group->mail);
  }
  for (auto& [room, lists] : out) std::ranges::sort(lists);
  return out;
}

// What the room answered to the meetings that are not over.
struct Bookings {
  std::size_t accepted = 0, tentative = 0;
};
Task<Bookings> bookings_of(std::shared_ptr<store::Account> account,
                           std::vector<std::string> self,
                           UtcSeconds now) {
  const auto view = account->view();
  std::vector<store::ItemId> items;
  for (const auto& info : view.folders()) {
    const auto folder = scheduling::is_calendar(info) ? view.open(info.id) : nullptr;
    if (folder == nullptr) continue;
    folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
      const auto* object = folder->object(entry.uid);
      if (object != nullptr && object->keys.end > now && items.size() < k_most_bookings)
        items.push_back(entry.item);
    });
  }
  Bookings out;
  for (const auto item : items) {
    const auto bytes = co_await account->read_message(item);
    const auto object = calendar::read_object(bytes ? *bytes : std::string());
    if (!object) continue;
    for (const auto& one : object->attendees()) {
      if (std::ranges::find(self, calendar::calendar_address(one.address)) == self.end()) continue;
      out.accepted += one.partstat == "ACCEPTED" ? 1 : 0;
      out.tentative += one.partstat == "TENTATIVE" ? 1 : 0;
      break;
    }
  }
  co_return out;
}

json::object rules_of(const config::BookingValues& booking) {
  json::object out;
  out["capacity"] = booking.capacity;
  out["answers"] = booking.mode == config::BookingMode::ask ? "tentative" : "by itself";
  out["conflicts"] = booking.mode == config::BookingMode::open;
  out["series"] = booking.takes_series;
  out["minutes"] = booking.minutes;
  out["days"] = booking.days;
  out["booked_by"] = texts(booking.by);
  return out;
}

// nothing: the room is not what was asked for.
Task<Result<std::optional<json::object>>> row_of_room(const Desk& desk,
                                                      Wish wish,
                                                      std::shared_ptr<const Principal> room,
                                                      const calendar::Zones& zones) {
  const auto& environment = desk.environment;
  static const config::PolicyValues k_none;
  const auto values =
      environment.policies == nullptr ? nullptr : environment.policies->policies().of(room->id);
  const auto& booking = (values == nullptr ? k_none : *values).booking;
  // Of a room whose capacity nobody knows it is not known that it holds so many.
  if (booking.capacity < wish.capacity) co_return std::nullopt;
  Bookings bookings;
  const auto binding = scheduling::binding_of(*room);
  if (environment.store.find(binding)) {
    KONTOR_CO_TRY(const auto account, co_await environment.store.open_for(binding));
    const auto self = scheduling::addresses_of(*room);
    if (wish.free) {
      scheduling::BusyQuestion question;
      question.range = *wish.free;
      question.self = self;
      KONTOR_CO_TRY(const auto busy,
                    co_await scheduling::busy_times(*account, account->view(), question, zones));
      if (!busy.empty()) co_return std::nullopt;
    }
    bookings = co_await bookings_of(account, self, environment.clock.now());
  }
  json::object row{{"address", room->mail}, {"name", room->name}};
  for (auto& [name, value] : rules_of(booking)) row[name] = std::move(value);
  row["accepted"] = bookings.accepted;
  row["tentative"] = bookings.tentative;
  co_return row;
}

}  // namespace

Task<Answer> rooms(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto wish, wish_of(request, desk.environment.clock.now()));
  const auto copy = desk.environment.directory.current();
  auto lists = lists_of(*copy);
  const calendar::Zones zones;
  json::array out;
  for (const auto& one : copy->all()) {
    if (one->kind != Kind::room || one->mail.empty()) continue;
    KONTOR_CO_TRY(auto row, co_await row_of_room(desk, wish, one, zones));
    if (!row) continue;
    (*row)["lists"] = texts(lists[one->id]);
    out.emplace_back(*std::move(row));
  }
  sort_by_address(out);
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
