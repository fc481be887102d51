// SPDX-License-Identifier: GPL-3.0-or-later
// sieve list, show, put, activate, remove, check, test and rehearse: the scripts of a mailbox's
// owner, and what they would do with a message.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/delivery/script_run.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_most_rehearsed = 1'000;  // messages of one question

const config::Sieve& settings_of(const Desk& desk) { return desk.environment.settings.sieve; }

// A script as kontorctl was given it: its lines end as mail's do.
std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out.push_back('\r');
    out.push_back(text[i]);
  }
  return out;
}

Result<void> check(const Desk& desk, const std::string& script) {
  const auto program = sieve::compile(script, delivery::limits_of(settings_of(desk)));
  if (program) return {};
  const auto& languages = desk.environment.settings.queue.notice_languages;
  return fail(Errc::bad_input, program.error().text(languages.empty() ? "en" : languages.front()));
}

json::object row_of(const Desk& desk, const delivery::Script& script) {
  json::object row;
  row["script"] = script.name;
  row["active"] = script.is_active;
  row["bytes"] = script.text.size();
  const auto checked = check(desk, script.text);
  row["mistake"] = checked ? json::value(nullptr) : json::value(checked.error().detail());
  return row;
}

json::array list_of(const Desk& desk, const store::Account& account) {
  json::array out;
  const auto view = account.view();
  for (const auto& script : delivery::scripts_of(view.annotations(0)))
    out.push_back(row_of(desk, script));
  return out;
}

Task<Answer> change(const Desk& desk,
                    std::shared_ptr<store::Account> account,
                    Result<delivery::Changes> changes) {
  KONTOR_CO_TRY(auto wanted, std::move(changes));
  if (!wanted.empty()) {
    KONTOR_CO_TRY(
        co_await account->set_annotations(0, std::move(wanted), delivery::k_most_entries));
  }
  co_return list_of(desk, *account);
}

// The script that is asked for; the active one when none is named.
Result<delivery::Script> script_of(const store::AnnotationMap& notes, const std::string& name) {
  auto script = name.empty() ? delivery::active_script(notes) : delivery::find_script(notes, name);
  if (!script)
    return fail(Errc::not_found, name.empty() ? "no script is active" : "there is no such script");
  return *std::move(script);
}

json::array texts(const std::vector<std::string>& all) {
  json::array out;
  for (const auto& one : all) out.emplace_back(one);
  return out;
}

// What the script wants.
json::object outcome_of(const sieve::Verdict& verdict, std::string_view language) {
  json::object out;
  json::array folders, sent;
  for (const auto& filing : verdict.filings) {
    json::object one;
    one["folder"] = filing.folder;
    if (!filing.flags.empty()) one["flags"] = texts(filing.flags);
    folders.push_back(std::move(one));
  }
  for (const auto& redirection : verdict.redirections)
    sent.push_back(json::value(redirection.address));
  out["folders"] = std::move(folders);
  out["redirected"] = std::move(sent);
  out["refused"] = verdict.refusal ? json::value(verdict.refusal->reason) : json::value(nullptr);
  out["answered"] = verdict.vacation ? json::value(verdict.vacation->reason) : json::value(nullptr);
  out["mistake"] =
      verdict.problem ? json::value(verdict.problem->text(language)) : json::value(nullptr);
  return out;
}

struct Rehearsal {
  std::shared_ptr<store::Account> account;
  delivery::Script script;
  std::string from, to;  // empty: as the message says, and the owner
};

std::string return_path(std::string_view header) {
  auto field = std::string(trim(mime::field_value(header, "Return-Path").value_or("")));
  if (field.starts_with('<') && field.ends_with('>')) field = field.substr(1, field.size() - 2);
  return field;
}

