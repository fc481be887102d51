// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/wire/response.hpp"

#include "base/core/ber.hpp"

namespace kontor::ldap::wire {
namespace {

constexpr std::uint8_t k_entry = 0x64;
constexpr std::uint8_t k_controls = 0xA0;
constexpr std::uint8_t k_server_credentials = 0x87;
constexpr std::uint8_t k_response_name = 0x8A, k_response_value = 0x8B;
constexpr std::string_view k_disconnection = "1.3.6.1.4.1.1466.20036";

void put_message(std::string& out,
                 std::int32_t id,
                 std::uint8_t tag,
                 std::string_view operation,
                 const std::vector<Control>& controls = {}) {
  std::string message;
  ber::put_integer(message, id);
  ber::put(message, tag, operation);
  if (!controls.empty()) {
    std::string all;
    for (const auto& control : controls) {
      std::string one;
      ber::put(one, ber::octets, control.oid);
      if (control.value) ber::put(one, ber::octets, *control.value);
      ber::put(all, ber::sequence, one);
    }
    ber::put(message, k_controls, all);
  }
  ber::put(out, ber::sequence, message);
}

std::string result_of(const Outcome& outcome) {
  std::string result;
  ber::put_integer(result, static_cast<std::int32_t>(outcome.code), ber::enumerated);
  ber::put(result, ber::octets, outcome.matched);
  ber::put(result, ber::octets, outcome.text);
  return result;
}

}  // namespace

void put_result(std::string& out,
                std::int32_t id,
                std::uint8_t tag,
                const Outcome& outcome,
                const std::vector<Control>& controls) {
  put_message(out, id, tag, result_of(outcome), controls);
}

void put_bind(std::string& out,
              std::int32_t id,
              const Outcome& outcome,
              const std::optional<std::string>& server_credentials) {
  std::string result = result_of(outcome);
  if (server_credentials) ber::put(result, k_server_credentials, *server_credentials);
  put_message(out, id, k_bind_response, result);
}

void put_extended(std::string& out,
                  std::int32_t id,
                  const Outcome& outcome,
                  std::string_view name,
                  const std::optional<std::string>& value) {
  std::string result = result_of(outcome);
  if (!name.empty()) ber::put(result, k_response_name, name);
  if (value) ber::put(result, k_response_value, *value);
  put_message(out, id, k_extended_response, result);
}

void put_entry(std::string& out,
               std::int32_t id,
               std::string_view dn,
               const std::vector<Attribute>& attributes) {
  std::string list;
  for (const auto& attribute : attributes) {
    std::string one, values;
    ber::put(one, ber::octets, attribute.name);
    for (const auto& value : attribute.values) ber::put(values, ber::octets, value);
    ber::put(one, ber::set, values);
    ber::put(list, ber::sequence, one);
  }
  std::string entry;
  ber::put(entry, ber::octets, dn);
  ber::put(entry, ber::sequence, list);
  put_message(out, id, k_entry, entry);
}

void put_notice_of_disconnection(std::string& out, const Outcome& outcome) {
  put_extended(out, 0, outcome, k_disconnection);
}

}  // namespace kontor::ldap::wire
