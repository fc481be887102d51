// SPDX-License-Identifier: GPL-3.0-or-later
// What a SEARCH found and how it is told: SEARCH (RFC 3501, 7.2.5) or ESEARCH (RFC 4731, RFC 9051,
// 7.3.4). Pure.
#pragma once
#include <string>

#include "server/imap/selected.hpp"
#include "server/imap/wire/search_args.hpp"

namespace kontor::imap {

// Numbers or UIDs, and of the messages the modseqs that the answer may need.
class Found {
 public:
  explicit Found(bool by_uid) : by_uid_(by_uid) {}
  void add(const NumberedEntry& message);  // in ascending order
  bool empty() const { return told_.empty(); }
  const wire::NumberSet& told() const { return told_; }
  // The UIDs that SAVE keeps for `$` (RFC 9051, 6.4.4.2: MIN and MAX alone keep only those).
  wire::NumberSet to_save(unsigned returns) const;
  // RFC 4731, 3.2: of all of them, or of the smallest and largest when only these are returned.
  store::ModSeq modseq(unsigned returns) const;

 private:
  bool by_uid_;
  wire::NumberSet told_;
  wire::NumberSet uids_;  // only when told_ are numbers
  store::ModSeq first_ = 0, last_ = 0, highest_ = 0;
};

// One line with its CRLF.
std::string search_line(const Found& found, bool with_modseq);
std::string esearch_line(const Found& found,
                         std::string_view tag,
                         bool by_uid,
                         const wire::Search& search);

}  // namespace kontor::imap
