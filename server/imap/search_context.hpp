// SPDX-License-Identifier: GPL-3.0-or-later
// Searches whose results a session keeps up to date (UPDATE of RFC 5267, 4.3).
//
// A context knows the UIDs of its result, in its order: four bytes each. It lives until
// CANCELUPDATE or until the mailbox is not selected any more; a session has at most
// imap.max_contexts of them. Changes are told by sync(), together with the EXISTS, FETCH and
// EXPUNGE that go with them. One coroutine: the session's.
#pragma once
#include <string>
#include <vector>

#include "server/imap/search_answer.hpp"
#include "server/imap/search_match.hpp"
#include "server/imap/session.hpp"
#include "server/imap/wire/sort_args.hpp"

namespace kontor::imap {

class SearchContext {
 public:
  // Of a SEARCH: the result is in mailbox order.
  SearchContext(std::string tag, bool by_uid, SearchMatcher matcher, const Found& found);
  // Of a SORT.
  SearchContext(std::string tag,
                bool by_uid,
                SearchMatcher matcher,
                std::vector<wire::SortCriterion> criteria,
                const std::vector<SortedMessage>& sorted);

  const std::string& tag() const { return tag_; }
  void hold(const SelectedFolder& folder);
  // Messages whose EXPUNGE is to be told next leave the result (RFC 5267, 4.3.4).
  void tell_expunges(Session& session);
  // `changed`: entries whose flags changed since the last call; new ones it finds itself.
  Task<Result<void>> tell_changes(Session& session, std::vector<store::Entry> changed);

 private:
  std::optional<std::size_t> place_of(store::Uid uid) const;
  std::string text_of(const Session& session, const std::vector<store::Uid>& uids) const;
  void remove(Session& session, std::vector<store::Uid> uids);
  void add(Session& session, std::vector<store::Uid> uids);
  Task<Result<void>> add_sorted(Session& session, std::vector<store::Uid> uids);
  void line(Session& session, std::string_view what, const std::string& pairs) const;

  std::string tag_;
  bool by_uid_;
  SearchMatcher matcher_;
  std::vector<wire::SortCriterion> criteria_;  // empty: mailbox order
  std::vector<store::Uid> result_;
  store::Uid next_uid_ = 0;  // messages from here on are new to it
};

// What SEARCH, SORT, THREAD and ESEARCH do first: enables CONDSTORE, forgets `$` when it is to be
// saved anew. bad_input, with a sentence for the client: the tag is that of a context.
Result<SearchMatcher> begin_search(Session& session, wire::Search& search, const std::string& tag);
// Or tells NOUPDATE, when the session has as many as it may (RFC 5267, 4.3.1).
void keep_updated(Session& session, SearchContext context);

// Called by sync(): before EXPUNGE, and after all else.
void tell_context_expunges(Session& session);
Task<Result<void>> tell_context_changes(Session& session, std::vector<store::Entry> changed);

}  // namespace kontor::imap
