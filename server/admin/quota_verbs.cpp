// SPDX-License-Identifier: GPL-3.0-or-later
// quota show and quota set: what a mailbox holds and may hold (server/imap answers the same by RFC
// 9208).
#include <boost/json/object.hpp>

#include "base/config/values.hpp"
#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

json::value limit_value(std::uint64_t limit) {
  return limit == 0 ? json::value("none") : json::value(limit);
}

json::value answer_of(const store::Account& account) {
  const auto quota = account.quota();
  json::object row;
  row["account"] = account.id().text();
  row["bytes"] = quota.usage.bytes;
  row["bytes_limit"] = limit_value(quota.limits.bytes);
  row["bytes_limit_from"] = quota.own.bytes ? "account" : "settings";
  row["messages"] = quota.usage.messages;
  row["messages_limit"] = limit_value(quota.limits.messages);
  row["messages_limit_from"] = quota.own.messages ? "account" : "settings";
  return row;
}

// "default": what the settings say; "none": no limit; else `parse` reads it.
template <class Parse>
Result<std::optional<std::uint64_t>> parse_limit(std::string_view word, const Parse& parse) {
  if (iequals(word, "default")) return std::optional<std::uint64_t>();
  if (iequals(word, "none")) return std::optional<std::uint64_t>(0);
  KONTOR_TRY(const std::uint64_t limit, parse(word));
  if (limit == 0) return fail(Errc::bad_input, "for no limit say none");
  return std::optional<std::uint64_t>(limit);
}

Result<std::uint64_t> parse_count(std::string_view word) {
  const auto number = parse_number<std::uint32_t>(word);
  if (!number) return fail(Errc::bad_input, std::string(word) + " is not a number of messages");
  return std::uint64_t{*number};
}

}  // namespace

Task<Answer> quota_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  co_return answer_of(*account);
}

Task<Answer> quota_set(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto bytes, parse_limit(request.arguments[1], config::parse_size));
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  auto own = account->quota().own;
  own.bytes = bytes;
  if (request.arguments.size() > 2) {
    KONTOR_CO_TRY(own.messages, parse_limit(request.arguments[2], parse_count));
  }
  KONTOR_CO_TRY(co_await account->set_limits(own));
  co_return answer_of(*account);
}

}  // namespace kontor::admin
