// SPDX-License-Identifier: GPL-3.0-or-later
// lists: whose mail a person wants always or never. spam-base: servers whose mail was learnt as
// spam again and again. learning: what waits to be told to rspamd.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "server/admin/guard_verbs.hpp"
#include "server/admin/lookup.hpp"
#include "server/delivery/own_lists.hpp"
#include "server/filter/screening/spam_base.hpp"
#include "server/learning/learner.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using delivery::OwnList;
using filter::screening::SpamBase;

constexpr std::size_t k_most_annotations = 10'000;  // of the account itself

json::value rows_of(const store::AnnotationMap& notes) {
  json::array rows;
  for (const auto list : {OwnList::allowed, OwnList::blocked})
    for (const auto& row : delivery::own_list(notes, list))
      rows.emplace_back(json::object{{"list", delivery::name_of(list)}, {"whom", row}});
  return json::value(std::move(rows));
}

template <class Make>
Task<Answer> change(const Desk& desk, std::string name, Make make) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, std::move(name)));
  {
    const auto view = account->view();
    KONTOR_CO_TRY(auto changes, make(view.annotations(0)));
    KONTOR_CO_TRY(co_await account->set_annotations(0, std::move(changes), k_most_annotations));
  }
  const auto view = account->view();
  co_return rows_of(view.annotations(0));
}

Task<Answer> add(const Desk& desk, Request request, OwnList list) {
  auto make = [row = request.arguments[1], list](const store::AnnotationMap& notes) {
    return delivery::add_own(notes, list, row);
  };
  co_return co_await change(desk, request.arguments[0], std::move(make));
}

Result<SpamBase*> base_of(const Desk& desk) {
  if (desk.environment.spam_base == nullptr)
    return fail(Errc::unsupported, "this server has no base of spam");
  return desk.environment.spam_base;
}

std::size_t import_lines(SpamBase& base, std::string_view text, std::vector<std::string>& wrong) {
  std::size_t added = 0;
  for (const auto line : split(text, '\n')) {
    const auto row = trim(line.substr(0, line.find_first_of("#;")));
    if (row.empty()) continue;
    const auto address = parse_ip_address(row);
    if (!address)
      wrong.emplace_back(row);
    else if (base.add(*address, "imported"))
      ++added;
  }
  return added;
}

}  // namespace

Task<Answer> lists_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto view = account->view();
  co_return rows_of(view.annotations(0));
}

Task<Answer> lists_allow(const Desk& desk, Request request) {
  co_return co_await add(desk, std::move(request), OwnList::allowed);
}

Task<Answer> lists_block(const Desk& desk, Request request) {
  co_return co_await add(desk, std::move(request), OwnList::blocked);
}

Task<Answer> lists_remove(const Desk& desk, Request request) {
  auto make = [row = request.arguments[1]](const store::AnnotationMap& notes) {
    return delivery::remove_own(notes, row);
  };
  co_return co_await change(desk, request.arguments[0], std::move(make));
}

Task<Answer> spam_base_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto* base, base_of(desk));
  json::array rows;
  for (const auto& one :
       base->list(desk.environment.clock.now(), request.options.contains("--all"))) {
    const auto until = base->until(one);
    json::object row;
    row["address"] = one.address.text();
    row["listed"] = one.by_administrator || until.has_value();
    row["by"] = one.by_administrator ? "administrator" : "learning";
    row["messages"] = one.times.size();
    row["last"] = one.times.empty()
                      ? ""
                      : store::show_moment(UtcSeconds(std::chrono::seconds(one.times.back())));
    row["until"] = until ? store::show_moment(*until) : "";
    row["why"] = to_valid_utf8(one.why);
    rows.emplace_back(std::move(row));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> spam_base_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* base, base_of(desk));
  KONTOR_CO_TRY(const auto address, parse_ip_address(request.arguments[0]));
  KONTOR_CO_TRY(base->add(address, request.arguments.size() > 1 ? request.arguments[1] : ""));
  json::object out;
  out["added"] = address.text();
  co_return json::value(std::move(out));
}

Task<Answer> spam_base_import(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* base, base_of(desk));
  std::vector<std::string> wrong;
  json::object out;
  out["added"] = import_lines(*base, request.payload, wrong);
  json::array rows;
  for (const auto& row : wrong)
    if (rows.size() < 20) rows.emplace_back(to_valid_utf8(row));
  if (!rows.empty()) out["not_read"] = std::move(rows);
  co_return json::value(std::move(out));
}

Task<Answer> spam_base_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* base, base_of(desk));
  KONTOR_CO_TRY(const auto address, parse_ip_address(request.arguments[0]));
  if (!base->remove(address))
    co_return fail(Errc::not_found, "nothing is known of " + address.text());
  json::object out;
  out["removed"] = address.text();
  co_return json::value(std::move(out));
}

Task<Answer> learning_status(const Desk& desk, Request) {
  const auto* learner = desk.environment.learner;
  if (learner == nullptr)
    co_return fail(Errc::unsupported, "learning.controller is not set: nothing is learnt");
  const auto now = learner->status();
  json::object out;
  out["waiting"] = now.waiting;
  out["learnt_spam"] = now.learnt_spam;
  out["learnt_ham"] = now.learnt_ham;
  out["failed"] = now.failed;
  out["problem"] = now.problem;
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
