// SPDX-License-Identifier: GPL-3.0-or-later
// blocks: addresses that are refused after wrong passwords, or because the administrator says so.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/config/values.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<trace::Guard*> guard_of(const Desk& desk) {
  if (desk.environment.guard == nullptr)
    return fail(Errc::unsupported, "this server blocks no addresses");
  return desk.environment.guard;
}

json::object row_of(const trace::Block& block, UtcSeconds now) {
  json::object row;
  row["address"] = block.text();
  row["seconds_left"] = (block.until - now).count();
  row["by"] = block.by_administrator ? "administrator" : "wrong passwords";
  row["failures"] = block.failures;
  row["account"] = block.account;
  return row;
}

}  // namespace

Task<Answer> blocks_list(const Desk& desk, Request request) {
  if (!request.arguments.empty() && request.arguments[0] != "list")
    co_return fail(Errc::bad_input, "the only words that may follow are: list, add, remove");
  KONTOR_CO_TRY(const auto* guard, guard_of(desk));
  json::array rows;
  for (const auto& block : guard->blocks())
    rows.emplace_back(row_of(block, desk.environment.clock.now()));
  co_return json::value(std::move(rows));
}

Task<Answer> blocks_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* guard, guard_of(desk));
  auto time = desk.environment.settings.sign_in.block_time;
  if (request.arguments.size() > 1) {
    KONTOR_CO_TRY(const auto given, config::parse_duration(request.arguments[1]));
    time = std::chrono::ceil<std::chrono::seconds>(given);
  }
  if (time.count() <= 0 || time > std::chrono::days(3'650))
    co_return fail(Errc::bad_input, "a block lasts between 1s and 3650d");
  KONTOR_CO_TRY(const auto block, guard->block(request.arguments[0], time));
  co_return json::value(row_of(block, desk.environment.clock.now()));
}

Task<Answer> blocks_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* guard, guard_of(desk));
  json::object out;
  if (request.arguments[0] == "all") {
    out["removed"] = guard->unblock_all();
  } else {
    KONTOR_CO_TRY(guard->unblock(request.arguments[0]));
    out["removed"] = 1;
  }
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
