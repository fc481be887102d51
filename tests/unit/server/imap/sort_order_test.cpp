// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/sort_order.hpp"

#include <gtest/gtest.h>

namespace kontor::imap {
namespace {

using Order = std::vector<std::uint32_t>;  // message numbers

class Folder {
 public:
  Folder& add(std::string_view header, std::int64_t arrived = 0, std::uint64_t size = 0) {
    Sortable message;
    message.number = message.uid = static_cast<std::uint32_t>(messages_.size() + 1);
    message.internal_date = arrived;
    message.size = size;
    std::vector<std::pair<store::ItemId, HeaderKeys>> one;
    one.emplace_back(message.uid, header_keys(header));
    EXPECT_TRUE(keys_->add(std::move(one)));
    const store::ItemId item = message.uid;
    message.keys = keys_->rows(std::span(&item, 1)).front();
    messages_.push_back(message);
    return *this;
  }
  Order sorted(std::string_view criteria) const {
    const auto parsed = wire::parse_sort("(" + std::string(criteria) + ") UTF-8 ALL");
    Order out;
    for (const auto place : SortOrder(parsed->criteria, keys_).sorted(messages_))
      out.push_back(messages_[place].number);
    return out;
  }

 private:
  std::shared_ptr<AccountKeys> keys_ = std::make_shared<AccountKeys>();
  std::vector<Sortable> messages_;
};

TEST(SortOrder, goes_by_base_subject) {
  Folder folder;
  folder.add("Subject: Re: b\r\n")
      .add("Subject: A\r\n")
      .add("From: x\r\n")
      .add("Subject: [list] a (fwd)\r\n");
  EXPECT_EQ(folder.sorted("SUBJECT"), (Order{3, 2, 4, 1}));
  // RFC 5256: REVERSE leaves the order of what is equal.
  EXPECT_EQ(folder.sorted("REVERSE SUBJECT"), (Order{1, 2, 4, 3}));
}

TEST(SortOrder, goes_by_unicode_casemap) {
  Folder folder;
  folder
      .add("Subject: =?utf-8?B?0K/QsdC70L7QutC+?=\r\n")  // Яблоко
      .add("Subject: =?koi8-r?B?wdDFzNjTyc4=?=\r\n")     // апельсин
      .add("Subject: zebra\r\n")
      .add("Subject: Apple\r\n");
  EXPECT_EQ(folder.sorted("SUBJECT"), (Order{4, 3, 2, 1}));
}

TEST(SortOrder, tells_long_texts_of_one_beginning_apart) {
  Folder folder;
  folder.add("Subject: weekly report 2\r\n")
      .add("Subject: weekly report 1\r\n")
      .add("Subject: weekly\r\n");
  EXPECT_EQ(folder.sorted("SUBJECT"), (Order{3, 2, 1}));
  EXPECT_EQ(folder.sorted("REVERSE SUBJECT"), (Order{1, 2, 3}));
}

TEST(SortOrder, goes_by_the_first_address) {
  Folder folder;
  folder.add("From: Zoe <anna@x>, <b@x>\r\nTo: c@x\r\nCc: k@x\r\n")
      .add("From: \"Boris\" <z@x>\r\nTo: Team: a@x;\r\n")
      .add("Subject: none\r\n")
      .add("From: <m@x>\r\nTo: B@y\r\nCc: j@x\r\n");
  EXPECT_EQ(folder.sorted("FROM"), (Order{3, 1, 4, 2}));
  EXPECT_EQ(folder.sorted("TO"), (Order{3, 4, 1, 2}));  // of a group its name
  EXPECT_EQ(folder.sorted("CC"), (Order{2, 3, 4, 1}));
  // RFC 5957: the name, else the address.
  EXPECT_EQ(folder.sorted("DISPLAYFROM"), (Order{3, 2, 4, 1}));
  EXPECT_EQ(folder.sorted("DISPLAYTO"), (Order{3, 4, 1, 2}));
}

TEST(SortOrder, goes_by_the_moment_it_was_sent) {
  Folder folder;
  folder
      .add("Date: 31 Dec 2000 16:01:33 -0800\r\n", 10, 5)  // RFC 5256, 2.2
      .add("Date: 1 Jan 2001 00:01:32 +0000\r\n", 9, 6)
      .add("Date: soon\r\n", 978'307'292, 7)  // the second before the two: INTERNALDATE
      .add("Date: 1 Jan 2001 00:01:33 +0000\r\n", 8, 4);
  EXPECT_EQ(folder.sorted("DATE"), (Order{2, 3, 1, 4}));
  EXPECT_EQ(folder.sorted("REVERSE DATE"), (Order{1, 4, 2, 3}));
  EXPECT_EQ(folder.sorted("ARRIVAL"), (Order{4, 2, 1, 3}));
  EXPECT_EQ(folder.sorted("REVERSE SIZE"), (Order{3, 2, 1, 4}));
  EXPECT_EQ(folder.sorted("DATE SIZE"), (Order{2, 3, 4, 1}));
}

TEST(SortOrder, takes_dates_before_1970_for_early) {
  Folder folder;
  folder.add("Date: 1 Jan 1980 00:00:00 +0000\r\n").add("Date: 1 Jan 1960 00:00:00 +0000\r\n");
  EXPECT_EQ(folder.sorted("DATE"), (Order{2, 1}));
}

}  // namespace
}  // namespace kontor::imap
