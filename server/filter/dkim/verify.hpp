// SPDX-License-Identifier: GPL-3.0-or-later
// The DKIM signatures of a message (RFC 6376, 6): each is looked at by itself.
//
// read_signatures() is the work on the message's bytes: pure, as long as the message, for the pool
// when that is large. verify() asks the DNS for keys and needs the message no more. At most
// k_most_signatures are looked at. Never fails; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dkim/signature.hpp"

namespace kontor::filter::dkim {

// The words of RFC 8601, 2.7.1. policy: right, but with a key that is too short.
enum class Verdict : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };
std::string_view word_of(Verdict verdict) noexcept;

// A signature and the two digests of the message that it is about.
struct Prepared {
  std::optional<Signature> signature;  // nothing: it cannot be read
  std::string header_digest;
  bool is_body_same = false;
  bool is_body_short = false;       // l= counts more bytes than there are
  std::string problem;              // why it cannot be read
  Verdict verdict = Verdict::none;  // of what cannot be read
};

struct Outcome {
  Verdict verdict = Verdict::none;
  std::string domain, selector, agent;  // lower case but i=
  std::string algorithm;                // "rsa-sha256"
  std::string value_start;              // of b=, to tell signatures apart (RFC 6008)
  std::string reason;
  bool is_partial = false;  // only a part of the body is signed (l=)
};

inline constexpr std::size_t k_most_signatures = 10;
inline constexpr unsigned k_least_bits = 1'024;  // RFC 8301, 3.2

std::vector<Prepared> read_signatures(std::string_view message);

struct Finding {
  Verdict verdict = Verdict::none;
  std::string reason;
};
// Of one signature whose digests are known, against the key that the DNS has. `prepared` outlives
// the task.
Task<Finding> check_signature(const Prepared& prepared,
                              net::Resolver& resolver,
                              UtcSeconds now,
                              SteadyTime deadline);

// An outcome for each; without any, none.
Task<std::vector<Outcome>> verify(std::vector<Prepared> prepared,
                                  net::Resolver& resolver,
                                  UtcSeconds now,
                                  SteadyTime deadline);

}  // namespace kontor::filter::dkim
