// SPDX-License-Identifier: GPL-3.0-or-later
// The Indexer over a store on the real disk: what is found before, while and after mail is indexed.
#include "server/indexer/indexer.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <random>

#include "search/fields/make_document.hpp"
#include "search/query/matcher.hpp"
#include "search/query/query.hpp"
#include "server/indexer/object_document.hpp"
#include "tests/unit/server/indexer/told_index.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::indexer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An index that takes nothing.
class FullDisk final : public search::AccountIndex {
 public:
  search::IndexState state() const override { return {}; }
  Result<void> add(std::span<const search::Document>, search::ItemId) override {
    return fail(Errc::no_space, "as the test wants");
  }
  Result<void> remove(const search::Items&) override { return {}; }
  Result<void> merge(const std::function<bool()>&) override { return {}; }
  Result<search::Matches> match(const search::TextQuery&, const search::Items*) const override {
    return fail(Errc::io_error, "as the test wants");
  }
  Result<std::vector<search::Hit>> rank(const search::TextQuery&,
                                        const search::Items*,
                                        std::size_t) const override {
    return fail(Errc::io_error, "as the test wants");
  }
  Result<std::vector<search::FieldText>> attachments(search::ItemId) const override {
    return std::vector<search::FieldText>();
  }
  Result<bool> knows(std::string_view) const override { return false; }
};

// Reads every attachment as the same text.
class OneText final : public search::Extractor {
 public:
  Task<search::Extracted> extract(search::Attachment) override {
    co_return search::Extracted{search::Extraction::read, "blueprint", {}};
  }
};