json::object rehearse_one(const Desk& desk, const Rehearsal& rehearsal, std::string message) {
  const auto& settings = desk.environment.settings;
  delivery::Programs programs(settings.sieve);
  const auto view = rehearsal.account->view();
  const auto header = std::string_view(message).substr(0, message.find("\r\n\r\n"));
  json::object out;
  out["subject"] = mime::decode_words(mime::field_value(header, "Subject").value_or(""));
  auto from = rehearsal.from.empty() ? return_path(header) : rehearsal.from;
  delivery::ScriptSubject subject{view,
                                  view.annotations(0),
                                  settings.sieve,
                                  settings.server.name,
                                  std::make_shared<const std::string>(std::move(message)),
                                  std::move(from),
                                  rehearsal.to,
                                  desk.environment.clock.now()};
  const auto verdict = delivery::run_script(programs, rehearsal.script.text, std::move(subject));
  const auto& languages = settings.queue.notice_languages;
  for (auto& [key, value] : outcome_of(verdict, languages.empty() ? "en" : languages.front()))
    out[key] = std::move(value);
  return out;
}

Task<Result<Rehearsal>> rehearsal_of(const Desk& desk, const Request& request) {
  Rehearsal out;
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, request.arguments[0]));
  KONTOR_CO_TRY(out.account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto view = out.account->view();
  KONTOR_CO_TRY(out.script, script_of(view.annotations(0), option(request, "--script")));
  out.from = option(request, "--from");
  out.to = option(request, "--to", found.person ? found.person->mail : std::string());
  co_return out;
}

}  // namespace

Task<Answer> sieve_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  co_return list_of(desk, *account);
}

Task<Answer> sieve_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto view = account->view();
  const auto name = request.arguments.size() > 1 ? request.arguments[1] : std::string();
  KONTOR_CO_TRY(const auto script, script_of(view.annotations(0), name));
  auto row = row_of(desk, script);
  row["text"] = script.text;
  co_return row;
}

Task<Answer> sieve_put(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto text = with_crlf(request.payload);
  KONTOR_CO_TRY(check(desk, text));
  const auto view = account->view();
  auto changes =
      delivery::put_script(view.annotations(0), request.arguments[1], text, settings_of(desk));
  co_return co_await change(desk, std::move(account), std::move(changes));
}

Task<Answer> sieve_activate(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto name = request.arguments.size() > 1 ? request.arguments[1] : std::string();
  const auto view = account->view();
  auto changes = delivery::activate_script(view.annotations(0), name);
  co_return co_await change(desk, std::move(account), std::move(changes));
}

Task<Answer> sieve_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto view = account->view();
  auto changes = delivery::delete_script(view.annotations(0), request.arguments[1]);
  co_return co_await change(desk, std::move(account), std::move(changes));
}

Task<Answer> sieve_check(const Desk& desk, Request request) {
  KONTOR_CO_TRY(check(desk, with_crlf(request.payload)));
  json::object out;
  out["mistake"] = nullptr;
  co_return out;
}

Task<Answer> sieve_test(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto rehearsal, co_await rehearsal_of(desk, request));
  co_return rehearse_one(desk, rehearsal, with_crlf(request.payload));
}

// The newest messages of INBOX and where the script would have put them.
Task<Answer> sieve_rehearse(const Desk& desk, Request request) {
  const auto now = desk.environment.clock.now();
  auto since = now - std::chrono::days(1);
  if (const auto text = option(request, "--since"); !text.empty()) {
    KONTOR_CO_TRY(since, store::parse_moment(text, now));
  }
  KONTOR_CO_TRY(const auto rehearsal, co_await rehearsal_of(desk, request));
  const auto view = rehearsal.account->view();
  json::array out;
  for (const auto& folder : view.folders()) {
    if (folder.folder_class != store::FolderClass::mail) continue;
    const auto open = view.open(folder.id);
    if (open == nullptr) continue;
    std::vector<store::ItemId> items;
    open->for_each(0, open->size(), [&](std::size_t, const store::Entry& entry) {
      if (entry.internal_date >= since) items.push_back(entry.item);
    });
    for (const auto item : items) {
      if (out.size() >= k_most_rehearsed) co_return out;
      auto message = co_await rehearsal.account->read_message(item);
      if (!message) continue;  // purged meanwhile
      auto row = rehearse_one(desk, rehearsal, *std::move(message));
      row["is_in"] = folder.name;
      out.push_back(std::move(row));
    }
  }
  co_return out;
}

}  // namespace kontor::admin
