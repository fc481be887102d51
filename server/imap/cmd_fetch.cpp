// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH and UID FETCH (RFC 9051, 6.4.5; CHANGEDSINCE, VANISHED: RFC 7162, 3.1.4 and 3.2.6;
// PARTIAL: RFC 9394, 3.3).
// Messages are answered batch by batch, so that memory does not grow with the answer. Numbers stay
// those of the session's selected mailbox; of a message that was purged meanwhile nothing is told
// (RFC 2180, 4.1.2).
#include <algorithm>
#include <unordered_map>

#include "base/core/answers.hpp"
#include "base/core/run_all.hpp"
#include "server/imap/fetch_bodies.hpp"
#include "server/imap/fetch_columns.hpp"
#include "server/imap/fetch_messages.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/header_reader.hpp"
#include "server/imap/message_limit.hpp"
#include "server/imap/resync.hpp"
#include "server/imap/search_answer.hpp"
#include "store/mailbox/thread_id.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_column_batch = 2'048;
constexpr std::size_t k_fragment_batch = 256;
constexpr std::size_t k_body_batch = 256;
constexpr std::size_t k_seen_batch = 16;           // messages marked \Seen by one commit
constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of messages read by one trip to the disk

class Fetching {
 public:
  Fetching(Session& session, wire::Fetch what, wire::NumberSet numbers)
      : session_(session), what_(std::move(what)), numbers_(std::move(numbers)) {
    marks_seen_ = std::ranges::any_of(what_.bodies, [](const auto& body) { return !body.peek; }) &&
                  !session.selected->read_only() && session.may_here(Right::keep_seen);
    // RFC 9586, 3.3: the response leads with the UID.
    if (session.enabled.uid_only) what_.items |= k_uid_only;
  }

  Task<Result<Tagged>> run() {
    if (what_.bodies.empty() && (what_.items & k_fragment_items) != 0)
      co_return co_await run_fragments();
    NumberCursor cursor;
    for (;;) {
      auto some = session_.selected->batch(numbers_, cursor, batch_size());
      if (some.empty()) break;
      std::erase_if(some, [this](const NumberedEntry& message) { return is_old(message); });
      if (some.empty()) continue;
      if (marks_seen_) {
        KONTOR_CO_TRY(co_await mark_seen(some));
      }
      KONTOR_CO_TRY(co_await answer(std::move(some)));
    }
    co_return outcome();
  }

 private:
  std::size_t batch_size() const {
    if (!what_.bodies.empty()) return marks_seen_ ? k_seen_batch : k_body_batch;
    return (what_.items & k_fragment_items) != 0 ? k_fragment_batch : k_column_batch;
  }

  bool is_old(const NumberedEntry& message) const {
    return what_.changed_since && message.entry.modseq <= *what_.changed_since;
  }

  // By the newest view: another session may have taken \Seen away and this one not told it yet.
  std::vector<store::Uid> unseen_of(const std::vector<NumberedEntry>& some) const {
    std::vector<store::Uid> unseen;
    const auto newest = session_.selected->account()->view().open(session_.selected->id());
    if (!newest) return unseen;
    for (const auto& message : some) {
      const auto index = newest->index_of(message.entry.uid);
      if (index && (newest->at(*index).flags & store::k_seen) == 0)
        unseen.push_back(message.entry.uid);
    }
    return unseen;
  }

  // RFC 9051, 6.4.5: BODY[...] sets \Seen. It is durable before it is told, and told by the same
  // response as the body.
  Task<Result<void>> mark_seen(std::vector<NumberedEntry>& some) {
    auto unseen = unseen_of(some);
    newly_seen_ = unseen;
    if (unseen.empty()) co_return Result<void>();
    store::FlagChange change;
    change.action = store::FlagAction::add;
    change.flags = store::k_seen;
    const auto folder = session_.selected->id();
    const auto done = co_await session_.selected->account()->change_flags(folder, std::move(unseen),
                                                                          std::move(change));
    if (!done) {  // the bodies can be read all the same
      newly_seen_.clear();
      note(done.error());
      co_return Result<void>();
    }
    SyncRules rules;
    rules.expunges = false;
    rules.reported = {session_.selected->account()->id(), done->modseq};
    KONTOR_CO_TRY(co_await sync(session_, rules));
    for (auto& message : some)
      if (const auto index = session_.selected->view()->index_of(message.entry.uid))
        message.entry = session_.selected->view()->at(*index);
    co_return Result<void>();
  }

