// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/thread_tree.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace kontor::imap {
namespace {

// Messages 1, 2, 3 ... a second apart, in this order.
class Mailbox {
 public:
  Mailbox& add(std::uint64_t id,
               std::vector<std::uint64_t> references = {},
               std::string_view subject = "",
               bool is_reply = false) {
    ThreadMessage message;
    message.number = static_cast<std::uint32_t>(messages_.size() + 1);
    message.sent = message.number;
    message.message_id = id;
    auto& bytes = bytes_.emplace_back();
    for (const auto hash : references)
      bytes.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
    message.references = References(bytes);
    message.subject = subject;
    message.is_reply = is_reply;
    messages_.push_back(message);
    return *this;
  }
  Mailbox& sent(std::int64_t seconds) {
    messages_.back().sent = seconds;
    return *this;
  }
  std::string references() const { return told(thread_by_references(messages_)); }
  std::string refs() const { return told(thread_by_refs(messages_)); }
  std::string subjects() const { return told(thread_by_subject(messages_)); }

 private:
  static std::string told(const ThreadForest& forest) {
    auto line = thread_line(forest);
    EXPECT_TRUE(line.starts_with("* THREAD") && line.ends_with("\r\n"));
    line.resize(line.size() - 2);
    return line.size() > 9 ? line.substr(9) : "";
  }

