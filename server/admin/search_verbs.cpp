// SPDX-License-Identifier: GPL-3.0-or-later
// search status, search rebuild: the full-text indexes of mailboxes.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <thread>

#include "server/admin/client.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/indexer/searcher.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

std::string owner_of(const Desk& desk, const store::AccountInfo& info) {
  const directory::PrincipalId id{info.binding.source, info.binding.guid};
  const auto person = desk.environment.directory.current()->find(id);
  return person && !person->mail.empty() ? person->mail : id.text();
}

Result<std::vector<store::AccountInfo>> accounts_for(const Desk& desk, const Request& request) {
  if (request.arguments.empty()) return desk.environment.store.list();
  KONTOR_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  std::vector<store::AccountInfo> out;
  if (found.account)
    if (auto info = desk.environment.store.info(*found.account)) out.push_back(*std::move(info));
  if (out.empty()) return fail(Errc::not_found, "no mailbox was made for this account yet");
  return out;
}

std::string state_of(const indexer::IndexStatus& status) {
  if (!status.enabled) return "off";
  if (!status.problem.empty()) return "failing";
  if (status.is_building) return "rebuilding";
  return status.waiting == 0 ? "complete" : "behind";
}

json::object row_of(const std::string& owner, const indexer::IndexStatus& status) {
  json::object row;
  row["mailbox"] = owner;
  row["state"] = state_of(status);
  row["messages"] = status.items;
  row["indexed"] = status.items - status.waiting;
  row["bytes"] = status.index.bytes;
  if (status.is_building) row["rebuilt"] = status.built;
  row["problem"] = status.problem;
  return row;
}

std::uint64_t number_in(const json::value& row, std::string_view key) {
  const auto* value = row.is_object() ? row.as_object().if_contains(key) : nullptr;
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::string text_in(const json::value& row, std::string_view key) {
  const auto* value = row.is_object() ? row.as_object().if_contains(key) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

Task<Answer> search_status(const Desk& desk, Request request) {
  if (desk.environment.searcher == nullptr) co_return fail(Errc::unavailable, "no search here");
  KONTOR_CO_TRY(const auto accounts, accounts_for(desk, request));
  json::array rows;
  for (const auto& info : accounts) {
    const auto status = co_await desk.environment.searcher->status(info.id);
    if (status) {
      rows.emplace_back(row_of(owner_of(desk, info), *status));
    } else {
      json::object row;
      row["mailbox"] = owner_of(desk, info);
      row["state"] = "failing";
      row["problem"] = status.error().text();
      rows.emplace_back(std::move(row));
    }
  }
  co_return json::value(std::move(rows));
}

Task<Answer> search_rebuild(const Desk& desk, Request request) {
  if (desk.environment.searcher == nullptr) co_return fail(Errc::unavailable, "no search here");
  KONTOR_CO_TRY(const auto accounts, accounts_for(desk, request));
  KONTOR_CO_TRY(co_await desk.environment.searcher->rebuild(accounts.front().id));
  co_return co_await search_status(desk, std::move(request));
}

// Waits for the end, and says how far it is. Stopping kontorctl does not stop it.
Result<Finding> search_rebuild_here(const Client& client, Request request) {
  constexpr auto k_pause = std::chrono::milliseconds(500);
  KONTOR_TRY(auto answer, ask_server(client.data_folder, {"search rebuild", request}));
  Finding out;
  while (true) {
    const auto row =
        answer.is_array() && !answer.as_array().empty() ? answer.as_array().front() : json::value();
    const auto state = text_in(row, "state");
    if (state != "rebuilding") {
      out.good = state == "complete" || state == "behind";
      out.text = out.good ? fmt::format("{} messages indexed, {} bytes\n",
                                        number_in(row, "indexed"), number_in(row, "bytes"))
                          : text_in(row, "problem") + "\n";
      out.value = row;
      return out;
    }
    client.progress << fmt::format("{} of {} messages\n", number_in(row, "rebuilt"),
                                   number_in(row, "messages"))
                    << std::flush;
    std::this_thread::sleep_for(k_pause);
    KONTOR_TRY(answer, ask_server(client.data_folder, {"search status", request}));
  }
}

}  // namespace kontor::admin
