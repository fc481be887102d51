// SPDX-License-Identifier: GPL-3.0-or-later
// Macros of SPF (RFC 7208, 7): "%{ir}.%{v}._spf.%{d2}". Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/networks.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::filter::spf {

enum class MacroPlace : std::uint8_t {
  domain,       // a domain-spec: without the letters c, r and t
  explanation,  // the text that exp= leads to
};

// What the letters stand for.
struct MacroValues {
  std::string sender;     // s: local@domain
  std::string domain;     // d
  std::string validated;  // p; empty: "unknown"
  std::string hello;      // h
  IpAddress address;      // i, c, v
  std::string receiver;   // r
  UtcSeconds now{};       // t
};

// bad_input: a macro that is none, or a character that may not be there.
Result<void> check_macros(std::string_view text, MacroPlace place);
// The same, and the end of a name: a label that can be a top one, or a macro (7.1).
Result<void> check_domain_spec(std::string_view text);
// Does it name the letter p, which has to be looked up first?
bool needs_validated(std::string_view text) noexcept;

// `text` has been checked. In a domain, labels are taken off the left until it has at most 253
// characters (7.3).
std::string expand(std::string_view text, MacroPlace place, const MacroValues& values);

}  // namespace kontor::filter::spf
