// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/query_run.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "server/indexer/object_document.hpp"
#include "server/indexer/query_plan.hpp"

namespace kontor::indexer {
namespace {

constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of headers read by one trip to the disk
constexpr std::size_t k_read_most = 1'024;

std::string_view without_brackets(std::string_view id) {
  id = trim(id);
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

bool header_answers(const Question& question, std::string_view header) {
  if (const auto* list = std::get_if<search::ListIs>(&question)) {
    const auto field = mime::field_value(header, "List-Id");
    return field &&
           mime::fold_case(mime::decode_words(*field)).contains(mime::fold_case(list->name));
  }
  const auto* id = std::get_if<search::IdIs>(&question);
  const auto field = id == nullptr ? std::nullopt : mime::field_value(header, "Message-ID");
  return field && without_brackets(*field) == without_brackets(id->id);
}

// The one run over a mailbox.
class Run {
 public:
  Run(Searcher& searcher, std::shared_ptr<store::Account> account, ScanProgress progress)
      : searcher_(searcher),
        account_(std::move(account)),
        progress_(std::move(progress)),
        view_(account_->view()) {}

  Task<Result<Found>> find(search::Query query, QueryChoice choice);

 private:
  void look_at_columns(const QueryPlan& plan, const std::vector<store::FolderInfo>& folders);
  void keep_readable(const QueryChoice& choice, std::vector<store::FolderInfo>& folders) const;
  Task<Result<void>> drop_taken_away(const QueryChoice& choice,
                                     std::vector<store::FolderInfo> folders);
  void settle(const QueryPlan& plan);
  search::Items open_items() const;
  Task<Result<search::Items>> ask(Question question, search::Items within);
  Task<Result<search::Items>> ask_headers(Question question, search::Items within);
  Task<void> weigh(search::Query query);

  Searcher& searcher_;
  std::shared_ptr<store::Account> account_;
  ScanProgress progress_;
  store::AccountView view_;
  std::vector<FoundMessage> open_, found_;
};

void Run::look_at_columns(const QueryPlan& plan, const std::vector<store::FolderInfo>& folders) {
  for (const auto& folder : folders) {
    const auto rows = view_.open(folder.id);
    if (rows == nullptr) continue;
    rows->for_each(0, rows->size(), [&](std::size_t, const store::Entry& entry) {
      const auto verdict = plan.of(folder.id, entry);
      if (verdict == Verdict::yes) found_.push_back({folder.id, entry});
      if (verdict == Verdict::open) open_.push_back({folder.id, entry});
    });
  }
}

void Run::keep_readable(const QueryChoice& choice, std::vector<store::FolderInfo>& folders) const {
  if (!choice.readable) return;
  const auto readable = choice.readable(view_, folders);
  std::erase_if(folders, [&](const store::FolderInfo& folder) {
    return std::ranges::find(readable, folder.id, &ReadableFolder::id) == readable.end();
  });
}

Task<Result<void>> Run::drop_taken_away(const QueryChoice& choice,
                                        std::vector<store::FolderInfo> folders) {
  if (!choice.readable) co_return Result<void>();
  std::set<store::FolderId> with_private, without;
  for (const auto& folder : choice.readable(account_->view(), folders))
    (folder.with_private ? with_private : without).insert(folder.id);
  std::vector<FoundMessage> kept;
  for (const auto& message : found_) {
    if (without.contains(message.folder)) {
      const auto raw = co_await account_->read_message(message.entry.item);
      if (!raw || is_private(*raw)) continue;
    } else if (!with_private.contains(message.folder)) {
      continue;
    }
    kept.push_back(message);
  }
  found_ = std::move(kept);
  co_return Result<void>();
}

void Run::settle(const QueryPlan& plan) {
  std::vector<FoundMessage> still_open;
  for (auto& message : open_) {
    const auto verdict = plan.of(message.folder, message.entry);
    if (verdict == Verdict::yes) found_.push_back(message);
    if (verdict == Verdict::open) still_open.push_back(message);
  }
  open_ = std::move(still_open);
}

search::Items Run::open_items() const {
  search::Items items;
  items.reserve(open_.size());
  for (const auto& message : open_) items.push_back(message.entry.item);
  std::ranges::sort(items);
  const auto twice = std::ranges::unique(items);
  items.erase(twice.begin(), twice.end());
  return items;
}

Task<Result<search::Items>> Run::ask_headers(Question question, search::Items within) {
  search::Items answer;
  for (std::size_t i = 0; i < within.size();) {
    std::vector<store::ItemRange> ranges;
    for (std::uint64_t bytes = 0; i < within.size() && bytes < k_read_ahead; ++i) {
      if (ranges.size() == k_read_most) break;
      const auto item = view_.item(within[i]);
      const std::uint64_t size = item ? item->header_size : 0;
      bytes += size;
      ranges.push_back({within[i], 0, size});
    }
    const auto asked = ranges;
    const auto read = co_await account_->read_ranges(std::move(ranges));
    for (std::size_t n = 0; n < read.size(); ++n)
      // Damaged or purged meanwhile: it has no header.
      if (read[n] && header_answers(question, *read[n])) answer.push_back(asked[n].item);
    if (progress_ && !progress_(i, within.size())) co_return fail(Errc::cancelled);
  }
  co_return answer;
}

Task<Result<search::Items>> Run::ask(Question question, search::Items within) {
  if (within.empty()) co_return within;
  if (auto* text = std::get_if<search::TextQuery>(&question))
    co_return co_await searcher_.match(account_, std::move(*text), std::move(within), progress_);
  co_return co_await ask_headers(std::move(question), std::move(within));
}

// Relevance is that of the words; what was found by columns alone comes behind, the newest first.
Task<void> Run::weigh(search::Query query) {
  auto texts = search::wanted_texts(query);
  if (texts.children.empty() || found_.empty()) co_return;
  search::Items items;
  for (const auto& message : found_) items.push_back(message.entry.item);
  std::ranges::sort(items);
  const auto twice = std::ranges::unique(items);
  items.erase(twice.begin(), twice.end());
  const auto most = items.size();
  const auto hits =
      co_await searcher_.rank(account_->id(), std::move(texts), std::move(items), most);
  std::unordered_map<search::ItemId, double> weights;
  // The order counts, whatever the weights are: what is not indexed yet may have none.
  for (std::size_t i = 0; i < hits.size(); ++i)
    weights.try_emplace(hits[i].item, static_cast<double>(hits.size() - i));
  for (auto& message : found_) {
    const auto weight = weights.find(message.entry.item);
    message.weight = weight == weights.end() ? 0 : weight->second;
  }
}

Task<Result<Found>> Run::find(search::Query query, QueryChoice choice) {
  auto folders = view_.folders();
  if (choice.with_recoverable)
    for (auto& folder : view_.recoverable()) folders.push_back(std::move(folder));
  keep_readable(choice, folders);
  QueryPlan plan(query, view_, folders);
  look_at_columns(plan, folders);
  for (std::size_t i = 0; i < plan.questions().size() && !open_.empty(); ++i) {
    auto question = plan.questions()[i];
    KONTOR_CO_TRY(auto answer, co_await ask(std::move(question), open_items()));
    plan.answer(i, std::move(answer));
    settle(plan);
  }
  if (choice.order == QueryOrder::by_relevance) co_await weigh(query);
  KONTOR_CO_TRY(co_await drop_taken_away(choice, folders));
  std::ranges::sort(found_, [](const FoundMessage& a, const FoundMessage& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    if (a.entry.internal_date != b.entry.internal_date)
      return a.entry.internal_date > b.entry.internal_date;
    if (a.entry.item != b.entry.item) return a.entry.item > b.entry.item;
    return std::pair(a.folder, a.entry.uid) < std::pair(b.folder, b.entry.uid);
  });
  Found out;
  out.messages = std::move(found_);
  out.unknown_folders = plan.unknown_folders();
  co_return out;
}

}  // namespace

Task<Result<Found>> run_query(Searcher& searcher,
                              std::shared_ptr<store::Account> account,
                              search::Query query,
                              QueryChoice choice,
                              ScanProgress progress) {
  Run run(searcher, std::move(account), std::move(progress));
  co_return co_await run.find(std::move(query), choice);
}

}  // namespace kontor::indexer
