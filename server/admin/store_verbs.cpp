// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of an account, looked into and mended where it lies; no server is asked.
#include <boost/json/parse.hpp>
#include <ostream>

#include "base/io/file_system.hpp"
#include "directory/model/encoding.hpp"
#include "server/admin/verbs.hpp"
#include "server/indexer/index_folders.hpp"
#include "store/tools/repair.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint64_t k_max_copy = 4ULL << 30U;

Result<Finding> finding_of(Result<store::Inspection> inspected) {
  KONTOR_TRY(auto inspection, std::move(inspected));
  boost::json::error_code error;
  auto value = boost::json::parse(inspection.json, error);
  if (error) return fail(Errc::internal, "the store's tools gave no JSON");
  return Finding{std::move(value), std::move(inspection.text), inspection.good};
}

// Without the slashes at its end.
std::string folder_of(const Request& request) {
  auto folder = request.arguments[0];
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

// By the copy of the directory that lies beside the accounts, if there is one.
store::NameOwner name_owner(const std::string& folder) {
  const auto data = io::parent_of(io::parent_of(io::parent_of(folder)));
  return [data](const store::Binding& owner) -> std::string {
    const auto bytes = io::read_file(io::real_file_system(), data + "/directory/copy", k_max_copy);
    if (!bytes) return {};
    const auto copy = directory::decode_copy(*bytes);
    if (!copy) return {};
    for (const auto& principal : copy->principals)
      if (principal.id.source == owner.source && principal.id.guid == owner.guid)
        return principal.mail;
    return {};
  };
}

store::Progress progress_to(std::ostream& out) {
  return [&out](const std::string& line) { out << line << std::endl; };
}

}  // namespace

Result<Finding> store_dump(Request request) {
  return finding_of(store::dump_account(io::real_file_system(), folder_of(request)));
}

Result<Finding> store_verify(Request request) {
  const auto folder = folder_of(request);
  return finding_of(store::verify_account(io::real_file_system(), folder, name_owner(folder)));
}

Result<Finding> store_repair(const Client& client, Request request) {
  const auto folder = folder_of(request);
  auto repaired =
      finding_of(store::repair_account(io::real_file_system(), folder, system_clock().now(),
                                       name_owner(folder), progress_to(client.progress)));
  // What the logs say of a message may be something else now.
  if (repaired && !repaired->value.at("was_good").as_bool()) {
    KONTOR_TRY(indexer::remove_indexes(folder));
  }
  return repaired;
}

Result<Finding> store_rebuild(const Client& client, Request request) {
  const auto folder = folder_of(request);
  return finding_of(store::rebuild_account(io::real_file_system(), folder, name_owner(folder),
                                           progress_to(client.progress)));
}

}  // namespace kontor::admin
