// SPDX-License-Identifier: GPL-3.0-or-later
// The server's side of kontorctl search: one mailbox after the other, an answer for each message,
// signs of life between them (docs/formats/control.md). What is looked for stands in the audit log
// before the first mailbox is opened, and what came of it when the last one was.
#include <atomic>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/crypto/sha256.hpp"
#include "base/net/signal.hpp"
#include "base/net/stream.hpp"
#include "search/query/parse.hpp"
#include "search/query/people.hpp"
#include "search/query/print.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/book_rows.hpp"
#include "server/admin/frame.hpp"
#include "server/admin/search_rows.hpp"
#include "server/admin/search_scope.hpp"
#include "server/admin/search_wish.hpp"
#include "server/admin/serve.hpp"
#include "server/admin/verbs.hpp"
#include "server/indexer/object_document.hpp"
#include "server/indexer/query_hint.hpp"
#include "server/indexer/query_run.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr net::Limit k_write = std::chrono::seconds(60);
constexpr net::Limit k_sign_of_life = std::chrono::seconds(2);
constexpr std::size_t k_piece = 1U << 20U;         // of a message that is exported
constexpr std::size_t k_answer = 16;               // bytes: "true" or "false"
constexpr std::size_t k_most_people = 1'000;       // of the address book
constexpr std::size_t k_most_listed = 100;         // mailboxes named in a record
constexpr std::size_t k_rows_at_once = 64;         // headers read by one trip to the disk
constexpr std::uint64_t k_most_shown = 4U << 20U;  // bytes of a message a snippet is made of
constexpr std::size_t k_most_header = 1U << 20U;   // of them, bytes each

struct Sums {
  std::uint64_t searched = 0;  // mailboxes
  std::uint64_t with_matches = 0;
  std::uint64_t failed = 0;
  std::uint64_t messages = 0;
  std::uint64_t people = 0;  // of the address book
  std::uint64_t shown = 0;   // or exported
};

search::Query of_people(search::Query query) {
  search::Query out;
  out.range = query.range;
  out.children.emplace_back();
  out.children.back().op = search::QueryOp::leaf;
  out.children.back().leaf = search::KindIs{search::ItemKind::person};
  if (query.op == search::QueryOp::all)
    std::ranges::move(query.children, std::back_inserter(out.children));
  else
    out.children.push_back(std::move(query));
  return out;
}

std::function<std::vector<indexer::ReadableFolder>(const store::AccountView&,
                                                   const std::vector<store::FolderInfo>&)>
readable_by(std::shared_ptr<const SearchReader> reader) {
  return [reader](const store::AccountView& view, const std::vector<store::FolderInfo>& folders) {
    return reader->readable(view, folders);
  };
}

// May it still be shown? Rights may have gone since it was found.
Task<bool> is_readable(const SearchWish& wish,
                       store::Account& account,
                       indexer::FoundMessage message) {
  if (!wish.choice.readable) co_return true;
  const auto view = account.view();
  const auto folder = view.folder(message.folder);
  if (!folder) co_return false;
  const auto readable = wish.choice.readable(view, {*folder});
  if (readable.empty() || readable.front().with_private) co_return !readable.empty();
  const auto raw = co_await account.read_message(message.entry.item);
  co_return raw && !indexer::is_private(*raw);
}

class SearchSession {
 public:
  SearchSession(const Desk& desk, net::Stream& stream) : desk_(desk), stream_(stream) {}

  Task<void> run(Request request);

 private:
  // One mailbox's search while signs of life are given.
  struct Work {
    std::optional<Result<indexer::Found>> found;
    net::Signal ended;
    std::atomic<bool> given_up = false;
    std::atomic<std::uint64_t> done = 0, goal = 0;
  };

