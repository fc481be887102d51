// SPDX-License-Identifier: GPL-3.0-or-later
// What accounts share is known without loading them: after commits, restarts, kills and damage.
#include "store/mailbox/shares.hpp"

#include <gmock/gmock.h>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* k_file = "/data/accounts/shares";

AccessEntry entry(unsigned who, std::string_view rights) {
  return {owner_of(who), false, *rights_of(rights)};
}

SharedAccount sample(unsigned number, std::vector<SharedFolder> folders) {
  return {owner_of(100 + number).guid, owner_of(number), std::move(folders)};
}

TEST(Shares, AreFoundByWhomTheyName) {
  Shares shares;
  shares.set(sample(1, {{k_inbox, "INBOX", SpecialUse::none, {entry(7, "lr"), entry(8, "l")}}}));
  shares.set(sample(2, {{5, "Projects", SpecialUse::none, {entry(8, "lr")}}}));
  const auto owners = [&](std::vector<Binding> whom) {
    std::vector<Binding> out;
    for (const auto& account : shares.naming(whom)) out.push_back(account->owner);
    return out;
  };
  EXPECT_THAT(owners({owner_of(7)}), ElementsAre(owner_of(1)));
  EXPECT_THAT(owners({owner_of(7), owner_of(8)}), ElementsAre(owner_of(1), owner_of(2)));
  EXPECT_THAT(owners({owner_of(9), Binding()}), IsEmpty());
  const auto version = shares.version();
  shares.set(sample(2, {{5, "Projects", SpecialUse::none, {entry(8, "lr")}}}));
  EXPECT_EQ(shares.version(), version) << "nothing changed";
  shares.set(sample(1, {{k_inbox, "INBOX", SpecialUse::none, {{Binding(), false, 1}}}}));
  EXPECT_THAT(owners({owner_of(7), Binding()}), ElementsAre(owner_of(1)));
  shares.set(sample(1, {}));
  shares.forget(sample(2, {}).id);
  EXPECT_THAT(shares.all(), IsEmpty());
  EXPECT_THAT(owners({owner_of(7), owner_of(8), Binding()}), IsEmpty());
}

TEST(Shares, TheirFileIsReadAsItWasWrittenOrNotAtAll) {
  Shares shares;
  shares.set(sample(1, {{k_inbox, "INBOX", SpecialUse::none, {entry(7, "lr"), entry(8, "l")}},
                        {9, "Отправленные", SpecialUse::sent, {entry(7, "lrswipkxtean")}}}));
  const auto bytes = encode_shares({true, shares.all()});
  const auto read = decode_shares(bytes);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->complete);
  ASSERT_EQ(read->accounts.size(), 1U);
  EXPECT_EQ(*read->accounts.front(), *shares.all().front());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto wrong = bytes;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    EXPECT_EQ(decode_shares(wrong).error().code(), Errc::corrupt) << at;
    EXPECT_FALSE(decode_shares(bytes.substr(0, at))) << at;
  }
}

TEST(Shares, KnowWhoseAnAddressIs) {
  Shares shares;
  SharedFolder news;
  news.id = 5;
  news.name = "News";
  news.addresses = {{"news@x.test", true}, {"old@x.test", false}};
  shares.set(sample(1, {news}));
  const auto found = shares.addressed("news@x.test");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0],
            (AddressedFolder{sample(1, {}).id, owner_of(1), 5, "News", news.addresses[0]}));
  EXPECT_THAT(shares.addressed("News@x.test"), IsEmpty()) << "they are asked for folded";
  const auto read = decode_shares(encode_shares({true, shares.all()}));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read->accounts.at(0), *shares.all().at(0));
  news.addresses.erase(news.addresses.begin());
  shares.set(sample(1, {news}));
  EXPECT_THAT(shares.addressed("news@x.test"), IsEmpty());
  EXPECT_EQ(shares.addressed("old@x.test").size(), 1U);
  shares.set(sample(2, {news}));
  EXPECT_EQ(shares.addressed("old@x.test").size(), 2U) << "of a copied account";
  shares.forget(sample(1, {}).id);
  shares.forget(sample(2, {}).id);
  EXPECT_THAT(shares.addressed("old@x.test"), IsEmpty());
  // What may have addresses that nobody knows yet.
  shares.expect({sample(1, {}).id, sample(2, {}).id});
  EXPECT_FALSE(shares.knows_addresses());
  shares.set(sample(1, {}));
  EXPECT_FALSE(shares.knows_addresses());
  shares.note_seen(sample(2, {}).id);
  EXPECT_TRUE(shares.knows_addresses());
}

