// SPDX-License-Identifier: GPL-3.0-or-later
// verify and dump: on a live folder, on a dead one, and on one with a damaged message.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "store/mailbox/reader_account.hpp"
#include "store/mailbox/snapshot.hpp"
#include "store/tools/inspect.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::HasSubstr;

class InspectTest : public StoreFixture {
 protected:
  InspectTest() {
    open();
    const auto mailbox = account();
    id_ = mailbox->id();
    for (int i = 1; i <= 5; ++i)
      append(*mailbox, k_inbox, message_of("message " + std::to_string(i)));
    FlagChange change;
    change.flags = k_deleted;
    EXPECT_TRUE(threads_.work(mailbox->change_flags(k_inbox, {4, 5}, change)));
    EXPECT_TRUE(threads_.work(mailbox->expunge(k_inbox, {4})));
    EXPECT_TRUE(threads_.work(mailbox->move(k_inbox, {5}, 2)));
    change.flags = k_seen;
    EXPECT_TRUE(
        threads_.work(as_reader(mailbox, owner_of(2))->change_flags(k_inbox, {1, 3}, change)));
    for (int i = 0; i < 64; ++i)  // enough for a snapshot
      EXPECT_TRUE(threads_.work(mailbox->subscribe("some", i % 2 == 0)));
  }
  Inspection verify() {
    auto result = verify_account(*disk_, account_folder(id_));
    EXPECT_TRUE(result) << result.error().text();
    return result ? *result : Inspection{};
  }
  AccountId id_;
};

TEST_F(InspectTest, ALiveAndADeadFolderAreGood) {
  EXPECT_TRUE(verify().good) << verify().text;
  close();
  const auto dead = verify();
  EXPECT_TRUE(dead.good) << dead.text;
  EXPECT_THAT(dead.text, HasSubstr("snapshot: good"));
  EXPECT_THAT(dead.text, HasSubstr("INBOX: 3 messages"));
  const auto json = boost::json::parse(dead.json).as_object();
  EXPECT_TRUE(json.at("good").as_bool());
  EXPECT_EQ(json.at("account").as_string(), id_.text());
}

TEST_F(InspectTest, ADamagedMessageIsNamed) {
  close();
  drop_snapshot(id_);
  const auto path = account_folder(id_) + "/log.000001";
  auto bytes = *io::read_file(*disk_, path, 1U << 20U);
  const auto at = bytes.find("Subject: message 2");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 3] = 'X';
  ASSERT_TRUE(io::write_file_durably(*disk_, path, bytes));
  const auto found = verify();
  EXPECT_FALSE(found.good);
  EXPECT_THAT(found.text, HasSubstr("LOST account " + id_.text() + ", folder INBOX, UID 2"));
  EXPECT_THAT(found.text, HasSubstr("DAMAGED log.000001"));
  const auto json = boost::json::parse(found.json).as_object();
  EXPECT_EQ(json.at("lost").as_array().size(), 1U);
  EXPECT_EQ(json.at("damage").as_array().size(), 1U);
  // the rest is served, under its own UIDs
  open();
  const auto mailbox = account();
  const auto inbox = mailbox->view().open(k_inbox);
  ASSERT_EQ(inbox->size(), 2U);
  EXPECT_EQ(inbox->at(1).uid, 3U);
  EXPECT_EQ(*threads_.work(mailbox->read_message(inbox->at(1).item)),
            message_of("message 3").message.raw);
  EXPECT_EQ(sink_.count("store.account.damaged"), 1U);
}

TEST_F(InspectTest, ASnapshotThatSaysSomethingElseIsNoticed) {
  close();
  const auto path = account_folder(id_) + "/snapshot";
  auto snapshot = *read_snapshot(*disk_, account_folder(id_));
  snapshot.state.edit_folder(k_inbox)->info.uid_next = 77;
  Version version;
  version.state = freeze(snapshot.state);
  version.mark = snapshot.mark;
  ASSERT_TRUE(write_snapshot(*disk_, account_folder(id_), version));
  const auto found = verify();
  EXPECT_FALSE(found.good);
  EXPECT_THAT(found.text, HasSubstr("it differs from the log"));
}

TEST_F(InspectTest, ASnapshotThatSaysSomethingElseOfAReaderIsNoticed) {
  close();
  auto snapshot = *read_snapshot(*disk_, account_folder(id_));
  auto& inbox = *snapshot.state.edit_folder(k_inbox);
  ASSERT_NE(flags_of_reader(inbox, owner_of(2)), nullptr);
  forget_readers(snapshot.state, inbox, *inbox.entries.find_key(3));
  Version version;
  version.state = freeze(snapshot.state);
  version.mark = snapshot.mark;
  ASSERT_TRUE(write_snapshot(*disk_, account_folder(id_), version));
  const auto found = verify();
  EXPECT_FALSE(found.good);
  EXPECT_THAT(found.text, HasSubstr("flags of readers in folder INBOX"));
}

TEST_F(InspectTest, DumpShowsEveryFrame) {
  const auto dump = inspect_account(*disk_, "dump", account_folder(id_));
  ASSERT_TRUE(dump);
  for (const auto* word :
       {" account ", " binding local:", " folder create 1 INBOX", " deliver folder 1 uid 3",
        " flags folder 1 add 0x8 on 2 messages", " expunge folder 1, 1 messages",
        " move folder 1 to 2, 1 messages", " reader_flags folder 1 local:"})
    EXPECT_THAT(dump->text, HasSubstr(word));
  const auto json = boost::json::parse(dump->json).as_object();
  EXPECT_EQ(json.at("log").as_array().size(), json.at("frames").to_number<std::size_t>());
}

TEST_F(InspectTest, WrongUseIsRefused) {
  EXPECT_EQ(inspect_account(*disk_, "mend", account_folder(id_)).error().code(), Errc::bad_input);
  EXPECT_EQ(verify_account(*disk_, "/nowhere").error().code(), Errc::not_found);
}

}  // namespace
}  // namespace kontor::store
