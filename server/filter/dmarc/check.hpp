// SPDX-License-Identifier: GPL-3.0-or-later
// Does SPF or DKIM speak for the domain that the reader sees as the author's? RFC 7489, 6.6.
//
// Asks the DNS for at most two records a domain. Never fails; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dmarc/record.hpp"
#include "server/filter/dmarc/suffixes.hpp"

namespace kontor::filter::dmarc {

enum class Verdict : std::uint8_t { none, pass, fail, temperror, permerror };
std::string_view word_of(Verdict verdict) noexcept;

// What one of the two found out about a domain.
struct Witness {
  std::string domain;  // lower case
  bool is_spf = false;
  bool is_pass = false;
  bool is_unknown = false;  // temperror
};

struct Asked {
  std::vector<std::string> authors;  // domains of the From fields, as author_domains() gives them
  std::vector<Witness> witnesses;
  unsigned draw = 0;  // 0 to 99, by chance: what pct= is compared with
  SteadyTime deadline = SteadyTime::max();
};

struct Answer {
  Verdict verdict = Verdict::none;
  std::string domain;  // of the author
  Policy published = Policy::none;
  Policy policy = Policy::none;  // to be obeyed: by pct= it may be milder; none unless it fails
  std::string reason;
  // For reports; nothing: no record was found.
  std::optional<Record> record;
  std::string policy_domain;                             // where it stands
  bool is_spf_aligned = false, is_dkim_aligned = false;  // and passed
};

inline constexpr std::size_t k_most_authors = 5;

// The domains of all addresses in the From fields of a header, each once, as the DNS has them; an
// address whose domain is none gives an empty text. At most k_most_authors and one.
std::vector<std::string> author_domains(std::string_view header);

// Of several authors the worst answer counts: one of them is who the reader sees.
Task<Answer> check(Asked asked, const Suffixes& suffixes, net::Resolver& resolver);

}  // namespace kontor::filter::dmarc
