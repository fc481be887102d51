// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/keeper.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/log/recording_sink.hpp"
#include "directory/model/encoding.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class QuietSource final : public Source {
 public:
  explicit QuietSource(std::string name, bool is_guarded)
      : name_(std::move(name)), guarded_(is_guarded) {
    status_.source = name_;
  }
  std::string name() const override { return name_; }
  void run(SourceReceiver&) override {}
  void stop() override {}
  SourceStatus status() const override { return status_; }
  bool is_loss_guarded() const override { return guarded_; }
  SourceStatus status_;

 private:
  std::string name_;
  bool guarded_;
};

// One of several domains whose identities are all of "ad".
class DomainSource final : public Source {
 public:
  DomainSource(std::string name, std::string domain)
      : name_(std::move(name)), domain_(std::move(domain)) {}
  std::string name() const override { return name_; }
  bool owns(const Principal& one) const override {
    return one.id.source == "ad" && one.domain == domain_;
  }
  void run(SourceReceiver&) override {}
  void stop() override {}
  SourceStatus status() const override { return {name_, true, "", "", 0}; }

 private:
  std::string name_, domain_;
};

class CopyKeeperTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "kontor-keeper-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    settings_.server.data_folder = pattern;
    guarded_ = std::make_shared<QuietSource>("ad", true);
    sources_ = {guarded_, std::make_shared<QuietSource>("local", false)};
    restart();
  }
  void TearDown() override { std::filesystem::remove_all(settings_.server.data_folder); }
  void restart() {
    keeper_.reset();
    keeper_ = std::make_unique<CopyKeeper>(
        settings_, sources_, io::real_file_system(), system_clock(), log::Context(sink_),
        CopyKeeper::Listener{[this](std::uint64_t g) { written_.push_back(g); },
                             [this](std::uint64_t from, std::uint64_t to, Changes changes) {
                               EXPECT_LT(from, to);
                               deltas_.push_back(std::move(changes));
                             },
                             [] {}});
  }
  std::string file() const { return copy_file(settings_.server.data_folder); }
  std::vector<Principal> on_disk() const {
    const auto bytes = io::read_file(io::real_file_system(), file(), 1U << 24U);
    const auto copy = bytes ? decode_copy(*bytes) : fail(bytes.error());
    EXPECT_TRUE(copy);
    return copy ? copy->principals : std::vector<Principal>();
  }
  static Changes people(std::uint32_t first,
                        std::uint32_t count,
                        const std::string& source = "ad") {
    Changes changes;
    changes.is_complete = true;
    for (std::uint32_t i = first; i < first + count; ++i) {
      changes.upserts.push_back(test_person(i, "p" + std::to_string(i)));
      changes.upserts.back().id = test_id(i, source);
    }
    return changes;
  }

  config::Settings settings_;
  log::RecordingSink sink_;
  std::shared_ptr<QuietSource> guarded_;
  std::vector<std::shared_ptr<Source>> sources_;
  std::unique_ptr<CopyKeeper> keeper_;
  std::vector<std::uint64_t> written_;
  std::vector<Changes> deltas_;
};

TEST_F(CopyKeeperTest, TheFirstSourceOfTheSettingsHasAContestedName) {
  settings_.directory.source = "ad";
  settings_.directory.also = {"local"};
  keeper_->apply("local", people(1, 1, "local"));
  EXPECT_EQ(keeper_->current()->find_address("p1@example.test")->id.source, "local");
  auto ad = people(1, 1);
  ad.upserts[0].sid = "S-1-5-21-9-9-9-1";
  keeper_->apply("ad", std::move(ad));
  const auto both = keeper_->current();
  EXPECT_EQ(both->find_address("p1@example.test")->id.source, "ad");
  EXPECT_EQ(both->find_login("p1", "example.test")->id.source, "ad");
  EXPECT_EQ(both->find_login("p1", "")->id.source, "ad");
  EXPECT_THAT(both->problems(), SizeIs(3));  // the address and two sign-in names
  // After a restart with the other order the file's people are ranked anew.
  std::swap(settings_.directory.source, settings_.directory.also[0]);
  restart();
  EXPECT_EQ(keeper_->current()->find_login("p1@example.test", "")->id.source, "local");
  EXPECT_EQ(keeper_->current()->find_address("p1@example.test")->id.source, "local");
  EXPECT_GT(keeper_->current()->generation(), both->generation());
}

