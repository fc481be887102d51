// SPDX-License-Identifier: GPL-3.0-or-later
// LDAP responses (RFC 4511, 4.1.9 to 4.14): values to bytes. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/ldap/wire/request.hpp"

namespace kontor::ldap::wire {

// RFC 4511, appendix A; RFC 2891, 1.2 and draft-ietf-ldapext-ldapv3-vlv-09, 3 for the last two.
enum class ResultCode : std::uint8_t {
  success = 0,
  operations_error = 1,
  protocol_error = 2,
  time_limit_exceeded = 3,
  size_limit_exceeded = 4,
  compare_false = 5,
  compare_true = 6,
  auth_method_not_supported = 7,
  stronger_auth_required = 8,
  admin_limit_exceeded = 11,
  unavailable_critical_extension = 12,
  confidentiality_required = 13,
  sasl_bind_in_progress = 14,
  no_such_attribute = 16,
  undefined_attribute_type = 17,
  inappropriate_matching = 18,
  no_such_object = 32,
  invalid_credentials = 49,
  insufficient_access_rights = 50,
  busy = 51,
  unavailable = 52,
  unwilling_to_perform = 53,
  sort_control_missing = 60,
  offset_range_error = 61,
  other = 80,
};

// Tags of the responses.
inline constexpr std::uint8_t k_bind_response = 0x61, k_search_done = 0x65,
                              k_compare_response = 0x6F, k_extended_response = 0x78;

struct Outcome {
  ResultCode code = ResultCode::success;
  std::string text = {};  // for a person: diagnosticMessage
  std::string matched = {};

  bool is_success() const noexcept { return code == ResultCode::success; }
};

struct Attribute {
  std::string_view name;
  std::vector<std::string> values;
};

// An LDAPResult as response `tag`.
void put_result(std::string& out,
                std::int32_t id,
                std::uint8_t tag,
                const Outcome& outcome,
                const std::vector<Control>& controls = {});
void put_bind(std::string& out,
              std::int32_t id,
              const Outcome& outcome,
              const std::optional<std::string>& server_credentials = {});
void put_extended(std::string& out,
                  std::int32_t id,
                  const Outcome& outcome,
                  std::string_view name = {},
                  const std::optional<std::string>& value = {});
void put_entry(std::string& out,
               std::int32_t id,
               std::string_view dn,
               const std::vector<Attribute>& attributes);
// RFC 4511, 4.4.1: the last words of a server.
void put_notice_of_disconnection(std::string& out, const Outcome& outcome);

}  // namespace kontor::ldap::wire
