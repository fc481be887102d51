// SPDX-License-Identifier: GPL-3.0-or-later
// domain: the Active Directory domain itself, from this machine. The server need not run.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstring>

#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "server/admin/domain_options.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::CheckRow;
using directory::Verdict;

std::string_view word_of(Verdict verdict) {
  if (verdict == Verdict::ok) return "ok";
  return verdict == Verdict::warning ? "warning" : "wrong";
}

bool is_good(const std::vector<CheckRow>& rows) {
  for (const auto& row : rows)
    if (row.verdict == Verdict::wrong) return false;
  return true;
}

// A controller's words may be in a sentence: nothing of them may paint the terminal.
std::string shown(const std::string& text) {
  std::string out = to_valid_utf8(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return out;
}

json::array rows_as_json(const std::vector<CheckRow>& rows) {
  json::array out;
  for (const auto& row : rows) {
    json::object one;
    one["check"] = row.name;
    one["result"] = word_of(row.verdict);
    one["sentence"] = to_valid_utf8(row.sentence);
    if (!row.remedy.empty()) one["remedy"] = to_valid_utf8(row.remedy);
    out.emplace_back(std::move(one));
  }
  return out;
}

std::string rows_as_text(const std::vector<CheckRow>& rows) {
  std::string out;
  for (const auto& row : rows) {
    std::string head(word_of(row.verdict));
    head.resize(9, ' ');
    head += row.name;
    head.resize(30, ' ');
    out += head + shown(row.sentence) + "\n";
    if (!row.remedy.empty()) out += std::string(30, ' ') + "-> " + shown(row.remedy) + "\n";
  }
  return out;
}

json::array numbers(const std::vector<std::uint32_t>& list) {
  json::array out;
  for (const auto one : list) out.emplace_back(one);
  return out;
}

Result<directory::DomainTools*> tools_of(const Client& client) {
  if (client.domain == nullptr) return fail(Errc::unsupported, "not built for Active Directory");
  return client.domain;
}

std::string list_of(const std::vector<std::uint32_t>& list) {
  std::vector<std::string> out;
  for (const auto one : list) out.push_back(std::to_string(one));
  return join(out, ", ");
}

}  // namespace

Result<Finding> domain_check(const Client& client, Request request) {
  KONTOR_TRY(auto* const tools, tools_of(client));
  KONTOR_TRY(const auto settings, config::load_settings(config_file(request)));
  const auto rows = tools->check(settings);
  json::object out;
  out["domain"] = settings.ad.domain;
  out["server"] = settings.server.name;
  out["good"] = is_good(rows);
  out["checks"] = rows_as_json(rows);
  return Finding{std::move(out), rows_as_text(rows), is_good(rows)};
}

Result<Finding> domain_join(const Client& client, Request request) {
  KONTOR_TRY(auto* const tools, tools_of(client));
  KONTOR_TRY(auto job, join_job(request));
  if (request.options.contains("--print-commands")) {
    KONTOR_TRY(auto text, tools->commands(job.settings, job.wish, job.form));
    text += "# Settings of this server, in " + job.file + ":";
    for (const auto line : split(trim(settings_lines(job)), '\n'))
      text.append(line.starts_with('[') ? "\n# " : " ").append(line);
    text += "\n";
    json::object out;
    out["commands"] = text;
    return Finding{std::move(out), std::move(text)};
  }
  KONTOR_TRY(ask_password(job.wish.admin));
  auto joined = tools->join(job.settings, job.wish);
  explicit_bzero(job.wish.admin.password.data(), job.wish.admin.password.size());
  if (!joined) return fail(std::move(joined).error());
  const auto written = write_settings(job);
  const auto rows = tools->check(job.settings);
  json::object out;
  out["account"] = joined->account;
  out["dn"] = joined->dn;
  out["controller"] = joined->controller;
  out["kvno"] = joined->kvno;
  out["keytab"] = joined->keytab_file;
  out["reused"] = joined->was_there;
  json::array names;
  for (const auto& name : joined->names) names.emplace_back(name);
  out["names"] = std::move(names);
  out["settings"] = written;
  out["checks"] = rows_as_json(rows);
  std::string text = (joined->was_there ? "Took over " : "Made ") + joined->account + " (" +
                     shown(joined->dn) + ") by " + joined->controller + "; keys of number " +
                     std::to_string(joined->kvno) + " are in " + joined->keytab_file + ".\n" +
                     written + "\n\n" + rows_as_text(rows);
  return Finding{std::move(out), std::move(text), is_good(rows)};
}

Result<Finding> domain_rollover(const Client& client, Request request) {
  KONTOR_TRY(auto* const tools, tools_of(client));
  KONTOR_TRY(const auto settings, config::load_settings(config_file(request)));
  KONTOR_TRY(const auto wish, rollover_wish(request));
  KONTOR_TRY(const auto done, tools->rollover(settings, wish));
  json::object out;
  out["changed"] = done.changed;
  out["account"] = done.account;
  out["kvno"] = done.kvno;
  out["kept"] = numbers(done.kept);
  out["dropped"] = numbers(done.dropped);
  std::string text = done.changed ? "New keys for " : "The keys stay for ";
  text += done.account + "; number " + std::to_string(done.kvno) + " is in force.\n";
  if (!done.kept.empty())
    text += "Kept for tickets that are out: " + list_of(done.kept) +
            ". A later rollover takes them away.\n";
  if (!done.dropped.empty()) text += "Taken away: " + list_of(done.dropped) + ".\n";
  return Finding{std::move(out), std::move(text)};
}

}  // namespace kontor::admin
