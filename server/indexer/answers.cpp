// SPDX-License-Identifier: GPL-3.0-or-later
// What the Indexer answers: the index on the pool of searches, then the items it leaves open.
#include <algorithm>

#include "base/log/events/indexer.hpp"
#include "search/query/matcher.hpp"
#include "server/indexer/indexer.hpp"
#include "server/indexer/ranking.hpp"

namespace kontor::indexer {

using log::Keys;

namespace {

constexpr std::uint64_t k_read_bytes = 4U << 20U;  // of messages looked through at a time
constexpr std::size_t k_read_items = 256;

// A stretch of `items` from `begin` on that may be read at once.
std::vector<store::ItemId> stretch(const store::AccountView& view,
                                   const search::Items& items,
                                   std::size_t begin) {
  std::vector<store::ItemId> out;
  std::uint64_t bytes = 0;
  for (auto i = begin; i < items.size() && out.size() < k_read_items; ++i) {
    const auto item = view.item(items[i]);
    const auto size = item ? item->size : 0;
    if (!out.empty() && bytes + size > k_read_bytes) break;
    bytes += size;
    out.push_back(items[i]);
  }
  return out;
}

// An index that knows of more than the account ever had is of another past of it.
bool is_of_this_past(search::ItemId position, const store::Account& account) {
  return position <= account.view().highest_modseq();
}

}  // namespace

Task<std::vector<Candidates>> Indexer::candidates(store::AccountId account,
                                                  std::vector<search::TextQuery> queries,
                                                  std::optional<search::Items> within) {
  std::vector<Candidates> nothing(queries.size());
  const auto info = environment_.store.info(account);
  if (!settings_.enabled || queries.empty() || !info) co_return nothing;
  using Answers = std::vector<Candidates>;
  const auto ask = [queries = std::move(queries),
                    within = std::move(within)](search::AccountIndex& index) -> Result<Answers> {
    const search::Items* items = within ? &*within : nullptr;
    Answers answers;
    for (const auto& query : queries) {
      auto matches = index.match(query, items);
      if (!matches && matches.error().code() == Errc::limit) {
        answers.emplace_back();  // to be looked for in every message
        continue;
      }
      KONTOR_TRY(auto found, std::move(matches));
      answers.emplace_back(std::move(found));
    }
    return answers;
  };
  auto work = [this, ask, lease = shelf_.lease(account, info->folder)] {
    return shelf_.use<Answers>(lease, ask);
  };
  auto answers = co_await io::on_pool(searchers_, std::move(work));
  hurry(account, true);
  if (answers) {
    auto opened = co_await environment_.store.open(account);  // it is open: see Searcher
    const auto is_of_it = [&](const Candidates& answer) {
      return opened && is_of_this_past(answer.position(), **opened);
    };
    if (std::ranges::all_of(*answers, is_of_it)) co_return *std::move(answers);
    co_return nothing;  // it is about to be made anew
  }
  environment_.log.emit(log::events::k_index_query_failed, answers.error(),
                        {{Keys::account, account.text()}});
  co_return nothing;
}

Task<Result<std::vector<search::Document>>> Indexer::documents(AccountPtr account,
                                                               std::vector<store::ItemId> items) {
  KnownAttachments known;
  const auto info = environment_.store.info(account->id());
  const auto state = shelf_.known(account->id());
  const bool any_indexed =
      state && is_of_this_past(state->position, *account) &&
      std::ranges::any_of(items, [&](auto item) { return item <= state->position; });
  if (settings_.enabled && info && any_indexed) {
    const auto ask = [items](search::AccountIndex& index) -> Result<KnownAttachments> {
      KnownAttachments texts;
      for (const auto item : items) {
        auto found = index.attachments(item);
        if (!found && found.error().code() == Errc::limit) continue;  // to be read
        KONTOR_TRY(texts[item], std::move(found));
      }
      return texts;
    };
    auto work = [this, ask, lease = shelf_.lease(account->id(), info->folder)] {
      return shelf_.use<KnownAttachments>(lease, ask);
    };
    auto texts = co_await io::on_pool(searchers_, std::move(work));
    if (texts) known = *std::move(texts);  // else they are read again
  }
  co_return co_await reader_.read(std::move(account), std::move(items), searchers_,
                                  std::move(known));
}

Task<std::vector<std::string>> Indexer::attachments(store::AccountId account,
                                                    store::ItemId item,
                                                    std::shared_ptr<const std::string> raw) {
  using Texts = std::vector<std::string>;
  const auto info = environment_.store.info(account);
  const auto state = shelf_.known(account);
  auto opened = co_await environment_.store.open(account);
  if (settings_.enabled && info && state && item <= state->position && opened &&
      is_of_this_past(state->position, **opened)) {
    opened->reset();
    const auto ask = [item](search::AccountIndex& index) -> Result<Texts> {
      KONTOR_TRY(auto fields, index.attachments(item));
      Texts texts;
      for (auto& field : fields) texts.push_back(std::move(field.text));
      return texts;
    };
    auto work = [this, ask, lease = shelf_.lease(account, info->folder)] {
      return shelf_.use<Texts>(lease, ask);
    };
    auto texts = co_await io::on_pool(searchers_, std::move(work));
    if (texts) co_return *std::move(texts);  // else they are read again
  }
  co_return co_await reader_.attachments(std::move(raw), searchers_);
}

Task<Result<search::Items>> Indexer::match(AccountPtr account,
                                           search::TextQuery query,
                                           search::Items within,
                                           ScanProgress progress) {
  std::vector<search::TextQuery> one(1, query);
  const auto answers = co_await candidates(account->id(), std::move(one), within);
  search::Items out, open;
  for (const auto item : within) {
    const auto verdict = answers.front().of(item);
    if (verdict == Verdict::yes) out.push_back(item);
    if (verdict == Verdict::open) open.push_back(item);
  }
  const auto view = account->view();
  const auto decided = within.size() - open.size();
  for (std::size_t done = 0; done < open.size();) {
    auto some = stretch(view, open, done);
    done += some.size();
    KONTOR_CO_TRY(auto read, co_await documents(account, std::move(some)));
    auto work = [this, query, read = std::move(read)] {
      search::Analyzer analyzer(settings_.languages);
      const search::Matcher matcher(query, analyzer);
      search::Items found;
      for (const auto& document : read)
        if (matcher.matches(document)) found.push_back(document.item);
      return found;
    };
    const auto found = co_await io::on_pool(searchers_, std::move(work));
    out.insert(out.end(), found.begin(), found.end());
    if (progress && !progress(decided + done, within.size()))
      co_return fail(Errc::cancelled, "the search was given up");
  }
  std::ranges::sort(out);
  co_return out;
}

Task<std::vector<search::Hit>> Indexer::rank(store::AccountId account,
                                             search::TextQuery query,
                                             search::Items found,
                                             std::size_t most) {
  using Hits = std::vector<search::Hit>;
  Hits hits;
  const auto info = environment_.store.info(account);
  if (settings_.enabled && info && !found.empty()) {
    const auto ask = [query, found, most](search::AccountIndex& index) -> Result<Hits> {
      return index.rank(query, &found, most);
    };
    auto work = [this, ask, lease = shelf_.lease(account, info->folder)] {
      return shelf_.use<Hits>(lease, ask);
    };
    auto ranked = co_await io::on_pool(searchers_, std::move(work));
    if (ranked) hits = *std::move(ranked);
  }
  const auto state = shelf_.known(account);
  co_return with_unranked(std::move(hits), found, state ? state->position : 0, most);
}

Task<Result<IndexStatus>> Indexer::status(store::AccountId account) {
  auto opened = co_await environment_.store.open(account);
  KONTOR_CO_TRY(auto mailbox, std::move(opened));
  const auto view = mailbox->view();
  const auto info = environment_.store.info(account);
  IndexStatus out;
  out.enabled = settings_.enabled;
  out.items = view.count_items_after(0);
  out.waiting = out.items;
  if (!settings_.enabled || !info) co_return out;
  auto work = [this, lease = shelf_.lease(account, info->folder)] {
    const auto state_of = [](search::AccountIndex& index) -> Result<search::IndexState> {
      return index.state();
    };
    return shelf_.use<search::IndexState>(lease, state_of);
  };
  mailbox.reset();
  const auto state = co_await io::on_pool(searchers_, std::move(work));
  if (state)
    out.index = *state;
  else
    out.problem = state.error().text();
  out.waiting = view.count_items_after(out.index.position);
  memory_.with([&](const Memory& memory) {
    out.is_building = memory.rebuilding.contains(account);
    if (const auto found = memory.problems.find(account); found != memory.problems.end())
      out.problem = found->second;
  });
  if (const auto fresh = fresh_.known(account); fresh && out.is_building)
    out.built = out.items - view.count_items_after(fresh->position);
  co_return out;
}

Task<Result<void>> Indexer::rebuild(store::AccountId account) {
  if (!settings_.enabled)
    co_return fail(Errc::unavailable, "search.enabled is off: there are no indexes");
  if (!environment_.store.info(account)) co_return fail(Errc::not_found, "no such account");
  memory_.with([&](Memory& memory) {
    memory.rebuilding.insert(account);
    memory.untried.erase(account);
  });
  hurry(account, false);
  co_return Result<void>();
}

}  // namespace kontor::indexer
