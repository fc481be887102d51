// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of SORT never change, flags are none of them: a message keeps its place among the others,
// and only whether it matches is looked at again.
#include "server/imap/search_context.hpp"

#include <algorithm>

#include "server/imap/header_reader.hpp"
#include "server/imap/search_run.hpp"
#include "server/imap/sort_order.hpp"

namespace kontor::imap {
namespace {

std::vector<store::Uid> uids_of(const wire::NumberSet& set) {
  std::vector<store::Uid> out;
  out.reserve(set.count());
  for (const auto& range : set.ranges())
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid)
      out.push_back(static_cast<store::Uid>(uid));
  return out;
}

Sortable sortable(const Session& session, const AccountKeys* keys, store::Uid uid) {
  Sortable out;
  out.uid = uid;
  const auto message = session.selected->find(uid);
  if (!message) return out;
  out.internal_date = message->entry.internal_date.time_since_epoch().count();
  if (const auto item = session.selected->account()->view().item(message->entry.item))
    out.size = item->size;
  if (keys != nullptr) out.keys = keys->rows(std::span(&message->entry.item, 1)).front();
  return out;
}

}  // namespace

SearchContext::SearchContext(std::string tag,
                             bool by_uid,
                             SearchMatcher matcher,
                             const Found& found)
    : tag_(std::move(tag)),
      by_uid_(by_uid),
      matcher_(std::move(matcher)),
      result_(uids_of(found.uids())) {}

SearchContext::SearchContext(std::string tag,
                             bool by_uid,
                             SearchMatcher matcher,
                             std::vector<wire::SortCriterion> criteria,
                             const std::vector<SortedMessage>& sorted)
    : tag_(std::move(tag)),
      by_uid_(by_uid),
      matcher_(std::move(matcher)),
      criteria_(std::move(criteria)) {
  result_.reserve(sorted.size());
  for (const auto& message : sorted) result_.push_back(message.uid);
}

void SearchContext::hold(const SelectedFolder& folder) {
  matcher_.hold(folder);
  next_uid_ = folder.view()->info().uid_next;
}

std::optional<std::size_t> SearchContext::place_of(store::Uid uid) const {
  const auto at =
      criteria_.empty() ? std::ranges::lower_bound(result_, uid) : std::ranges::find(result_, uid);
  if (at == result_.end() || *at != uid) return std::nullopt;
  return static_cast<std::size_t>(at - result_.begin());
}

// In the order given.
std::string SearchContext::text_of(const Session& session,
                                   const std::vector<store::Uid>& uids) const {
  if (by_uid_ || session.enabled.uid_only) return wire::uid_list_text(uids);
  std::vector<std::uint32_t> numbers;
  for (const auto uid : uids)
    if (const auto number = session.selected->number_of(uid)) numbers.push_back(*number);
  return wire::uid_list_text(numbers);
}

void SearchContext::line(Session& session, std::string_view what, const std::string& pairs) const {
  session.out.line("* ESEARCH (", tag_correlator(tag_), ")",
                   by_uid_ || session.enabled.uid_only ? " UID " : " ", what, " (", pairs, ")");
}

