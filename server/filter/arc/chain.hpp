// SPDX-License-Identifier: GPL-3.0-or-later
// The Authenticated Received Chain of a message (RFC 8617): what servers before this one found out,
// each in a set of three fields that it has sealed.
//
// read_chain() is the work on the message's bytes: pure, for the pool when it is large; bounded by
// k_most_bytes of ARC fields. verify() asks the DNS for the keys. Never fails; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dkim/sign.hpp"
#include "server/filter/dkim/verify.hpp"

namespace kontor::filter::arc {

inline constexpr std::size_t k_most_bytes = 262'144;

// temperror: the DNS did not answer; nobody is told of it but this server's reader.
enum class Verdict : std::uint8_t { none, pass, fail, temperror };
std::string_view word_of(Verdict verdict) noexcept;

struct Prepared {
  std::string problem;                // why there is no chain to check, although there are fields
  std::vector<dkim::Prepared> seals;  // by instance, from 1
  dkim::Prepared newest;              // the message signature of the last set
  std::vector<std::string> results;   // of ARC-Authentication-Results, behind "i=N;"
};
Prepared read_chain(std::string_view message);

struct Sealer {
  std::string domain;   // lower case
  std::string results;  // as Authentication-Results have them
};
struct Answer {
  Verdict verdict = Verdict::none;
  std::string reason;
  std::vector<Sealer> sealers;  // of a chain that passes, the last one last
};
Task<Answer> verify(Prepared prepared,
                    net::Resolver& resolver,
                    UtcSeconds now,
                    SteadyTime deadline);

// The next set of fields, for the start of the message (5.1); `results` as they stand behind the
// name Authentication-Results, `chain` what verify() found then. Empty: the chain has ended, by
// itself or by its length.
Result<std::string> seal(std::string_view message,
                         std::string_view results,
                         Verdict chain,
                         const dkim::SigningKey& key,
                         UtcSeconds now);

}  // namespace kontor::filter::arc
