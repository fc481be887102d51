// SPDX-License-Identifier: GPL-3.0-or-later
// A person's query over a mailbox, with a Searcher that reads everything: what it finds is what a
// plain look at each message says.
#include "server/indexer/query_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/core/text.hpp"
#include "search/fields/make_document.hpp"
#include "search/query/matcher.hpp"
#include "search/query/parse.hpp"
#include "server/indexer/folder_names.hpp"
#include "server/indexer/object_document.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::indexer {
namespace {

// Reads every message it is asked about.
class ReadingSearcher final : public Searcher {
 public:
  Task<std::vector<Candidates>> candidates(store::AccountId /*account*/,
                                           std::vector<search::TextQuery> queries,
                                           std::optional<search::Items> /*within*/) override {
    co_return std::vector<Candidates>(queries.size());
  }
  Task<Result<std::vector<search::Document>>> documents(std::shared_ptr<store::Account> account,
                                                        std::vector<store::ItemId> items) override {
    std::vector<search::Document> out;
    for (const auto item : items) {
      const auto raw = co_await account->read_message(item);
      if (raw) out.push_back(document_of(*account, item, *raw));
    }
    co_return out;
  }
  Task<Result<search::Items>> match(std::shared_ptr<store::Account> account,
                                    search::TextQuery query,
                                    search::Items within,
                                    ScanProgress progress) override {
    search::Analyzer analyzer({"english", "russian"});
    const search::Matcher matcher(query, analyzer);
    search::Items out;
    for (std::size_t i = 0; i < within.size(); ++i) {
      ++read;
      const auto raw = co_await account->read_message(within[i]);
      if (raw && matcher.matches(document_of(*account, within[i], *raw))) out.push_back(within[i]);
      if (progress && !progress(i + 1, within.size())) co_return fail(Errc::cancelled);
    }
    co_return out;
  }
  Task<std::vector<std::string>> attachments(store::AccountId /*account*/,
                                             store::ItemId /*item*/,
                                             std::shared_ptr<const std::string> /*raw*/) override {
    co_return std::vector<std::string>();
  }
  // The later, the less relevant.
  Task<std::vector<search::Hit>> rank(store::AccountId /*account*/,
                                      search::TextQuery /*query*/,
                                      search::Items found,
                                      std::size_t most) override {
    std::vector<search::Hit> hits;
    for (const auto item : found)
      if (hits.size() < most) hits.push_back({item, 1.0});
    co_return hits;
  }
  Task<Result<IndexStatus>> status(store::AccountId /*account*/) override {
    co_return IndexStatus{};
  }
  Task<Result<void>> rebuild(store::AccountId /*account*/) override { co_return Result<void>(); }

  std::size_t read = 0;

