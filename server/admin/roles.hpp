// SPDX-License-Identifier: GPL-3.0-or-later
// Roles: who besides the administrators' group may administer what, in DATA/roles
// (docs/formats/roles.md). A change is on the disk, whole, before it is in force and answered.
// Any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "directory/model/model.hpp"
#include "server/admin/operations.hpp"

namespace kontor::admin {

enum class Role : std::uint8_t { full, help_desk, auditor, organisation };
inline constexpr std::size_t k_roles = 4;
std::string_view name_of(Role role) noexcept;  // "full", "help-desk", "auditor", "organisation"
std::optional<Role> find_role(std::string_view name) noexcept;
// What a role allows: full everything; help-desk look and help; auditor look and audit;
// organisation look, help and people.
bool allows(Role role, Right right) noexcept;

// To a group or a person, everywhere or for the mailboxes of some domains and organisational units.
struct RoleGrant {
  directory::PrincipalId id;
  std::string who;  // as the administrator wrote it, for people
  Role role = Role::help_desk;
  std::vector<std::string> domains;  // lower case
  std::vector<std::string> units;    // DNs, folded

  bool is_everywhere() const { return domains.empty() && units.empty(); }
  bool covers(const directory::Principal& mailbox) const;
  bool operator==(const RoleGrant&) const = default;
};

// Whom an administrator means: by address, DN, DOMAIN\name, login name, or the plain account name
// of one group alone. not_found, conflict: a sentence.
Result<std::shared_ptr<const directory::Principal>> find_grantee(
    const directory::DirectoryCopy& copy, std::string_view who);

// What somebody may do. A value.
class Powers {
 public:
  Powers() = default;
  explicit Powers(std::vector<RoleGrant> grants) : grants_(std::move(grants)) {}

  bool is_any() const { return !grants_.empty(); }
  bool may(Right right) const;            // everywhere
  bool may_somewhere(Right right) const;  // everywhere, or for some mailboxes
  bool may(Right right, const directory::Principal& mailbox) const;
  const std::vector<RoleGrant>& grants() const { return grants_; }

 private:
  std::vector<RoleGrant> grants_;
};

// The bytes of DATA/roles and back. unsupported: a later version. bad_input: a sentence.
std::string format_roles(const std::vector<RoleGrant>& grants);
Result<std::vector<RoleGrant>> parse_roles(std::string_view text);

class Roles {
 public:
  // Everything given outlives it. bad_input: the file cannot be read. Blocks.
  static Result<std::unique_ptr<Roles>> open(io::FileSystem& files,
                                             std::string path,
                                             io::WorkPool& pool);

  // The members of the administrators' group have every right.
  Powers powers_of(const directory::Identity& identity, const directory::DirectoryCopy& copy) const;
  std::vector<RoleGrant> list() const;
  // Instead of what the same had in that role. limit: too many.
  Task<Result<void>> grant(RoleGrant grant);
  // Every role of theirs, or that one; also by what stands in `who`, when the directory does not
  // have them any more. not_found: they have none.
  Task<Result<void>> revoke(std::optional<directory::PrincipalId> id,
                            std::string who,
                            std::optional<Role> role);

 private:
  using Grants = std::vector<RoleGrant>;
  Roles(io::FileSystem& files, std::string path, io::WorkPool& pool)
      : files_(files), path_(std::move(path)), pool_(pool) {}
  Task<Result<void>> change(std::function<Result<void>(Grants&)> change);

  io::FileSystem& files_;
  const std::string path_;
  io::WorkPool& pool_;
  Guarded<Grants> grants_;  // locked while the file is written: changes come one after another
};

}  // namespace kontor::admin
