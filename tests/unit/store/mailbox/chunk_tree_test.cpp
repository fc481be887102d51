// SPDX-License-Identifier: GPL-3.0-or-later
// The tree of chunks against a plain vector, and states of it that must not change any more.
#include "store/mailbox/chunk_tree.hpp"

#include <gtest/gtest.h>

#include <random>

#include "store/mailbox/state.hpp"

namespace kontor::store {
namespace {

EntryRow row_of(Uid uid, ModSeq modseq) {
  EntryRow row;
  row.uid = uid;
  row.modseq = modseq;
  return row;
}

std::vector<EntryRow> rows_of(const ChunkTree<EntryRow>& tree) {
  std::vector<EntryRow> out;
  tree.for_each(0, tree.size(), [&](std::size_t i, const EntryRow& row) {
    EXPECT_EQ(i, out.size());
    out.push_back(row);
  });
  return out;
}

void expect_same(const ChunkTree<EntryRow>& tree, const std::vector<EntryRow>& model) {
  ASSERT_EQ(rows_of(tree), model);
  for (std::size_t i = 0; i < model.size(); i += 1 + model.size() / 50) {
    EXPECT_EQ(tree.at(i), model[i]);
    EXPECT_EQ(tree.lower_bound(model[i].uid), i);
    EXPECT_EQ(tree.find_key(model[i].uid)->uid, model[i].uid);
  }
  EXPECT_EQ(tree.lower_bound(std::uint64_t{UINT32_MAX} + 1), model.size());
}

// Appends, updates and erases at random; now and then a state is kept and must stay as it is.
TEST(ChunkTree, IsAVectorWhoseOldStatesStay) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    ChunkTree<EntryRow> tree;
    std::vector<EntryRow> model;
    std::vector<std::pair<ChunkTree<EntryRow>, std::vector<EntryRow>>> kept;
    EditId edit = 1;
    ModSeq modseq = 0;
    Uid next = 1;
    for (int step = 0; step < 60; ++step) {
      ++modseq;
      const auto dice = random() % 10;
      if (dice < 4) {
        for (auto n = random() % 3000; n > 0; --n) {
          tree.append(edit, row_of(next, modseq));
          model.push_back(row_of(next, modseq));
          next += 1 + random() % 2;
        }
      } else if (dice < 7 && !model.empty()) {
        for (auto n = random() % 20; n > 0; --n) {
          const auto i = random() % model.size();
          tree.update(edit, i, [&](EntryRow& row) { row.modseq = modseq; });
          model[i].modseq = modseq;
        }
      } else if (!model.empty()) {
        std::vector<std::size_t> gone;
        std::vector<EntryRow> left;
        const auto one_in = 1 + random() % 8;
        for (std::size_t i = 0; i < model.size(); ++i) {
          if (random() % one_in == 0)
            gone.push_back(i);
          else
            left.push_back(model[i]);
        }
        tree.erase(edit, gone);
        model = std::move(left);
      }
      if (step % 7 == 0) {
        kept.emplace_back(tree, model);
        ++edit;
      }
    }
    expect_same(tree, model);
    for (const auto& [old_tree, old_model] : kept) expect_same(old_tree, old_model);
  }
}

TEST(ChunkTree, WhatChangedIsFoundByItsMark) {
  ChunkTree<EntryRow> tree;
  for (Uid uid = 1; uid <= 100'000; ++uid) tree.append(1, row_of(uid, 5));
  tree.update(2, 70'000, [](EntryRow& row) { row.modseq = 9; });
  tree.erase(3, {0, 1, 99'998});
  std::vector<Uid> found;
  tree.for_each_above(5, [&](const EntryRow& row) { found.push_back(row.uid); });
  EXPECT_EQ(found, std::vector<Uid>{70'001});
  tree.for_each_above(9, [&](const EntryRow&) { ADD_FAILURE(); });
}

TEST(ChunkTree, ScansAnyRange) {
  ChunkTree<EntryRow> tree;
  for (Uid uid = 1; uid <= 70'000; ++uid) tree.append(1, row_of(uid, 1));
  for (const auto [begin, end] : {std::pair<std::size_t, std::size_t>{0, 0},
                                  {0, 1},
                                  {1023, 1025},
                                  {65'535, 65'537},
                                  {69'999, 80'000},
                                  {70'000, 80'000}}) {
    std::size_t next = begin;
    tree.for_each(begin, end, [&](std::size_t i, const EntryRow& row) {
      EXPECT_EQ(i, next);
      EXPECT_EQ(row.uid, ++next);
    });
    EXPECT_EQ(next, std::max(begin, std::min<std::size_t>(end, 70'000)));
  }
}

TEST(ChunkTree, EmptiedAndRefilled) {
  ChunkTree<EntryRow> tree;
  EXPECT_EQ(tree.lower_bound(1), 0U);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::size_t> all;
    for (Uid uid = 1; uid <= 3000; ++uid) {
      tree.append(1, row_of(uid, 1));
      all.push_back(uid - 1);
    }
    tree.erase(2, all);
    EXPECT_EQ(tree.size(), 0U);
    EXPECT_EQ(tree.chunks(), 0U);
  }
}

}  // namespace
}  // namespace kontor::store
