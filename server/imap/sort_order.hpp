// SPDX-License-Identifier: GPL-3.0-or-later
// The order that a SORT asks for (RFC 5256, BASE.6.4.SORT; RFC 5957). Pure; memory only.
#pragma once
#include <memory>
#include <vector>

#include "server/imap/key_cache.hpp"
#include "server/imap/wire/sort_args.hpp"

namespace kontor::imap {

struct Sortable {
  store::Uid uid = 0;  // what is equal otherwise is in mailbox order
  std::uint32_t number = 0;
  std::int64_t internal_date = 0;
  std::uint64_t size = 0;
  unsigned relevancy = 0;  // RFC 6203: 1 to 100
  MessageKeys keys;        // empty when no criterion looks at the header
};

class SortOrder {
 public:
  // `texts` may be null when no criterion needs the header.
  SortOrder(std::vector<wire::SortCriterion> criteria, std::shared_ptr<const AccountKeys> texts)
      : criteria_(std::move(criteria)), texts_(std::move(texts)) {}

  static bool needs_header(const std::vector<wire::SortCriterion>& criteria);
  // A strict order: two different messages are never equal.
  bool before(const Sortable& a, const Sortable& b) const;
  // The places of `messages` in this order.
  std::vector<std::uint32_t> sorted(const std::vector<Sortable>& messages) const;

 private:
  std::uint64_t prefix(const Sortable& message) const;

  std::vector<wire::SortCriterion> criteria_;
  std::shared_ptr<const AccountKeys> texts_;
};

}  // namespace kontor::imap
