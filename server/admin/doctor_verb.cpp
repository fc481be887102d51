// SPDX-License-Identifier: GPL-3.0-or-later
// doctor: puts together what was found. kontorctl asks the server, then looks itself at what the
// server may not: the keytab's domain, and mailboxes on the disk for damage.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <random>

#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "server/admin/client.hpp"
#include "server/admin/doctor.hpp"
#include "server/admin/render.hpp"
#include "server/indexer/searcher.hpp"
#include "server/queue/queue.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view k_russian = "ru";
constexpr std::size_t k_sample = 20;  // mailboxes whose index or log is looked at
constexpr std::chrono::hours k_old_mail{4};
constexpr std::uint64_t k_much_to_index = 1'000;

std::string_view word_of(Grade grade) {
  return grade == Grade::good ? "good" : grade == Grade::warning ? "warning" : "problem";
}

json::object row_of(const Diagnosis& one, bool is_russian) {
  json::object row;
  row["check"] = one.check;
  row["result"] = word_of(one.grade);
  row["about"] = to_valid_utf8(one.about);
  row["sentence"] = to_valid_utf8(is_russian ? one.sentence.ru : one.sentence.en);
  if (!one.advice.en.empty())
    row["advice"] = to_valid_utf8(is_russian ? one.advice.ru : one.advice.en);
  return row;
}

json::array rows_of(const Diagnoses& all, bool is_russian) {
  json::array rows;
  for (const auto& one : all) rows.emplace_back(row_of(one, is_russian));
  return rows;
}

std::string text_of(const json::value& row, std::string_view name) {
  const auto* value = row.as_object().if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return plain_lines({value->as_string().data(), value->as_string().size()});
}

// What is wrong comes first.
std::string as_text(const json::array& rows, bool is_russian) {
  constexpr std::size_t k_indent = 10;
  std::string out;
  for (const std::string_view result : {"problem", "warning", "good"})
    for (const auto& row : rows) {
      if (text_of(row, "result") != result) continue;
      const auto shown = !is_russian           ? result
                         : result == "good"    ? std::string_view("в порядке")
                         : result == "warning" ? std::string_view("внимание")
                                               : std::string_view("беда");
      const auto about = text_of(row, "about");
      out += fmt::format("{:<10} {}{}{}\n", shown, about, about.empty() ? "" : ": ",
                         text_of(row, "sentence"));
      if (const auto advice = text_of(row, "advice"); !advice.empty())
        out += std::string(k_indent + 1, ' ') + "-> " + advice + "\n";
    }
  return out;
}

void diagnose_queue(const Desk& desk, Diagnoses& out) {
  if (desk.environment.queue == nullptr) return;
  const auto totals = desk.environment.queue->totals();
  if (!totals.problem.empty()) {
    out.push_back({"queue",
                   Grade::problem,
                   "",
                   {"The queue is closed: " + totals.problem + ".",
                    "Очередь закрыта: " + totals.problem + "."},
                   {"Look at the disk, then restart the server.",
                    "Проверьте диск, затем перезапустите сервер."}});
    return;
  }
  const auto age = desk.environment.clock.now() - totals.oldest;
  const bool is_old = totals.messages > 0 && age > k_old_mail;
  out.push_back(
      {"queue",
       is_old ? Grade::warning : Grade::good,
       "",
       {fmt::format("{} messages wait{}.", totals.messages,
                    is_old ? fmt::format(", the oldest for {} hours",
                                         std::chrono::floor<std::chrono::hours>(age).count())
                           : std::string()),
        fmt::format("Ждут отправки писем: {}{}.", totals.messages,
                    is_old ? fmt::format(", самое старое {} ч",
                                         std::chrono::floor<std::chrono::hours>(age).count())
                           : std::string())},
       is_old ? Words{"kontorctl queue, and queue show ID: what the other side says.",
                      "kontorctl queue и queue show ID: что отвечает другая сторона."}
              : Words()});
  for (const auto& domain : desk.environment.queue->paused())
    out.push_back({"queue.paused",
                   Grade::warning,
                   domain,
                   {"Its mail waits because an administrator paused it.",
                    "Её почта ждёт: администратор приостановил домен."},
                   {"kontorctl queue resume " + domain, "kontorctl queue resume " + domain}});
}