  std::deque<std::string> bytes_;
  std::vector<ThreadMessage> messages_;
};

TEST(ThreadReferences, is_empty_for_nothing) {
  EXPECT_EQ(Mailbox().references(), "");
  EXPECT_EQ(Mailbox().subjects(), "");
}

// RFC 5256, BASE.7.2.THREAD: * THREAD (2)(3 6 (4 23)(44 7 96)), with smaller numbers
TEST(ThreadReferences, nests_where_a_thread_parts) {
  Mailbox box;
  box.add(1).add(2).add(3, {2}).add(4, {2, 3}).add(5, {2, 3, 4}).add(6, {2, 3}).add(7, {2, 3, 6});
  EXPECT_EQ(box.references(), "(1)(2 3 (4 5)(6 7))");
}

TEST(ThreadReferences, holds_siblings_of_a_message_that_is_not_there) {
  EXPECT_EQ(Mailbox().add(1, {9}).add(2, {9}).references(), "((1)(2))");
  EXPECT_EQ(Mailbox().add(1, {9}).references(), "(1)");
  EXPECT_EQ(Mailbox().add(1, {8, 9}).add(2, {8}).references(), "((1)(2))");
  // Below a message that is there its grandchildren move up.
  EXPECT_EQ(Mailbox().add(1).add(2, {1, 9}).add(3, {1, 9}).references(), "(1 (2)(3))");
}

TEST(ThreadReferences, does_not_follow_loops) {
  EXPECT_EQ(Mailbox().add(1, {2}).add(2, {1}).references(), "(2 1)");
  EXPECT_EQ(Mailbox().add(1, {1}).references(), "(1)");
  EXPECT_EQ(Mailbox().add(1, {2, 1, 2}).add(2, {1, 2}).references(), "(2 1)");
}

TEST(ThreadReferences, gives_a_message_its_last_reference_as_parent) {
  // The chain of message 2 said that 3 is below 1; 3 itself says it is below 4.
  EXPECT_EQ(Mailbox().add(1).add(2, {1, 3}).add(3, {4}).add(4).references(), "(1)(4 3 2)");
  // Without references it has no parent.
  EXPECT_EQ(Mailbox().add(1).add(2, {1, 3}).add(3).references(), "(1)(3 2)");
}

TEST(ThreadReferences, gives_a_message_id_to_the_first_that_has_it) {
  EXPECT_EQ(Mailbox().add(1).add(1).add(2, {1}).references(), "(1 3)(2)");
  EXPECT_EQ(Mailbox().add(0).add(0).references(), "(1)(2)");
}

TEST(ThreadReferences, sorts_siblings_by_the_date_they_were_sent) {
  EXPECT_EQ(Mailbox().add(1).sent(5).add(2).sent(4).references(), "(2)(1)");
  EXPECT_EQ(Mailbox().add(1).add(2, {1}).sent(9).add(3, {1}).sent(8).references(), "(1 (3)(2))");
  EXPECT_EQ(Mailbox().add(1).sent(7).add(2).sent(7).references(), "(1)(2)");
  // A message that is not there by its first child.
  EXPECT_EQ(Mailbox().add(1).sent(5).add(2, {9}).sent(9).add(3, {9}).sent(4).references(),
            "((3)(2))(1)");
}

TEST(ThreadReferences, merges_threads_of_one_subject) {
  // A reply below the message, whichever came first.
  EXPECT_EQ(Mailbox().add(1, {}, "A").add(2, {}, "A", true).references(), "(1 2)");
  EXPECT_EQ(Mailbox().add(1, {}, "A", true).add(2, {}, "A").references(), "(2 1)");
  // Two messages of one subject are siblings, and so are two replies.
  EXPECT_EQ(Mailbox().add(1, {}, "A").add(2, {}, "A").references(), "((1)(2))");
  EXPECT_EQ(Mailbox().add(1, {}, "A", true).add(2, {}, "A", true).references(), "((1)(2))");
  EXPECT_EQ(Mailbox().add(1, {}, "A").add(2, {}, "A").add(3, {}, "A").references(), "((1)(2)(3))");
  EXPECT_EQ(Mailbox().add(1, {}, "").add(2, {}, "").references(), "(1)(2)");
  // Dummies take in others: 1 and 2 below 9, then 3 and the dummy 8 of 4 and 5.
  EXPECT_EQ(Mailbox().add(1, {9}, "A").add(2, {9}, "A").add(3, {}, "A", true).references(),
            "((1)(2)(3))");
  EXPECT_EQ(
      Mailbox().add(1, {9}, "A").add(2, {9}, "B").add(3, {8}, "A").add(4, {8}, "C").references(),
      "((1)(2)(3)(4))");
}

TEST(ThreadReferences, stands_a_chain_of_any_depth) {
  constexpr std::uint64_t k_depth = 100'000;
  Mailbox box;
  std::string expected = "(1";
  box.add(1);
  for (std::uint64_t i = 2; i <= k_depth; ++i) {
    box.add(i, {i - 1});
    expected += " " + std::to_string(i);
  }
  EXPECT_EQ(box.references(), expected + ")");
  EXPECT_EQ(box.refs(), expected + ")");
}

TEST(ThreadReferences, of_a_deep_tree_nests_so_far_only) {
  // Each message has an answer and a second one that goes on.
  Mailbox box;
  box.add(1);
  constexpr std::uint64_t k_levels = 10'000;
  for (std::uint64_t i = 0; i < k_levels; ++i)
    box.add(2 * i + 2, {2 * i + 1}).add(2 * i + 3, {2 * i + 1});
  const auto told = box.references();
  std::uint32_t depth = 0, deepest = 0;
  for (const char c : told) {
    if (c == '(') deepest = std::max(deepest, ++depth);
    if (c == ')') --depth;
  }
  EXPECT_EQ(depth, 0U);
  EXPECT_EQ(deepest, k_max_nesting);
  EXPECT_TRUE(told.contains(" 20001)"));
}

TEST(ThreadRefs, goes_by_references_alone_and_by_the_newest) {
  EXPECT_EQ(Mailbox().add(1, {}, "A").add(2, {}, "A", true).refs(), "(1)(2)");
  EXPECT_EQ(Mailbox().add(1).add(2).add(3, {1}).refs(), "(2)(1 3)");
  EXPECT_EQ(Mailbox().add(1).sent(9).add(2).sent(1).refs(), "(2)(1)");
}

TEST(ThreadOrderedSubject, is_of_two_levels) {
  EXPECT_EQ(Mailbox()
                .add(1, {}, "B")
                .add(2, {}, "A")
                .add(3, {}, "B", true)
                .add(4, {}, "B", true)
                .add(5, {}, "A")
                .subjects(),
            "(1 (3)(4))(2 5)");
  EXPECT_EQ(
      Mailbox().add(1, {}, "A").sent(9).add(2, {}, "A").sent(3).add(3, {}, "C").sent(2).subjects(),
      "(3)(2 1)");
}

}  // namespace
}  // namespace kontor::imap
