// SPDX-License-Identifier: GPL-3.0-or-later
// Who is migrated to whom: pairs of a person of one source and a person of another. Pure.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"

namespace kontor::admin {

using PersonPtr = std::shared_ptr<const directory::Principal>;

struct MigrationPair {
  directory::PrincipalId from, to;
  std::string from_name, to_name;  // as an administrator knows them
};

// People of the sources that are asked for, by "SOURCE:NAME" or NAME; a name is an address, a
// sign-in name or a GUID. not_found, conflict (several: say of which source).
Result<PersonPtr> migration_target(const directory::DirectoryCopy& copy, std::string_view name);
// As above; of several, not one of the source `target` is from.
Result<PersonPtr> migration_origin(const directory::DirectoryCopy& copy,
                                   std::string_view name,
                                   const directory::Principal& target);

// Everybody of the other sources whose primary address one person of `to_source` has, too.
std::vector<MigrationPair> pairs_by_address(const directory::DirectoryCopy& copy,
                                            std::string_view to_source);

// A line "FROM,TO"; empty ones and those that begin with '#' are passed over. bad_input names the
// line.
struct NamedPair {
  std::string from, to;
};
Result<std::vector<NamedPair>> parse_migration_list(std::string_view text);

}  // namespace kontor::admin
