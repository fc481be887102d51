// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/busy.hpp"

namespace kontor::sharing {

bool may_see_busy(const directory::Identity& identity,
                  const directory::Directory& directory,
                  const Access& access,
                  config::BusyAskers askers) {
  const bool may = may_see_busy(identity, directory, access);
  if (is_same(identity.id, access.owner) || askers == config::BusyAskers::everybody) return may;
  if (askers == config::BusyAskers::nobody || !may) return false;
  constexpr auto k_looks =
      static_cast<store::RightBits>(Right::lookup) | static_cast<store::RightBits>(Right::read);
  return (object_rights_of(identity, directory, access) & k_looks) != 0;
}

}  // namespace kontor::sharing
