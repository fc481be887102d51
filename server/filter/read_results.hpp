// SPDX-License-Identifier: GPL-3.0-or-later
// What Authentication-Results fields say (RFC 8601, 2.2), and what this server's own say of an
// author. Pure; hostile input, linear time.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kontor::filter {

struct MethodResult {
  std::string method, result;                                   // lower case: "dkim", "pass"
  std::vector<std::pair<std::string, std::string>> properties;  // {"header.d", "a.test"}
  // The first of that name; empty: there is none.
  std::string_view property(std::string_view name) const;
};
struct Results {
  std::string server;  // authserv-id
  std::vector<MethodResult> methods;
};

inline constexpr std::size_t k_most_methods = 100, k_most_properties = 50;

// The value of such a field. What cannot be read is passed over.
Results read_results(std::string_view value);

// How sure it is that who stands in From wrote the message.
enum class Proof : std::uint8_t {
  unknown,  // nothing of this server says anything of him
  proven,   // DMARC passed, or SPF or DKIM did for his domain
  forged,   // DMARC failed
};
Proof proof_in(const Results& results, std::string_view domain);
// By the uppermost field of this server in a header, for an author of that domain.
Proof proof_of_author(std::string_view header,
                      std::string_view server_name,
                      std::string_view domain);

}  // namespace kontor::filter
