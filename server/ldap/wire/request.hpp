// SPDX-License-Identifier: GPL-3.0-or-later
// LDAP requests (RFC 4511, 4.1 to 4.12): bytes to values. Pure and bounded; what a client may not
// ask for here (add, modify …) is told apart by the tag of its answer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.hpp"
#include "server/ldap/wire/filter.hpp"

namespace kontor::ldap::wire {

inline constexpr std::size_t k_max_controls = 32;
inline constexpr std::size_t k_max_wanted = 1'000;  // attributes of a search

struct Control {
  std::string oid;
  bool is_critical = false;
  std::optional<std::string> value;
};

struct Bind {
  std::int64_t version = 3;
  std::string name;
  std::optional<std::string> password;  // simple
  std::string mechanism;                // SASL, unless simple
  std::optional<std::string> credentials;
};
struct Unbind {};
enum class Scope : std::uint8_t { base, one, subtree };
struct Search {
  std::string base;
  Scope scope = Scope::base;
  std::uint32_t size_limit = 0;  // 0: none
  std::uint32_t time_limit = 0;  // seconds; 0: none
  bool types_only = false;
  Filter filter;
  std::string filter_bytes;  // as they came, to tell one search from another
  std::vector<std::string> attributes;
};
struct Compare {
  std::string entry;
  Filter assertion;  // of kind equal
};
struct Abandon {
  std::int32_t id = 0;
};
struct Extended {
  std::string name;
  std::optional<std::string> value;
};
// Add, delete, modify, modify DN.
struct Write {
  std::uint8_t answer = 0;  // tag of its response
};

struct Request {
  std::int32_t id = 0;
  std::variant<Bind, Unbind, Search, Compare, Abandon, Extended, Write> operation;
  std::vector<Control> controls;
};

// How long the first message of `bytes` is, frame included; nothing: more bytes are needed to tell.
// bad_input: no LDAPMessage; limit: longer than `max`.
Result<std::optional<std::size_t>> message_size(std::string_view bytes, std::size_t max);
// A whole message. bad_input, limit: the connection is useless (RFC 4511, 4.1.1: Notice of
// Disconnection).
Result<Request> parse_request(std::string_view message);

}  // namespace kontor::ldap::wire