TEST_F(CopyKeeperTest, AdministratorsAreThoseOfEachSourcesGroup) {
  settings_.ldap.admin_group = "Postmasters";
  sources_.push_back(std::make_shared<QuietSource>("ldap", true));
  restart();
  for (const std::string source : {"ad", "ldap", "local"}) {
    auto changes = people(1, 1, source);
    auto group =
        test_group(2, source == "ldap" ? "postmasters" : "Kontor Admins", {changes.upserts[0].id});
    group.id = test_id(2, source);
    auto other =
        test_group(3, source == "ldap" ? "Kontor Admins" : "Postmasters", {test_id(4, source)});
    other.id = test_id(3, source);
    auto none = test_person(4, "none");
    none.id = test_id(4, source);
    for (auto* one : {&group, &other, &none}) changes.upserts.push_back(std::move(*one));
    keeper_->apply(source, std::move(changes));
    EXPECT_TRUE(keeper_->current()->find(test_id(1, source))->is_admin) << source;
    EXPECT_FALSE(keeper_->current()->find(test_id(4, source))->is_admin) << source;
  }
}

TEST_F(CopyKeeperTest, NothingIsWrittenBeforeASourceSpoke) {
  keeper_->announce();
  keeper_->write_again();
  EXPECT_TRUE(written_.empty());
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(CopyKeeperTest, EachChangeIsWrittenAndSurvivesARestart) {
  keeper_->apply("ad", people(1, 3));
  ASSERT_THAT(written_, SizeIs(1));
  EXPECT_THAT(on_disk(), SizeIs(3));
  Changes one;
  one.upserts = {test_person(4, "eva")};
  one.upserts[0].id = test_id(4, "ad");
  one.removals = {test_id(1, "ad")};
  keeper_->apply("ad", one);
  keeper_->apply("ad", one);  // says nothing new
  ASSERT_THAT(written_, SizeIs(2));
  EXPECT_EQ(written_[1], written_[0] + 1);
  ASSERT_THAT(deltas_, SizeIs(2));
  EXPECT_EQ(deltas_[1].upserts.size(), 1U);
  EXPECT_THAT(deltas_[1].removals, ElementsAre(test_id(1, "ad")));
  EXPECT_FALSE(deltas_[1].is_complete);
  restart();
  EXPECT_EQ(keeper_->current()->generation(), written_[1]);
  EXPECT_EQ(keeper_->current()->size(), 3U);
  keeper_->announce();
  EXPECT_EQ(written_.back(), written_[1]);
}

TEST_F(CopyKeeperTest, ACompleteSetSpeaksForItsOwnSourceOnly) {
  keeper_->apply("ad", people(1, 2));
  keeper_->apply("local", people(10, 3, "local"));
  EXPECT_EQ(keeper_->current()->size(), 5U);
  keeper_->apply("local", people(10, 1, "local"));
  EXPECT_EQ(keeper_->current()->size(), 3U);
}

TEST_F(CopyKeeperTest, WhoMovesBetweenDomainsStaysWhicheverOfBothSpeaksFirst) {
  sources_ = {std::make_shared<DomainSource>("ad", "one.test"),
              std::make_shared<DomainSource>("ad:two.test", "two.test")};
  restart();
  const auto of = [](Changes changes, const std::string& domain) {
    for (auto& one : changes.upserts) one.domain = domain;
    return changes;
  };
  const auto moved = test_id(3, "ad");
  Changes gone, here = of(people(3, 1), "two.test");
  gone.removals = {moved};
  here.is_complete = false;
  for (const bool new_one_first : {true, false}) {
    keeper_->apply("ad", of(people(1, 3), "one.test"));
    keeper_->apply("ad:two.test", of(people(10, 2), "two.test"));
    ASSERT_EQ(keeper_->current()->size(), 5U);
    if (new_one_first) keeper_->apply("ad:two.test", here);
    keeper_->apply("ad", gone);
    if (!new_one_first) keeper_->apply("ad:two.test", here);
    EXPECT_EQ(keeper_->current()->size(), 5U);
    ASSERT_TRUE(keeper_->current()->find(moved));
    EXPECT_EQ(keeper_->current()->find(moved)->domain, "two.test");
    keeper_->apply("ad", of(people(1, 2), "one.test"));  // a complete set is about its own alone
    EXPECT_TRUE(keeper_->current()->find(moved));
  }
}

TEST_F(CopyKeeperTest, PeopleOfASourceThatIsNoLongerSetGoAtTheStart) {
  keeper_->apply("ad", people(1, 2));
  keeper_->apply("local", people(10, 3, "local"));
  sources_.pop_back();
  restart();
  EXPECT_EQ(keeper_->current()->size(), 2U);
  keeper_->announce();
  EXPECT_GT(written_.back(), written_.front() + 1);
  EXPECT_THAT(on_disk(), SizeIs(2));
}

TEST_F(CopyKeeperTest, ALargeLossWaitsForTheAdministrator) {
  keeper_->apply("ad", people(1, 300));
  keeper_->apply("ad", people(1, 285));  // 15 of 300 is 5 %: allowed
  EXPECT_EQ(keeper_->current()->size(), 285U);
  keeper_->apply("ad", people(1, 270));  // 15 of 285 is more
  EXPECT_EQ(keeper_->current()->size(), 285U);
  EXPECT_EQ(keeper_->held_back(), 15U);
  EXPECT_EQ(sink_.count("directory.source.held_back"), 1U);
  keeper_->apply("ad", people(1, 284));  // they are back: nothing is held any more
  EXPECT_EQ(keeper_->held_back(), 0U);
  EXPECT_EQ(keeper_->current()->size(), 284U);
  keeper_->apply("ad", people(1, 20));
  EXPECT_EQ(keeper_->accept(), 264U);
  EXPECT_EQ(keeper_->current()->size(), 20U);
  EXPECT_EQ(keeper_->held_back(), 0U);
  keeper_->apply("ad", people(1, 11));  // fewer than ten may always go
  EXPECT_EQ(keeper_->current()->size(), 11U);
}

TEST_F(CopyKeeperTest, AnUnguardedSourceIsBelieved) {
  keeper_->apply("local", people(1, 300, "local"));
  keeper_->apply("local", people(1, 1, "local"));
  EXPECT_EQ(keeper_->current()->size(), 1U);
}

TEST_F(CopyKeeperTest, AdministratorsAreMarkedByMembership) {
  auto set = people(1, 3);
  set.upserts.push_back(test_group(50, "Kontor Admins", {test_id(51, "ad")}));
  set.upserts.push_back(test_group(51, "inner", {test_id(1, "ad")}));
  for (auto& one : set.upserts) one.id.source = "ad";
  keeper_->apply("ad", set);
  EXPECT_TRUE(keeper_->current()->find(test_id(1, "ad"))->is_admin);
  EXPECT_FALSE(keeper_->current()->find(test_id(2, "ad"))->is_admin);
  restart();
  Changes one;  // a source never says so itself
  one.upserts = {*keeper_->current()->find(test_id(1, "ad")),
                 *keeper_->current()->find(test_id(2, "ad"))};
  one.upserts[0].is_admin = false;
  one.upserts[0].title = "new";
  one.upserts[1].is_admin = true;
  keeper_->apply("ad", one);
  EXPECT_TRUE(keeper_->current()->find(test_id(1, "ad"))->is_admin);
  EXPECT_FALSE(keeper_->current()->find(test_id(2, "ad"))->is_admin);
  Changes inner;
  inner.upserts = {test_group(51, "inner", {test_id(3, "ad")})};
  inner.upserts[0].id.source = "ad";
  keeper_->apply("ad", inner);
  EXPECT_FALSE(keeper_->current()->find(test_id(1, "ad"))->is_admin);
  EXPECT_TRUE(keeper_->current()->find(test_id(3, "ad"))->is_admin);
  Changes gone;
  gone.removals = {test_id(50, "ad")};
  keeper_->apply("ad", gone);
  EXPECT_FALSE(keeper_->current()->find(test_id(3, "ad"))->is_admin);
}

TEST_F(CopyKeeperTest, LargeChangesGoByTheFileAlone) {
  keeper_->apply("ad", people(1, 1'001));
  EXPECT_THAT(deltas_, SizeIs(0));
  EXPECT_THAT(written_, SizeIs(1));
  keeper_->apply("ad", people(1, 1'000));  // one removed is a small change
  EXPECT_THAT(deltas_, SizeIs(1));
}

TEST_F(CopyKeeperTest, ADamagedFileIsForgotten) {
  keeper_->apply("ad", people(1, 2));
  std::ofstream(file(), std::ios::app) << "x";
  restart();
  EXPECT_EQ(keeper_->current()->size(), 0U);
  EXPECT_EQ(sink_.count("directory.copy.unreadable"), 1U);
  keeper_->apply("ad", people(1, 2));
  EXPECT_THAT(on_disk(), SizeIs(2));
}

TEST_F(CopyKeeperTest, ACopyThatCouldNotBeWrittenIsWrittenLater) {
  std::ofstream(settings_.server.data_folder + "/directory") << "in the way";
  keeper_->apply("ad", people(1, 2));
  EXPECT_TRUE(written_.empty());
  EXPECT_EQ(sink_.count("directory.copy.unwritable"), 1U);
  EXPECT_EQ(keeper_->current()->size(), 2U);
  std::filesystem::remove(settings_.server.data_folder + "/directory");
  keeper_->write_again();
  EXPECT_THAT(written_, ElementsAre(keeper_->current()->generation()));
  EXPECT_THAT(on_disk(), SizeIs(2));
}

TEST_F(CopyKeeperTest, LosingASourceIsLoggedOnceAndFindingItAgainToo) {
  guarded_->status_.detail = "no controller answers";
  keeper_->status_changed("ad");
  keeper_->status_changed("ad");
  EXPECT_EQ(sink_.count("directory.source.lost"), 1U);
  guarded_->status_.is_reachable = true;
  keeper_->status_changed("ad");
  EXPECT_EQ(sink_.count("directory.source.back"), 1U);
}

}  // namespace
}  // namespace kontor::directory
