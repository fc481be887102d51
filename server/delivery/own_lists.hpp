// SPDX-License-Identifier: GPL-3.0-or-later
// OwnLists: whose mail a person wants always, and whose never.
//
// Kept with the mailbox as private annotations of the account (RFC 5464),
// "/private/vendor/kontor/senders/blocked" and ".../allowed": a line each, an address
// ("anna@there.test"), a domain ("@there.test"), a network ("192.0.2.0/24") or the name of a server
// with all below it ("there.test", by its confirmed reverse name). Whoever writes them there is
// heard; a line that cannot be read says nothing. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/screening_rules.hpp"
#include "base/core/result.hpp"
#include "store/mailbox/annotations.hpp"

namespace kontor::delivery {

inline constexpr std::string_view k_own_lists = "/private/vendor/kontor/senders/";
inline constexpr std::size_t k_most_own = 1'000;    // rows of one list
inline constexpr std::size_t k_own_bytes = 65'536;  // of one list
inline constexpr std::size_t k_longest_own = 320;   // of one row

enum class OwnList : std::uint8_t { blocked, allowed };
std::string_view name_of(OwnList list) noexcept;

// What he thinks of somebody; the allowed count before the blocked, and the nearer before the
// wider: an address before its domain.
enum class Opinion : std::uint8_t { none, blocked, allowed };

struct Stranger {
  std::vector<std::string> addresses;  // reverse-path, or authors
  std::string client;                  // numeric; empty: not known
  std::string client_name;             // confirmed; empty: none
};

// Rows as written, lower case; none that cannot be read.
std::vector<std::string> own_list(const store::AnnotationMap& notes, OwnList list);
bool has_own_lists(const store::AnnotationMap& notes);
Opinion opinion_of(const store::AnnotationMap& notes, const Stranger& stranger);

// bad_input: a sentence; exists: it is there already; limit: the list is full. Whom one list gets
// the other one loses.
Result<std::vector<store::AnnotationChange>> add_own(const store::AnnotationMap& notes,
                                                     OwnList list,
                                                     std::string_view row);
// From whichever list has it. not_found.
Result<std::vector<store::AnnotationChange>> remove_own(const store::AnnotationMap& notes,
                                                        std::string_view row);

}  // namespace kontor::delivery