 private:
  static search::Document document_of(const store::Account& account,
                                      store::ItemId item,
                                      const std::string& raw) {
    if (is_object(*account.view().item(item), raw)) return make_object_document(item, raw);
    return search::make_document(item, raw, {}).document;
  }
};

class QueryRun : public store::StoreFixture {
 protected:
  void SetUp() override {
    open();
    account_ = account();
  }
  store::FolderId folder(const std::string& name) {
    if (const auto found = account_->view().find_folder(name)) return found->id;
    const auto made = threads_.work(account_->create_folder(name, {}));
    EXPECT_TRUE(made.has_value());
    return made ? *made : 0;
  }
  void put(const std::string& name,
           const std::string& header,
           const std::string& body,
           std::int64_t date = 1'700'000'000,
           store::FlagBits flags = 0) {
    store::NewMessage message;
    message.message = store::prepare_message(header + "\r\n" + body + "\r\n", 50, 1'000);
    message.flags = flags;
    message.internal_date = UtcSeconds(std::chrono::seconds(date));
    if (flags & store::k_flagged) message.keywords = {"$Work"};
    append(*account_, folder(name), std::move(message));
  }
  void put_object(const std::string& name,
                  store::FolderClass folder_class,
                  store::ObjectKind kind,
                  const std::string& bytes) {
    store::FolderOptions options;
    options.folder_class = folder_class;
    const auto view = account_->view();
    const auto there = view.find_folder(name);
    const auto id =
        there ? there->id : threads_.work(account_->create_folder(name, options)).value();
    store::NewObject object;
    object.name = std::to_string(++objects_) + ".x";
    object.bytes = bytes;
    object.keys.uid = object.name;
    object.keys.kind = kind;
    ASSERT_TRUE(threads_.work(account_->put_object(id, std::move(object), {})).has_value());
  }
  Result<Found> run(std::string_view text, QueryChoice choice = {}, ScanProgress progress = {}) {
    search::QueryTime time;
    time.now = UtcSeconds(std::chrono::seconds(1'700'000'000));
    const auto query = search::parse_query(text, time);
    if (!query) return fail(Errc::bad_input, query.error().english);
    return threads_.work(run_query(searcher_, account_, *query, choice, std::move(progress)));
  }
  // "INBOX 1, Sent 3": in the order found.
  std::string found(std::string_view text, QueryChoice choice = {}) {
    const auto answer = run(text, choice);
    if (!answer) return answer.error().text();
    std::vector<std::string> out;
    for (const auto& message : answer->messages)
      out.push_back(account_->view().folder(message.folder)->name + ' ' +
                    std::to_string(message.entry.uid));
    return join(out, ", ");
  }

  std::shared_ptr<store::Account> account_;
  ReadingSearcher searcher_;
  unsigned objects_ = 0;
};

TEST_F(QueryRun, TextsAndColumnsTogether) {
  put("INBOX", "Subject: Договор\r\nFrom: ivanov@example.org\r\n", "поставка", 1'700'000'000);
  put("INBOX", "Subject: Смета\r\n", "договоры", 1'700'000'100, store::k_seen);
  put("Sent", "Subject: contract\r\n", "договор", 1'700'000'200, store::k_flagged);
  EXPECT_EQ(found("договор"), "Sent 1, INBOX 2, INBOX 1") << "the newest first";
  EXPECT_EQ(found("договор in:inbox"), "INBOX 2, INBOX 1");
  EXPECT_EQ(found("договор is:unread -in:отправленные"), "INBOX 1");
  EXPECT_EQ(found("subject:договор OR is:flagged"), "Sent 1, INBOX 1");
  EXPECT_EQ(found("-договор"), "");
  EXPECT_EQ(found("*"), "Sent 1, INBOX 2, INBOX 1");
  EXPECT_EQ(found("keyword:$work"), "Sent 1");
  EXPECT_EQ(found("since:2023-11-14T22:14:00Z before:2023-11-14T22:16Z"), "INBOX 2");
  EXPECT_EQ(found("size>1M"), "");
  EXPECT_EQ(found("договор", {QueryOrder::by_relevance, false}), "INBOX 1, INBOX 2, Sent 1");
}

TEST_F(QueryRun, ColumnsSpareTheReading) {
  for (int i = 0; i < 20; ++i) put("INBOX", "Subject: a\r\n", "b", 1'700'000'000 + i);
  put("Sent", "Subject: a\r\n", "b");
  EXPECT_EQ(found("a in:Sent"), "Sent 1");
  EXPECT_EQ(searcher_.read, 1U);
  EXPECT_EQ(found("is:read b"), "");
  EXPECT_EQ(found("is:unread OR b").size(), found("*").size());
  EXPECT_EQ(searcher_.read, 1U) << "columns had decided";
}

TEST_F(QueryRun, ListsAndIdsAreReadInHeaders) {
  put("INBOX", "List-Id: =?utf-8?b?0KDQsNC30YDQsNCx0L7RgtC60LA=?= <dev.example.org>\r\n", "x");
  put("INBOX", "Message-ID: <One@x>\r\n", "list dev.example.org");
  EXPECT_EQ(found("list:dev.example.org"), "INBOX 1");
  EXPECT_EQ(found("рассылка:разработка"), "INBOX 1");
  EXPECT_EQ(found("id:<One@x>"), "INBOX 2");
  EXPECT_EQ(found("id:One@x"), "INBOX 2");
  EXPECT_EQ(found("id:one@x"), "");
  EXPECT_EQ(found("-list:dev"), "INBOX 2");
  const auto all = run("*");
  ASSERT_TRUE(all.has_value());
  const auto item = account_->view().item(all->messages.front().entry.item);
  EXPECT_EQ(found("id:" + item->guid.hex()), found("*").substr(0, 7));
}

TEST_F(QueryRun, FoldersByNameUseAndBranch) {
  put("Проекты", "Subject: a\r\n", "b", 3);
  put("Проекты/2026", "Subject: a\r\n", "b", 2);
  put("Старое/2026", "Subject: a\r\n", "b", 1);
  EXPECT_EQ(found("in:проекты"), "Проекты 1, Проекты/2026 1");
  EXPECT_EQ(found("folder:проекты"), "Проекты 1");
  EXPECT_EQ(found("in:2026"), "Проекты/2026 1, Старое/2026 1");
  EXPECT_EQ(found("in:старое/2026"), "Старое/2026 1");
  const auto answer = run("a in:Nowhere");
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->messages.empty());
  EXPECT_EQ(answer->unknown_folders, std::vector<std::string>{"Nowhere"});
}

TEST_F(QueryRun, WhatWasExpungedIsFoundWhenAsked) {
  put("INBOX", "Subject: тайна\r\n", "b");
  put("INBOX", "Subject: тайна\r\n", "c");
  std::vector<store::Uid> uids{1};
  ASSERT_TRUE(threads_.work(account_->remove(folder("INBOX"), uids)).has_value());
  EXPECT_EQ(found("тайна"), "INBOX 2");
  EXPECT_EQ(found("тайна", {QueryOrder::newest_first, true}), "INBOX 2, Recoverable/INBOX 1");
  EXPECT_EQ(found("тайна in:inbox", {QueryOrder::newest_first, true}),
            "INBOX 2, Recoverable/INBOX 1");
}

TEST_F(QueryRun, KindsAreToldApart) {
  const auto part = [](const std::string& kind, const std::string& text) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:" + kind +
           "\r\nUID:u\r\nDTSTART:20260301T090000Z\r\nSUMMARY:" + text + "\r\nEND:" + kind +
           "\r\nEND:VCALENDAR\r\n";
  };
  using store::FolderClass;
  using store::ObjectKind;
  put("INBOX", "Subject: договор\r\n", "b");
  put_object("work", FolderClass::calendar, ObjectKind::event, part("VEVENT", "договор"));
  put_object("work", FolderClass::calendar, ObjectKind::task, part("VTODO", "договоры"));
  put_object("work", FolderClass::calendar, ObjectKind::journal, part("VJOURNAL", "договору"));
  put_object("book", FolderClass::contacts, ObjectKind::card,
             "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:Договор Иванович\r\nEND:VCARD\r\n");
  put_object("list", FolderClass::tasks, ObjectKind::other, part("VTODO", "договор"));
  EXPECT_EQ(found("договор kind:mail"), "INBOX 1");
  EXPECT_EQ(found("kind:event договор"), "work 1");
  EXPECT_EQ(found("вид:задача договор in:work"), "work 2");
  EXPECT_EQ(found("kind:task договор"), "list 1, work 2");
  EXPECT_EQ(found("kind:note"), "work 3");
  EXPECT_EQ(found("вид:контакт dogovor"), "book 1") << "the name in the other script";
  EXPECT_EQ(found("договор kind:person"), "") << "the address book is in no mailbox";
  EXPECT_EQ(found("договор -kind:mail -kind:event -kind:contact -kind:note"), "list 1, work 2");
  EXPECT_EQ(found("subject:договор kind:event in:book"), "");
}

TEST_F(QueryRun, GivesUpWhenTold) {
  put("INBOX", "Subject: a\r\n", "b");
  const auto answer = run("a", {}, [](std::uint64_t, std::uint64_t) { return false; });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Errc::cancelled);
}

// What each leaf says of a message, joined without any plan.
class PlainLook {
 public:
  PlainLook(const store::AccountView& view, const search::Document& document)
      : view_(view), document_(document) {}

  bool holds(const search::Query& query, store::FolderId folder, const store::Entry& entry) const {
    const auto child = [&](const search::Query& inner) { return holds(inner, folder, entry); };
    switch (query.op) {
      case search::QueryOp::all:
        return std::ranges::all_of(query.children, child);
      case search::QueryOp::any:
        return std::ranges::any_of(query.children, child);
      case search::QueryOp::none_of:
        return std::ranges::none_of(query.children, child);
      default:
        return leaf(query.leaf, folder, entry);
    }
  }

 private:
  bool leaf(const search::QueryLeaf& leaf,
            store::FolderId folder,
            const store::Entry& entry) const {
    if (const auto* text = std::get_if<search::TextQuery>(&leaf)) {
      search::Analyzer analyzer({"english", "russian"});
      return search::matches(*text, document_, analyzer);
    }
    if (const auto* name = std::get_if<search::FolderIs>(&leaf))
      return view_.folder(folder)->name == name->name;
    if (const auto* flag = std::get_if<search::FlagIs>(&leaf)) {
      const auto bit = flag->mark == search::MessageMark::seen ? store::k_seen : store::k_flagged;
      return ((entry.flags & bit) != 0) == flag->set;
    }
    const auto& when = std::get<search::ReceivedIn>(leaf);
    return (!when.from || entry.internal_date >= *when.from) &&
           (!when.to || entry.internal_date < *when.to);
  }
  const store::AccountView& view_;
  const search::Document& document_;
};

TEST_F(QueryRun, RandomQueriesFindWhatAPlainLookFinds) {
  constexpr auto k_words = std::to_array<std::string_view>({"alpha", "beta", "договор", "смета"});
  constexpr auto k_leaves = std::to_array<std::string_view>(
      {"alpha", "beta", "договор", "смета", "subject:alpha", "\"alpha beta\"", "in:INBOX",
       "in:Sent", "is:unread", "is:flagged", "before:2023-11-15", "since:2023-11-16", "алф*",
       "al*"});
  std::mt19937 random(11);
  const auto pick = [&](const auto& from) {
    return std::string(
        from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random)]);
  };
  const auto chance = [&](int of) {
    return std::uniform_int_distribution<int>(1, of)(random) == 1;
  };
  for (int i = 0; i < 60; ++i) {
    const store::FlagBits flags = static_cast<store::FlagBits>((chance(2) ? store::k_seen : 0) |
                                                               (chance(4) ? store::k_flagged : 0));
    put(chance(3) ? "Sent" : "INBOX", "Subject: " + std::string(pick(k_words)) + "\r\n",
        pick(k_words) + ' ' + pick(k_words), 1'700'000'000 + i * 5'000, flags);
  }
  std::map<store::ItemId, search::Document> documents;
  const auto view = account_->view();
  const auto all = run("*");
  ASSERT_TRUE(all.has_value());
  for (const auto& message : all->messages) {
    const auto raw = threads_.work(account_->read_message(message.entry.item));
    ASSERT_TRUE(raw.has_value());
    documents[message.entry.item] = search::make_document(message.entry.item, *raw, {}).document;
  }
  const std::function<std::string(int)> make = [&](int depth) -> std::string {
    if (depth == 0 || chance(3)) return (chance(3) ? "-" : "") + pick(k_leaves);
    const auto join_by = chance(2) ? " OR " : " ";
    return (chance(4) ? "-(" : "(") + make(depth - 1) + join_by + make(depth - 1) + ')';
  };
  for (int i = 0; i < 150; ++i) {
    const auto text = make(3);
    search::QueryTime time;
    const auto query = search::parse_query(text, time);
    ASSERT_TRUE(query.has_value()) << text;
    std::vector<store::ItemId> expected;
    for (const auto& message : all->messages)
      if (PlainLook(view, documents.at(message.entry.item))
              .holds(*query, message.folder, message.entry))
        expected.push_back(message.entry.item);
    const auto answer = run(text);
    ASSERT_TRUE(answer.has_value()) << text;
    std::vector<store::ItemId> got;
    for (const auto& message : answer->messages) got.push_back(message.entry.item);
    EXPECT_EQ(got, expected) << text;
  }
}

// Rights at random, which change while it searches: found is what matches in folders that may be
// read at its beginning and at its end, and of private events what the end allows.
TEST_F(QueryRun, OthersFindWhatTheyMayReadAndNothingElse) {
  constexpr auto k_words = std::to_array<std::string_view>({"alpha", "beta", "договор"});
  constexpr auto k_folders = std::to_array<std::string_view>({"INBOX", "Sent", "work", "home"});
  std::mt19937 random(23);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const auto word = [&] { return std::string(k_words[below(k_words.size())]); };
  for (int i = 0; i < 20; ++i) {
    put(std::string(k_folders[below(2)]), "Subject: " + word() + "\r\n", word());
    put_object(std::string(k_folders[2 + below(2)]), store::FolderClass::calendar,
               store::ObjectKind::event,
               "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260301T090000Z"
               "\r\nSUMMARY:" +
                   word() + (below(2) == 0 ? "\r\nCLASS:PRIVATE" : "") +
                   "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  }
  const auto name_of = [&](store::FolderId id) { return account_->view().folder(id)->name; };
  for (int i = 0; i < 40; ++i) {
    const auto text =
        below(4) == 0 ? "-" + word() : word() + (below(3) == 0 ? " OR " + word() : "");
    const auto whole = run(text);
    ASSERT_TRUE(whole.has_value()) << text;
    std::map<std::string, bool> rights[2];  // at the beginning, at the end: with private ones?
    for (auto& moment : rights)
      for (const auto folder : k_folders)
        if (below(4) != 0)
          moment.emplace(folder, folder == "INBOX" || folder == "Sent" || below(2) == 0);
    std::size_t asked = 0;
    QueryChoice choice;
    choice.readable = [&](const store::AccountView&,
                          const std::vector<store::FolderInfo>& folders) {
      const auto& now = rights[asked++ == 0 ? 0 : 1];
      std::vector<ReadableFolder> out;
      for (const auto& folder : folders)
        if (const auto found = now.find(folder.name); found != now.end())
          out.push_back({folder.id, found->second});
      return out;
    };
    const auto seen = run(text, choice);
    ASSERT_TRUE(seen.has_value()) << text;
    std::vector<std::pair<std::string, store::Uid>> expected, got;
    for (const auto& message : whole->messages) {
      const auto name = name_of(message.folder);
      const auto at_end = rights[1].find(name);
      if (!rights[0].contains(name) || at_end == rights[1].end()) continue;
      const auto raw = threads_.work(account_->read_message(message.entry.item));
      if (at_end->second || !raw->contains("CLASS:PRIVATE"))
        expected.emplace_back(name, message.entry.uid);
    }
    for (const auto& message : seen->messages)
      got.emplace_back(name_of(message.folder), message.entry.uid);
    EXPECT_EQ(got, expected) << text;
    EXPECT_EQ(asked, 2U);
  }
}

}  // namespace
}  // namespace kontor::indexer
