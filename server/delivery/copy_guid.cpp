// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/copy_guid.hpp"

#include "base/crypto/digest.hpp"

namespace kontor::delivery {

Uuid copy_guid(std::string_view trace, const store::Binding& owner) {
  const auto digest = crypto::sha256(std::string(trace) + '\n' + owner.guid.bytes() + owner.source);
  return Uuid::from_bytes(digest.substr(0, 16)).value();
}

}  // namespace kontor::delivery
