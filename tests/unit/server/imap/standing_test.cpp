// SPDX-License-Identifier: GPL-3.0-or-later
// What the directory and the owner take away shows in sessions that are open: boris reads anna's
// INBOX by a right of his group's.
#include <gmock/gmock.h>

#include "tests/unit/server/imap/dialogue.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::imap {
namespace {

using directory::test_group;
using directory::test_id;
using directory::test_person;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

store::Binding binding(std::uint32_t number) {
  const auto id = test_id(number);
  return {id.source, id.guid};
}

// Gives anna's mailbox to whoever signs in.
class SharedStore final : public testing::FakeStore {
 public:
  explicit SharedStore(std::shared_ptr<store::Account> account) : account_(std::move(account)) {}
  Task<Result<std::shared_ptr<store::Account>>> open_for(store::Binding) override {
    co_return account_;
  }

 private:
  std::shared_ptr<store::Account> account_;
};

// An index that knows nothing; something happens while it is asked.
class SlowSearcher final : public indexer::Searcher {
 public:
  explicit SlowSearcher(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}

  Task<std::vector<indexer::Candidates>> candidates(store::AccountId,
                                                    std::vector<search::TextQuery> queries,
                                                    std::optional<search::Items>) override {
    ++asked;
    meanwhile_();
    co_return std::vector<indexer::Candidates>(queries.size());
  }
  Task<Result<std::vector<search::Document>>> documents(std::shared_ptr<store::Account>,
                                                        std::vector<store::ItemId>) override {
    co_return std::vector<search::Document>();
  }
  Task<std::vector<std::string>> attachments(store::AccountId,
                                             store::ItemId,
                                             std::shared_ptr<const std::string>) override {
    co_return std::vector<std::string>();
  }
  Task<Result<search::Items>> match(std::shared_ptr<store::Account>,
                                    search::TextQuery,
                                    search::Items,
                                    indexer::ScanProgress) override {
    co_return search::Items();
  }
  Task<std::vector<search::Hit>> rank(store::AccountId,
                                      search::TextQuery,
                                      search::Items,
                                      std::size_t) override {
    co_return std::vector<search::Hit>();
  }
  Task<Result<indexer::IndexStatus>> status(store::AccountId) override {
    co_return indexer::IndexStatus();
  }
  Task<Result<void>> rebuild(store::AccountId) override { co_return Result<void>(); }

  int asked = 0;

 private:
  std::function<void()> meanwhile_;
};

class StandingTest : public ::testing::Test {
 protected:
  StandingTest() {
    const store::StoreEnvironment environment{files_, threads_.executor(),
                                              log::Context(dialogue_.events), dialogue_.clock};
    store_ = store::AccountStore::open(environment, "/data/accounts", {}).value();
    account_ = threads_.work(store_->open_for(binding(1))).value();
    shared_ = std::make_unique<SharedStore>(account_);
    dialogue_.store = shared_.get();
    dialogue_.table = table_.get();
    dialogue_.implicit_tls = true;
    dialogue_.directory.replace(with_team({test_id(2)}));
    give(binding(10), "lr");
  }
  ~StandingTest() override {
    dialogue_.store = nullptr;
    shared_.reset();
    account_.reset();
    threads_.start(store_->close()).get();
    store_.reset();
  }
  static std::vector<directory::Principal> with_team(std::vector<directory::PrincipalId> members) {
    return {test_person(1, "anna"), test_person(2, "boris"), test_group(10, "team", {test_id(11)}),
            test_group(11, "inner", std::move(members))};
  }
  void give(store::Binding who, std::string_view rights) {
    const store::AccessChange change{std::move(who), false, store::AccessChange::Action::set,
                                     *store::rights_of(rights)};
    ASSERT_TRUE(threads_.work(account_->set_access(store::k_inbox, change)));
  }
  // Enough messages that the index is asked about them.
  void fill() {
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(threads_.work(store_->deliver(binding(1), store::message_of("zebra"))));
  }
  // As the server does when the directory changed.
  void renew() {
    const auto copy = dialogue_.directory.current();
    for (const auto& [session, before] : table_->identities()) {
      const auto after = directory::refresh_identity(*copy, *before, 0);
      ASSERT_TRUE(after);
      table_->renew(session, std::make_shared<const directory::Identity>(*after));
    }
  }
  // `change` once the answers end so.
  std::string say(std::vector<std::string> parts,
                  const std::string& at,
                  std::function<void()> change) {
    dialogue_.on_answer = [=, done = false](const std::string& answers) mutable {
      if (done || !answers.ends_with(at)) return;
      done = true;
      change();
    };
    return dialogue_.say(std::move(parts));
  }