void diagnose_directory(const Desk& desk, Diagnoses& out) {
  const auto copy = desk.environment.directory.current();
  if (copy->generation() == 0)
    out.push_back({"directory",
                   Grade::problem,
                   "",
                   {"Nobody is known yet.", "Пока никого не знает."},
                   {"kontorctl directory status", "kontorctl directory status"}});
  for (const auto& problem : copy->problems())
    out.push_back({"directory.entries",
                   Grade::warning,
                   "",
                   {problem, "В каталоге противоречие: " + problem},
                   {"Correct the entries in the directory.", "Исправьте записи в каталоге."}});
  if (desk.environment.directory_service == nullptr) return;
  const auto status = desk.environment.directory_service->status();
  if (!status.is_running)
    out.push_back({"directory",
                   Grade::problem,
                   "",
                   {"kontor-directory does not answer; the last copy is in force.",
                    "kontor-directory не отвечает; действует последняя копия."},
                   {"Look into the log for directory.agent.", "Ищите в журнале directory.agent."}});
  if (status.held_back > 0)
    out.push_back(
        {"directory.loss",
         Grade::warning,
         "",
         {fmt::format("A change that would lose {} people is held back.", status.held_back),
          fmt::format("Задержано изменение, при котором исчезнут люди: {}.", status.held_back)},
         {"kontorctl directory accept, when it is right.",
          "kontorctl directory accept, если так и надо."}});
  for (const auto& source : status.sources)
    out.push_back(
        {"directory.source", source.is_reachable ? Grade::good : Grade::problem, source.source,
         source.is_reachable
             ? Words{"People and groups are read from it.", "Люди и группы читаются отсюда."}
             : Words{"It cannot be read: " + source.detail, "Недоступен: " + source.detail},
         source.is_reachable ? Words()
                             : Words{"kontorctl domain check, for Active Directory.",
                                     "Для Active Directory: kontorctl domain check."}});
}

bool wants_russian(const Request& request) {
  const auto given = request.options.find("--language");
  return given != request.options.end() && given->second == k_russian;
}

// The language of the terminal (locale(7)).
std::string language_of_terminal() {
  for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
      return std::string_view(value).starts_with(k_russian) ? "ru" : "en";
  return "en";
}

// Some mailboxes, others each time, read from their logs as store verify does.
void verify_sample(const Client& client, bool is_russian, json::array& rows) {
  const auto listed = ask_server(client.data_folder, {"accounts list", {}});
  if (!listed) return;
  std::vector<std::string> accounts;
  for (const auto& row : listed->as_array())
    if (auto id = text_of(row, "account"); !id.empty()) accounts.push_back(std::move(id));
  std::ranges::shuffle(accounts, std::mt19937(std::random_device()()));
  if (accounts.size() > k_sample) accounts.resize(k_sample);
  Diagnoses found;
  std::size_t sound = 0;
  for (const auto& id : accounts) {
    const auto shown = ask_server(client.data_folder, {"accounts show", {{id}, {}}});
    const auto folder = shown ? text_of(*shown, "folder") : std::string();
    const auto verified = folder.empty() ? Result<Finding>(fail(Errc::not_found, "no folder"))
                                         : store_verify({{folder}, {}});
    if (verified && verified->good) {
      ++sound;
    } else if (verified) {
      found.push_back({"store.damage",
                       Grade::problem,
                       folder,
                       {"The mailbox is damaged.", "Ящик повреждён."},
                       {"kontorctl store verify " + folder + ", then store repair.",
                        "kontorctl store verify " + folder + ", затем store repair."}});
    } else {
      found.push_back({"store.damage",
                       Grade::warning,
                       folder,
                       {"It could not be read: " + verified.error().text() + ".",
                        "Не удалось прочесть: " + verified.error().text() + "."},
                       {"Run kontorctl doctor as root.", "Запустите kontorctl doctor от root."}});
    }
  }
  found.push_back({"store.verify",
                   Grade::good,
                   "",
                   {fmt::format("{} mailboxes were read from their logs and are sound.", sound),
                    fmt::format("Прочитано по журналам и цело ящиков: {}.", sound)}});
  for (auto& row : rows_of(found, is_russian)) rows.push_back(std::move(row));
}

