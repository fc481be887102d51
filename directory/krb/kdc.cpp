// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/kdc.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "directory/krb/socket.hpp"

namespace kontor::directory {
namespace {
constexpr std::uint32_t k_max_reply = 1'048'576;
constexpr std::chrono::milliseconds k_patience{1'000};  // with one of several

// RFC 4120, 7.2.2: four bytes of length, big-endian, before request and answer.
Result<std::string> ask(const std::string& address, std::string_view request, SteadyTime end) {
  KONTOR_TRY(const auto connection, connect_tcp(address, k_kerberos_port, end));
  const auto size = static_cast<std::uint32_t>(request.size());
  std::string framed;
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(size >> shift & 0xFF);
  framed += request;
  KONTOR_TRY(send_bytes(connection.fd(), framed, end));
  KONTOR_TRY(const auto head, receive_bytes(connection.fd(), 4, end));
  std::uint32_t length = 0;
  for (const char c : head) length = length << 8 | static_cast<std::uint8_t>(c);
  if (length == 0 || length > k_max_reply)
    return fail(Errc::bad_input, "Kerberos answer of a wrong length");
  return receive_bytes(connection.fd(), length, end);
}

}  // namespace

Controllers* KdcTransport::controllers_of(std::string_view realm) const {
  for (const auto& one : domains_)
    if (iequals(one->domain(), realm)) return one.get();
  return nullptr;
}

Result<std::string> KdcTransport::exchange(std::string_view realm, std::string_view request) const {
  Controllers* const domain = controllers_of(realm);
  if (domain == nullptr)
    return fail(Errc::unavailable, "realm " + std::string(realm) + " is not followed here");
  const auto end = std::chrono::steady_clock::now() + limit_;
  const auto controllers = domain->in_order();
  Error last(Errc::unavailable, "no domain controller is known");
  std::size_t left = controllers.size();
  for (const auto& controller : controllers) {
    // What is left is shared by those left, so that one that hangs cannot use it all up.
    const auto now = std::chrono::steady_clock::now();
    auto share = now + (end - now) / static_cast<int>(left);
    if (--left > 0) share = std::min(share, now + k_patience);
    for (const auto& address : controller.addresses) {
      auto reply = ask(address, request, share);
      if (reply) {
        domain->answered(controller.host);
        return reply;
      }
      last = Error(Errc::unavailable, controller.host + ": " + reply.error().detail());
    }
    domain->failed(controller.host);
  }
  return fail(std::move(last));
}

}  // namespace kontor::directory
