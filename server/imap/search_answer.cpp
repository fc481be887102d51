// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_answer.hpp"

#include <algorithm>

#include "server/imap/fetch_columns.hpp"

namespace kontor::imap {
namespace {

namespace ret = wire::search_return;

// RFC 9394, 3.2: without COUNT and ALL only what is told is kept.
bool saves_all(unsigned returns) {
  return (returns & (ret::min | ret::max | ret::partial)) == 0 ||
         (returns & (ret::all | ret::count)) != 0;
}

void append_modseq(std::string& out, store::ModSeq modseq) {  // RFC 7162, 3.1.6
  out.append(" (MODSEQ ");
  append_number(out, modseq);
  out.push_back(')');
}

std::string set_text(const std::vector<SortedMessage>& sorted,
                     std::uint64_t begin,
                     std::uint64_t end) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(end - begin);
  for (auto i = begin; i < end; ++i) numbers.push_back(sorted[i].told);
  return wire::uid_list_text(numbers);  // RFC 5267, 3.2: ranges only where the order rises by one
}

}  // namespace

bool only_ends(unsigned returns) {
  return (returns & (ret::min | ret::max)) != 0 && (returns & (ret::all | ret::count)) == 0;
}

std::pair<std::uint64_t, std::uint64_t> page_places(const wire::PartialRange& page,
                                                    std::uint64_t count) {
  const std::uint64_t low = std::min(page.first, page.last) - 1;
  const std::uint64_t high = std::max(page.first, page.last);
  if (low >= count) return {0, 0};
  if (!page.from_end) return {low, std::min(high, count)};
  return {count - std::min(high, count), count - low};
}

void Found::add(const NumberedEntry& message) {
  if (told_.empty()) first_ = message.entry.modseq;
  last_ = message.entry.modseq;
  highest_ = std::max(highest_, message.entry.modseq);
  told_.add(by_uid_ ? message.entry.uid : message.number);
  if (!by_uid_) uids_.add(message.entry.uid);
}

wire::NumberSet Found::to_save(const wire::Search& search) const {
  if (saves_all(search.returns) || uids().empty()) return uids();
  wire::NumberSet kept;
  if ((search.returns & ret::partial) != 0) {
    const auto [begin, end] = page_places(search.partial, uids().count());
    kept = uids().slice(begin, end);
  }
  if ((search.returns & ret::min) != 0) kept.add(uids().smallest());
  if ((search.returns & ret::max) != 0) kept.add(uids().largest());
  return kept;
}

store::ModSeq Found::modseq(unsigned returns) const {
  if (!only_ends(returns)) return highest_;
  if ((returns & ret::min) == 0) return last_;
  return (returns & ret::max) == 0 ? first_ : std::max(first_, last_);
}

wire::NumberSet to_save(const std::vector<SortedMessage>& sorted, const wire::Search& search) {
  std::vector<store::Uid> uids;
  const auto keep = [&](std::uint64_t begin, std::uint64_t end) {
    for (auto i = begin; i < end; ++i) uids.push_back(sorted[i].uid);
  };
  if (saves_all(search.returns)) {
    keep(0, sorted.size());
  } else if (!sorted.empty()) {
    if ((search.returns & ret::partial) != 0) {
      const auto [begin, end] = page_places(search.partial, sorted.size());
      keep(begin, end);
    }
    if ((search.returns & ret::min) != 0) keep(0, 1);
    if ((search.returns & ret::max) != 0) keep(sorted.size() - 1, sorted.size());
  }
  std::ranges::sort(uids);
  return wire::NumberSet::of(uids);
}

EsearchData esearch_data(const Found& found, const wire::Search& search) {
  EsearchData data;
  const auto& told = found.told();
  data.count = told.count();
  data.min = told.smallest();
  data.max = told.largest();
  if ((search.returns & ret::all) != 0) data.all = told.text();
  if ((search.returns & ret::partial) != 0) {
    const auto [begin, end] = page_places(search.partial, data.count);
    data.page = told.slice(begin, end).text();
  }
  data.modseq = found.modseq(search.returns);
  return data;
}

