// SPDX-License-Identifier: GPL-3.0-or-later
// backup list, verify and unpack: a backup that is there.
#include <sys/stat.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <ostream>
#include <utility>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/backup_verbs.hpp"
#include "server/admin/progress.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_max_listed = 1'000;

bool is_folder(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Finding finding_of(const backup::Checked& checked) {
  json::object out;
  out["scope"] = checked.manifest.scope;
  out["saved"] = mime::format_date(checked.manifest.ended);
  out["accounts"] = checked.manifest.accounts.size();
  out["files"] = checked.files;
  out["bytes"] = checked.bytes;
  if (checked.elsewhere > 0) out["in_earlier_backups"] = checked.elsewhere;
  const bool good = checked.faults.empty();
  out["good"] = good;
  json::array problems;
  for (const auto& fault : checked.faults) {
    if (problems.size() == k_max_listed) break;
    problems.emplace_back(json::object{{"file", to_valid_utf8(fault.file)}, {"what", fault.what}});
  }
  if (!good) out["damaged"] = checked.faults.size();
  if (!good) out["problems"] = std::move(problems);
  return Finding{std::move(out), {}, good};
}

backup::Advance advance_of(Progress& progress) {
  return [&progress](std::uint64_t files, std::uint64_t bytes) { progress.update({files, bytes}); };
}

}  // namespace

Result<Finding> backup_verify(const Client& client, Request request) {
  const auto& path = request.arguments[0];
  Progress progress(client.progress, client.is_terminal, 0, system_clock());
  auto checked = is_folder(path)
                     ? backup::check_folder(io::real_file_system(), path, advance_of(progress))
                     : backup::check_tar(path, advance_of(progress));
  KONTOR_TRY(const auto found, std::move(checked));
  progress.finish({found.files, found.bytes});
  return finding_of(found);
}

Result<Finding> backup_unpack(const Client& client, Request request) {
  Progress progress(client.progress, client.is_terminal, 0, system_clock());
  KONTOR_TRY(const auto found, backup::unpack_tar(io::real_file_system(), request.arguments[0],
                                                  request.arguments[1], advance_of(progress)));
  progress.finish({found.files, found.bytes});
  return finding_of(found);
}

Result<Finding> backup_list(Request request) {
  KONTOR_TRY(const auto held, OpenBackup::open(request.arguments[0]));
  json::array rows;
  for (const auto& account : held.manifest().accounts) {
    std::uint64_t bytes = 0;
    for (const auto& file : account.logs.files) bytes += file.size;
    rows.emplace_back(json::object{{"address", account.address},
                                   {"name", account.name},
                                   {"account", account.id.text()},
                                   {"saved", mime::format_date(account.saved)},
                                   {"bytes", bytes}});
  }
  return Finding{std::move(rows), {}, true};
}

Result<OpenBackup> OpenBackup::open(const std::string& path) {
  auto& files = io::real_file_system();
  OpenBackup out;
  out.folder_ = path;
  if (!is_folder(path)) {
    std::error_code failed;
    auto scratch =
        (std::filesystem::temp_directory_path(failed) / "kontor-restore-XXXXXX").string();
    if (failed || ::mkdtemp(scratch.data()) == nullptr) return errno_error(scratch, errno);
    out.folder_ = out.scratch_ = scratch;
    KONTOR_TRY(const auto found, backup::unpack_tar(files, path, scratch, [](auto, auto) {}));
    if (!found.faults.empty())
      return fail(Errc::corrupt, path + ": " + found.faults[0].file + ": " + found.faults[0].what +
                                     " (kontorctl backup verify names all)");
  }
  KONTOR_TRY(out.manifest_, backup::read_manifest(files, out.folder_));
  return out;
}

OpenBackup::OpenBackup(OpenBackup&& other) noexcept
    : folder_(std::move(other.folder_)),
      scratch_(std::exchange(other.scratch_, {})),
      manifest_(std::move(other.manifest_)) {}

OpenBackup::~OpenBackup() {
  std::error_code failed;
  if (!scratch_.empty()) std::filesystem::remove_all(scratch_, failed);
}

Result<const backup::SavedAccount*> OpenBackup::find(const std::string& name) const {
  const auto id = Uuid::parse(name);
  const backup::SavedAccount* found = nullptr;
  for (const auto& account : manifest_.accounts) {
    if ((id && account.id == *id) || (!name.empty() && iequals(account.address, name)))
      found = &account;
  }
  if (found == nullptr)
    return fail(Errc::not_found, "the backup holds no account " + name + " among its " +
                                     std::to_string(manifest_.accounts.size()) +
                                     " (kontorctl backup list names them)");
  return found;
}

std::string OpenBackup::folder_of(const backup::SavedAccount& account) const {
  return folder_ + "/accounts/" + account.id.hex().substr(0, 2) + '/' + account.id.text();
}

}  // namespace kontor::admin
