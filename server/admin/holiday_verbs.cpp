// SPDX-License-Identifier: GPL-3.0-or-later
// calendars holidays and calendars remove: calendars that everybody sees, as a file says.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/publish/holidays.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view k_public = "public", k_usual_name = "holidays";

json::object row_of(const publish::Holidays& one) {
  json::object row;
  row["calendar"] = one.calendar;
  row["title"] = one.title;
  row["events"] = one.events;
  row["changed"] = store::show_moment(one.changed);
  return row;
}

}  // namespace

Task<Answer> calendars_holidays(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account,
                co_await open_mailbox_or_public(desk.environment, std::string(k_public)));
  KONTOR_CO_TRY(const auto taken, co_await publish::take_holidays(
                                      *account, option(request, "--name", k_usual_name),
                                      option(request, "--title", ""), std::move(request.payload),
                                      desk.environment.clock.now()));
  auto row = row_of(taken.holidays);
  row["added"] = taken.added;
  row["replaced"] = taken.replaced;
  row["removed"] = taken.removed;
  co_return json::value(std::move(row));
}

Task<Answer> calendars_list(const Desk& desk, Request) {
  KONTOR_CO_TRY(const auto account,
                co_await open_mailbox_or_public(desk.environment, std::string(k_public)));
  json::array rows;
  for (const auto& one : publish::holidays_of(account->view())) rows.emplace_back(row_of(one));
  co_return json::value(std::move(rows));
}

Task<Answer> calendars_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account,
                co_await open_mailbox_or_public(desk.environment, std::string(k_public)));
  KONTOR_CO_TRY(const auto gone, co_await publish::remove_holidays(*account, request.arguments[0]));
  auto row = row_of(gone);
  row["removed"] = true;
  co_return json::value(std::move(row));
}

}  // namespace kontor::admin
