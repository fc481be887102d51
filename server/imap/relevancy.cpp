// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/relevancy.hpp"

#include <algorithm>
#include <cmath>

namespace kontor::imap {
namespace {

constexpr unsigned k_best = 100, k_least = 1;

std::vector<store::ItemId> items_of(const SelectedFolder& folder, const wire::NumberSet& uids) {
  std::vector<store::ItemId> out;
  out.reserve(uids.count());
  for (const auto& range : uids.ranges())
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid) {
      const auto message = folder.find(static_cast<store::Uid>(uid));
      out.push_back(message ? message->entry.item : 0);
    }
  return out;
}

}  // namespace

std::vector<unsigned> scores_of(const std::vector<store::ItemId>& items,
                                const std::vector<search::Hit>& ranked) {
  auto hits = ranked;
  std::ranges::sort(hits, {}, &search::Hit::item);
  double low = 0, high = 0;
  if (!hits.empty()) {
    const auto [least, most] = std::ranges::minmax(hits, {}, &search::Hit::weight);
    low = least.weight;
    high = most.weight;
  }
  std::vector<unsigned> out;
  out.reserve(items.size());
  for (const auto item : items) {
    const auto hit = std::ranges::lower_bound(hits, item, {}, &search::Hit::item);
    if (hit == hits.end() || hit->item != item || high <= low) {
      out.push_back(hit != hits.end() && hit->item == item ? k_best : k_least);
      continue;
    }
    const double share = (hit->weight - low) / (high - low);
    out.push_back(k_least + static_cast<unsigned>(std::lround(share * (k_best - k_least))));
  }
  return out;
}

Task<std::vector<unsigned>> relevancy_scores(Session& session,
                                             const SearchMatcher& matcher,
                                             const SelectedFolder& folder,
                                             wire::NumberSet uids) {
  const auto items = items_of(folder, uids);
  if (session.env.searcher == nullptr || matcher.fuzzy().empty())
    co_return std::vector<unsigned>(items.size(), k_best);
  search::TextQuery query;
  query.op = search::TextOp::any;
  for (const auto index : matcher.fuzzy()) query.children.push_back(matcher.text_queries()[index]);
  auto found = items;
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  const auto most = found.size();
  const auto ranked = co_await session.env.searcher->rank(folder.account()->id(), std::move(query),
                                                          std::move(found), most);
  co_return scores_of(items, ranked);
}

}  // namespace kontor::imap