  using FragmentsRead = std::vector<std::optional<store::Fragments>>;
  using Threads = std::unordered_map<store::ItemId, std::uint64_t>;

  // Messages with what the disk knows of them.
  struct Batch {
    std::vector<NumberedEntry> messages;
    FragmentsRead fragments;
    Threads threads;
  };

  // Without bodies: the next batch is read while this one is written.
  Task<Result<Tagged>> run_fragments() {
    NumberCursor cursor;
    Batch batch = next_batch(cursor);
    co_await read_batch(batch);
    while (!batch.messages.empty()) {
      Batch following = next_batch(cursor);
      Result<void> written;
      std::vector<Task<void>> both;
      both.push_back(read_batch(following));
      both.push_back(write_batch(batch, written));
      co_await run_all(std::move(both));
      KONTOR_CO_TRY(std::move(written));
      batch = std::move(following);
    }
    co_return outcome();
  }

  // Its messages alone; none at the end.
  Batch next_batch(NumberCursor& cursor) {
    Batch batch;
    do {
      batch.messages = session_.selected->batch(numbers_, cursor, batch_size());
      if (batch.messages.empty()) break;
      std::erase_if(batch.messages,
                    [this](const NumberedEntry& message) { return is_old(message); });
    } while (batch.messages.empty());
    return batch;
  }

  Task<void> read_batch(Batch& batch) {
    if (batch.messages.empty()) co_return;
    batch.threads = co_await read_threads(session_.selected->account()->view(), batch.messages);
    batch.fragments = co_await read_fragments(batch.messages);
  }