// Version 2, which had none: byte by byte, as docs/formats/shares.md has it.
TEST(Shares, AFileWithoutAddressesIsReadToo) {
  auto bytes = encode_shares({true, {}});
  ASSERT_EQ(bytes.size(), 18U);
  bytes[8] = 2;
  const auto read = decode_shares(bytes);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->complete);
  bytes[8] = 3;
  EXPECT_TRUE(decode_shares(bytes)) << "without hidden ones";
  bytes[8] = 5;
  EXPECT_EQ(decode_shares(bytes).error().code(), Errc::corrupt);
}

class SharesTest : public StoreFixture {
 protected:
  SharesTest() { open(); }
  void give(FolderId folder, unsigned to, std::string_view rights, unsigned from = 1) {
    const AccessChange change{owner_of(to), false, AccessChange::Action::set, *rights_of(rights)};
    ASSERT_TRUE(threads_.work(account(from)->set_access(folder, change)));
  }
  // What account 1 shares: "INBOX Projects".
  std::string names() {
    std::string out;
    const auto shared = store_->shares().of(id());
    if (shared)
      for (const auto& folder : shared->folders) out += (out.empty() ? "" : " ") + folder.name;
    return out;
  }
  AccountId id() { return *store_->find(owner_of(1)); }
  bool is_loaded() {
    const auto info = store_->info(id());
    return info && info->loaded;
  }
  // Until nothing is left to be looked at.
  void look() {
    while (threads_.work(store_->upkeep()).count() == 0) {
    }
  }
};

TEST(Shares, TheShortestOfTheirFilesIsRead) {
  SharesFile file;
  SharedFolder folder;
  folder.id = 1;
  SharedAccount account;
  account.folders.push_back(folder);
  file.accounts.push_back(std::make_shared<const SharedAccount>(account));
  const auto read = decode_shares(encode_shares(file));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read->accounts.at(0), account);
  account.folders.clear();
  file.accounts = {std::make_shared<const SharedAccount>(account)};
  EXPECT_TRUE(decode_shares(encode_shares(file)));
}

TEST_F(SharesTest, FollowWhatIsCommitted) {
  EXPECT_EQ(names(), "");
  give(k_inbox, 2, "lr");
  const auto made = threads_.work(account()->create_folder("Projects", {}));
  ASSERT_TRUE(made);
  EXPECT_EQ(names(), "INBOX");
  give(*made, 2, "lr");
  EXPECT_EQ(names(), "INBOX Projects");
  ASSERT_TRUE(threads_.work(account()->rename_folder("Projects", "Plans")));
  EXPECT_EQ(names(), "INBOX Plans");
  ASSERT_TRUE(threads_.work(account()->delete_folder("Plans")));
  give(k_inbox, 2, "");
  EXPECT_EQ(names(), "");
}