  Dialogue dialogue_;
  io::MemoryDisk disk_;
  io::FaultyFiles files_{disk_};
  store::TaskThreads threads_{2};
  std::unique_ptr<store::AccountStore> store_;
  std::shared_ptr<store::Account> account_;
  std::unique_ptr<SharedStore> shared_;
  std::unique_ptr<trace::Sessions> table_ = trace::Sessions::make({}, dialogue_.clock);
};

const std::string k_bye = "* BYE You may not read this mailbox any more\r\n";
const std::string k_login = "a LOGIN boris secret\r\n";

TEST_F(StandingTest, AGroupsRightOpensTheMailbox) {
  const auto answers =
      dialogue_.say({k_login + "b SELECT INBOX\r\nc MYRIGHTS INBOX\r\nd LOGOUT\r\n"});
  EXPECT_THAT(answers, HasSubstr("b OK [READ-ONLY]"));
  EXPECT_THAT(answers, HasSubstr("* MYRIGHTS INBOX lr\r\n"));
}

TEST_F(StandingTest, OutOfTheGroupIdleEndsWithTheReason) {
  const auto answers = say({k_login + "b SELECT INBOX\r\nc IDLE\r\n"}, "+ idling\r\n", [this] {
    dialogue_.directory.replace(with_team({}));
    renew();
  });
  EXPECT_THAT(answers, EndsWith("+ idling\r\n" + k_bye));
}

TEST_F(StandingTest, OutOfTheGroupAWaitingSessionEndsBetweenCommands) {
  const auto answers =
      say({k_login + "b SELECT INBOX\r\nc NOOP\r\n"}, "c OK NOOP completed\r\n", [this] {
        dialogue_.directory.replace(with_team({}));
        renew();
      });
  EXPECT_THAT(answers, EndsWith("c OK NOOP completed\r\n" + k_bye));
}

TEST_F(StandingTest, TheNextCommandDoesNotRun) {
  const auto answers = say({k_login + "b SELECT INBOX\r\n", "c FETCH 1:* FLAGS\r\nd NOOP\r\n"},
                           "completed\r\n", [this] { give(binding(10), ""); });
  EXPECT_THAT(answers, EndsWith(k_bye)) << "the owner took the right away";
  EXPECT_THAT(answers, Not(HasSubstr("d OK")));
}

TEST_F(StandingTest, OfAMailboxThatIsTakenAwayWhileItIsSearchedNothingIsTold) {
  fill();
  for (const std::string command :
       {"SEARCH BODY zebra", "SEARCH RETURN (ALL) BODY zebra", "SORT (SUBJECT) UTF-8 BODY zebra",
        "THREAD REFERENCES UTF-8 BODY zebra", "ESEARCH IN (personal) RETURN (ALL) BODY zebra"}) {
    give(binding(10), "lr");
    SlowSearcher calm([] {});
    dialogue_.searcher = &calm;
    const auto part = k_login + "b SELECT INBOX\r\nc " + command + "\r\nd LOGOUT\r\n";
    EXPECT_THAT(dialogue_.say({part}), HasSubstr("c OK ")) << command;
    EXPECT_EQ(calm.asked, 1) << command;
    SlowSearcher slow([this] { give(binding(10), ""); });
    dialogue_.searcher = &slow;
    const auto answers = dialogue_.say({part});
    const auto behind = answers.substr(answers.find("b OK"));
    EXPECT_THAT(behind, EndsWith(k_bye)) << command;
    for (const auto* told : {"* SEARCH", "* ESEARCH", "* SORT", "* THREAD", "c OK"})
      EXPECT_THAT(behind, Not(HasSubstr(told))) << command;
  }
}

TEST_F(StandingTest, NorOfOneThatIsNotOpen) {
  fill();
  const std::string part =
      k_login + "b ESEARCH IN (personal) RETURN (ALL) BODY zebra\r\nc LOGOUT\r\n";
  SlowSearcher calm([] {});
  dialogue_.searcher = &calm;
  EXPECT_THAT(dialogue_.say({part}), HasSubstr("UID ALL 1:20\r\n"));
  SlowSearcher slow([this] { give(binding(10), ""); });
  dialogue_.searcher = &slow;
  const auto taken = dialogue_.say({part});
  EXPECT_THAT(taken, Not(HasSubstr("* ESEARCH")));
  EXPECT_THAT(taken, HasSubstr("b OK ESEARCH completed"));
  give(binding(10), "lr");
  SlowSearcher leaving([this] {
    dialogue_.directory.replace(with_team({}));
    renew();
  });
  dialogue_.searcher = &leaving;
  EXPECT_THAT(dialogue_.say({part}), Not(HasSubstr("* ESEARCH"))) << "out of the group";
}

TEST_F(StandingTest, WithoutAMailboxOpenTheSessionGoesOn) {
  const auto answers = say({k_login, "b NOOP\r\n", "c SELECT INBOX\r\nd LOGOUT\r\n"},
                           "b OK NOOP completed\r\n", [this] {
                             dialogue_.directory.replace(with_team({}));
                             renew();
                           });
  EXPECT_THAT(answers, HasSubstr("c NO [NONEXISTENT]"));
  EXPECT_THAT(answers, HasSubstr("d OK LOGOUT completed"));
}

TEST_F(StandingTest, TheOwnerIsNotTouchedByGroups) {
  const auto answers = say({"a LOGIN anna secret\r\nb SELECT INBOX\r\nc NOOP\r\n", "d LOGOUT\r\n"},
                           "c OK NOOP completed\r\n", [this] {
                             dialogue_.directory.replace(with_team({}));
                             renew();
                           });
  EXPECT_THAT(answers, HasSubstr("d OK LOGOUT completed"));
}

}  // namespace
}  // namespace kontor::imap
