// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that stand close to each other are read together; a damaged one hides no other.
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

class ReadTogetherTest : public StoreFixture {
 protected:
  std::shared_ptr<Account> mailbox;
  std::vector<ItemId> items;

  ReadTogetherTest() {
    open();
    mailbox = account();
    for (const auto* text : {"one", "two", "three"}) append(*mailbox, k_inbox, message_of(text));
    const auto folder = mailbox->view().open(k_inbox);
    for (std::size_t i = 0; i < folder->size(); ++i) items.push_back(folder->at(i).item);
  }
  // Changes the last byte of the words' first place in the account's log.
  void damage(const std::string& words) {
    const auto path = account_folder(*store_->find(owner_of(1))) + "/log.000001";
    const auto bytes = *io::read_file(*disk_, path, 1U << 30U);
    const auto at = bytes.find(words);
    ASSERT_NE(at, std::string::npos);
    auto file = *disk_->open(path, io::OpenMode::write);
    ASSERT_TRUE(file->write(at + words.size() - 1, "?"));
  }
};

TEST_F(ReadTogetherTest, whole_messages) {
  damage("\r\n\r\ntwo");
  const auto read = threads_.work(mailbox->read_messages(items));
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(*read[0], message_of("one").message.raw);
  EXPECT_EQ(read[1].error().code(), Errc::corrupt);
  EXPECT_EQ(*read[2], message_of("three").message.raw);
}

TEST_F(ReadTogetherTest, fragments) {
  damage("(envelope of two)");
  EXPECT_EQ(threads_.work(mailbox->read_fragments(items)).error().code(), Errc::corrupt);
  EXPECT_EQ(threads_.work(mailbox->read_fragments({items[1]})).error().code(), Errc::corrupt);
  const auto others = threads_.work(mailbox->read_fragments({items[2], items[0]}));
  ASSERT_TRUE(others);
  EXPECT_EQ((*others)[0].envelope(), "(envelope of three)");
  EXPECT_EQ((*others)[1].preview(), "one");
}

}  // namespace
}  // namespace kontor::store
