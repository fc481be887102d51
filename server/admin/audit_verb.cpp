// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl audit verify: are the records as they were written?
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/admin/audit_log.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint64_t k_max_file = 1U << 30U;

}  // namespace

// One chain through all files: each goes on where the one before it ends.
Result<Finding> audit_verify(const Client& client, Request /*request*/) {
  const auto folder = audit_folder(client.data_folder);
  auto names = io::real_file_system().list(folder);
  if (!names && names.error().code() == Errc::not_found) names.emplace();
  if (!names) return fail(std::move(names).error());
  boost::json::array files;
  auto last = before_the_first_record();
  std::uint64_t first = 0;
  std::string problem;
  std::uint64_t torn = 0;
  for (const auto& name : audit_files(*std::move(names))) {
    KONTOR_TRY(const auto content,
               io::read_file(io::real_file_system(), folder + '/' + name, k_max_file));
    const auto check = check_audit(content);
    if (files.empty()) {
      last = check.before;
      first = check.before.number + 1;
    }
    if (problem.empty() && check.before != last)
      problem =
          name + " does not go on where the file before it ends: one was taken out or changed.";
    if (problem.empty() && !check.problem.empty()) problem = name + ": " + check.problem;
    files.emplace_back(name);
    last = check.last;
    torn = check.torn;
  }
  boost::json::object out;
  out["folder"] = folder;
  out["files"] = std::move(files);
  out["first"] = first;  // above 1: the files before it were taken away
  out["records"] = last.number;
  out["hash"] = last.hash;  // to be compared with the log of the server
  out["sound"] = problem.empty();
  if (torn > 0) out["torn_bytes"] = torn;
  const bool sound = problem.empty();
  if (!sound) out["problem"] = std::move(problem);
  return Finding{std::move(out), {}, sound};
}

}  // namespace kontor::admin
