// SPDX-License-Identifier: GPL-3.0-or-later
// One Kerberos request and its answer over TCP, bounded in time (RFC 4120, 7.2.2).
//
// The Kerberos library has no limit of its own below tens of seconds; all its requests go through
// here (krb5_set_kdc_send_hook). A controller that does not answer is left for the next; an answer,
// whatever it says, is final: a wrong password must not be counted twice.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "directory/krb/controllers.hpp"

namespace kontor::directory {

inline constexpr std::uint16_t k_kerberos_port = 88;

class KdcTransport {
 public:
  // `controllers` outlives it. `limit` is for all attempts together.
  KdcTransport(Controllers& controllers, std::chrono::milliseconds limit)
      : controllers_(&controllers), limit_(limit) {}
  // Blocks. unavailable: nobody answered in time. Any thread.
  Result<std::string> exchange(std::string_view request) const;

 private:
  Controllers* controllers_;
  std::chrono::milliseconds limit_;
};

}  // namespace kontor::directory
