// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/query_hint.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "search/analyze/layout.hpp"

namespace kontor::indexer {
namespace {

constexpr int k_rounds = 8;
constexpr std::uint64_t k_most_waiting = 5'000;  // messages that are read for a word

class Hint {
 public:
  Hint(Searcher& searcher, std::shared_ptr<store::Account> account)
      : searcher_(searcher), account_(std::move(account)) {}

  // True: something in it was changed.
  Task<bool> change(search::Query& query) {
    if (query.op == search::QueryOp::none_of) co_return false;
    bool changed = false;
    auto* text = std::get_if<search::TextQuery>(&query.leaf);
    if (query.op == search::QueryOp::leaf && text != nullptr && is_words(*text)) {
      if (auto other = co_await other_words(text->text)) {
        text->text = *std::move(other);
        changed = true;
      }
    }
    for (auto& child : query.children) {
      const bool inner = co_await change(child);
      changed = changed || inner;
    }
    co_return changed;
  }

  void gather_items() {
    const auto view = account_->view();
    for (const auto& folder : view.folders())
      if (const auto rows = view.open(folder.id))
        rows->for_each(0, rows->size(), [&](std::size_t, const store::Entry& entry) {
          items_.push_back(entry.item);
        });
    std::ranges::sort(items_);
    const auto twice = std::ranges::unique(items_);
    items_.erase(twice.begin(), twice.end());
  }

 private:
  static bool is_words(const search::TextQuery& text) {
    return text.op == search::TextOp::words || text.op == search::TextOp::phrase;
  }

  // other_layout() asks for words one after the other; those that are not known yet are looked for
  // and it is asked again.
  Task<std::optional<std::string>> other_words(std::string text) {
    for (int round = 0; round < k_rounds; ++round) {
      std::set<std::string> asked;
      const search::KnownWord known = [&](std::string_view term) {
        const auto found = known_.find(term);
        if (found != known_.end()) return found->second;
        asked.emplace(term);
        return false;
      };
      auto other = search::other_layout(text, known);
      if (asked.empty()) co_return other;
      for (const auto& term : asked) known_[term] = co_await occurs(term);
    }
    co_return std::nullopt;
  }

  Task<bool> occurs(std::string term) {
    search::TextQuery query;
    query.op = search::TextOp::words;
    query.text = std::move(term);
    query.fields = search::k_people_fields;
    const auto found = co_await searcher_.match(account_, std::move(query), items_, {});
    co_return found && !found->empty();
  }

  Searcher& searcher_;
  std::shared_ptr<store::Account> account_;
  search::Items items_;
  std::map<std::string, bool, std::less<>> known_;
};

}  // namespace

Task<std::optional<search::Query>> other_layout_query(Searcher& searcher,
                                                      std::shared_ptr<store::Account> account,
                                                      search::Query query) {
  const auto status = co_await searcher.status(account->id());
  if (status && status->waiting > k_most_waiting) co_return std::nullopt;
  Hint hint(searcher, std::move(account));
  hint.gather_items();
  const bool changed = co_await hint.change(query);
  if (!changed) co_return std::nullopt;
  co_return query;
}

}  // namespace kontor::indexer
