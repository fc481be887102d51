// SPDX-License-Identifier: GPL-3.0-or-later
// dmarc: what domains that ask for reports will be told.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/verbs.hpp"
#include "server/filter/dmarc/keeper.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Error switched_off() {
  return {Errc::unavailable,
          "no DMARC reports are made: set checks.report_sender to an address of yours"};
}

}  // namespace

Task<Answer> dmarc_reports(const Desk& desk, Request) {
  if (desk.environment.dmarc_results == nullptr) co_return fail(switched_off());
  json::array rows;
  for (const auto& [day, tally] : desk.environment.dmarc_results->days())
    for (const auto& [published, outcomes] : tally) {
      std::uint64_t messages = 0, passed = 0;
      for (const auto& [row, count] : outcomes) {
        messages += count;
        passed += row.is_dkim_aligned || row.is_spf_aligned ? count : 0;
      }
      json::object one;
      one["day"] = io::day_name(day);
      one["domain"] = published.domain;
      one["policy"] = published.policy;
      one["messages"] = messages;
      one["passed"] = passed;
      one["to"] = published.destinations;
      rows.emplace_back(std::move(one));
    }
  co_return json::value(std::move(rows));
}

Task<Answer> dmarc_send(const Desk& desk, Request) {
  if (!desk.environment.send_dmarc_reports) co_return fail(switched_off());
  json::object out;
  out["letters"] = co_await desk.environment.send_dmarc_reports();
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