  Task<void> write_batch(const Batch& batch, Result<void>& written) {
    const store::AccountView view = session_.selected->account()->view();
    std::string& out = session_.out.buffer();
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
      if (!batch.fragments[i]) continue;
      const auto& message = batch.messages[i];
      append_columns(out, view, message, what_.items, thread_of(batch.threads, message));
      append_fragments(out, *batch.fragments[i], what_.items);
      out.append(")\r\n");
      if (out.size() < Response::k_piece) continue;
      written = co_await session_.out.flush_if_large();
      if (!written) co_return;
    }
  }

  static std::uint64_t thread_of(const Threads& threads, const NumberedEntry& message) {
    const auto found = threads.find(message.entry.item);
    return found == threads.end() ? 0 : found->second;
  }

  Task<Result<void>> answer(std::vector<NumberedEntry> some) {
    const store::AccountView view = session_.selected->account()->view();
    const auto threads = co_await read_threads(view, some);
    FragmentsRead fragments;
    if ((what_.items & k_fragment_items) != 0) fragments = co_await read_fragments(some);
    for (std::size_t i = 0; i < some.size();) {
      auto read = co_await read_bodies(view, some, i);
      for (auto& bytes : read) {
        const auto at = i++;
        if (!fragments.empty() && !fragments[at]) {
          tell_seen(some[at]);
          continue;
        }
        const auto* made = fragments.empty() ? nullptr : &*fragments[at];
        const auto thread = thread_of(threads, some[at]);
        KONTOR_CO_TRY(co_await answer_one(view, some[at], thread, made, std::move(bytes)));
        KONTOR_CO_TRY(co_await session_.out.flush_if_large());
      }
    }
    co_return Result<void>();
  }

  // THREADIDs of messages that were delivered before they were computed (RFC 8474, 5.2).
  Task<Threads> read_threads(const store::AccountView& view,
                             const std::vector<NumberedEntry>& some) {
    Threads threads;
    if ((what_.items & wire::fetch::threadid) == 0) co_return threads;
    std::vector<store::ItemId> unknown;
    for (const auto& message : some)
      if (const auto item = view.item(message.entry.item); item && item->thread == 0)
        unknown.push_back(item->id);
    std::function<void(store::ItemId, Result<std::string>)> take =
        [&threads](store::ItemId item, Result<std::string> header) {
          if (header) threads.emplace(item, store::thread_number(*header));
        };
    co_await read_headers(session_.selected->account(), std::move(unknown), std::move(take));
    co_return threads;
  }

  // What the bodies of the messages from `begin` on are made of, for as many as one trip to the
  // disk may read: one at least, all when nothing is to be read.
  Task<std::vector<Result<std::string>>> read_bodies(const store::AccountView& view,
                                                     const std::vector<NumberedEntry>& some,
                                                     std::size_t begin) {
    std::vector<Result<std::string>> nothing(some.size() - begin, Result<std::string>(""));
    if (what_.bodies.empty()) co_return nothing;
    std::vector<store::ItemRange> ranges;
    std::uint64_t bytes = 0;
    for (auto i = begin; i < some.size(); ++i) {
      const auto item = view.item(some[i].entry.item);
      const auto size = item ? read_ahead(*item, what_.bodies) : 0;
      if (i > begin && bytes + size > k_read_ahead) break;
      bytes += size;
      ranges.push_back({some[i].entry.item, 0, size});
    }
    if (bytes == 0) {
      nothing.resize(ranges.size());
      co_return nothing;
    }
    co_return co_await session_.selected->account()->read_ranges(std::move(ranges));
  }

  Task<Result<void>> answer_one(const store::AccountView& view,
                                const NumberedEntry& message,
                                std::uint64_t thread,
                                const store::Fragments* fragments,
                                Result<std::string> bytes) {
    std::string& out = session_.out.buffer();
    const std::size_t before = out.size();
    const auto told = session_.out.bytes_written();
    unsigned items = what_.items;
    if (std::ranges::binary_search(newly_seen_, message.entry.uid)) {
      items |= wire::fetch::flags;
      if (session_.enabled.condstore) items |= wire::fetch::modseq;  // RFC 7162, 3.1
    }
    append_columns(out, view, message, items, thread);
    if (fragments != nullptr) append_fragments(out, *fragments, items);
    auto written = co_await append_bodies(view, message, std::move(bytes));
    if (!written && written.error().code() == Errc::closed) co_return written;
    if (!written && session_.out.bytes_written() != told)
      co_return fail(Errc::closed, "reading a message failed in the midst of its response");
    if (!written) {
      note(written.error());
      out.resize(before);
      tell_seen(message);
      co_return Result<void>();
    }
    out.append(")\r\n");
    co_return Result<void>();
  }

  // Of a message that cannot be answered: sync() takes its \Seen as told by the answer.
  void tell_seen(const NumberedEntry& message) {
    if (std::ranges::binary_search(newly_seen_, message.entry.uid) &&
        session_.selected->view()->index_of(message.entry.uid))
      tell_flags(session_, message.number, message.entry);
  }

  Task<Result<void>> append_bodies(const store::AccountView& view,
                                   const NumberedEntry& message,
                                   Result<std::string> bytes) {
    if (what_.bodies.empty()) co_return Result<void>();
    const auto item = view.item(message.entry.item);
    if (!item) co_return fail(Errc::not_found, "the message is gone");
    KONTOR_CO_TRY(auto read, std::move(bytes));
    co_return co_await write_bodies(session_, *item, what_.bodies, std::move(read));
  }

  // One trip to the disk for all; when that fails, one for each, so that one message that is gone
  // or damaged does not hide the others.
  Task<FragmentsRead> read_fragments(const std::vector<NumberedEntry>& some) {
    std::vector<store::ItemId> ids;
    for (const auto& message : some) ids.push_back(message.entry.item);
    FragmentsRead out(some.size());
    auto all = co_await session_.selected->account()->read_fragments(ids);
    if (all) {
      for (std::size_t i = 0; i < all->size(); ++i) out[i] = std::move((*all)[i]);
      co_return out;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::vector<store::ItemId> one(1, ids[i]);
      auto read = co_await session_.selected->account()->read_fragments(std::move(one));
      if (read)
        out[i] = std::move(read->front());
      else
        note(read.error());
    }
    co_return out;
  }

  void note(const Error& error) {
    if (!problem_) problem_ = error;
  }

  Tagged outcome() const {
    if (!problem_) return Tagged();
    // RFC 5530, 3: EXPUNGEISSUED; RFC 9051, 7.1: UNKNOWN-CTE
    if (problem_->code() == Errc::not_found)
      return Tagged(Status::no, "EXPUNGEISSUED", "some of the messages are gone");
    if (problem_->code() == Errc::unsupported)
      return Tagged(Status::no, "UNKNOWN-CTE", "a part has an unknown transfer encoding");
    Tagged tagged = refusal(*problem_);
    tagged.text = "some of the messages could not be read: " + tagged.text;
    return tagged;
  }

  Session& session_;
  wire::Fetch what_;
  wire::NumberSet numbers_;
  bool marks_seen_ = false;
  std::vector<store::Uid> newly_seen_;  // of the batch under way, in UID order
  std::optional<Error> problem_;        // the first one
};

