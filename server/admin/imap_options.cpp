// SPDX-License-Identifier: GPL-3.0-or-later
// import --imap: its options, and the list of mailboxes for a whole domain.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "server/admin/imap_import.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t k_max_password = 4'096;
constexpr std::uint64_t k_max_list = 64U << 20U;

// The first line of a file: a password is never a word of the command line.
Result<std::string> read_password(const std::string& path) {
  KONTOR_TRY(const auto text, io::read_file(io::real_file_system(), path, k_max_password));
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return fail(Errc::bad_input, path + " holds no password in its first line");
  return line;
}

Result<ImapJob> job_of(const Request& request) {
  ImapJob out;
  KONTOR_TRY(out.peer, imap_source::parse_peer(option(request, "--imap")));
  out.peer.ca_file = option(request, "--ca-file");
  out.peer.verify = !request.options.contains("--no-verify");
  using Tls = imap_source::Peer::Tls;
  const auto tls = option(request, "--tls");
  if (tls == "implicit") out.peer.tls = Tls::implicit;
  if (tls == "starttls") out.peer.tls = Tls::starttls;
  if (tls == "none") out.peer.tls = Tls::none;
  if (!tls.empty() && tls != "implicit" && tls != "starttls" && tls != "none")
    return fail(Errc::bad_input, "--tls is implicit, starttls or none");
  out.login.user = option(request, "--user");
  out.login.authzid = option(request, "--authzid");
  out.folder = option(request, "--folder");
  out.dry_run = request.options.contains("--dry-run");
  if (const auto into = option(request, "--into"); !into.empty()) {
    KONTOR_TRY(out.into, store::folder_name(into));
  }
  return out;
}

json::value failure_of(const ImapJob& job, const Error& error) {
  return json::object{{"account", job.account},
                      {"source", to_valid_utf8(job.name())},
                      {"complete", false},
                      {"error", error.text()}};
}

// Lines "ours,user,password-file[,authzid]"; empty ones and those that begin with '#' are comments.
Result<std::vector<ImapJob>> jobs_of_list(const ImapJob& common, const std::string& path) {
  KONTOR_TRY(const auto text, io::read_file(io::real_file_system(), path, k_max_list));
  std::vector<ImapJob> out;
  std::size_t number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto fields = split(line, ',');
    const auto wrong = [&](const std::string& why) {
      return fail(Errc::bad_input, path + " line " + std::to_string(number) + ": " + why);
    };
    if (fields.size() < 3 || fields.size() > 4)
      return wrong("it wants ADDRESS,USER,PASSWORD-FILE[,AUTHZID]");
    auto job = common;
    job.account = trim(fields[0]);
    job.login.user = trim(fields[1]);
    auto password = read_password(std::string(trim(fields[2])));
    if (!password) return wrong(password.error().text());
    job.login.password = *std::move(password);
    job.login.authzid = fields.size() == 4 ? std::string(trim(fields[3])) : std::string();
    out.push_back(std::move(job));
  }
  return out;
}

Result<Finding> import_list(const Client& client, const ImapJob& common, const std::string& path) {
  KONTOR_TRY(const auto jobs, jobs_of_list(common, path));
  json::array reports;
  std::uint64_t complete = 0;
  for (const auto& job : jobs) {
    client.progress << job.account << " from " << to_valid_utf8(job.name()) << '\n' << std::flush;
    auto found = import_from_imap(client, job);
    if (found && found->good) ++complete;
    reports.emplace_back(found ? std::move(found->value) : failure_of(job, found.error()));
  }
  json::object out;
  out["mailboxes"] = jobs.size();
  out["complete_mailboxes"] = complete;
  out["complete"] = complete == jobs.size();
  out["reports"] = std::move(reports);
  return Finding{std::move(out), {}, complete == jobs.size()};
}

}  // namespace

Result<Finding> import_by_options(const Client& client, const Request& request) {
  KONTOR_TRY(auto job, job_of(request));
  if (const auto list = option(request, "--list"); !list.empty())
    return import_list(client, job, list);
  job.account = request.arguments[0];
  KONTOR_TRY(job.login.password, read_password(option(request, "--password-file")));
  return import_from_imap(client, job);
}

}  // namespace kontor::admin
