// SPDX-License-Identifier: GPL-3.0-or-later
// Values of the controls of a search: pages (RFC 2696), sorting (RFC 2891), and views of a long
// list (draft-ietf-ldapext-ldapv3-vlv-09). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/ldap/wire/response.hpp"

namespace kontor::ldap::wire {

inline constexpr std::string_view k_paged_results = "1.2.840.113556.1.4.319";
inline constexpr std::string_view k_sort_request = "1.2.840.113556.1.4.473";
inline constexpr std::string_view k_sort_response = "1.2.840.113556.1.4.474";
inline constexpr std::string_view k_view_request = "2.16.840.1.113730.3.4.9";
inline constexpr std::string_view k_view_response = "2.16.840.1.113730.3.4.10";
inline constexpr std::string_view k_manage_dsa_it = "2.16.840.1.113730.3.4.2";
inline constexpr std::string_view k_domain_scope = "1.2.840.113556.1.4.1339";  // [MS-ADTS]

inline constexpr std::size_t k_max_sort_keys = 8;

struct PagedResults {
  std::uint32_t size = 0;  // in an answer: an estimate of the total, 0: none
  std::string cookie;
};
struct SortKey {
  std::string attribute;
  std::string rule;  // empty: the attribute's own
  bool is_reverse = false;

  bool operator==(const SortKey&) const = default;
};
struct View {
  std::uint32_t before = 0, after = 0;
  std::uint32_t offset = 0;             // from 1
  std::uint32_t count = 0;              // what the client believes; 0: it does not know
  std::optional<std::string> at_least;  // instead of `offset`
};

// All: bad_input.
Result<PagedResults> parse_paged(std::string_view value);
Result<std::vector<SortKey>> parse_sort(std::string_view value);
Result<View> parse_view(std::string_view value);

Control paged_response(const PagedResults& page);
Control sort_response(ResultCode code, std::string_view attribute = {});
Control view_response(std::uint32_t position, std::uint32_t count, ResultCode code);

}  // namespace kontor::ldap::wire
