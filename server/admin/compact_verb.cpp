// SPDX-License-Identifier: GPL-3.0-or-later
// store compact: log by log, an answer for each, so that a big mailbox shows its progress and an
// interrupted kontorctl ends the work behind the log under way.
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "base/net/stream.hpp"
#include "server/admin/client.hpp"
#include "server/admin/frame.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr net::Limit k_write = std::chrono::seconds(60);

// A person, an account's id, or the path of its folder, whose last part is the id.
Result<store::AccountId> account_of(const Desk& desk, std::string_view name) {
  while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  const auto slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  KONTOR_TRY(const auto found, find_account(desk.environment, name));
  if (found.account) return *found.account;
  return fail(Errc::not_found, std::string(name) + " has no mailbox yet");
}

void add(store::CompactReport& sum, const store::CompactReport& turn) {
  sum.logs += turn.logs;
  sum.before += turn.before;
  sum.after += turn.after;
  sum.left = turn.left;
  sum.passed_over.insert(turn.passed_over.begin(), turn.passed_over.end());
  sum.removed.logs += turn.removed.logs;
  sum.removed.bytes += turn.removed.bytes;
  sum.removed.kept_logs = turn.removed.kept_logs;
  sum.removed.kept_bytes = turn.removed.kept_bytes;
}

json::value row_of(const store::AccountId& id, const store::CompactReport& report) {
  return json::object{{"account", id.text()},
                      {"logs", report.logs},
                      {"bytes_before", report.before},
                      {"bytes_after", report.after},
                      {"left", report.left},
                      {"passed_over", report.passed_over.size()},
                      {"freed_logs", report.removed.logs},
                      {"freed_bytes", report.removed.bytes},
                      {"kept_logs", report.removed.kept_logs},
                      {"kept_bytes", report.removed.kept_bytes}};
}

std::uint64_t number_in(const json::value& row, std::string_view key) {
  const auto* value = row.is_object() ? row.as_object().if_contains(key) : nullptr;
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::string text_of(const json::value& row) {
  auto text =
      fmt::format("{} logs written anew: {} bytes before, {} after\n", number_in(row, "logs"),
                  number_in(row, "bytes_before"), number_in(row, "bytes_after"));
  if (const auto freed = number_in(row, "freed_logs"); freed > 0)
    text += fmt::format("{} replaced logs removed: {} bytes free\n", freed,
                        number_in(row, "freed_bytes"));
  if (const auto kept = number_in(row, "kept_logs"); kept > 0)
    text += fmt::format("{} replaced logs with {} bytes are kept for store.keep_replaced\n", kept,
                        number_in(row, "kept_bytes"));
  if (const auto over = number_in(row, "passed_over"); over > 0)
    text +=
        fmt::format("{} logs could not be written anew; the log of the server says why\n", over);
  return text;
}

Task<bool> send(net::Stream& stream, Answer answer) {
  const auto frame = make_frame(print_answer(answer));
  if (!frame) co_return false;
  const auto sent = co_await stream.write(*frame, k_write);
  co_return sent.has_value();
}

}  // namespace

Task<void> compact_stream(const Desk& desk, net::Stream& stream, Request request) {
  const auto id = account_of(desk, request.arguments[0]);
  if (!id) {
    co_await send(stream, fail(id.error()));
    co_return;
  }
  store::CompactReport sum;
  store::CompactTurn turn;
  turn.wish = store::CompactWish::at_once;
  turn.most = 1;
  while (true) {
    const auto report = co_await desk.environment.store.compact(*id, turn);
    if (!report) {
      co_await send(stream, fail(report.error()));
      co_return;
    }
    add(sum, *report);
    turn.leave = sum.passed_over;
    const bool sent = co_await send(stream, row_of(*id, sum));
    if (!sent || sum.left == 0) co_return;
  }
}

Result<Finding> store_compact(const Client& client, Request request) {
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  KONTOR_TRY(const auto frame, make_frame(print_request({"store compact", std::move(request)})));
  KONTOR_TRY(connection.send(frame));
  while (true) {
    KONTOR_TRY(auto row, connection.receive());
    if (number_in(row, "left") == 0) {
      Finding out;
      out.good = number_in(row, "passed_over") == 0;
      out.text = text_of(row);
      out.value = std::move(row);
      return out;
    }
    client.progress << fmt::format("{} logs written anew, {} to go\n", number_in(row, "logs"),
                                   number_in(row, "left"))
                    << std::flush;
  }
}

}  // namespace kontor::admin
