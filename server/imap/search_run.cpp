// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_run.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_batch = 1'024;
constexpr std::size_t k_few = 16;  // messages that are read sooner than an index is asked
constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of messages read by one trip to the disk

// Of text alone nobody but us reads anything.
bool may_have_attachments(std::string_view raw) {
  const auto type = mime::field_value(raw, "Content-Type");
  return type && !istarts_with(trim(*type), "text/");
}

// How messages are looked at.
struct Looking {
  Session& session;
  const std::shared_ptr<store::Account>& account;  // the messages'
  const SearchMatcher& matcher;
  const store::AccountView& view;
  Extent extent;

  bool reads_bodies() const { return extent == Extent::whole && matcher.needs_body(); }
};

Task<Result<Match>> match_text(const Looking& how, NumberedEntry message, Result<std::string> raw) {
  Session& session = how.session;
  if (!raw && raw.error().code() == Errc::not_found) co_return Match::no;  // purged meanwhile
  if (!raw) co_return fail(std::move(raw).error().while_doing("searching"));
  std::vector<std::string> attachments;
  const auto bytes = std::make_shared<const std::string>(*std::move(raw));
  if (how.reads_bodies() && session.env.searcher != nullptr && may_have_attachments(*bytes)) {
    attachments =
        co_await session.env.searcher->attachments(how.account->id(), message.entry.item, bytes);
  }
  const auto& limits = session.env.settings.mime;
  search::MessageText text(
      bytes, mime::Limits{.max_depth = limits.max_depth, .max_parts = limits.max_parts});
  for (auto& attachment : attachments) text.add_attachment(std::move(attachment));
  co_return how.matcher.match(how.view, message, &text, how.extent);
}

// Reads those of `some` that are open and matches them again. `progress`, when there is one, is
// told of those done, beginning with `done`.
Task<Result<void>> look_at_open(const Looking& how,
                                const std::vector<NumberedEntry>& some,
                                std::vector<Match>& matches,
                                Progress* progress,
                                std::uint64_t done) {
  Session& session = how.session;
  for (std::size_t i = 0; i < some.size();) {
    std::vector<std::size_t> open;
    std::vector<store::ItemRange> ranges;
    std::uint64_t bytes = 0;
    for (; i < some.size() && bytes < k_read_ahead; ++i) {
      if (matches[i] != Match::open) continue;
      const auto item = how.view.item(some[i].entry.item);
      const auto size = !item ? 0 : how.reads_bodies() ? item->size : item->header_size;
      if (!open.empty() && bytes + size > k_read_ahead) break;
      bytes += size;
      open.push_back(i);
      ranges.push_back({some[i].entry.item, 0, size});
    }
    if (open.empty()) continue;
    indexer::LargeTurns::Turn turn;
    if (session.env.searcher != nullptr)
      turn = co_await session.env.searcher->large_turns().enter(bytes);
    auto read = co_await how.account->read_ranges(std::move(ranges));
    for (std::size_t n = 0; n < open.size(); ++n) {
      KONTOR_CO_TRY(matches[open[n]], co_await match_text(how, some[open[n]], std::move(read[n])));
    }
    turn = {};  // nobody waits for a client that does not read
    if (progress != nullptr) {
      KONTOR_CO_TRY(co_await progress->at(done + i));
    }
  }
  co_return Result<void>();
}

std::vector<Match> match_columns(const store::AccountView& view,
                                 const SearchMatcher& matcher,
                                 const std::vector<NumberedEntry>& some) {
  std::vector<Match> matches;
  matches.reserve(some.size());
  for (const auto& message : some)  // of a ghost only its number is still there
    matches.push_back(message.ghost ? Match::no : matcher.match(view, message, nullptr));
  return matches;
}

void note_open(const std::vector<NumberedEntry>& some,
               const std::vector<Match>& matches,
               search::Items& out) {
  for (std::size_t i = 0; i < some.size(); ++i)
    if (matches[i] == Match::open) out.push_back(some[i].entry.item);
}

void sort_items(search::Items& items) {
  if (!std::ranges::is_sorted(items)) std::ranges::sort(items);
  items.erase(std::ranges::unique(items).begin(), items.end());
}

// Once a search, when columns leave more open than is read sooner.
Task<void> ask_index(Session& session,
                     store::AccountId account,
                     SearchMatcher& matcher,
                     search::Items open) {
  if (session.env.searcher == nullptr || matcher.answers() != nullptr ||
      matcher.text_queries().empty() || open.size() <= k_few)
    co_return;
  sort_items(open);
  matcher.know(
      co_await session.env.searcher->candidates(account, matcher.text_queries(), std::move(open)));
}