  Task<Result<void>> show_people(const SearchWish& wish, std::string words);
  Task<Result<void>> search_all(const SearchWish& wish, const SearchScope& scope);
  Task<Result<void>> search_mailbox(const SearchWish& wish, SearchedMailbox mailbox);
  Task<void> look(std::shared_ptr<Work> work,
                  std::shared_ptr<store::Account> account,
                  SearchWish wish);
  Task<void> give_signs(std::shared_ptr<Work> work, SearchedMailbox mailbox);
  Task<Result<void>> show(const SearchWish& wish,
                          const SearchedMailbox& mailbox,
                          std::shared_ptr<store::Account> account,
                          const indexer::Found& found);
  Task<Result<void>> show_some(const SearchWish& wish,
                               const SearchedMailbox& mailbox,
                               std::shared_ptr<store::Account> account,
                               const std::vector<indexer::FoundMessage>& some,
                               const search::SnippetMaker& maker);
  Task<Result<void>> send_messages(const SearchWish& wish,
                                   const SearchedMailbox& mailbox,
                                   store::Account& account,
                                   const indexer::Found& found);
  Task<Result<void>> send_message(const SearchWish& wish,
                                  const SearchedMailbox& mailbox,
                                  store::Account& account,
                                  const indexer::FoundMessage& message);
  // The query in the other keyboard layout, if it finds something so.
  Task<std::string> find_hint(const SearchWish& wish, SearchedMailbox mailbox);
  Task<Result<AuditStamp>> record_begin(const Request& request,
                                        const SearchWish& wish,
                                        const SearchScope& scope);
  Task<Result<AuditStamp>> record_end(AuditStamp begun, const Result<void>& outcome);
  Task<Result<void>> send(json::object frame);
  Task<void> refuse(Error error);

  const Desk& desk_;
  net::Stream& stream_;
  Sums sums_;
  crypto::Sha256 manifest_;
  std::string manifest_hash_;  // when all is in it
  bool exports_ = false;
};

// closed: kontorctl is gone.
Task<Result<void>> SearchSession::send(json::object frame) {
  const Answer answer = json::value(std::move(frame));
  KONTOR_CO_TRY(const auto bytes, make_frame(print_answer(answer)));
  co_return co_await stream_.write(bytes, k_write);
}

Task<void> SearchSession::refuse(Error error) {
  const Answer answer = fail(std::move(error));
  const auto bytes = make_frame(print_answer(answer));
  if (bytes) static_cast<void>(co_await stream_.write(*bytes, k_write));
}

Task<Result<AuditStamp>> SearchSession::record_begin(const Request& request,
                                                     const SearchWish& wish,
                                                     const SearchScope& scope) {
  json::object fields;
  fields["query"] = request.arguments[0];
  fields["canonical"] = wish.canonical;
  fields["scope"] = scope.said;
  fields["mailboxes"] = scope.mailboxes.size();
  if (scope.mailboxes.size() <= k_most_listed) {
    json::array accounts;
    for (const auto& mailbox : scope.mailboxes) accounts.emplace_back(mailbox.account.text());
    fields["accounts"] = std::move(accounts);
  }
  fields["recoverable"] = wish.choice.with_recoverable;
  if (exports_) fields["export"] = wish.exported_to;
  if (!wish.reason.empty()) fields["reason"] = wish.reason;
  co_return co_await desk_.environment.audit->add("search.begin", stream_.peer().address,
                                                  std::move(fields));
}

Task<Result<AuditStamp>> SearchSession::record_end(AuditStamp begun, const Result<void>& outcome) {
  json::object fields;
  fields["of"] = begun.number;
  fields["outcome"] = outcome ? "done" : outcome.error().text();
  fields["searched"] = sums_.searched;
  fields["with_matches"] = sums_.with_matches;
  fields["failed"] = sums_.failed;
  fields["messages"] = sums_.messages;
  fields[exports_ ? "exported" : "shown"] = sums_.shown;
  if (exports_) {
    manifest_hash_ = manifest_.hex();
    fields["manifest_sha256"] = manifest_hash_;
  }
  co_return co_await desk_.environment.audit->add("search.end", stream_.peer().address,
                                                  std::move(fields));
}

