// SPDX-License-Identifier: GPL-3.0-or-later
// FETCH of what a real store holds.
#include <gmock/gmock.h>

#include "tests/unit/server/imap/dialogue.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::imap {
namespace {

class ImapFetchStore : public store::StoreFixture {
 protected:
  ImapFetchStore() {
    open();
    dialogue_.store = store_.get();
    dialogue_.implicit_tls = true;
  }
  std::shared_ptr<store::Account> anna() {
    const auto& id = directory::test_person(1, "anna").id;
    auto opened = threads_.work(store_->open_for(store::Binding{id.source, id.guid}));
    EXPECT_TRUE(opened) << opened.error().text();
    return opened ? *opened : nullptr;
  }

  Dialogue dialogue_;
};

// Delivered before threads were computed: its number comes from its header, whatever else is asked.
TEST_F(ImapFetchStore, tells_the_thread_of_an_old_message_beside_fragments_too) {
  auto message = store::message_of("x");
  const std::string header = "Message-ID: <one@example.test>\r\n\r\n";
  message.message.raw = header + "text\r\n";
  message.message.header_size = static_cast<std::uint32_t>(header.size());
  append(*anna(), store::k_inbox, std::move(message));
  const auto said = dialogue_.ask(
      "a LOGIN anna@example.test secret\r\nb SELECT INBOX\r\n"
      "c FETCH 1 THREADID\r\nd FETCH 1 (ENVELOPE THREADID)\r\ne LOGOUT\r\n");
  const auto begin = said.find("THREADID (T");
  ASSERT_NE(begin, std::string::npos) << said;
  const auto thread = said.substr(begin, said.find(')', begin) + 1 - begin);
  EXPECT_THAT(said, ::testing::HasSubstr("* 1 FETCH (" + thread + ")\r\nc OK"));
  EXPECT_THAT(said, ::testing::HasSubstr(thread + " ENVELOPE (envelope of x))\r\nd OK"));
}

}  // namespace
}  // namespace kontor::imap