// The same for all batches of a search at once. Leaves those of `numbers` that may match.
Task<wire::NumberSet> ask_index(Session& session,
                                const SelectedFolder& folder,
                                SearchMatcher& matcher,
                                wire::NumberSet numbers) {
  if (session.env.searcher == nullptr || matcher.text_queries().empty()) co_return numbers;
  struct Left {
    std::uint32_t number;
    store::ItemId item;
  };
  const auto view = folder.account()->view();
  std::vector<Left> left;
  search::Items open;
  NumberCursor cursor;
  for (auto some = folder.batch(numbers, cursor, k_batch); !some.empty();
       some = folder.batch(numbers, cursor, k_batch)) {
    const auto matches = match_columns(view, matcher, some);
    for (std::size_t i = 0; i < some.size(); ++i)
      if (matches[i] != Match::no) left.push_back({some[i].number, some[i].entry.item});
    note_open(some, matches, open);
  }
  co_await ask_index(session, folder.account()->id(), matcher, std::move(open));
  wire::NumberSet out;
  for (const auto& one : left)
    if (!matcher.is_out(one.item)) out.add(one.number);
  co_return out;
}

// What no index knows of keys inside FUZZY is looked for by words in the messages that are open.
Task<Result<void>> decide_words(Session& session,
                                std::shared_ptr<store::Account> account,
                                SearchMatcher& matcher,
                                search::Items open) {
  sort_items(open);
  const indexer::ScanProgress go_on = [end = session.end](std::uint64_t, std::uint64_t) {
    return !end->reason.with([](const auto& reason) { return reason.has_value(); });
  };
  for (const auto query : matcher.fuzzy()) {
    auto matched =
        co_await session.env.searcher->match(account, matcher.text_queries()[query], open, go_on);
    KONTOR_CO_TRY(auto yes, std::move(matched));
    matcher.decide(query, open, std::move(yes));
  }
  co_return Result<void>();
}

}  // namespace

Task<void> ask_index_of_account(Session& session,
                                store::AccountId account,
                                SearchMatcher& matcher) {
  if (session.env.searcher == nullptr || matcher.text_queries().empty()) co_return;
  matcher.know(
      co_await session.env.searcher->candidates(account, matcher.text_queries(), std::nullopt));
}

Task<Result<std::vector<Match>>> match_messages(Session& session,
                                                std::shared_ptr<store::Account> account,
                                                SearchMatcher& matcher,
                                                const std::vector<NumberedEntry>& some,
                                                Progress* progress,
                                                std::uint64_t done) {
  const store::AccountView view = account->view();
  auto matches = match_columns(view, matcher, some);
  search::Items open;
  note_open(some, matches, open);
  if (matcher.answers() == nullptr) {
    co_await ask_index(session, account->id(), matcher, open);
    if (matcher.answers() != nullptr) {
      matches = match_columns(view, matcher, some);
      open.clear();
      note_open(some, matches, open);
    }
  }
  if (session.env.searcher != nullptr && !matcher.fuzzy().empty() && !open.empty()) {
    KONTOR_CO_TRY(co_await decide_words(session, account, matcher, std::move(open)));
    matches = match_columns(view, matcher, some);
  }
  if (matcher.asks_headers_first()) {
    const Looking headers{session, account, matcher, view, Extent::header};
    KONTOR_CO_TRY(co_await look_at_open(headers, some, matches, nullptr, 0));
  }
  const Looking rest{session, account, matcher, view, Extent::whole};
  KONTOR_CO_TRY(co_await look_at_open(rest, some, matches, progress, done));
  if (matcher.asks_headers_first() && progress != nullptr) {
    KONTOR_CO_TRY(co_await progress->at(done + some.size()));
  }
  co_return matches;
}

Task<Result<Found>> find_messages(Session& session,
                                  const SelectedFolder& folder,
                                  SearchMatcher& matcher,
                                  wire::NumberSet numbers,
                                  bool by_uid,
                                  std::string tag) {
  Found found(by_uid);
  numbers = co_await ask_index(session, folder, matcher, std::move(numbers));
  Progress progress(session, std::move(tag), numbers.count());
  std::uint64_t done = 0;
  NumberCursor cursor;
  for (;;) {
    const auto some = folder.batch(numbers, cursor, k_batch);
    if (some.empty()) co_return found;
    KONTOR_CO_TRY(const auto matches, co_await match_messages(session, folder.account(), matcher,
                                                              some, &progress, done));
    for (std::size_t i = 0; i < some.size(); ++i)
      if (matches[i] == Match::yes) found.add(some[i]);
    done += some.size();
  }
}

std::optional<Tagged> refuse_search(const Session& session, const wire::Search& search) {
  if (search.names_charset && session.enabled.utf8_accept)  // RFC 6855, 3
    return Tagged(Status::bad, "", "a charset is not named after ENABLE UTF8=ACCEPT");
  // RFC 9586, 3.2: no message numbers, in keys either.
  const auto names_numbers = [](const wire::SearchKey& key) {
    return key.op == wire::SearchOp::numbers && !key.set.saved_result;
  };
  if (session.enabled.uid_only && std::ranges::any_of(search.keys, names_numbers))
    return Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more");
  return std::nullopt;
}

Tagged refused_search(const Error& error) {
  if (error.code() != Errc::unsupported) return bad_syntax(error);
  return {Status::no, "BADCHARSET (UTF-8 US-ASCII)", "the charset is not known"};
}

}  // namespace kontor::imap