void SearchContext::remove(Session& session, std::vector<store::Uid> uids) {
  std::erase_if(uids, [this](store::Uid uid) { return !place_of(uid); });
  if (uids.empty()) return;
  std::ranges::sort(uids);
  if (criteria_.empty()) {  // RFC 5267, 4.3.4: position 0, wherever they are
    line(session, "REMOVEFROM", "0 " + text_of(session, uids));
    std::erase_if(result_, [&](store::Uid uid) { return std::ranges::binary_search(uids, uid); });
    return;
  }
  std::string pairs;
  for (const auto uid : uids) {
    const auto place = *place_of(uid);
    if (!pairs.empty()) pairs.push_back(' ');
    const std::vector<store::Uid> one(1, uid);
    pairs.append(std::to_string(place + 1)).append(" ").append(text_of(session, one));
    result_.erase(result_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  line(session, "REMOVEFROM", pairs);
}

void SearchContext::add(Session& session, std::vector<store::Uid> uids) {
  std::ranges::sort(uids);
  line(session, "ADDTO", "0 " + text_of(session, uids));
  result_.insert(result_.end(), uids.begin(), uids.end());
  std::ranges::sort(result_);
}

Task<Result<void>> SearchContext::add_sorted(Session& session, std::vector<store::Uid> uids) {
  std::shared_ptr<AccountKeys> keys;
  if (SortOrder::needs_header(criteria_)) {
    std::vector<store::ItemId> items;
    for (const auto* list : {&result_, &uids})
      for (const auto uid : *list)
        if (const auto message = session.selected->find(uid)) items.push_back(message->entry.item);
    auto loaded =
        co_await load_keys(*session.env.keys, session.selected->account(), std::move(items));
    KONTOR_CO_TRY(keys, std::move(loaded));
  }
  const SortOrder order(criteria_, keys);
  const auto before = [&](store::Uid a, store::Uid b) {
    return order.before(sortable(session, keys.get(), a), sortable(session, keys.get(), b));
  };
  std::ranges::sort(uids, before);
  std::string pairs;
  for (const auto uid : uids) {
    const auto at = std::ranges::lower_bound(result_, uid, before);
    if (!pairs.empty()) pairs.push_back(' ');
    const std::vector<store::Uid> one(1, uid);
    pairs.append(std::to_string(at - result_.begin() + 1)).append(" ");
    pairs.append(text_of(session, one));
    result_.insert(at, uid);
  }
  line(session, "ADDTO", pairs);
  co_return Result<void>();
}

void SearchContext::tell_expunges(Session& session) {
  std::vector<store::Uid> gone;
  for (const auto& ghost : session.selected->ghosts()) gone.push_back(ghost.uid);
  remove(session, std::move(gone));
}

Task<Result<void>> SearchContext::tell_changes(Session& session,
                                               std::vector<store::Entry> changed) {
  const auto view = session.selected->view();
  view->for_each(view->lower_bound(next_uid_), view->size(),
                 [&](std::size_t, const store::Entry& entry) { changed.push_back(entry); });
  next_uid_ = view->info().uid_next;
  std::vector<NumberedEntry> some;
  for (const auto& entry : changed)
    if (const auto number = session.selected->number_of(entry.uid))
      some.push_back({*number, entry, false});
  if (some.empty()) co_return Result<void>();
  KONTOR_CO_TRY(const auto matches,
                co_await match_messages(session, session.selected->account(), matcher_, some));
  matcher_.share(nullptr);
  auto members = result_;
  std::ranges::sort(members);
  std::vector<store::Uid> gone, come;
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto uid = some[i].entry.uid;
    const bool is_in = std::ranges::binary_search(members, uid);
    if (is_in && matches[i] == Match::no) gone.push_back(uid);
    if (!is_in && matches[i] == Match::yes) come.push_back(uid);
  }
  remove(session, std::move(gone));
  if (come.empty()) co_return Result<void>();
  if (!criteria_.empty()) co_return co_await add_sorted(session, std::move(come));
  add(session, std::move(come));
  co_return Result<void>();
}

Result<SearchMatcher> begin_search(Session& session, wire::Search& search, const std::string& tag) {
  namespace ret = wire::search_return;
  const auto same = [&](const auto& context) { return context->tag() == tag; };
  // RFC 5267, 4.3
  if ((search.returns & ret::update) != 0 && std::ranges::any_of(session.contexts, same))
    return fail(Errc::bad_input, "Tag reuse");
  KONTOR_TRY(auto matcher, SearchMatcher::make(search.keys, *session.selected, session.saved_result,
                                               session.env.clock.now()));
  // RFC 9051, 6.4.4.1: a search that fails leaves an empty result.
  if ((search.returns & ret::save) != 0) session.saved_result = {};
  if (search.uses_modseq) session.enabled.condstore = true;  // RFC 7162, 3.1
  return matcher;
}

void keep_updated(Session& session, SearchContext context) {
  if (session.contexts.size() >= session.env.settings.imap.max_contexts) {
    session.out.line("* NO [NOUPDATE \"", context.tag(), "\"] ", session.say("Too many contexts"));
    return;
  }
  context.hold(*session.selected);
  session.contexts.push_back(std::make_shared<SearchContext>(std::move(context)));
}

void tell_context_expunges(Session& session) {
  if (session.selected->ghosts().empty()) return;
  for (const auto& context : session.contexts) context->tell_expunges(session);
}

Task<Result<void>> tell_context_changes(Session& session, std::vector<store::Entry> changed) {
  for (const auto& context : session.contexts) {
    const auto told = co_await context->tell_changes(session, changed);
    // A message that cannot be read is in no result; the next change is looked at again.
    if (!told && told.error().code() == Errc::closed) co_return told;
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Result<void>();
}

}  // namespace kontor::imap
