// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/process.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

namespace kontor::app {
namespace {

struct User {
  uid_t uid;
  gid_t gid;
};

std::optional<User> find_user(const std::string& name) {
  // Only called before threads exist: the static buffer of getpwnam is ours alone.
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return User{entry->pw_uid, entry->pw_gid};
}

std::unexpected<Error> no_such_user(const std::string& user) {
  return fail(Errc::not_found, "server.user: there is no user " + user + " on this machine");
}

}  // namespace

std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

Result<void> make_data_folder(const std::string& folder, const std::string& user) {
  std::error_code failed;
  const bool existed = std::filesystem::exists(folder, failed);
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail(errno_error("the data folder " + folder, failed.value()));
  if (existed) return {};
  ::chmod(folder.c_str(), 0700);
  if (user.empty() || !is_root()) return {};
  const auto owner = find_user(user);
  if (!owner) return no_such_user(user);
  if (::chown(folder.c_str(), owner->uid, owner->gid) != 0)
    return fail(errno_error("the data folder " + folder, errno));
  return {};
}

Result<void> check_data_folder(const std::string& folder) {
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0)
    return fail(errno_error("the data folder " + folder, errno));
  if (!S_ISDIR(info.st_mode))
    return fail(Errc::exists, "the data folder " + folder + " is not a folder");
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
    return fail(errno_error("the data folder " + folder + " cannot be written", errno));
  return {};
}

Result<void> become_user(const std::string& user) {
  if (user.empty()) return {};
  const auto found = find_user(user);
  if (!found) return no_such_user(user);
  if (!is_root()) {
    if (::geteuid() == found->uid) return {};
    return fail(Errc::no_permission, "server.user: only root can become " + user);
  }
  if (::initgroups(user.c_str(), found->gid) != 0 || ::setgid(found->gid) != 0 ||
      ::setuid(found->uid) != 0)
    return fail(errno_error("becoming " + user, errno));
  // If root could be taken back, nothing was given up.
  if (found->uid != 0 && ::setuid(0) == 0)
    return fail(Errc::internal, "root's rights are still there");
  return {};
}

bool is_root() { return ::geteuid() == 0; }

std::string sibling_program(const std::string& name) {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? name : (self.parent_path() / name).string();
}

}  // namespace kontor::app
