// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/local_accounts.hpp"

#include <climits>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/crypto/password.hpp"
#include "directory/local/ldif_edit.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint64_t k_longest = 256U << 20U;
constexpr std::size_t k_longest_password = 1'024;

// What a link leads to: the file itself is replaced, not the link.
std::string real_path(const std::string& path) {
  char* found = realpath(path.c_str(), nullptr);
  std::string real = found != nullptr ? found : path;
  std::free(found);
  return real;
}

Result<std::string> hash_of(const std::string& password) {
  if (password.empty() || password.size() > k_longest_password || password.contains('\0'))
    return fail(Errc::bad_input, "a password has 1 to 1024 bytes and no NUL");
  return crypto::hash_password(password);
}

Result<std::string> changed(std::string_view ldif, const LocalEdit& edit) {
  if (edit.change == LocalChange::remove) return ldif_without_account(ldif, edit.person);
  if (edit.change == LocalChange::set_password) {
    KONTOR_TRY(const auto hash, hash_of(edit.password));
    return ldif_with_password(ldif, edit.person, hash);
  }
  NewLocalAccount account{edit.address, edit.name, edit.login, {}};
  if (!edit.password.empty()) {
    KONTOR_TRY(account.password_hash, hash_of(edit.password));
  }
  return ldif_with_account(ldif, account);
}

}  // namespace

std::string local_file(const config::Settings& settings) {
  return settings.directory.local_file.empty() ? settings.server.data_folder + "/directory.ldif"
                                               : settings.directory.local_file;
}

Result<std::string> change_local_account(io::FileSystem& files,
                                         const std::string& path,
                                         const LocalEdit& edit) {
  const auto real = real_path(path);
  auto before = io::read_file(files, real, k_longest);
  const bool is_missing = !before && before.error().code() == Errc::not_found;
  if (is_missing && edit.change == LocalChange::add) before = std::string();
  if (!before) return fail(before.error());
  KONTOR_TRY(const auto after, changed(*before, edit));
  KONTOR_TRY(io::write_file_durably(files, real, after));
  return real + " was changed; it is in force within two seconds";
}

}  // namespace kontor::directory
