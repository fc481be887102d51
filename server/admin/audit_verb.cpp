// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl audit verify: are the records as they were written?
#include <boost/json/object.hpp>

#include "server/admin/audit_log.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint64_t k_max_file = 1U << 30U;

}  // namespace

Result<Finding> audit_verify(const Client& client, Request /*request*/) {
  const auto path = audit_file(client.data_folder);
  auto content = io::read_file(io::real_file_system(), path, k_max_file);
  if (!content && content.error().code() == Errc::not_found) content = std::string(k_audit_title);
  if (!content) return fail(std::move(content).error());
  const auto check = check_audit(*content);
  boost::json::object out;
  out["file"] = path;
  out["records"] = check.last.number;
  out["hash"] = check.last.hash;  // to be compared with the log of the server
  out["sound"] = check.problem.empty();
  if (check.torn > 0) out["torn_bytes"] = check.torn;
  if (!check.problem.empty()) out["problem"] = check.problem;
  return Finding{std::move(out), {}, check.problem.empty()};
}

}  // namespace kontor::admin