wire::NumberSet scored_uids(const Found& found, const wire::Search& search) {
  if ((search.returns & ret::partial) == 0) return found.uids();
  const auto [begin, end] = page_places(search.partial, found.uids().count());
  return found.uids().slice(begin, end);
}

EsearchData esearch_data(const std::vector<SortedMessage>& sorted, const wire::Search& search) {
  EsearchData data;
  data.count = sorted.size();
  if (sorted.empty()) return data;
  // RFC 5267, 3.1: the first and the last in the order asked for.
  data.min = sorted.front().told;
  data.max = sorted.back().told;
  if ((search.returns & ret::all) != 0) data.all = set_text(sorted, 0, sorted.size());
  if ((search.returns & ret::partial) != 0) {
    const auto [begin, end] = page_places(search.partial, sorted.size());
    data.page = set_text(sorted, begin, end);
    for (auto i = begin; i < end; ++i) data.scores.push_back(sorted[i].relevancy);
  } else if ((search.returns & ret::relevancy) != 0) {
    for (const auto& message : sorted) data.scores.push_back(message.relevancy);
  }
  if (only_ends(search.returns)) {
    if ((search.returns & ret::min) != 0) data.modseq = sorted.front().modseq;
    if ((search.returns & ret::max) != 0) data.modseq = std::max(data.modseq, sorted.back().modseq);
  } else {
    for (const auto& message : sorted) data.modseq = std::max(data.modseq, message.modseq);
  }
  return data;
}

std::string search_line(const Found& found, bool with_modseq) {
  std::string out = "* SEARCH";
  for (const auto& range : found.told().ranges())
    for (std::uint64_t number = range.first; number <= range.last; ++number) {
      out.push_back(' ');
      append_number(out, number);
    }
  if (with_modseq && !found.empty()) append_modseq(out, found.modseq(ret::all));
  return out.append("\r\n");
}

std::string sort_line(const std::vector<SortedMessage>& sorted, bool with_modseq) {
  std::string out = "* SORT";
  store::ModSeq highest = 0;
  for (const auto& message : sorted) {
    out.push_back(' ');
    append_number(out, message.told);
    highest = std::max(highest, message.modseq);
  }
  if (with_modseq && !sorted.empty()) append_modseq(out, highest);
  return out.append("\r\n");
}

std::string tag_correlator(std::string_view tag) { return "TAG \"" + std::string(tag) + "\""; }

std::string esearch_line(std::string_view correlator,
                         bool by_uid,
                         const wire::Search& search,
                         const EsearchData& data) {
  std::string out = "* ESEARCH (" + std::string(correlator) + ")";
  if (by_uid) out.append(" UID");
  // RFC 4731, 3.1: MIN, MAX and ALL are left out when nothing was found.
  const unsigned returns =
      data.count == 0 ? search.returns & (ret::count | ret::partial) : search.returns;
  if ((returns & ret::min) != 0) {
    out.append(" MIN ");
    append_number(out, data.min);
  }
  if ((returns & ret::max) != 0) {
    out.append(" MAX ");
    append_number(out, data.max);
  }
  if ((returns & ret::count) != 0) {
    out.append(" COUNT ");
    append_number(out, data.count);
  }
  if ((returns & ret::all) != 0) out.append(" ALL ").append(data.all);
  if ((returns & ret::partial) != 0) {  // RFC 9394, 3.1: the range as it was asked for
    const char* sign = search.partial.from_end ? "-" : "";
    out.append(" PARTIAL (").append(sign);
    append_number(out, search.partial.first);
    out.append(":").append(sign);
    append_number(out, search.partial.last);
    out.append(" ").append(data.page.empty() ? "NIL" : data.page).append(")");
  }
  if ((returns & ret::relevancy) != 0) {  // RFC 6203, 4: in the order of the result
    out.append(" RELEVANCY (");
    for (const auto score : data.scores) {
      if (!out.ends_with('(')) out.push_back(' ');
      append_number(out, score);
    }
    out.push_back(')');
  }
  if (search.uses_modseq && data.count != 0) {
    out.append(" MODSEQ ");
    append_number(out, data.modseq);
  }
  return out.append("\r\n");
}

}  // namespace kontor::imap
