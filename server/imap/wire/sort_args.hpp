// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of SORT and THREAD (RFC 5256, 5; RFC 5957; RFC 5267, 3), of ESEARCH (RFC 7377, 4) and
// CANCELUPDATE (RFC 5267, 4.3.5). Pure; bad_input with a sentence for the client, unsupported for a
// charset that is not known.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/mailbox_filter.hpp"
#include "server/imap/wire/search_args.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_criteria = 32;  // of one SORT
inline constexpr std::size_t k_max_tags = 100;     // of one CANCELUPDATE

enum class SortKey : unsigned char {
  arrival,
  date,
  size,
  subject,
  from,
  to,
  cc,
  display_from,
  display_to,
  relevancy,  // RFC 6203, 6: the best first
};

struct SortCriterion {
  SortKey key = SortKey::arrival;
  bool reverse = false;
  bool operator==(const SortCriterion&) const = default;
};

struct Sort {
  std::vector<SortCriterion> criteria;  // one at least
  Search search;
};
Result<Sort> parse_sort(std::string_view text);

enum class ThreadAlgorithm : unsigned char { ordered_subject, references, refs };

struct Thread {
  ThreadAlgorithm algorithm = ThreadAlgorithm::references;
  Search search;
};
Result<Thread> parse_thread(std::string_view text);

struct MultiSearch {
  std::vector<MailboxFilter> sources;  // empty: the selected mailbox
  Search search;                       // always extended
};
Result<MultiSearch> parse_multi_search(std::string_view text, bool utf8);

// The tags of searches.
Result<std::vector<std::string>> parse_cancel_update(std::string_view text);

}  // namespace kontor::imap::wire
