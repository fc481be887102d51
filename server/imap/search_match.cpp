// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_match.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "server/imap/search_query.hpp"
#include "store/mailbox/thread_id.hpp"

namespace kontor::imap {
namespace {

using wire::SearchOp;

std::chrono::sys_days day_of(UtcSeconds time) {
  return std::chrono::floor<std::chrono::days>(time);
}

// before, on and since in this order.
bool compare_days(std::chrono::sys_days day, const wire::SearchKey& key, SearchOp before) {
  const int which = static_cast<int>(key.op) - static_cast<int>(before);
  return which == 0 ? day < key.day : which == 1 ? day == key.day : day >= key.day;
}

bool is_set(SearchOp op) { return op == SearchOp::numbers || op == SearchOp::uids; }

Result<wire::NumberSet> numbers_of(const wire::SearchKey& key,
                                   const SelectedFolder& folder,
                                   const wire::NumberSet& saved) {
  if (key.op == SearchOp::uids || key.set.saved_result) return folder.resolve(key.set, true, saved);
  if (folder.count() == 0) return wire::NumberSet();
  std::vector<wire::NumberRange> all(1, wire::NumberRange{1, folder.count()});
  return wire::resolve_star(key.set, folder.count()).intersection(wire::NumberSet(std::move(all)));
}

// The UIDs a set names, those to come too.
wire::NumberSet open_uids(const wire::SequenceSet& set, store::Uid largest) {
  std::vector<wire::NumberRange> ranges;
  for (auto range : set.ranges) {
    const bool open = range.first == wire::k_star || range.last == wire::k_star;
    if (range.first == wire::k_star) range.first = std::max<store::Uid>(largest, 1);
    if (range.last == wire::k_star) range.last = std::max<store::Uid>(largest, 1);
    if (range.first > range.last) std::swap(range.first, range.last);
    if (open) range.last = std::numeric_limits<store::Uid>::max();
    ranges.push_back(range);
  }
  return wire::NumberSet(std::move(ranges));
}

}  // namespace

Result<SearchMatcher> SearchMatcher::make(std::vector<wire::SearchKey> keys,
                                          const SelectedFolder& folder,
                                          const wire::NumberSet& saved,
                                          UtcSeconds now) {
  SearchMatcher out;
  out.now_ = now;
  out.keys_.reserve(keys.size());
  for (auto& written : keys) {
    Key key;
    if (is_set(written.op)) {
      KONTOR_TRY(key.numbers, numbers_of(written, folder, saved));
    } else if (!wire::is_column(written.op)) {
      out.make_text_key(key, written);
    }
    if (written.op == SearchOp::body || written.op == SearchOp::text) out.needs_body_ = true;
    if (written.op == SearchOp::header || key.leaves_header) out.asks_header_ = true;
    key.written = std::move(written);
    out.keys_.push_back(std::move(key));
  }
  return out;
}

void SearchMatcher::make_text_key(Key& key, const wire::SearchKey& written) {
  key.needle = mime::fold_case(written.text);
  key.leaves_header = leaves_header(written);
  if (auto query = text_query(written)) {
    key.query = queries_.size();
    if (query->op == search::TextOp::words) fuzzy_.push_back(queries_.size());
    queries_.push_back(*std::move(query));
  }
}

void SearchMatcher::know(std::vector<indexer::Candidates> answers) {
  for (const auto& key : keys_)
    if (key.query && asks_for_more(key.written)) answers[*key.query].doubt();
  answers_ = std::make_shared<const std::vector<indexer::Candidates>>(std::move(answers));
}

void SearchMatcher::decide(std::size_t query, search::Items looked_at, search::Items yes) {
  decided_[query] = {std::move(looked_at), std::move(yes)};
}

void SearchMatcher::hold(const SelectedFolder& folder) {
  answers_.reset();
  for (auto& key : keys_) {
    if (!is_set(key.written.op)) continue;
    const bool by_uid = key.written.op == SearchOp::uids && !key.written.set.saved_result;
    key.numbers =
        by_uid ? open_uids(key.written.set, folder.largest_uid()) : folder.uid_set(key.numbers);
  }
  holding_ = true;
}

wire::NumberSet SearchMatcher::candidates(std::uint32_t count) const {
  if (count == 0) return {};
  std::vector<wire::NumberRange> everything(1, wire::NumberRange{1, count});
  wire::NumberSet numbers(std::move(everything));
  const Key& root = keys_.back();
  if (is_set(root.written.op)) return numbers.intersection(root.numbers);
  if (root.written.op != SearchOp::both) return numbers;
  for (const auto index : root.written.operands)
    if (is_set(keys_[index].written.op)) numbers = numbers.intersection(keys_[index].numbers);
  return numbers;
}

Match SearchMatcher::match(const store::AccountView& view,
                           const NumberedEntry& message,
                           search::MessageText* text,
                           Extent extent) const {
  return run(static_cast<std::uint32_t>(keys_.size() - 1), Subject{view, message, text, extent});
}

Match SearchMatcher::run(std::uint32_t index, const Subject& subject) const {
  const Key& key = keys_[index];
  const auto as_match = [](bool holds) { return holds ? Match::yes : Match::no; };
  switch (key.written.op) {
    case SearchOp::both:
      return run_both(key, subject, Match::no);
    case SearchOp::either:
      return run_both(key, subject, Match::yes);
    case SearchOp::negated: {
      const Match inner = run(key.written.operands.front(), subject);
      return inner == Match::open ? inner : as_match(inner == Match::no);
    }
    default:
      break;
  }
  if (key.written.op == SearchOp::thread) return run_thread(key, subject);
  if (wire::is_column(key.written.op)) return as_match(run_column(key, subject));
  const Match known = by_index(key, subject);
  if (known != Match::open || subject.text == nullptr) return known;
  return run_text(key, subject);
}

bool SearchMatcher::is_out(store::ItemId item) const {
  if (answers_ == nullptr) return false;
  const auto says_no = [&](const Key& key) {
    return key.query && !key.leaves_header &&
           (*answers_)[*key.query].of(item) == indexer::Verdict::no;
  };
  const Key& root = keys_.back();
  if (root.written.op != SearchOp::both) return says_no(root);
  return std::ranges::any_of(root.written.operands,
                             [&](auto index) { return says_no(keys_[index]); });
}

Match SearchMatcher::by_index(const Key& key, const Subject& subject) const {
  if (!key.query) return Match::open;
  const auto item = subject.message.entry.item;
  const auto decided = decided_.find(*key.query);
  if (decided != decided_.end() && std::ranges::binary_search(decided->second.looked_at, item))
    return std::ranges::binary_search(decided->second.yes, item) ? Match::yes : Match::no;
  if (answers_ == nullptr) return Match::open;
  switch ((*answers_)[*key.query].of(item)) {
    case indexer::Verdict::no:
      return key.leaves_header ? Match::open : Match::no;
    case indexer::Verdict::yes:
      return Match::yes;
    case indexer::Verdict::open:
      break;
  }
  return Match::open;
}

// `both` is decided by one no, `either` by one yes. What columns can decide is asked first of every
// operand, so that a text is looked at only when it counts.
Match SearchMatcher::run_both(const Key& key, const Subject& subject, Match decisive) const {
  const Subject columns{subject.view, subject.message, nullptr, Extent::header};
  bool is_open = false;
  for (const auto index : key.written.operands) {
    const Match one = run(index, columns);
    if (one == decisive) return decisive;
    is_open = is_open || one == Match::open;
  }
  if (is_open && subject.text != nullptr) {
    is_open = false;
    for (const auto index : key.written.operands) {
      const Match one = run(index, subject);
      if (one == decisive) return decisive;
      is_open = is_open || one == Match::open;
    }
  }
  if (is_open) return Match::open;
  return decisive == Match::no ? Match::yes : Match::no;
}

bool SearchMatcher::run_column(const Key& key, const Subject& subject) const {
  const store::Entry& entry = subject.message.entry;
  const wire::SearchKey& written = key.written;
  switch (written.op) {
    case SearchOp::all:
      return true;
    case SearchOp::none:
      return false;
    case SearchOp::flag:
      return (entry.flags & written.number) == written.number;
    case SearchOp::no_flag:
      return (entry.flags & written.number) == 0;
    case SearchOp::keyword:
      return std::ranges::any_of(subject.view.keywords(entry.keywords), [&](const auto& keyword) {
        return iequals(keyword, written.text);
      });
    case SearchOp::numbers:
    case SearchOp::uids:
      return key.numbers.contains(holding_ ? subject.message.entry.uid : subject.message.number);
    case SearchOp::before:
    case SearchOp::on:
    case SearchOp::since:
      return compare_days(day_of(entry.internal_date), written, SearchOp::before);
    case SearchOp::saved_before:
    case SearchOp::saved_on:
    case SearchOp::saved_since:
      return compare_days(day_of(entry.save_date), written, SearchOp::saved_before);
    case SearchOp::older:  // RFC 5032, 3
      return entry.internal_date <= now_ - std::chrono::seconds(written.number);
    case SearchOp::younger:
      return entry.internal_date >= now_ - std::chrono::seconds(written.number);
    case SearchOp::modseq:  // RFC 7162, 3.1.5
      return entry.modseq >= written.number;
    default:
      return run_item(key, subject);
  }
}

bool SearchMatcher::run_item(const Key& key, const Subject& subject) const {
  const auto item = subject.view.item(subject.message.entry.item);
  if (!item) return false;
  switch (key.written.op) {
    case SearchOp::larger:
      return item->size > key.written.number;
    case SearchOp::smaller:
      return item->size < key.written.number;
    case SearchOp::email:
      return item->guid.hex() == key.written.text;
    default:
      return false;
  }
}

// Of a message delivered before threads were computed the header says it.
Match SearchMatcher::run_thread(const Key& key, const Subject& subject) {
  const auto item = subject.view.item(subject.message.entry.item);
  if (!item) return Match::no;
  if (item->thread == 0 && subject.text == nullptr) return Match::open;
  const auto thread = item->thread != 0
                          ? item->thread
                          : store::thread_number(
                                std::string_view(subject.text->raw()).substr(0, item->header_size));
  return "T" + std::to_string(thread) == key.written.text ? Match::yes : Match::no;
}

bool SearchMatcher::is_in_header_or_nowhere(const Key& key, const Subject& subject) const {
  return key.query && answers_ != nullptr && key.leaves_header &&
         (*answers_)[*key.query].of(subject.message.entry.item) == indexer::Verdict::no;
}

Match SearchMatcher::run_text(const Key& key, const Subject& subject) const {
  const wire::SearchKey& written = key.written;
  auto& text = *subject.text;
  const auto as_match = [](bool holds) { return holds ? Match::yes : Match::no; };
  switch (written.op) {
    case SearchOp::sent_before:
    case SearchOp::sent_on:
    case SearchOp::sent_since: {
      const auto day = text.sent_day();
      return as_match(day && compare_days(*day, written, SearchOp::sent_before));
    }
    case SearchOp::header:
      return as_match(text.field_contains(written.name, key.needle));
    case SearchOp::body:
      return subject.extent == Extent::header ? Match::open
                                              : as_match(text.body_contains(key.needle));
    default:
      if (text.header_contains(key.needle)) return Match::yes;
      if (is_in_header_or_nowhere(key, subject)) return Match::no;
      return subject.extent == Extent::header ? Match::open
                                              : as_match(text.body_contains(key.needle));
  }
}

}  // namespace kontor::imap
