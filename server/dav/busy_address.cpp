// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/busy_address.hpp"

#include "base/core/text.hpp"
#include "calendar/freebusy/freebusy.hpp"
#include "server/dav/answers.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/scheduling/scheduler.hpp"
#include "server/sharing/busy.hpp"

namespace kontor::dav {
namespace {

using calendar::TimeRange;
using directory::Principal;

constexpr std::string_view k_place = "/freebusy/";
constexpr std::chrono::days k_before{7}, k_after{62}, k_longest{732};

// By an address, or its part before the "@" of the usual domain, or as he signs in.
std::shared_ptr<const Principal> find_person(const Kept& kept,
                                             const directory::DirectoryCopy& copy,
                                             const std::string& name) {
  const auto& domain = kept.environment.settings.directory.default_domain;
  auto found = copy.find_address(name);
  if (!found && !name.contains('@') && !domain.empty())
    found = copy.find_address(name + '@' + domain);
  if (!found) found = copy.find_login(name, domain);
  return found && found->has_mailbox() ? found : nullptr;
}

// "20261122T000000Z"
std::optional<UtcSeconds> time_of(std::string_view text) {
  const bool is_good = text.size() == 16 && text[8] == 'T' && text[15] == 'Z';
  if (!is_good) return std::nullopt;
  const auto at = [&](std::size_t begin, std::size_t size) {
    return parse_number<unsigned>(text.substr(begin, size)).value_or(9999);
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(at(0, 4))),
                                        std::chrono::month(at(4, 2)), std::chrono::day(at(6, 2))};
  if (!day.ok() || at(9, 2) > 23 || at(11, 2) > 59 || at(13, 2) > 60) return std::nullopt;
  return UtcSeconds(std::chrono::sys_days(day)) + std::chrono::hours(at(9, 2)) +
         std::chrono::minutes(at(11, 2)) + std::chrono::seconds(at(13, 2));
}

std::optional<TimeRange> range_of(const http::wire::Request& request, UtcSeconds now) {
  TimeRange range{now - k_before, now + k_after};
  const auto start = http::wire::query_parameter(request.query, "start");
  const auto end = http::wire::query_parameter(request.query, "end");
  if (!start.empty()) {
    const auto said = time_of(start);
    if (!said) return std::nullopt;
    range = {*said, *said + k_after};
  }
  if (!end.empty()) {
    const auto said = time_of(end);
    if (!said) return std::nullopt;
    range.end = *said;
  }
  if (range.begin >= range.end || range.end - range.begin > k_longest) return std::nullopt;
  return range;
}

// One kind of busy alone.
std::vector<calendar::BusyPeriod> without_types(const std::vector<calendar::BusyPeriod>& periods,
                                                TimeRange range) {
  calendar::BusyTime all(range);
  for (const auto& one : periods)
    if (one.type != calendar::BusyType::free) all.add({one.range, calendar::BusyType::busy});
  return all.periods();
}

}  // namespace

std::string busy_name(std::string_view path) {
  if (!istarts_with(path, k_place)) return {};
  path.remove_prefix(k_place.size());
  for (const std::string_view ending : {".ifb", ".vfb", ".fb"})
    if (path.size() > ending.size() && iequals(path.substr(path.size() - ending.size()), ending)) {
      path.remove_suffix(ending.size());
      break;
    }
  return path.contains('/') ? std::string() : std::string(path);
}

Task<Result<http::wire::Response>> answer_busy(std::shared_ptr<Kept> kept, http::Call call) {
  const auto& environment = kept->environment;
  const auto copy = environment.directory.current();
  const auto owner = find_person(*kept, *copy, busy_name(call.request.path));
  const bool is_hidden = owner && owner->mail_rules.is_hidden && owner->id != call.person->id;
  if (!owner || is_hidden) co_return fail(Errc::not_found, "nobody of that name");
  calendar::FreeBusyMessage message;
  message.now = environment.clock.now();
  const auto range = range_of(call.request, message.now);
  if (!range) co_return fail(Errc::bad_input, "start and end are as 20261122T000000Z");
  message.range = *range;
  message.uid = owner->id.guid.text() + "-free-busy";
  message.organizer = "mailto:" + owner->mail;
  message.method = "PUBLISH";
  const store::Binding binding{owner->id.source, owner->id.guid};
  const auto askers = environment.policy_of(owner->id)->free_busy;
  const bool is_known = owner->id == call.person->id || askers == config::BusyAskers::everybody;
  if (const auto id = environment.store.find(binding)) {
    KONTOR_CO_TRY(const auto account, co_await environment.store.open(*id));
    const auto view = account->view();
    const auto folder = scheduling::default_calendar(view);
    if (!folder && !is_known) co_return fail(Errc::not_found, "not for this one");
    if (folder) {
      const auto& list = view.access(folder->id);
      const sharing::Access access{binding, *folder, list};
      if (!sharing::may_see_busy(*call.person, environment.directory, access, askers))
        co_return fail(Errc::not_found, "not for this one");
      scheduling::BusyQuestion question;
      question.range = *range;
      question.self = owner->addresses;
      if (environment.scheduler != nullptr) question.memory = &environment.scheduler->busy_memory();
      KONTOR_CO_TRY(message.periods, co_await scheduling::busy_times(
                                         *account, view, std::move(question), kept->zones));
      if (sharing::object_rights_of(*call.person, environment.directory, access) == 0)
        message.periods = without_types(message.periods, *range);
    }
  } else if (!is_known) {
    co_return fail(Errc::not_found, "not for this one");
  }
  http::wire::Response out{200,
                           "text/calendar; charset=utf-8; component=VFREEBUSY; method=PUBLISH",
                           calendar::write_freebusy(message),
                           {}};
  out.fields.push_back({"Cache-Control", "private, no-cache"});
  co_return out;
}

}  // namespace kontor::dav
