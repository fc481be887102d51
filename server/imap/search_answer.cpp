// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_answer.hpp"

#include <algorithm>

#include "server/imap/fetch_columns.hpp"

namespace kontor::imap {
namespace {

namespace ret = wire::search_return;

bool only_ends(unsigned returns) {
  return (returns & (ret::min | ret::max)) != 0 && (returns & (ret::all | ret::count)) == 0;
}

}  // namespace

void Found::add(const NumberedEntry& message) {
  if (told_.empty()) first_ = message.entry.modseq;
  last_ = message.entry.modseq;
  highest_ = std::max(highest_, message.entry.modseq);
  told_.add(by_uid_ ? message.entry.uid : message.number);
  if (!by_uid_) uids_.add(message.entry.uid);
}

wire::NumberSet Found::to_save(unsigned returns) const {
  const auto& uids = by_uid_ ? told_ : uids_;
  if (!only_ends(returns) || uids.empty()) return uids;
  wire::NumberSet ends;
  if ((returns & ret::min) != 0) ends.add(uids.smallest());
  if ((returns & ret::max) != 0 && !ends.contains(uids.largest())) ends.add(uids.largest());
  return ends;
}

store::ModSeq Found::modseq(unsigned returns) const {
  if (!only_ends(returns)) return highest_;
  if ((returns & ret::min) == 0) return last_;
  return (returns & ret::max) == 0 ? first_ : std::max(first_, last_);
}

std::string search_line(const Found& found, bool with_modseq) {
  std::string out = "* SEARCH";
  for (const auto& range : found.told().ranges())
    for (std::uint64_t number = range.first; number <= range.last; ++number) {
      out.push_back(' ');
      append_number(out, number);
    }
  if (with_modseq && !found.empty()) {  // RFC 7162, 3.1.5
    out.append(" (MODSEQ ");
    append_number(out, found.modseq(ret::all));
    out.push_back(')');
  }
  return out.append("\r\n");
}

std::string esearch_line(const Found& found,
                         std::string_view tag,
                         bool by_uid,
                         const wire::Search& search) {
  // RFC 4731, 3.1: MIN, MAX and ALL are left out when nothing was found.
  std::string out = "* ESEARCH (TAG \"" + std::string(tag) + "\")";
  if (by_uid) out.append(" UID");
  const unsigned returns = found.empty() ? search.returns & ret::count : search.returns;
  if ((returns & ret::min) != 0) {
    out.append(" MIN ");
    append_number(out, found.told().smallest());
  }
  if ((returns & ret::max) != 0) {
    out.append(" MAX ");
    append_number(out, found.told().largest());
  }
  if ((returns & ret::count) != 0) {
    out.append(" COUNT ");
    append_number(out, found.told().count());
  }
  if ((returns & ret::all) != 0) out.append(" ALL ").append(found.told().text());
  if (search.uses_modseq && !found.empty()) {
    out.append(" MODSEQ ");
    append_number(out, found.modseq(search.returns));
  }
  return out.append("\r\n");
}

}  // namespace kontor::imap