class IndexerTest : public ::testing::Test {
 protected:
  IndexerTest() {
    std::string made = "/tmp/kontor-indexer-XXXXXX";
    folder_ = ::mkdtemp(made.data());
    settings_.search.delay = std::chrono::milliseconds(0);
    store::StoreEnvironment environment{io::real_file_system(), threads_.executor(),
                                        log::Context(sink_)};
    store_ = *store::AccountStore::open(environment, folder_ + "/accounts", settings_.store);
  }
  ~IndexerTest() override {
    stop();
    threads_.work(store_->close());
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void begin(IndexShelf::Open open = {}) {
    IndexerEnvironment environment{settings_, *store_, system_clock(), log::Context(sink_)};
    environment.open =
        open ? std::move(open) : [this](const std::string& folder) { return told(folder); };
    environment.extractor = extractor_;
    indexer_ = std::make_unique<Indexer>(environment);
  }
  void run() { running_ = threads_.start(indexer_->run()); }
  void stop() {
    if (indexer_ == nullptr) return;
    indexer_->stop();
    if (running_.valid()) running_.get();
    indexer_.reset();
  }
  void deliver(const std::string& text, unsigned owner = 1) {
    const auto done =
        threads_.work(store_->deliver(store::owner_of(owner), store::message_of(text)));
    ASSERT_TRUE(done) << done.error().text();
  }
  std::shared_ptr<store::Account> account(unsigned owner = 1) {
    return *threads_.work(store_->open_for(store::owner_of(owner)));
  }
  IndexStatus status(unsigned owner = 1) {
    return *threads_.work(indexer_->status(account(owner)->id()));
  }
  IndexShelf::Open::result_type told(const std::string& folder) {
    KONTOR_TRY(auto index, search::AccountIndex::open(folder, settings_.search.languages));
    return std::make_unique<TellingIndex>(std::move(index), news_);
  }
  // Until `condition` holds, which something else brings about.
  void wait_until(const std::function<bool()>& condition) { ASSERT_TRUE(news_.wait(condition)); }
  void wait_complete(unsigned owner = 1) {
    account(owner);  // in use: its mail does not wait for company
    threads_.work(indexer_->candidates(account(owner)->id(), {search::TextQuery()}, std::nullopt));
    wait_until([&] { return status(owner).waiting == 0 && !status(owner).is_building; });
  }
  // Subjects of what the query finds.
  std::vector<std::string> found(search::TextOp op, const std::string& text, unsigned owner = 1) {
    auto mailbox = account(owner);
    search::TextQuery query;
    query.op = op;
    query.text = text;
    search::Items all;
    for (const auto& item : mailbox->view().items_after(0, 1'000)) all.push_back(item.id);
    const auto items = threads_.work(indexer_->match(mailbox, query, all, {}));
    EXPECT_TRUE(items) << items.error().text();
    std::vector<std::string> out;
    for (const auto item : *items) {
      const auto raw = *threads_.work(mailbox->read_message(item));
      out.push_back(raw.substr(9, raw.find('\r') - 9));
    }
    return out;
  }

  std::string folder_;
  config::Settings settings_;
  News news_;
  TellingSink sink_{news_};
  store::TaskThreads threads_{3};
  std::unique_ptr<store::AccountStore> store_;
  std::unique_ptr<Indexer> indexer_;
  std::future<void> running_;
  search::Extractor* extractor_ = nullptr;
};

TEST_F(IndexerTest, FindsTheSameBeforeWhileAndAfterIndexing) {
  for (const auto* text : {"the contract", "contracts and plans", "lunch"}) deliver(text);
  begin();
  const auto check = [&] {
    EXPECT_THAT(found(search::TextOp::words, "contract"),
                ElementsAre("the contract", "contracts and plans"));
    EXPECT_THAT(found(search::TextOp::literal, "ACTS and"), ElementsAre("contracts and plans"));
    EXPECT_THAT(found(search::TextOp::literal, "u"), ElementsAre("lunch"));
  };
  check();
  EXPECT_EQ(status().waiting, 3U);
  run();
  check();
  wait_complete();
  EXPECT_EQ(status().index.documents, 3U);
  check();
  deliver("u-turn");
  EXPECT_THAT(found(search::TextOp::literal, "u"), ElementsAre("lunch", "u-turn"));
}

// The index says nothing of what is added to it between the search and the answer.
TEST_F(IndexerTest, WhatIsIndexedDuringASearchIsFound) {
  for (const auto* text : {"contract one", "contract two"}) deliver(text);
  auto mailbox = account();
  search::Items all;
  std::vector<search::Document> documents;
  for (const auto& item : mailbox->view().items_after(0, 10)) {
    const auto raw = *threads_.work(mailbox->read_message(item.id));
    documents.push_back(search::make_document(item.id, raw, {}).document);
    all.push_back(item.id);
  }
  begin([&](const std::string& folder) -> IndexShelf::Open::result_type {
    KONTOR_TRY(auto index, search::AccountIndex::open(folder, settings_.search.languages));
    auto told = std::make_unique<TellingIndex>(std::move(index), news_);
    told->after_match = [&](search::AccountIndex& real) {
      EXPECT_TRUE(real.add(documents, all.back()));
    };
    return told;
  });
  EXPECT_THAT(found(search::TextOp::words, "contract"),
              ElementsAre("contract one", "contract two"));
  EXPECT_EQ(status().waiting, 0U);
}

// Random objects among mail: what is indexed, what is behind it and what has been read anew answer
// as a reading of each item does.
TEST_F(IndexerTest, ObjectsAreFoundAsAPlainLookFindsThem) {
  constexpr auto k_words = std::to_array<std::string_view>(
      {"договор", "смета", "Иванов", "ivanov", "plan", "планы", "495", "anna@example.org"});
  std::mt19937 random(5);
  const auto pick = [&] {
    return std::string(
        k_words[std::uniform_int_distribution<std::size_t>(0, k_words.size() - 1)(random)]);
  };
  auto mailbox = account();
  store::FolderOptions options;
  options.folder_class = store::FolderClass::calendar;
  const auto folder = threads_.work(mailbox->create_folder("work", options)).value();
  unsigned number = 0;
  const auto add = [&](int many) {
    for (int i = 0; i < many; ++i) {
      store::NewObject object;
      object.name = std::to_string(++number) + ".ics";
      object.keys.uid = object.name;
      switch (number % 4) {
        case 0:
          deliver(pick() + ' ' + pick());
          continue;
        case 1:
          object.bytes = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:" + pick() +
                         "\r\nNOTE:" + pick() + "\r\nTEL:+7 495 000-00-0" +
                         std::to_string(number % 10) + "\r\nEND:VCARD\r\n";
          break;
        case 2:
          object.bytes =
              "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260301T"
              "090000Z\r\nSUMMARY:" +
              pick() + "\r\nATTENDEE;CN=" + pick() +
              ":mailto:x@example.org\r\nDESCRIPTION:" + pick() +
              "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
          break;
        default:
          object.bytes = "BEGIN:VCALENDAR\r\nbroken " + pick();
      }
      ASSERT_TRUE(threads_.work(mailbox->put_object(folder, std::move(object), {})));
    }
  };
  const auto check = [&] {
    search::Analyzer analyzer(settings_.search.languages);
    search::Items all;
    std::vector<search::Document> documents;
    for (const auto& item : mailbox->view().items_after(0, 1'000)) {
      const auto raw = *threads_.work(mailbox->read_message(item.id));
      all.push_back(item.id);
      documents.push_back(is_object(item, raw) ? make_object_document(item.id, raw)
                                               : search::make_document(item.id, raw, {}).document);
    }
    for (const auto op : {search::TextOp::words, search::TextOp::prefix, search::TextOp::literal,
                          search::TextOp::phrase})
      for (const auto& word : {pick(), pick(), std::string("догов"), std::string("4950"),
                               std::string("broken"), std::string("VEVENT"), pick() + ' ' + pick()})
        for (const auto fields : {search::k_people_fields, search::fields_of(search::Field::to)}) {
          search::TextQuery query;
          query.op = op;
          query.text = word;
          query.fields = fields;
          search::Items expected;
          for (const auto& document : documents)
            if (search::matches(query, document, analyzer)) expected.push_back(document.item);
          const auto items = threads_.work(indexer_->match(mailbox, query, all, {}));
          ASSERT_TRUE(items.has_value()) << items.error().text();
          EXPECT_EQ(*items, expected) << word << ' ' << static_cast<int>(op) << ' ' << fields;
        }
  };
  add(40);
  begin();
  check();
  run();
  wait_complete();
  EXPECT_EQ(status().index.documents, 40U);
  check();
  add(8);
  check();
}

TEST_F(IndexerTest, PurgedMailLeavesTheIndex) {
  for (const auto* text : {"one", "two", "three"}) deliver(text);
  begin();
  run();
  wait_complete();
  auto mailbox = account();
  ASSERT_TRUE(threads_.work(mailbox->remove(store::k_inbox, {1, 2})));
  ASSERT_TRUE(threads_.work(mailbox->purge(system_clock().now() + std::chrono::hours(1))));
  wait_until([&] { return status().index.documents == 1; });
  EXPECT_THAT(found(search::TextOp::words, "three"), ElementsAre("three"));
  EXPECT_THAT(found(search::TextOp::words, "one"), IsEmpty());
}

TEST_F(IndexerTest, AnIndexIsMadeAnewBesideTheOldOne) {
  for (const auto* text : {"one", "two"}) deliver(text);
  begin();
  run();
  wait_complete();
  ASSERT_TRUE(threads_.work(indexer_->rebuild(account()->id())));
  wait_until([&] { return sink_.count("search.index.built") == 1; });
  wait_complete();
  EXPECT_EQ(status().index.documents, 2U);
  EXPECT_THAT(found(search::TextOp::words, "two"), ElementsAre("two"));
  EXPECT_EQ(threads_.work(indexer_->rebuild(Uuid::random())).error().code(), Errc::not_found);
}

TEST_F(IndexerTest, AnIndexOfALaterStateOfTheMailboxIsBegunAnew) {
  for (int i = 0; i < 20; ++i) deliver("mail of one");
  deliver("mail of two", 2);
  const auto one = store_->info(*store_->find(store::owner_of(1)))->folder;
  const auto two = store_->info(*store_->find(store::owner_of(2)))->folder;
  begin();
  run();
  wait_complete(1);
  stop();
  std::filesystem::remove_all(two + "/fts");
  std::filesystem::copy(one + "/fts", two + "/fts", std::filesystem::copy_options::recursive);
  begin();
  EXPECT_THAT(found(search::TextOp::words, "two", 2), ElementsAre("mail of two"));
  EXPECT_THAT(found(search::TextOp::words, "one", 2), IsEmpty());
  run();
  wait_until([&] { return sink_.count("search.index.begun_anew") == 1; });
  wait_complete(2);
  EXPECT_THAT(found(search::TextOp::words, "two", 2), ElementsAre("mail of two"));
  EXPECT_THAT(found(search::TextOp::words, "one", 2), IsEmpty());
}

TEST_F(IndexerTest, AttachmentsThatNobodyReadAreReadWhenTheReaderAnswers) {
  const auto with_file = [](const std::string& subject) {
    return subject +
           "\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
           "filename=plan.pdf\r\n\r\n%PDF";
  };
  deliver(with_file("first"));
  const auto id = account()->id();
  const auto path = store_->info(id)->folder + "/fts";
  const auto item = account()->view().items_after(0, 1).front().id;
  {
    const auto index = *search::AccountIndex::open(path, settings_.search.languages);
    search::Document document;
    document.item = item;
    document.has_attachment = true;
    document.reading = search::Reading::not_tried;
    document.texts = {{search::Field::subject, "first"}};
    ASSERT_TRUE(index->add(std::span(&document, 1), item));
    EXPECT_EQ(*index->untried(), 1U);
  }
  OneText reader;
  extractor_ = &reader;
  begin();
  EXPECT_THAT(found(search::TextOp::words, "blueprint"), ElementsAre("first"));  // by reading it
  EXPECT_THAT(found(search::TextOp::literal, "PRINT"), ElementsAre("first"));
  run();
  deliver(with_file("second"));
  account();
  threads_.work(indexer_->candidates(id, {search::TextQuery()}, std::nullopt));
  wait_until([&] { return sink_.count("search.index.built") == 1; });
  wait_complete();
  stop();
  const auto index = *search::AccountIndex::open(path, settings_.search.languages);
  EXPECT_EQ(*index->untried(), 0U);
  EXPECT_EQ((*index->attachments(item)).size(), 1U);
}

TEST_F(IndexerTest, WithoutADiskItSaysSoOnceAndSearchesByReading) {
  deliver("one");
  begin([](const std::string&) -> Result<std::unique_ptr<search::AccountIndex>> {
    return std::make_unique<FullDisk>();
  });
  run();
  wait_until([&] { return sink_.count("search.index.failed") == 1; });
  EXPECT_THAT(status().problem, ::testing::HasSubstr("no_space"));
  EXPECT_THAT(found(search::TextOp::words, "one"), ElementsAre("one"));
  EXPECT_EQ(sink_.count("search.index.failed"), 1U);
}

TEST_F(IndexerTest, SwitchedOffItMakesNothing) {
  settings_.search.enabled = false;
  deliver("one");
  begin();
  run();
  EXPECT_THAT(found(search::TextOp::literal, "ON"), ElementsAre("one"));
  EXPECT_FALSE(status().enabled);
  EXPECT_EQ(threads_.work(indexer_->rebuild(account()->id())).error().code(), Errc::unavailable);
  EXPECT_FALSE(
      std::filesystem::exists(store_->info(*store_->find(store::owner_of(1)))->folder + "/fts"));
}

TEST_F(IndexerTest, ARemovedMailboxTakesItsIndexAlong) {
  for (int i = 0; i < 50; ++i) deliver("mail");
  begin();
  run();
  const auto id = *store_->find(store::owner_of(1));
  const auto folder = store_->info(id)->folder;
  threads_.work(indexer_->candidates(id, {search::TextQuery()}, std::nullopt));
  ASSERT_TRUE(threads_.work(store_->remove(id)));
  EXPECT_FALSE(std::filesystem::exists(folder));
  stop();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace kontor::indexer