// What kontorctl domain check says; its sentences are in English.
void add_domain(const Client& client, const json::array& rows, json::array& out) {
  const auto is_ad = [](const json::value& row) {
    return text_of(row, "check") == "directory.source" && text_of(row, "about") == "ad";
  };
  if (client.domain == nullptr || std::ranges::none_of(rows, is_ad)) return;
  const auto dumped = ask_server(client.data_folder, {"config dump", {{"changed"}, {}}});
  if (!dumped) return;
  const auto& text = dumped->as_object().at("settings").as_string();
  const auto settings = config::parse_settings({text.data(), text.size()}, "settings");
  if (!settings) return;
  for (const auto& row : client.domain->check(*settings)) {
    json::object one;
    one["check"] = "domain." + row.name;
    one["result"] = row.verdict == directory::Verdict::ok        ? "good"
                    : row.verdict == directory::Verdict::warning ? "warning"
                                                                 : "problem";
    one["about"] = settings->ad.domain;
    one["sentence"] = to_valid_utf8(row.sentence);
    if (!row.remedy.empty()) one["advice"] = to_valid_utf8(row.remedy);
    out.emplace_back(std::move(one));
  }
}

}  // namespace

Diagnoses diagnose_parts(const Desk& desk) {
  Diagnoses out;
  diagnose_directory(desk, out);
  diagnose_queue(desk, out);
  std::size_t sound = 0;
  for (const auto& info : desk.environment.store.list()) {
    sound += info.problem.empty() ? 1 : 0;
    if (!info.problem.empty())
      out.push_back({"mailboxes",
                     Grade::problem,
                     info.folder,
                     {"The mailbox cannot be opened: " + info.problem,
                      "Ящик не открывается: " + info.problem},
                     {"kontorctl store verify " + info.folder + ", then store repair.",
                      "kontorctl store verify " + info.folder + ", затем store repair."}});
  }
  out.push_back({"mailboxes",
                 Grade::good,
                 "",
                 {fmt::format("{} mailboxes can be opened.", sound),
                  fmt::format("Открываются ящиков: {}.", sound)}});
  return out;
}

Task<Diagnoses> diagnose_indexes(const Desk& desk) {
  Diagnoses out;
  if (desk.environment.searcher == nullptr || !desk.environment.settings.search.enabled)
    co_return out;
  std::uint64_t waiting = 0;
  std::size_t looked = 0;
  for (const auto& info : desk.environment.store.list()) {
    if (!info.problem.empty()) continue;
    if (++looked > k_sample) break;
    const auto status = co_await desk.environment.searcher->status(info.id);
    if (!status) continue;
    waiting += status->waiting;
    if (!status->problem.empty())
      out.push_back({"search",
                     Grade::warning,
                     info.folder,
                     {"Its mail is not indexed: " + status->problem,
                      "Его почта не индексируется: " + status->problem},
                     {"kontorctl search rebuild " + info.id.text(),
                      "kontorctl search rebuild " + info.id.text()}});
  }
  const bool is_late = waiting > k_much_to_index;
  out.push_back({"search",
                 is_late ? Grade::warning : Grade::good,
                 "",
                 {fmt::format("{} messages wait for the full-text indexes.", waiting),
                  fmt::format("Ждут полнотекстовых индексов писем: {}.", waiting)},
                 is_late ? Words{"Searches find them all the same, slower.",
                                 "Поиск находит и их, но медленнее."}
                         : Words()});
  co_return out;
}

Task<Answer> doctor(const Desk& desk, Request request) {
  const bool is_russian = wants_russian(request);
  Diagnoses all;
  if (desk.environment.workers != nullptr) {
    auto look = [&settings = desk.environment.settings, now = desk.environment.clock.now()] {
      return diagnose_machine(settings, now);
    };
    all = co_await io::on_pool(*desk.environment.workers, std::move(look));
  }
  const auto add = [&all](Diagnoses more) {
    for (auto& one : more) all.push_back(std::move(one));
  };
  add(diagnose_parts(desk));
  add(co_await diagnose_indexes(desk));
  if (!request.options.contains("--no-dns")) add(co_await diagnose_dns(desk));
  co_return json::value(rows_of(all, is_russian));
}

Result<Finding> doctor_here(const Client& client, Request request) {
  auto& language = request.options["--language"];
  if (language.empty()) language = language_of_terminal();
  if (language != "en" && language != k_russian)
    return fail(Errc::bad_input, "--language is en or ru");
  const bool is_russian = language == k_russian;
  KONTOR_TRY(auto answer, ask_server(client.data_folder, {"doctor", request}));
  auto rows = std::move(answer.as_array());
  json::array more;
  add_domain(client, rows, more);
  for (auto& row : more) rows.push_back(std::move(row));
  verify_sample(client, is_russian, rows);
  const bool is_good = std::ranges::none_of(
      rows, [](const json::value& row) { return text_of(row, "result") == "problem"; });
  auto text = as_text(rows, is_russian);
  return Finding{json::value(std::move(rows)), std::move(text), is_good};
}

}  // namespace kontor::admin
