// SPDX-License-Identifier: GPL-3.0-or-later
// trace: what became of messages. For the administrator, or with --as what a person may know: what
// he sent, what came to him, and to the shared mailboxes whose INBOX he may read.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ctime>

#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "directory/model/identity.hpp"
#include "server/admin/client.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/render.hpp"
#include "server/admin/verbs.hpp"
#include "server/message_trace/database/recorder.hpp"
#include "server/message_trace/database/search.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/shares.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using message_trace::Found;
using message_trace::Question;
using message_trace::Viewer;

constexpr std::size_t k_most_listed = 1'000;
constexpr std::size_t k_date_size = 10;  // "2026-11-23"

std::int64_t milliseconds(UtcSeconds time) { return time.time_since_epoch().count() * 1'000; }

void add_addresses(Viewer& viewer, const directory::Principal& mailbox) {
  viewer.addresses.push_back(message_trace::key_of(mailbox.mail));
  for (const auto& address : mailbox.addresses)
    viewer.addresses.push_back(message_trace::key_of(address));
}

// Sees the mail of a mailbox who may read its INBOX.
Result<Viewer> viewer_of(const Environment& environment, const std::string& name) {
  KONTOR_TRY(const auto found, find_account(environment, name));
  if (!found.person) return fail(Errc::not_found, name + " is no person");
  Viewer viewer;
  viewer.account = found.person->mail;
  add_addresses(viewer, *found.person);
  const auto copy = environment.directory.current();
  const auto who = directory::make_identity(*copy, *found.person, {}, {});
  const auto principals = sharing::principals_of(who, *copy);
  for (const auto& account : environment.store.shares().naming(principals)) {
    const auto info = environment.store.info(account->id);
    if (!info) continue;
    const auto mailbox = copy->find({info->binding.source, info->binding.guid});
    if (!mailbox) continue;
    for (const auto& given : account->folders) {
      if (given.id != store::k_inbox) continue;
      store::FolderInfo folder;
      folder.id = given.id;
      const sharing::Access access{info->binding, folder, given.access};
      if (sharing::may(who, environment.directory, access, sharing::Right::read))
        add_addresses(viewer, *mailbox);
    }
  }
  return viewer;
}

Result<Question> question_of(const Environment& environment, const Request& request) {
  Question out;
  const auto now = environment.clock.now();
  out.message_id = option(request, "--message-id");
  out.sender = option(request, "--sender");
  out.recipient = option(request, "--recipient");
  out.client = option(request, "--client");
  out.subject = option(request, "--subject");
  out.status = option(request, "--status");
  out.before = option(request, "--before");
  if (const auto text = option(request, "--queue-id"); !text.empty()) {
    const auto id = parse_number<std::uint64_t>(text);
    if (!id || *id == 0) return fail(Errc::bad_input, text + " is not a number in the queue");
    out.queue_id = *id;
  }
  if (const auto text = option(request, "--limit"); !text.empty()) {
    const auto most = parse_number<std::uint32_t>(text);
    if (!most || *most == 0 || *most > k_most_listed)
      return fail(Errc::bad_input, "--limit is a number from 1 to 1000");
    out.most = *most;
  }
  if (const auto text = option(request, "--since"); !text.empty()) {
    KONTOR_TRY(const auto since, store::parse_moment(text, now));
    out.since = milliseconds(since);
  }
  if (const auto text = option(request, "--until"); !text.empty()) {
    const bool is_day = text.size() == k_date_size;
    KONTOR_TRY(const auto until, store::parse_moment(is_day ? text + " 23:59" : text, now));
    out.until = milliseconds(until) + (is_day ? 59'999 : 999);
  }
  if (const auto name = option(request, "--as"); !name.empty()) {
    KONTOR_TRY(out.viewer, viewer_of(environment, name));
  }
  return out;
}

std::string folder_of(const Environment& environment) {
  return environment.settings.server.data_folder + "/message-trace";
}

json::object person_of(const message_trace::Person& person) {
  json::object out;
  out["recipient"] = person.address;
  out["asked"] = person.asked;
  out["status"] = message_trace::name_of(person.state);
  out["since"] = person.time;
  if (person.queue_id != 0) out["queue_id"] = person.queue_id;
  return out;
}

json::object message_of(const Found& found) {
  json::object out;
  out["id"] = found.trace;
  out["time"] = found.time;
  out["protocol"] = found.arrival.protocol;
  out["client"] = found.arrival.client;
  out["hello"] = found.arrival.hello;
  out["tls"] = found.arrival.tls;
  out["account"] = found.arrival.account;
  out["sender"] = found.arrival.sender.empty() ? "<>" : found.arrival.sender;
  out["message_id"] = found.arrival.message_id;
  out["subject"] = found.arrival.subject;
  out["bytes"] = found.arrival.size;
  out["junk"] = (found.marks & message_trace::k_junk) != 0;
  out["virus"] = (found.marks & message_trace::k_virus) != 0;
  out["recipients_in_all"] = found.people_in_all;
  json::array people;
  for (const auto& person : found.people) people.emplace_back(person_of(person));
  out["recipients"] = std::move(people);
  return out;
}

json::object step_of(const message_trace::StepShown& step) {
  json::object out;
  out["time"] = step.time;
  out["recipient"] = step.recipient;
  out["what"] = message_trace::name_of(step.what);
  out["status"] = step.status;
  out["place"] = step.place;
  out["text"] = step.text;
  return out;
}

io::WorkPool* pool_of(const Desk& desk) { return desk.environment.workers; }

// Runs on the pool, after what is still in memory was written.
template <class Work>
Task<std::invoke_result_t<Work&>> ask(const Desk& desk, Work work) {
  auto* recorder = desk.environment.trace;
  auto all = [recorder, work = std::move(work)]() mutable {
    if (recorder != nullptr) static_cast<void>(recorder->flush());
    return work();
  };
  auto* pool = pool_of(desk);
  if (pool == nullptr) co_return all();
  co_return co_await io::on_pool(*pool, std::move(all));
}

// --- in kontorctl ---

std::string text_in(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::int64_t number_in(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_number() ? found->to_number<std::int64_t>() : 0;
}

std::string time_text(std::int64_t time, bool with_thousandths) {
  const std::time_t seconds = time / 1'000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  auto text =
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (with_thousandths) text += fmt::format(".{:03}", time % 1'000);
  return text;
}

// One line a message: to whom, and what is worst of what became of it.
json::object line_of(const json::object& message) {
  constexpr std::array<std::string_view, 9> k_worst{"failed",    "refused",    "deferred",
                                                    "removed",   "waiting",    "discarded",
                                                    "delivered", "redirected", "relayed"};
  json::object row;
  row["time"] = time_text(number_in(message, "time"), false);
  row["id"] = text_in(message, "id");
  row["sender"] = text_in(message, "sender");
  std::string first, state;
  std::size_t worst = k_worst.size();
  for (const auto& value : message.at("recipients").as_array()) {
    const auto& person = value.as_object();
    const auto status = text_in(person, "status");
    if (first.empty()) first = text_in(person, "recipient");
    const auto rank = static_cast<std::size_t>(
        std::ranges::find(k_worst, std::string_view(status)) - k_worst.begin());
    if (rank < worst) {
      worst = rank;
      state = status;
    }
  }
  const auto more = number_in(message, "recipients_in_all") - 1;
  if (more > 0) first += fmt::format(" +{}", more);
  row["recipient"] = first;
  for (const auto* mark : {"junk", "virus"})
    if (message.at(mark).as_bool()) state += std::string(" ") + mark;
  row["status"] = state;
  row["bytes"] = number_in(message, "bytes");
  row["subject"] = text_in(message, "subject");
  return row;
}

std::string came_text(const json::object& message) {
  std::string out;
  const auto add = [&](std::string_view title, const std::string& text) {
    if (!text.empty()) out += fmt::format("{}: {}\n", title, text);
  };
  add("id", text_in(message, "id"));
  add("time", time_text(number_in(message, "time"), true));
  auto from = text_in(message, "client");
  if (const auto hello = text_in(message, "hello"); !hello.empty()) from += " (" + hello + ")";
  if (const auto by = text_in(message, "protocol"); !by.empty()) from += " by " + by;
  add("from", from);
  add("tls", text_in(message, "tls"));
  add("account", text_in(message, "account"));
  add("sender", text_in(message, "sender"));
  add("message id", text_in(message, "message_id"));
  add("subject", text_in(message, "subject"));
  add("bytes", std::to_string(number_in(message, "bytes")));
  for (const auto* mark : {"junk", "virus"})
    if (message.at(mark).as_bool()) out += std::string(mark) + ": yes\n";
  return out;
}

void add_steps(std::string& out, const json::array& steps, const std::string& recipient) {
  for (const auto& value : steps) {
    const auto& step = value.as_object();
    if (text_in(step, "recipient") != recipient) continue;
    out += fmt::format("  {}  {:<10}", time_text(number_in(step, "time"), true),
                       text_in(step, "what"));
    for (const auto* key : {"status", "place", "text"})
      if (const auto text = text_in(step, key); !text.empty()) out += "  " + text;
    out += '\n';
  }
}

std::string way_text(const json::object& way) {
  std::string out = came_text(way);
  const auto& steps = way.at("steps").as_array();
  add_steps(out, steps, "");
  for (const auto& value : way.at("recipients").as_array()) {
    const auto& person = value.as_object();
    const auto address = text_in(person, "recipient");
    if (address.empty()) continue;
    out += '\n' + address;
    if (const auto asked = text_in(person, "asked"); !asked.empty()) out += " (by " + asked + ")";
    out += ": " + text_in(person, "status");
    if (number_in(person, "queue_id") != 0)
      out += fmt::format(", number {} in the queue", number_in(person, "queue_id"));
    out += '\n';
    add_steps(out, steps, address);
  }
  return out;
}

Result<Finding> asked(const Client& client, const char* verb, Request request) {
  KONTOR_TRY(auto value, ask_server(client.data_folder, {verb, std::move(request)}));
  if (!value.is_object()) return fail(Errc::bad_input, "this server is of another version");
  return Finding{std::move(value), {}, true};
}

}  // namespace

Task<Answer> trace_find(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto question, question_of(desk.environment, request));
  auto work = [folder = folder_of(desk.environment), question = std::move(question)] {
    return message_trace::find_messages(folder, question);
  };
  KONTOR_CO_TRY(const auto page, co_await ask(desk, std::move(work)));
  for (const auto& [part, why] : page.damaged)
    if (desk.environment.trace != nullptr) desk.environment.trace->report_damage(part, why);
  json::object out;
  json::array messages;
  for (const auto& found : page.messages) messages.emplace_back(message_of(found));
  out["messages"] = std::move(messages);
  out["next"] = page.next;
  json::array problems;
  for (const auto& problem : page.problems) problems.emplace_back(problem);
  out["problems"] = std::move(problems);
  co_return json::value(std::move(out));
}

Task<Answer> trace_show(const Desk& desk, Request request) {
  std::optional<Viewer> viewer;
  if (const auto name = option(request, "--as"); !name.empty()) {
    KONTOR_CO_TRY(viewer, viewer_of(desk.environment, name));
  }
  auto work = [folder = folder_of(desk.environment), id = request.arguments[0],
               viewer = std::move(viewer)] {
    return message_trace::show_message(folder, id, viewer);
  };
  KONTOR_CO_TRY(const auto ways, co_await ask(desk, std::move(work)));
  json::array all;
  for (const auto& way : ways) {
    auto one = message_of(way.message);
    json::array steps;
    for (const auto& step : way.steps) steps.emplace_back(step_of(step));
    one["steps"] = std::move(steps);
    all.emplace_back(std::move(one));
  }
  json::object out;
  out["messages"] = std::move(all);
  co_return json::value(std::move(out));
}

Task<Answer> trace_status(const Desk& desk, Request) {
  struct Files {
    std::vector<std::string> parts;
    std::uint64_t bytes = 0;
  };
  auto work = [folder = folder_of(desk.environment)] {
    Files files;
    files.parts = message_trace::parts_in(folder);
    for (const auto& part : files.parts)
      if (const auto info = io::real_file_system().stat(folder + '/' + part))
        files.bytes += info->size;
    return files;
  };
  const auto files = co_await ask(desk, std::move(work));
  json::object out;
  out["enabled"] = desk.environment.trace != nullptr;
  out["files"] = files.parts.size();
  out["bytes"] = files.bytes;
  out["oldest"] = files.parts.empty() ? "" : files.parts.back().substr(0, 8);
  out["steps_lost"] = desk.environment.trace != nullptr ? desk.environment.trace->lost() : 0;
  co_return json::value(std::move(out));
}

Result<Finding> trace_find_here(const Client& client, Request request) {
  KONTOR_TRY(auto found, asked(client, "trace", std::move(request)));
  const auto& value = found.value.as_object();
  json::array rows;
  for (const auto& message : value.at("messages").as_array())
    rows.emplace_back(line_of(message.as_object()));
  found.text = render(rows);
  if (const auto next = text_in(value, "next"); !next.empty())
    found.text += "older ones: --before " + next + '\n';
  for (const auto& problem : value.at("problems").as_array())
    found.text += plain_lines(problem.as_string()) + '\n';
  found.good = value.at("problems").as_array().empty();
  return found;
}

Result<Finding> trace_show_here(const Client& client, Request request) {
  KONTOR_TRY(auto found, asked(client, "trace show", std::move(request)));
  for (const auto& way : found.value.as_object().at("messages").as_array())
    found.text += (found.text.empty() ? "" : "\n") + plain_lines(way_text(way.as_object()));
  return found;
}

}  // namespace kontor::admin
