// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/publish/links.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/core/text.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::publish {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LinksTest : public store::StoreFixture {
 protected:
  void SetUp() override { open(); }
  store::FolderId calendar(store::Account& account, const std::string& name) {
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    return threads_.work(account.create_folder("calendar:" + name, options)).value();
  }
  NewLink make(store::Account& account, store::FolderId folder, Detail detail = Detail::full) {
    auto made = threads_.work(make_link(account, folder, detail, clock_.now()));
    EXPECT_TRUE(made) << made.error().text();
    return *std::move(made);
  }
};

TEST_F(LinksTest, OpenTheirCalendarUntilTheyAreRevoked) {
  auto anna = account(1);
  const auto work = calendar(*anna, "work"), home = calendar(*anna, "home");
  const auto first = make(*anna, work), second = make(*anna, home, Detail::free_busy);
  const auto token = parse_token(first.token);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->account, anna->id());
  EXPECT_EQ(find_link(anna->view(), token->secret), first.link);
  EXPECT_EQ(find_link(anna->view(), parse_token(second.token)->secret)->detail, Detail::free_busy);
  EXPECT_TRUE(may_have(anna->id(), first.link.id));
  EXPECT_FALSE(may_have(account(2)->id(), first.link.id));
  EXPECT_FALSE(find_link(account(2)->view(), token->secret));
  ASSERT_EQ(links_of(anna->view()).size(), 2U);
  EXPECT_EQ(threads_.work(revoke_link(*anna, first.link.id))->id, first.link.id);
  EXPECT_FALSE(find_link(anna->view(), token->secret));
  EXPECT_EQ(threads_.work(revoke_link(*anna, first.link.id)).error().code(), Errc::not_found);
  EXPECT_EQ(links_of(anna->view()), std::vector<Link>{second.link});
}

TEST_F(LinksTest, AreKeptByTheAccountWithoutTheirSecret) {
  auto anna = account(1);
  const auto folder = calendar(*anna, "work");
  const auto made = make(*anna, folder);
  const auto secret = parse_token(made.token)->secret;
  for (const auto& [entry, value] : anna->view().annotations(folder)) {
    EXPECT_THAT(entry + value, Not(HasSubstr(made.token)));
    EXPECT_THAT(entry + value, Not(HasSubstr(hex_encode(secret))));
  }
  anna.reset();
  reopen();
  anna = account(1);
  EXPECT_EQ(find_link(anna->view(), secret), made.link);
  ASSERT_TRUE(threads_.work(anna->delete_folder("calendar:work")));
  EXPECT_FALSE(find_link(anna->view(), secret)) << "it ends with its calendar";
}

TEST_F(LinksTest, SayWhenTheyWereUsedToTheHour) {
  auto anna = account(1);
  const auto folder = calendar(*anna, "work");
  const auto made = make(*anna, folder);
  const auto newest = [&] { return links_of(anna->view()).at(0); };
  const auto modseq = anna->view().folder(folder)->highest_modseq;
  EXPECT_FALSE(newest().used);
  threads_.start(note_use(anna, newest(), clock_.now())).get();
  const auto used = newest().used;
  EXPECT_EQ(used, clock_.now());
  clock_.advance(3'599);
  threads_.start(note_use(anna, newest(), clock_.now())).get();
  EXPECT_EQ(newest().used, used);
  clock_.advance(1);
  threads_.start(note_use(anna, newest(), clock_.now())).get();
  EXPECT_EQ(newest().used, clock_.now());
  EXPECT_EQ(anna->view().folder(folder)->highest_modseq, modseq) << "the calendar has not changed";
  ASSERT_TRUE(threads_.work(revoke_link(*anna, made.link.id)));
  EXPECT_TRUE(anna->view().annotations(folder).empty());
}

TEST_F(LinksTest, AreOfALimitedNumber) {
  auto anna = account(1);
  const auto folder = calendar(*anna, "work");
  std::set<std::string> tokens;
  for (std::size_t i = 0; i < k_most_links; ++i) tokens.insert(make(*anna, folder).token);
  EXPECT_EQ(tokens.size(), k_most_links);
  const auto more = threads_.work(make_link(*anna, folder, Detail::full, clock_.now()));
  EXPECT_EQ(more.error().code(), Errc::limit);
  const auto nowhere = threads_.work(make_link(*anna, 99'999, Detail::full, clock_.now()));
  EXPECT_EQ(nowhere.error().code(), Errc::not_found);
}

TEST_F(LinksTest, HaveTokensOfOneFormOnly) {
  auto anna = account(1);
  const auto token = make(*anna, calendar(*anna, "work")).token;
  EXPECT_EQ(token.size(), 48U);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  for (const auto& one : {std::string(), token.substr(1), token + "A", token + "=",
                          std::string(48, '+'), std::string(48, '/'), std::string(48, ' ')})
    EXPECT_FALSE(parse_token(one)) << one;
}

TEST(LinkDetail, HasAWord) {
  EXPECT_EQ(detail_of("full"), Detail::full);
  EXPECT_EQ(detail_of("free-busy"), Detail::free_busy);
  EXPECT_FALSE(detail_of("all"));
}

}  // namespace
}  // namespace kontor::publish