TEST_F(SharesTest, AddressesGoAndComeWithTheirFolders) {
  const auto made = threads_.work(account()->create_folder("News", {}));
  ASSERT_TRUE(made);
  const auto change = [&](AnnotationChange one) {
    ASSERT_TRUE(threads_.work(account()->set_annotations(*made, {std::move(one)}, 10)));
  };
  const auto name = [&](std::string_view address) {
    const auto found = store_->shares().addressed(address);
    return found.empty() ? std::string() : found[0].name;
  };
  for (const FolderAddress& one :
       {FolderAddress{"news@x.test", true, false}, FolderAddress{"news@x.test", true, true},
        FolderAddress{"news@x.test", false, true}}) {
    change(folder_address_change(one));
    const auto read = decode_shares(encode_shares({false, store_->shares().all()}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->accounts.at(0)->folders.at(0).addresses, std::vector{one});
  }
  change(folder_address_change({"news@x.test", false, false}));
  EXPECT_EQ(name("news@x.test"), "News") << "a folder without a list";
  ASSERT_TRUE(threads_.work(account()->rename_folder("News", "Old")));
  EXPECT_EQ(name("news@x.test"), "Old");
  ASSERT_TRUE(threads_.work(store_->keep_shares()));
  const auto killed = io::read_file(*disk_, k_file, 1 << 20U);
  ASSERT_TRUE(killed);
  close();
  ASSERT_TRUE(io::write_file_durably(*disk_, k_file, *killed));
  open();
  EXPECT_EQ(name("news@x.test"), "Old") << "known after a kill, before anything is loaded";
  EXPECT_TRUE(store_->shares().knows_addresses());
  ASSERT_TRUE(threads_.work(account()->delete_folder("Old")));
  EXPECT_EQ(name("news@x.test"), "");
  ASSERT_TRUE(threads_.work(account()->restore_folder(*made | k_deleted_bit, "Back")));
  EXPECT_EQ(name("news@x.test"), "Back");
  change(no_folder_address("news@x.test"));
  EXPECT_EQ(name("news@x.test"), "");
  close();
  ASSERT_TRUE(disk_->remove(k_file));
  open();
  EXPECT_FALSE(store_->shares().knows_addresses());
  look();
  EXPECT_TRUE(store_->shares().knows_addresses());
}

TEST_F(SharesTest, HaveFoldersOfEveryClass) {
  FolderOptions options;
  options.folder_class = FolderClass::calendar;
  const auto made = threads_.work(account()->create_folder("calendar:work", options));
  ASSERT_TRUE(made);
  give(*made, 2, "lr");
  reopen();
  const auto shared = store_->shares().of(id());
  ASSERT_TRUE(shared);
  ASSERT_EQ(shared->folders.size(), 1U);
  EXPECT_EQ(shared->folders[0].name, "calendar:work");
  EXPECT_EQ(shared->folders[0].folder_class, FolderClass::calendar);
}

// What an older server wrote counts as missing.
TEST_F(SharesTest, OfAnotherVersionAreGatheredAgain) {
  give(k_inbox, 2, "lr");
  close();
  auto bytes = io::read_file(*disk_, k_file, 1 << 20U);
  ASSERT_TRUE(bytes);
  (*bytes)[8] = 1;
  ASSERT_TRUE(io::write_file_durably(*disk_, k_file, *bytes));
  open();
  EXPECT_EQ(names(), "");
  look();
  EXPECT_EQ(names(), "INBOX");
}

TEST_F(SharesTest, AreThereAfterARestartWithoutLoadingAnything) {
  give(k_inbox, 2, "lr");
  reopen();
  EXPECT_EQ(names(), "INBOX");
  look();
  EXPECT_FALSE(is_loaded());
}

TEST_F(SharesTest, AreGatheredAgainWhenTheFileIsLostOrDamaged) {
  give(k_inbox, 2, "lr");
  close();
  ASSERT_TRUE(disk_->remove(k_file));
  open();
  EXPECT_EQ(names(), "");
  look();
  EXPECT_EQ(names(), "INBOX");
  close();
  ASSERT_TRUE(io::write_file_durably(*disk_, k_file, "kontorSH, but wrong"));
  open();
  look();
  EXPECT_EQ(names(), "INBOX");
}

// The file of a server that was killed says what was so before.
TEST_F(SharesTest, OfAKilledServerAreLookedAtAgain) {
  give(k_inbox, 2, "lr");
  reopen();
  const auto killed = io::read_file(*disk_, k_file, 1 << 20U);
  ASSERT_TRUE(killed);
  give(k_inbox, 2, "");
  const auto made = threads_.work(account()->create_folder("Projects", {}));
  give(*made, 3, "lr");
  close();
  ASSERT_TRUE(io::write_file_durably(*disk_, k_file, *killed));
  open();
  EXPECT_EQ(names(), "INBOX");
  look();
  EXPECT_EQ(names(), "Projects");
}

TEST_F(SharesTest, OfAnAccountThatGoesAreForgotten) {
  give(k_inbox, 2, "lr");
  const auto gone = id();
  reopen();
  ASSERT_TRUE(threads_.work(store_->remove(gone)));
  EXPECT_EQ(store_->shares().of(gone), nullptr);
  reopen();
  EXPECT_EQ(store_->shares().of(gone), nullptr);
}

}  // namespace
}  // namespace kontor::store