Task<void> SearchSession::run(Request request) {
  const auto& environment = desk_.environment;
  if (environment.searcher == nullptr || environment.audit == nullptr)
    co_return co_await refuse(Error(Errc::unavailable, "this server does not search"));
  auto query =
      search::parse_query(request.arguments[0], search::local_time(environment.clock.now()));
  if (!query) {
    auto problem = problem_of_query(query.error());
    static_cast<void>(co_await send(std::move(problem)));
    co_return;
  }
  auto scope = search_scope(environment, request);
  if (!scope) co_return co_await refuse(scope.error());
  if (scope->in_book) query = of_people(*std::move(query));
  const auto people = search::people_words(*query);
  if (!people) {
    auto problem = problem_of_query(people.error());
    static_cast<void>(co_await send(std::move(problem)));
    co_return;
  }
  if (*people) scope->mailboxes.clear();
  auto wish = search_wish(request, *std::move(query));
  if (!wish) co_return co_await refuse(wish.error());
  if (scope->reader) wish->choice.readable = readable_by(scope->reader);
  exports_ = !wish->exported_to.empty();
  if (*people && exports_)
    co_return co_await refuse(Error(Errc::bad_input, "the address book is not exported"));
  const auto begun = co_await record_begin(request, *wish, *scope);
  if (!begun) co_return co_await refuse(begun.error());
  json::object frame{{"type", "begun"},
                     {"query", wish->canonical},
                     {"mailboxes", scope->mailboxes.size()},
                     {"audit", begun->number}};
  auto outcome = co_await send(std::move(frame));
  if (outcome && *people) outcome = co_await show_people(*wish, **people);
  if (outcome) outcome = co_await search_all(*wish, *scope);
  const auto ended = co_await record_end(*begun, outcome);
  if (!outcome) co_return co_await refuse(outcome.error());
  if (!ended) co_return co_await refuse(ended.error());
  json::object end{
      {"type", "end"},          {"searched", sums_.searched}, {"with_matches", sums_.with_matches},
      {"failed", sums_.failed}, {"messages", sums_.messages}, {"people", sums_.people},
      {"audit", ended->number}, {"audit_hash", ended->hash}};
  if (exports_) end["manifest_sha256"] = manifest_hash_;
  if (sums_.messages == 0 && scope->mailboxes.size() == 1) {
    const auto hint = co_await find_hint(*wish, scope->mailboxes.front());
    if (!hint.empty()) end["instead"] = hint;
  }
  static_cast<void>(co_await send(std::move(end)));
}

Task<std::string> SearchSession::find_hint(const SearchWish& wish, SearchedMailbox mailbox) {
  const auto account = co_await desk_.environment.store.open(mailbox.account);
  if (!account) co_return std::string();
  auto& searcher = *desk_.environment.searcher;
  auto query = co_await indexer::other_layout_query(searcher, *account, wish.query);
  if (!query) co_return std::string();
  auto text = search::print_query(*query);
  indexer::ScanProgress progress;
  const auto found = co_await indexer::run_query(searcher, *account, *std::move(query), wish.choice,
                                                 std::move(progress));
  co_return found && !found->messages.empty() ? std::move(text) : std::string();
}

Task<Result<void>> SearchSession::show_people(const SearchWish& wish, std::string words) {
  const auto most = std::min(k_most_people, wish.offset + wish.limit);
  KONTOR_CO_TRY(auto rows, co_await find_in_book(desk_.environment, std::move(words), most));
  for (auto i = wish.offset; i < rows.size(); ++i) {
    json::object frame{{"type", "person"}, {"row", std::move(rows[i])}};
    KONTOR_CO_TRY(co_await send(std::move(frame)));
    ++sums_.people;
  }
  co_return Result<void>();
}

