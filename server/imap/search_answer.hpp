// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found and how it is told: SEARCH and SORT (RFC 3501, 7.2.5; RFC 5256,
// BASE.7.2.SORT) or ESEARCH (RFC 4731; RFC 9051, 7.3.4; RFC 5267; RFC 9394). Pure.
#pragma once
#include <string>
#include <utility>
#include <vector>

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
  const wire::NumberSet& uids() const { return by_uid_ ? told_ : uids_; }
  // The UIDs that SAVE keeps for `$` (RFC 9051, 6.4.4.2; RFC 9394, 3.2).
  wire::NumberSet to_save(const wire::Search& search) const;
  // RFC 4731, 3.2: of all of them, or of the smallest and largest when only these are returned.
  store::ModSeq modseq(unsigned returns) const;

 private:
  bool by_uid_;
  wire::NumberSet told_;
  wire::NumberSet uids_;  // only when told_ are numbers
  store::ModSeq first_ = 0, last_ = 0, highest_ = 0;
};

// A message of a sorted result.
struct SortedMessage {
  std::uint32_t told = 0;  // number or UID
  store::Uid uid = 0;
  store::ModSeq modseq = 0;
  unsigned relevancy = 0;  // when it is asked for
};
wire::NumberSet to_save(const std::vector<SortedMessage>& sorted, const wire::Search& search);

// Only MIN and MAX are told: RFC 4731, 3.2 and RFC 9051, 6.4.4.2 treat that apart.
bool only_ends(unsigned returns);

// The places, counted from 0 and without the last, that a page has in a result of `count`.
std::pair<std::uint64_t, std::uint64_t> page_places(const wire::PartialRange& page,
                                                    std::uint64_t count);

// What ESEARCH tells; only what `search.returns` asks for is filled in.
struct EsearchData {
  std::uint64_t count = 0;
  std::uint32_t min = 0, max = 0;
  std::string all, page;         // sets; empty: nothing
  std::vector<unsigned> scores;  // RFC 6203, 4: 1 to 100, of what is told, in its order
  store::ModSeq modseq = 0;
};
EsearchData esearch_data(const Found& found, const wire::Search& search);
// The UIDs of those whose scores are told: of the page, or of all.
wire::NumberSet scored_uids(const Found& found, const wire::Search& search);
EsearchData esearch_data(const std::vector<SortedMessage>& sorted, const wire::Search& search);

// One line with its CRLF.
std::string search_line(const Found& found, bool with_modseq);
std::string sort_line(const std::vector<SortedMessage>& sorted, bool with_modseq);
// `correlator`: `TAG "a1"`, and MAILBOX and UIDVALIDITY of RFC 7377.
std::string esearch_line(std::string_view correlator,
                         bool by_uid,
                         const wire::Search& search,
                         const EsearchData& data);
std::string tag_correlator(std::string_view tag);

}  // namespace kontor::imap