// RFC 7162, 3.2.6: UIDs of the set that have left since; those the client still counts are told by
// VANISHED without EARLIER when the command is done.
Task<Result<void>> tell_gone(Session& session, const wire::Fetch& what) {
  const auto& view = *session.selected->view();
  const auto among = what.set.saved_result ? session.saved_result
                                           : wire::resolve_star(what.set, view.info().uid_next - 1);
  const auto gone = vanished_uids(view, Missing{*what.changed_since, &among, 0});
  co_return co_await tell_vanished(session, without(gone, session.selected->ghosts()), true);
}

wire::NumberSet page_of(const wire::NumberSet& numbers, const wire::PartialRange& page) {
  const auto [begin, end] = page_places(page, numbers.count());
  return numbers.slice(begin, end);
}

}  // namespace

Task<Result<void>> tell_messages(Session& session, wire::Fetch what, wire::NumberSet numbers) {
  Fetching fetching(session, std::move(what), std::move(numbers));
  KONTOR_CO_TRY(co_await fetching.run());
  co_return Result<void>();
}

Task<Result<Tagged>> cmd_fetch(Session& session, Request request) {
  auto what = wire::parse_fetch(request.arguments);
  if (!what) co_return bad_syntax(what.error());
  auto numbers = session.resolve(what->set, request.by_uid);
  if (!numbers) co_return bad_syntax(numbers.error());
  if (what->page) *numbers = page_of(*numbers, *what->page);  // RFC 9394, 3.4: before CHANGEDSINCE
  if (request.by_uid && !session.enabled.uid_only)
    what->items |= wire::fetch::uid;  // RFC 9051, 6.4.9
  // RFC 7162, 3.1: asking for MODSEQ or CHANGEDSINCE enables CONDSTORE.
  if ((what->items & wire::fetch::modseq) != 0) session.enabled.condstore = true;
  if (what->vanished) {
    if (!request.by_uid || !session.enabled.qresync)  // RFC 7162, 3.2.6
      co_return Tagged(Status::bad, "", "VANISHED is for UID FETCH after ENABLE QRESYNC");
    KONTOR_CO_TRY(co_await tell_gone(session, *what));
  }
  auto some = limit_messages(session, *std::move(numbers));
  Fetching fetching(session, *std::move(what), std::move(some.numbers));
  auto outcome = co_await fetching.run();
  // RFC 9051, 6.4.9: a UID that is gone is no error.
  if (request.by_uid && outcome && outcome->code == "EXPUNGEISSUED") outcome = Tagged();
  if (outcome) tell_limit(session, *outcome, some.lowest);
  co_return outcome;
}

}  // namespace kontor::imap
