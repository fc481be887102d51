// SPDX-License-Identifier: GPL-3.0-or-later
// out-of-office show, set and clear: what a mailbox answers while its owner is away.
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/delivery/out_of_office.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_most_annotations = 10'000;  // of the account itself
constexpr std::size_t k_longest_text = 64U << 10U;

// A day alone begins at its start here; parse_moment() reads it as its end.
Result<std::optional<UtcSeconds>> moment_option(const Request& request,
                                                const std::string& name,
                                                UtcSeconds now) {
  auto text = std::string(trim(option(request, name)));
  if (text.empty()) return std::optional<UtcSeconds>();
  constexpr std::size_t k_date_size = 10;
  if (name == "--from" && text.size() == k_date_size) text += " 00:00";
  KONTOR_TRY(const auto moment, store::parse_moment(text, now));
  return std::optional(moment);
}

json::value moment_value(const std::optional<UtcSeconds>& moment) {
  return moment ? json::value(store::show_moment(*moment)) : json::value(nullptr);
}

json::value row_of(const store::Account& account, UtcSeconds now) {
  const auto view = account.view();
  const auto value = delivery::out_of_office_of(view.annotations(0), now);
  json::object row;
  row["account"] = account.id().text();
  row["on"] = value.is_on;
  row["away_now"] = value.is_away(now);
  row["from"] = moment_value(value.from);
  row["until"] = moment_value(value.until);
  row["subject"] = value.subject;
  row["internal"] = value.internal;
  row["external"] = value.external;
  return row;
}

Task<Answer> put(const Desk& desk, std::string name, delivery::OutOfOffice value) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, std::move(name)));
  const auto view = account->view();
  KONTOR_CO_TRY(co_await account->set_annotations(
      0, delivery::changes_to(value, view.annotations(0)), k_most_annotations));
  co_return row_of(*account, desk.environment.clock.now());
}

}  // namespace

Task<Answer> out_of_office_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  co_return row_of(*account, desk.environment.clock.now());
}

Task<Answer> out_of_office_set(const Desk& desk, Request request) {
  const auto now = desk.environment.clock.now();
  delivery::OutOfOffice value;
  value.is_on = true;
  KONTOR_CO_TRY(value.from, moment_option(request, "--from", now));
  KONTOR_CO_TRY(value.until, moment_option(request, "--until", now));
  value.subject = option(request, "--subject");
  value.internal = option(request, "--internal");
  value.external = option(request, "--external");
  if (value.internal.empty() && value.external.empty())
    co_return fail(Errc::bad_input,
                   "nothing to answer: give --internal TEXT, --external TEXT or both");
  if (value.internal.size() > k_longest_text || value.external.size() > k_longest_text)
    co_return fail(Errc::limit, "a text may have 64 KB");
  if (!is_utf8(value.subject + value.internal + value.external))
    co_return fail(Errc::bad_input, "the texts must be UTF-8");
  if (value.until && (*value.until < now || (value.from && *value.until <= *value.from)))
    co_return fail(Errc::bad_input, "--until is over already, or before --from");
  co_return co_await put(desk, request.arguments[0], std::move(value));
}

Task<Answer> out_of_office_clear(const Desk& desk, Request request) {
  co_return co_await put(desk, request.arguments[0], delivery::OutOfOffice());
}

}  // namespace kontor::admin
