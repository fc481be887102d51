// SPDX-License-Identifier: GPL-3.0-or-later
// calendars publish, links and revoke: who has a link reads a calendar without signing in.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/autodiscover/offer.hpp"
#include "server/publish/links.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using publish::Detail;
using publish::Link;
using AccountPtr = std::shared_ptr<store::Account>;

constexpr std::string_view k_calendar = "calendar:";

// "default" or "calendar:default".
Result<store::FolderInfo> find_calendar(const store::AccountView& view, const std::string& name) {
  const auto full = name.starts_with(k_calendar) ? name : std::string(k_calendar) + name;
  const auto found = view.find_folder(full);
  if (found && publish::is_calendar(*found)) return *found;
  std::string there;
  for (const auto& folder : view.folders())
    if (publish::is_calendar(folder)) there.append(there.empty() ? "" : ", ").append(folder.name);
  return fail(Errc::not_found, "there is no calendar " + full +
                                   "; there are: " + (there.empty() ? std::string("none") : there));
}

Result<Detail> wanted_detail(const Request& request) {
  const auto said = request.options.find("--detail");
  if (said == request.options.end()) return Detail::full;
  const auto detail = publish::detail_of(said->second);
  if (!detail) return fail(Errc::bad_input, "--detail is full or free-busy");
  return *detail;
}

Result<void> check_policy(const Desk& desk, const store::Binding& owner, Detail detail) {
  if (desk.environment.policies == nullptr || is_public(owner)) return {};
  const auto values = desk.environment.policies->policies().of({owner.source, owner.guid});
  if (values->publishing == config::Publishing::none)
    return fail(Errc::no_permission, "the policy publishing=none forbids it for this calendar");
  if (values->publishing == config::Publishing::free_busy && detail == Detail::full)
    return fail(Errc::no_permission,
                "the policy publishing=free-busy allows --detail free-busy alone here");
  return {};
}

json::object row_of(const Desk& desk, const store::AccountView& view, const Link& link) {
  const auto folder = view.folder(link.folder);
  json::object row;
  row["link"] = link.id;
  row["mailbox"] = mailbox_text(desk.environment, view.binding());
  row["calendar"] = folder ? folder->name : std::string();
  row["detail"] = publish::word_of(link.detail);
  row["made"] = store::show_moment(link.made);
  row["last_used"] = link.used ? store::show_moment(*link.used) : std::string("never");
  return row;
}

void add_rows(const Desk& desk, const store::Account& account, json::array& rows) {
  const auto view = account.view();
  for (const auto& link : publish::links_of(view)) rows.emplace_back(row_of(desk, view, link));
}

// The account of a link's address or token, the link itself.
Task<Result<std::pair<AccountPtr, std::string>>> find_by_token(const Desk& desk,
                                                               std::string token) {
  const auto parsed = publish::parse_token(token);
  if (!parsed) co_return fail(Errc::not_found, "that is no link of this server");
  KONTOR_CO_TRY(auto account, co_await desk.environment.store.open(parsed->account));
  const auto link = publish::find_link(account->view(), parsed->secret);
  if (!link) co_return fail(Errc::not_found, "that link opens nothing (any more)");
  co_return std::pair(std::move(account), link->id);
}

Task<Result<std::pair<AccountPtr, std::string>>> find_by_id(const Desk& desk, std::string id) {
  for (const auto& info : desk.environment.store.list()) {
    if (!publish::may_have(info.id, id)) continue;
    KONTOR_CO_TRY(auto account, co_await desk.environment.store.open(info.id));
    for (const auto& link : publish::links_of(account->view()))
      if (link.id == id) co_return std::pair(std::move(account), std::move(id));
  }
  co_return fail(Errc::not_found,
                 "there is no link " + id + "; \"kontorctl calendars links\" shows them");
}

}  // namespace

Task<Answer> calendars_publish(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto detail, wanted_detail(request));
  if (!desk.environment.settings.http.enabled || !desk.environment.settings.dav.enabled)
    co_return fail(Errc::unsupported, "calendars are read by HTTPS: http.enabled and dav.enabled");
  KONTOR_CO_TRY(const auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  const auto view = account->view();
  KONTOR_CO_TRY(const auto folder, find_calendar(view, request.arguments[1]));
  KONTOR_CO_TRY(check_policy(desk, view.binding(), detail));
  KONTOR_CO_TRY(const auto made, co_await publish::make_link(*account, folder.id, detail,
                                                             desk.environment.clock.now()));
  auto row = row_of(desk, view, made.link);
  const auto offer = autodiscover::make_offer(desk.environment.settings, {});
  row["address"] =
      offer.url(std::string(publish::k_published) + made.token + std::string(publish::k_ending));
  co_return json::value(std::move(row));
}

Task<Answer> calendars_links(const Desk& desk, Request request) {
  json::array rows;
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(const auto account,
                  co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
    add_rows(desk, *account, rows);
    co_return json::value(std::move(rows));
  }
  for (const auto& info : desk.environment.store.list()) {
    // What cannot be opened has an event that says so, and its links open nothing.
    const auto account = co_await desk.environment.store.open(info.id);
    if (account) add_rows(desk, **account, rows);
  }
  co_return json::value(std::move(rows));
}

Task<Answer> calendars_revoke(const Desk& desk, Request request) {
  auto said = request.arguments[0];
  const auto slash = said.rfind('/');
  const bool is_address = slash != std::string::npos;
  if (is_address) said.erase(0, slash + 1);
  if (said.ends_with(publish::k_ending)) said.resize(said.size() - publish::k_ending.size());
  const bool is_token = is_address || publish::parse_token(said).has_value();
  auto found = is_token ? co_await find_by_token(desk, std::move(said))
                        : co_await find_by_id(desk, std::move(said));
  if (!found) co_return fail(found.error());
  const auto& [account, id] = *found;
  const auto view = account->view();
  KONTOR_CO_TRY(const auto gone, co_await publish::revoke_link(*account, id));
  auto row = row_of(desk, view, gone);
  row["revoked"] = true;
  co_return json::value(std::move(row));
}

}  // namespace kontor::admin
