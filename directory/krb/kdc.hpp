// SPDX-License-Identifier: GPL-3.0-or-later
// One Kerberos request and its answer over TCP, bounded in time (RFC 4120, 7.2.2).
//
// The Kerberos library has no limit of its own below tens of seconds; all its requests go through
// here (krb5_set_kdc_send_hook), to controllers of the realm they are for. A controller that does
// not answer is left for the next; an answer, whatever it says, is final: a wrong password must not
// be counted twice.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/krb/controllers.hpp"

namespace kontor::directory {

inline constexpr std::uint16_t k_kerberos_port = 88;

// The followed domains, the server's own first.
using Domains = std::vector<std::shared_ptr<Controllers>>;

class KdcTransport {
 public:
  // `limit` is for all attempts of one exchange together.
  KdcTransport(Domains domains, std::chrono::milliseconds limit)
      : domains_(std::move(domains)), limit_(limit) {}
  // Is the realm that of a followed domain? Any case.
  bool knows(std::string_view realm) const { return controllers_of(realm) != nullptr; }
  // Blocks. unavailable: nobody answered in time, or no followed domain has this realm. Any thread.
  Result<std::string> exchange(std::string_view realm, std::string_view request) const;

 private:
  Controllers* controllers_of(std::string_view realm) const;

  Domains domains_;
  std::chrono::milliseconds limit_;
};

}  // namespace kontor::directory
