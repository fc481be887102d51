// SPDX-License-Identifier: GPL-3.0-or-later
// retention: what the rules expunged at the last turn of upkeep, or would now; upkeep: a turn at
// once.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "store/mailbox/upkeep_report.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

std::string owner_of(const Desk& desk, const store::AccountInfo& info) {
  const directory::PrincipalId id{info.binding.source, info.binding.guid};
  const auto person = desk.environment.directory.current()->find(id);
  return person && !person->mail.empty() ? person->mail : id.text();
}

json::object row_of(const std::string& owner, const store::RetentionCount& count) {
  json::object row;
  row["mailbox"] = owner;
  row["rule"] = count.rule;
  row["messages"] = count.messages;
  row["bytes"] = count.bytes;
  return row;
}

// Of one account, or of each; a mailbox that cannot be opened has its own complaint elsewhere.
Task<Result<std::vector<store::AccountInfo>>> accounts_for(const Desk& desk, Request request) {
  auto all = desk.environment.store.list();
  if (request.arguments.empty()) co_return all;
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  std::erase_if(all, [&](const auto& info) { return info.id != found.account; });
  if (all.empty()) co_return fail(Errc::not_found, "no mailbox was made for this account yet");
  co_return all;
}

}  // namespace

Task<Answer> retention(const Desk& desk, Request request) {
  const bool dry_run = request.options.contains("--dry-run");
  KONTOR_CO_TRY(const auto accounts, co_await accounts_for(desk, request));
  json::array rows;
  for (const auto& info : accounts) {
    const auto owner = owner_of(desk, info);
    if (dry_run) {
      const auto account = co_await desk.environment.store.open(info.id);
      if (!account) continue;
      for (const auto& count : (*account)->retention_due()) rows.emplace_back(row_of(owner, count));
    } else if (const auto last = desk.environment.store.last_upkeep(info.id)) {
      for (const auto& count : last->retention) {
        auto row = row_of(owner, count);
        row["when"] = store::show_moment(last->when);
        rows.emplace_back(std::move(row));
      }
    }
  }
  co_return json::value(std::move(rows));
}

Task<Answer> upkeep(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto accounts, co_await accounts_for(desk, request));
  json::array rows;
  for (const auto& info : accounts) {
    const auto report = co_await desk.environment.store.look_after(info.id);
    json::object row;
    row["mailbox"] = owner_of(desk, info);
    std::uint64_t retained = 0;
    if (report)
      for (const auto& count : report->retention) retained += count.messages;
    row["retention"] = retained;
    row["purged"] = report ? report->purged.messages : 0;
    row["purged_folders"] = report ? report->purged.folders : 0;
    row["removed"] = report && report->removed;
    row["problem"] = !report           ? report.error().text()
                     : report->problem ? report->problem->text()
                                       : std::string();
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

}  // namespace kontor::admin
