// SPDX-License-Identifier: GPL-3.0-or-later
// Services: which protocols take new connections, as the administrator wants it. Any thread.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::trace {

enum class ServiceState : std::uint8_t {
  running,
  paused,   // new connections are told so; those there are go on
  stopped,  // and those there were ended
};
std::string_view name_of(ServiceState state) noexcept;

class Services {
 public:
  // As Sessions names protocols.
  static constexpr std::array<std::string_view, 8> k_names{
      "http", "imap", "ldap", "lmtp", "managesieve", "pop3", "smtp", "submission"};
  static std::optional<std::size_t> find(std::string_view name) noexcept;

  ServiceState state(std::size_t service) const noexcept { return states_.at(service).load(); }
  void set(std::size_t service, ServiceState state) noexcept { states_.at(service) = state; }

  // The bytes of DATA/services and back (docs/formats/services.md). unsupported: a later version;
  // bad_input: something else. On failure nothing has changed.
  std::string format() const;
  Result<void> parse(std::string_view text);

 private:
  std::array<std::atomic<ServiceState>, k_names.size()> states_{};
};

}  // namespace kontor::trace
