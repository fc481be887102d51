// SPDX-License-Identifier: GPL-3.0-or-later
// SearchMatcher: a SEARCH program against one message (RFC 9051, 6.4.4). Columns decide first; only
// a message they leave open is read. Pure; memory only.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/fields/message_text.hpp"
#include "search/query/text_query.hpp"
#include "server/imap/selected.hpp"
#include "server/imap/wire/search_args.hpp"
#include "server/indexer/candidates.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::imap {

enum class Match : unsigned char { no, yes, open };   // open: the message's text must be read
enum class Extent : unsigned char { header, whole };  // of what was read of a message

class SearchMatcher {
 public:
  // Message numbers that do not exist are passed over (RFC 7377, 2). `saved`: the UIDs that `$`
  // stands for.
  static Result<SearchMatcher> make(std::vector<wire::SearchKey> keys,
                                    const SelectedFolder& folder,
                                    const wire::NumberSet& saved,
                                    UtcSeconds now);

  // From now on message numbers in the keys mean the messages that have them now, and "*" in UIDs
  // is open at its end (RFC 5267, 4.3). `keys` as make() got them, `folder` the same.
  void hold(const SelectedFolder& folder);

  // The messages that may match at all, by their numbers.
  wire::NumberSet candidates(std::uint32_t count) const;
  // With `text` null: by columns alone, possibly open. By the header possibly open when a key looks
  // at bodies. Otherwise yes or no.
  Match match(const store::AccountView& view,
              const NumberedEntry& message,
              search::MessageText* text,
              Extent extent = Extent::whole) const;
  // A key looks at more than the header.
  bool needs_body() const { return needs_body_; }
  // Many of the messages that columns leave open are decided by their headers alone.
  bool asks_headers_first() const { return needs_body_ && answers_ != nullptr && asks_header_; }

  // What an index can be asked for this search, and what it said (one of each query, in their
  // order): from then on match() by columns leaves less open. Matchers of the same keys share it.
  using Answers = std::shared_ptr<const std::vector<indexer::Candidates>>;
  const std::vector<search::TextQuery>& text_queries() const { return queries_; }
  void know(std::vector<indexer::Candidates> answers);
  void share(Answers answers) { answers_ = std::move(answers); }
  // Those of text_queries() that are about words (RFC 6203): their messages are looked at elsewhere
  // (indexer::Searcher::match). `yes`: those of `looked_at` for which one of them is true.
  const std::vector<std::size_t>& fuzzy() const { return fuzzy_; }
  void decide(std::size_t query, search::Items looked_at, search::Items yes);
  const Answers& answers() const { return answers_; }
  // What an index said leaves no doubt that the messages of this item do not match.
  bool is_out(store::ItemId item) const;

 private:
  struct Key {
    wire::SearchKey written;
    wire::NumberSet numbers;           // of numbers and uids: message numbers, UIDs when holding
    std::string needle;                // folded
    std::optional<std::size_t> query;  // of queries_: what it asks an index
    bool leaves_header = false;        // the query leaves the lines of the header out
  };
  struct Subject {
    const store::AccountView& view;
    const NumberedEntry& message;
    search::MessageText* text;
    Extent extent;
  };
  Match run(std::uint32_t index, const Subject& subject) const;
  Match run_both(const Key& key, const Subject& subject, Match decisive) const;
  bool run_column(const Key& key, const Subject& subject) const;
  bool run_item(const Key& key, const Subject& subject) const;
  static Match run_thread(const Key& key, const Subject& subject);
  Match run_text(const Key& key, const Subject& subject) const;
  void make_text_key(Key& key, const wire::SearchKey& written);
  Match by_index(const Key& key, const Subject& subject) const;
  // Does an index know that only the header can hold it?
  bool is_in_header_or_nowhere(const Key& key, const Subject& subject) const;

  std::vector<Key> keys_;
  std::vector<search::TextQuery> queries_;
  std::vector<std::size_t> fuzzy_;
  struct Decided {
    search::Items looked_at, yes;  // ascending
  };
  std::map<std::size_t, Decided> decided_;  // by query; of the messages looked at last
  Answers answers_;
  UtcSeconds now_{};
  bool needs_body_ = false;
  bool asks_header_ = false;
  bool holding_ = false;
};

}  // namespace kontor::imap
