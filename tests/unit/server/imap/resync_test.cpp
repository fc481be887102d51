// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/resync.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "store/mailbox/apply.hpp"

namespace kontor::imap {
namespace {

using store::Uid;

// A folder of the account, made of frames as the log has them.
class Mailbox {
 public:
  Mailbox() {
    store::FolderFrame inbox;
    inbox.id = store::k_inbox;
    inbox.name = "INBOX";
    inbox.uid_validity = 1;
    run(store::Payload(inbox));
  }
  void append(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      store::DeliverHead head;
      head.raw_size = 1;
      run(head);
    }
  }
  store::ModSeq expunge(std::vector<Uid> uids) {
    store::ExpungeFrame frame;
    frame.folder = store::k_inbox;
    frame.uids = std::move(uids);
    run(store::Payload(frame));
    return sequence_;
  }
  void prune(store::ModSeq until) { run(store::Payload(store::PruneFrame{until})); }
  store::FolderView view() { return {store::freeze(state_), store::k_inbox}; }
  store::ModSeq now() const { return sequence_; }

 private:
  void run(const store::Decoded& frame) { store::apply(state_, {++sequence_, {}}, frame); }
  store::AccountState state_;
  store::ModSeq sequence_ = 0;
};

std::string vanished(Mailbox& mailbox,
                     store::ModSeq since,
                     const std::string& among = {},
                     Uid matched = 0) {
  if (among.empty()) return vanished_uids(mailbox.view(), {since, nullptr, matched}).text();
  wire::Lexer lexer(among);
  const auto set = wire::resolve_star(*lexer.sequence_set(), 0);
  return vanished_uids(mailbox.view(), {since, &set, matched}).text();
}

Uid matched(Mailbox& mailbox, const std::string& numbers, const std::string& uids) {
  wire::SequenceMatch match;
  match.numbers = *wire::Lexer(numbers).sequence_set();
  match.uids = *wire::Lexer(uids).sequence_set();
  return matched_until(mailbox.view(), match);
}

TEST(Resync, tells_what_has_left_since) {
  Mailbox mailbox;
  mailbox.append(10);
  const auto start = mailbox.now();
  const auto first = mailbox.expunge({2, 3, 9});
  mailbox.expunge({5});
  EXPECT_EQ(vanished(mailbox, start), "2:3,5,9");
  EXPECT_EQ(vanished(mailbox, first), "5");
  EXPECT_EQ(vanished(mailbox, mailbox.now()), "");
  EXPECT_EQ(vanished(mailbox, start, "3:7"), "3,5");
  EXPECT_EQ(vanished(mailbox, start, "9:3,100:4294967295"), "3,5,9");
  EXPECT_EQ(vanished(mailbox, start, {}, 5), "2:3,5,9") << "it is known: pairs are not needed";
}

TEST(Resync, tells_every_gap_when_it_is_not_remembered_any_more) {
  Mailbox mailbox;
  mailbox.append(10);
  const auto start = mailbox.now();
  mailbox.expunge({1, 4});
  const auto later = mailbox.expunge({10});
  mailbox.prune(later - 1);
  EXPECT_EQ(vanished(mailbox, start), "1,4,10");
  EXPECT_EQ(vanished(mailbox, start, {}, 4), "10");
  EXPECT_EQ(vanished(mailbox, start, "2:4"), "4");
  EXPECT_EQ(vanished(mailbox, later - 1), "10") << "this is remembered";
}

TEST(Resync, matches_pairs_of_number_and_uid) {
  Mailbox mailbox;
  mailbox.append(10);
  mailbox.expunge({5});
  EXPECT_EQ(matched(mailbox, "1,4,9", "1,4,10"), 10U);
  EXPECT_EQ(matched(mailbox, "1,4,5,8", "1,4,5,8"), 4U);
  EXPECT_EQ(matched(mailbox, "1:9", "1:4,6:10"), 10U);
  EXPECT_EQ(matched(mailbox, "1:4294967295", "1:4294967295"), 4U);
  EXPECT_EQ(matched(mailbox, "2", "1"), 0U);
  EXPECT_EQ(matched(mailbox, "3,1", "3,1"), 3U) << "not ascending: the rest does not count";
  EXPECT_EQ(matched(mailbox, "1:3", "1"), 1U);
  EXPECT_EQ(matched(mailbox, "4294967295", "4294967295"), 0U);
}

TEST(Resync, leaves_out_what_is_told_otherwise) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    wire::NumberSet all;
    std::set<Uid> expected;
    std::vector<store::Entry> entries;
    for (Uid uid = 1; uid < 40; ++uid) {
      const bool in = random() % 2 == 0;
      if (in) all.add(uid);
      if (random() % 4 == 0) {
        entries.emplace_back();
        entries.back().uid = uid;
      } else if (in) {
        expected.insert(uid);
      }
    }
    EXPECT_EQ(without(all, entries),
              wire::NumberSet::of(std::vector<Uid>(expected.begin(), expected.end())));
  }
  const wire::NumberSet whole({{1, UINT32_MAX}});
  std::vector<store::Entry> last(1);
  last.back().uid = UINT32_MAX;
  EXPECT_EQ(without(whole, last), wire::NumberSet({{1, UINT32_MAX - 1}}));
}

}  // namespace
}  // namespace kontor::imap
