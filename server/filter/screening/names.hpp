// SPDX-License-Identifier: GPL-3.0-or-later
// What the names of a client and of a sender are worth: the reverse name of an address (iprev, RFC
// 8601, 3), the name in HELO, and whether a domain takes mail at all. Never fails; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/networks.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"

namespace kontor::filter::screening {

enum class Verdict : std::uint8_t { pass, fail, unknown };  // unknown: the DNS did not answer

struct ReverseName {
  Verdict verdict = Verdict::unknown;
  std::string name;  // of a pass: it leads back to the address
};
// The first ten names of the address are followed, none after the deadline.
Task<ReverseName> reverse_name(IpAddress address, net::Resolver& resolver, SteadyTime deadline);

// What is wrong with the name a client gives itself; empty: nothing. Pure.
std::string hello_fault(std::string_view name,
                        const IpAddress& client,
                        std::string_view server_name,
                        bool is_client_here);

// Whether mail to a domain has somewhere to go (RFC 5321, 5.1; RFC 7505).
Task<Verdict> takes_mail(std::string domain, net::Resolver& resolver);

}  // namespace kontor::filter::screening