Task<Result<void>> SearchSession::search_all(const SearchWish& wish, const SearchScope& scope) {
  for (const auto& mailbox : scope.mailboxes) {
    if (desk_.imports->is_stopping())
      co_return fail(Errc::cancelled, "the server is shutting down");
    const auto done = co_await search_mailbox(wish, mailbox);
    ++sums_.searched;
    if (done) continue;
    const auto code = done.error().code();
    if (code == Errc::closed || code == Errc::timed_out || code == Errc::cancelled) co_return done;
    // The others are searched all the same.
    ++sums_.failed;
    json::object frame{{"type", "mailbox"},
                       {"account", mailbox.account.text()},
                       {"address", mailbox.address},
                       {"problem", done.error().text()}};
    KONTOR_CO_TRY(co_await send(std::move(frame)));
  }
  co_return Result<void>();
}

Task<void> SearchSession::look(std::shared_ptr<Work> work,
                               std::shared_ptr<store::Account> account,
                               SearchWish wish) {
  indexer::ScanProgress progress = [work](std::uint64_t done, std::uint64_t goal) {
    work->done = done;
    work->goal = goal;
    return !work->given_up;
  };
  std::string fault;
  try {
    work->found.emplace(co_await indexer::run_query(*desk_.environment.searcher, std::move(account),
                                                    std::move(wish.query), wish.choice,
                                                    std::move(progress)));
  } catch (const std::exception& error) {
    fault = error.what();
  }
  if (!work->found) work->found.emplace(fail(Errc::internal, fault));
  work->ended.raise();
}

Task<void> SearchSession::give_signs(std::shared_ptr<Work> work, SearchedMailbox mailbox) {
  while (true) {
    const auto woken = co_await work->ended.wait(k_sign_of_life);
    if (woken == net::Wake::signalled) co_return;
    if (work->given_up) continue;
    json::object frame{{"type", "progress"},
                       {"address", mailbox.address},
                       {"searched", sums_.searched},
                       {"done", work->done.load()},
                       {"goal", work->goal.load()}};
    const auto sent = co_await send(std::move(frame));
    if (!sent || desk_.imports->is_stopping()) work->given_up = true;
  }
}

Task<Result<void>> SearchSession::search_mailbox(const SearchWish& wish, SearchedMailbox mailbox) {
  KONTOR_CO_TRY(auto account, co_await desk_.environment.store.open(mailbox.account));
  auto work = std::make_shared<Work>();
  std::vector<Task<void>> both;
  both.push_back(look(work, account, wish));
  both.push_back(give_signs(work, mailbox));
  co_await run_all(std::move(both));
  if (!*work->found) co_return fail(work->found->error());
  const auto& found = **work->found;
  sums_.messages += found.messages.size();
  if (!found.messages.empty()) ++sums_.with_matches;
  json::object frame{{"type", "mailbox"},
                     {"account", mailbox.account.text()},
                     {"address", mailbox.address},
                     {"messages", found.messages.size()}};
  if (!found.unknown_folders.empty()) {
    json::array names;
    for (const auto& name : found.unknown_folders) names.emplace_back(name);
    frame["unknown_folders"] = std::move(names);
  }
  KONTOR_CO_TRY(co_await send(std::move(frame)));
  if (exports_) co_return co_await send_messages(wish, mailbox, *account, found);
  co_return co_await show(wish, mailbox, account, found);
}

Task<Result<void>> SearchSession::show(const SearchWish& wish,
                                       const SearchedMailbox& mailbox,
                                       std::shared_ptr<store::Account> account,
                                       const indexer::Found& found) {
  search::Analyzer analyzer(desk_.environment.settings.search.languages);
  const search::SnippetMaker maker(search::wanted_texts(wish.query), analyzer);
  const auto first = std::min(wish.offset, found.messages.size());
  const auto end = first + std::min(wish.limit, found.messages.size() - first);
  for (auto i = first; i < end; i += k_rows_at_once) {
    const std::vector<indexer::FoundMessage> some(
        found.messages.begin() + static_cast<std::ptrdiff_t>(i),
        found.messages.begin() + static_cast<std::ptrdiff_t>(std::min(end, i + k_rows_at_once)));
    KONTOR_CO_TRY(co_await show_some(wish, mailbox, account, some, maker));
  }
  co_return Result<void>();
}

