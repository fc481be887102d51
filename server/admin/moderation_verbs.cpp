// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/moderation_verbs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/mime/header.hpp"
#include "server/moderation/moderation.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using moderation::Held;
using moderation::Stage;

constexpr std::string_view k_by = "an administrator";

Result<moderation::Moderation*> moderation_of(const Desk& desk) {
  if (desk.environment.moderation == nullptr)
    return fail(Errc::unavailable, "this server moderates no groups");
  return desk.environment.moderation;
}

json::object row_of(const Held& held) {
  json::object row;
  row["id"] = held.id;
  row["state"] = moderation::name_of(held.stage);
  row["group"] = held.address;
  row["sender"] = held.sender.empty() ? "<>" : held.sender;
  row["subject"] = held.subject;
  row["arrived"] = mime::format_date(held.arrived);
  row[held.stage == Stage::waiting ? "until" : "decided"] =
      mime::format_date(held.stage == Stage::waiting ? held.expires : held.decided);
  row["by"] = held.decided_by;
  return row;
}

Task<Answer> decided(const Desk& desk, std::string id, moderation::Verdict verdict) {
  KONTOR_CO_TRY(auto* moderation, moderation_of(desk));
  auto again = id;
  KONTOR_CO_TRY(
      co_await moderation->decide(std::move(again), std::move(verdict), std::string(k_by)));
  KONTOR_CO_TRY(const auto held, moderation->find(id));
  co_return json::value(row_of(held));
}

}  // namespace

Task<Answer> moderation_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto* moderation, moderation_of(desk));
  json::array rows;
  for (const auto& held : moderation->list())
    if (held.stage == Stage::waiting || request.options.contains("--all"))
      rows.emplace_back(row_of(held));
  co_return json::value(std::move(rows));
}

Task<Answer> moderation_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto* moderation, moderation_of(desk));
  KONTOR_CO_TRY(const auto held, moderation->find(request.arguments[0]));
  auto row = row_of(held);
  row["trace"] = held.trace;
  row["from"] = held.author;
  row["message_id"] = held.message_id;
  row["bytes"] = held.size;
  row["reason"] = held.reason;
  row["asked"] = held.is_asked;
  row["carried_out"] = held.is_done;
  const auto copy = desk.environment.directory.current();
  json::array moderators;
  if (const auto group = copy->find(held.group))
    for (const auto& one : desk.environment.delivery.senders().moderators_of(*copy, *group))
      moderators.emplace_back(one->mail);
  row["moderators"] = std::move(moderators);
  co_return json::value(std::move(row));
}

Task<Answer> moderation_approve(const Desk& desk, Request request) {
  moderation::Verdict verdict;
  verdict.is_approved = true;
  co_return co_await decided(desk, request.arguments[0], std::move(verdict));
}

Task<Answer> moderation_reject(const Desk& desk, Request request) {
  moderation::Verdict verdict;
  if (request.arguments.size() > 1) verdict.reason = request.arguments[1];
  co_return co_await decided(desk, request.arguments[0], std::move(verdict));
}

}  // namespace kontor::admin
