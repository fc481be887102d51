// SPDX-License-Identifier: GPL-3.0-or-later
// ESEARCH: a search in many mailboxes (RFC 7377). Every answer is of UIDs; a mailbox where nothing
// was found is not told.
#include <algorithm>

#include "server/imap/folder_filter.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/relevancy.hpp"
#include "server/imap/search_context.hpp"
#include "server/imap/search_run.hpp"
#include "server/imap/standing.hpp"

namespace kontor::imap {
namespace {

namespace ret = wire::search_return;
using wire::FilterKind;

class MultiSearching {
 public:
  MultiSearching(Session& session, std::string tag, wire::MultiSearch what)
      : session_(session), tag_(std::move(tag)), what_(std::move(what)) {
    if (what_.sources.empty()) what_.sources.emplace_back();  // RFC 7377, 2.2: selected
  }

  // Why it cannot run.
  std::optional<Tagged> refusal() const {
    const auto selected = [](const auto& source) { return source.kind == FilterKind::selected; };
    const bool returns_update = (what_.search.returns & ret::update) != 0;
    if (!session_.selected && (returns_update || std::ranges::any_of(what_.sources, selected)))
      return Tagged(Status::bad, "", "select a mailbox first");
    if ((what_.search.returns & ret::save) != 0 && !std::ranges::all_of(what_.sources, selected))
      return Tagged(Status::bad, "", "SAVE is for the selected mailbox alone");
    return std::nullopt;
  }

  Task<Result<Tagged>> run() {
    const auto mailboxes = co_await mailboxes_meant(session_, what_.sources);
    is_wide_ = mailboxes.size() > 1;
    for (const auto& mailbox : mailboxes) {
      KONTOR_CO_TRY(const bool readable, co_await may_still_read(*mailbox.account, mailbox.folder));
      if (!readable) continue;
      if (is_selected(session_, mailbox)) {
        auto searched = co_await search_selected(mailbox.folder);
        if (!searched) co_return std::move(searched);
        if (searched->status != Status::ok) co_return std::move(searched);
      } else if (auto view = mailbox.account->view().open(mailbox.folder.id)) {
        SelectedFolder other(mailbox.account, std::move(view), true);
        KONTOR_CO_TRY(co_await search_other(mailbox.folder, std::move(other)));
      }
      KONTOR_CO_TRY(co_await session_.out.flush_if_large());
    }
    co_return Tagged();
  }

 private:
  // Rights may have gone while others were searched, or this one: nothing more of it is told.
  Task<Result<bool>> may_still_read(const store::Account& account, store::FolderInfo folder) {
    KONTOR_CO_TRY(co_await check_standing(session_));
    co_return session_.may(account, folder, Right::read);
  }

  // In one folder alone its messages are asked for, which costs less.
  Task<void> share_answers(store::AccountId account, SearchMatcher& matcher) {
    if (!is_wide_) co_return;
    if (answers_ == nullptr || answers_of_ != account) {
      co_await ask_index_of_account(session_, account, matcher);
      answers_ = matcher.answers();
      answers_of_ = account;
    }
    matcher.share(answers_);
  }

  Task<Result<Tagged>> search_selected(store::FolderInfo folder) {
    auto began = begin_search(session_, what_.search, tag_);
    if (!began) co_return bad_syntax(began.error());
    const auto& selected = *session_.selected;
    co_await share_answers(selected.account()->id(), *began);
    const auto numbers = began->candidates(selected.count());
    auto ran = co_await find_messages(session_, selected, *began, numbers, true, tag_);
    KONTOR_CO_TRY(const auto found, std::move(ran));
    if ((what_.search.returns & ret::save) != 0)
      session_.saved_result = found.to_save(what_.search);
    std::vector<unsigned> scores;
    if ((what_.search.returns & ret::relevancy) != 0)
      scores =
          co_await relevancy_scores(session_, *began, selected, scored_uids(found, what_.search));
    KONTOR_CO_TRY(co_await check_standing(session_));
    tell(folder, found, std::move(scores));
    if ((what_.search.returns & ret::update) != 0)
      keep_updated(session_, SearchContext(tag_, true, *std::move(began), found));
    co_return Tagged();
  }

  Task<Result<void>> search_other(store::FolderInfo named, SelectedFolder folder) {
    const wire::NumberSet nothing;  // `$` is of the selected mailbox
    auto made = SearchMatcher::make(what_.search.keys, folder, nothing, session_.env.clock.now());
    KONTOR_CO_TRY(auto matcher, std::move(made));
    co_await share_answers(folder.account()->id(), matcher);
    const auto numbers = matcher.candidates(folder.count());
    auto ran = co_await find_messages(session_, folder, matcher, numbers, true, tag_);
    KONTOR_CO_TRY(const auto found, std::move(ran));
    std::vector<unsigned> scores;
    if ((what_.search.returns & ret::relevancy) != 0)
      scores =
          co_await relevancy_scores(session_, matcher, folder, scored_uids(found, what_.search));
    KONTOR_CO_TRY(const bool readable, co_await may_still_read(*folder.account(), named));
    if (readable) tell(named, found, std::move(scores));
    co_return Result<void>();
  }

  void tell(const store::FolderInfo& folder, const Found& found, std::vector<unsigned> scores) {
    if (found.empty() || (what_.search.returns & ret::data) == 0) return;
    auto data = esearch_data(found, what_.search);
    data.scores = std::move(scores);
    const auto correlator = tag_correlator(tag_) + " MAILBOX " + session_.wire_name(folder.name) +
                            " UIDVALIDITY " + std::to_string(folder.uid_validity);
    session_.out.raw(esearch_line(correlator, true, what_.search, data));
  }

  Session& session_;
  std::string tag_;
  wire::MultiSearch what_;
  bool is_wide_ = false;
  SearchMatcher::Answers answers_;  // of the index, about all folders of one account at once
  store::AccountId answers_of_;
};

}  // namespace

Task<Result<Tagged>> cmd_esearch(Session& session, Request request) {
  auto what = wire::parse_multi_search(request.arguments, session.enabled.utf8);
  if (!what) co_return refused_search(what.error());
  if (auto why = refuse_search(session, what->search)) co_return *std::move(why);
  MultiSearching searching(session, request.tag, *std::move(what));
  if (auto why = searching.refusal()) co_return *std::move(why);
  co_return co_await searching.run();
}

}  // namespace kontor::imap