Task<Result<void>> SearchSession::show_some(const SearchWish& wish,
                                            const SearchedMailbox& mailbox,
                                            std::shared_ptr<store::Account> account,
                                            const std::vector<indexer::FoundMessage>& some,
                                            const search::SnippetMaker& maker) {
  const auto view = account->view();
  std::vector<store::ItemRange> ranges;
  for (const auto& message : some) {
    const auto item = view.item(message.entry.item);
    const auto size = std::min<std::uint64_t>(item ? item->header_size : 0, k_most_header);
    ranges.push_back({message.entry.item, 0, size});
  }
  const auto headers = co_await account->read_ranges(std::move(ranges));
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto header = headers[i] ? std::string_view(*headers[i]) : std::string_view();
    json::object frame{{"type", "message"}};
    auto row = search_row(mailbox, view, some[i], header);
    const auto item = view.item(some[i].entry.item);
    if (item && item->size <= k_most_shown) {
      std::vector<store::ItemId> items(1, item->id);
      auto documents = co_await desk_.environment.searcher->documents(account, std::move(items));
      if (documents && !documents->empty()) {
        if (row.contains("name")) add_object(row, documents->front());
        add_snippet(row, std::move(documents->front()), maker);
      }
    }
    if (!co_await is_readable(wish, *account, some[i])) continue;
    frame["row"] = std::move(row);
    KONTOR_CO_TRY(co_await send(std::move(frame)));
    ++sums_.shown;
  }
  co_return Result<void>();
}

Task<Result<void>> SearchSession::send_messages(const SearchWish& wish,
                                                const SearchedMailbox& mailbox,
                                                store::Account& account,
                                                const indexer::Found& found) {
  for (const auto& message : found.messages) {
    if (desk_.imports->is_stopping())
      co_return fail(Errc::cancelled, "the server is shutting down");
    if (!co_await is_readable(wish, account, message)) continue;
    KONTOR_CO_TRY(co_await send_message(wish, mailbox, account, message));
  }
  co_return Result<void>();
}

// A row for the manifest, then the bytes.
Task<Result<void>> SearchSession::send_message(const SearchWish& wish,
                                               const SearchedMailbox& mailbox,
                                               store::Account& account,
                                               const indexer::FoundMessage& message) {
  const auto view = account.view();
  const auto item = view.item(message.entry.item);
  const auto raw = co_await account.read_message(message.entry.item);
  const auto header =
      raw ? std::string_view(*raw).substr(0, item ? item->header_size : 0) : std::string_view();
  auto row = search_row(mailbox, view, message, header);
  add_marks(row, view, message);
  if (raw && item && indexer::is_object(*item, *raw))
    add_object(row, indexer::make_object_document(item->id, *raw));
  if (raw) {
    crypto::Sha256 digest;
    digest.add(*raw);
    row["size"] = raw->size();
    row["sha256"] = digest.hex();
  } else {
    row["problem"] = raw.error().text();
  }
  manifest_.add(json::serialize(row) + '\n');
  json::object frame{{"type", "export"}, {"row", std::move(row)}};
  KONTOR_CO_TRY(co_await send(std::move(frame)));
  ++sums_.shown;
  if (wish.asks && raw && !raw->empty()) {
    KONTOR_CO_TRY(const auto said, co_await read_frame(stream_, k_answer));
    if (said != "true") co_return Result<void>();
  }
  for (std::size_t at = 0; raw && at < raw->size(); at += k_piece) {
    json::object piece{{"type", "bytes"},
                       {"base64", base64_encode(std::string_view(*raw).substr(at, k_piece))}};
    KONTOR_CO_TRY(co_await send(std::move(piece)));
  }
  co_return Result<void>();
}

}  // namespace

Task<void> search_stream(const Desk& desk, net::Stream& stream, Request request) {
  SearchSession session(desk, stream);
  co_await session.run(std::move(request));
}

}  // namespace kontor::admin
