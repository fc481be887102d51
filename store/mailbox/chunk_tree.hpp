// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkTree<Row>: rows in the order of a key, as a persistent tree of chunks.
//
// Three levels: root, nodes of up to 64 chunks, chunks of up to 1,024 rows. A change copies one
// chunk, its node and the root (unless they were already copied under the same edit number);
// everything else is shared with the states before. A row may carry a mark that only grows
// (modseq); each level knows its greatest, so that what changed since a mark is found without
// reading what did not. Cost: at() and lower_bound() O(log n), a scan is linear over chunks.
// RowTraits<Row>: key(row), mark(row).
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/mailbox/cow.hpp"

namespace kontor::store {

template <class Row>
struct RowTraits;

template <class Row>
class ChunkTree {
 public:
  using Traits = RowTraits<Row>;
  using Key = std::uint64_t;
  static constexpr std::size_t k_chunk_rows = 1024;
  static constexpr std::size_t k_node_chunks = 64;

  std::size_t size() const noexcept { return root_.empty() ? 0 : root_->count; }

  // Adds a row whose key is not below that of the last one.
  void append(EditId edit, const Row& row) {
    auto& root = root_.edit(edit);
    if (root.slots.empty() || needs_node(root.slots.back())) root.slots.push_back(Slot<Node>{});
    auto& node_slot = root.slots.back();
    auto& node = node_slot.child.edit(edit);
    if (node.slots.empty() || node.slots.back().count == k_chunk_rows)
      node.slots.push_back(Slot<Chunk>{});
    auto& slot = node.slots.back();
    auto& rows = slot.child.edit(edit).rows;
    if (rows.size() == rows.capacity())  // doubling, but never beyond a chunk
      rows.reserve(std::min(k_chunk_rows, std::max<std::size_t>(8, rows.size() * 2)));
    rows.push_back(row);
    for (auto* level : {static_cast<Summary*>(&slot), static_cast<Summary*>(&node_slot),
                        static_cast<Summary*>(&root)}) {
      ++level->count;
      level->last = Traits::key(row);
      level->mark = std::max(level->mark, Traits::mark(row));
    }
  }

  const Row& at(std::size_t index) const {
    const auto place = find(index);
    return root_->slots[place.node].child->slots[place.chunk].child->rows[place.row];
  }

  // Index of the first row whose key is >= `key`; size() when there is none.
  std::size_t lower_bound(Key key) const {
    if (root_.empty()) return 0;
    std::size_t before = 0;
    for (const auto& node : root_->slots) {
      if (node.last < key) {
        before += node.count;
        continue;
      }
      for (const auto& slot : node.child->slots) {
        if (slot.last < key) {
          before += slot.count;
          continue;
        }
        const auto& rows = slot.child->rows;
        const auto found = std::ranges::lower_bound(rows, key, {}, &Traits::key);
        return before + static_cast<std::size_t>(found - rows.begin());
      }
    }
    return before;
  }

  // The row with this key, or nullptr.
  const Row* find_key(Key key) const {
    if (root_.empty()) return nullptr;
    const auto node = std::ranges::lower_bound(root_->slots, key, {}, &Summary::last);
    if (node == root_->slots.end()) return nullptr;
    const auto& slots = node->child->slots;
    const auto slot = std::ranges::lower_bound(slots, key, {}, &Summary::last);
    const auto& rows = slot->child->rows;  // the node's greatest key is that of one of its chunks
    const auto row = std::ranges::lower_bound(rows, key, {}, &Traits::key);
    return row != rows.end() && Traits::key(*row) == key ? &*row : nullptr;
  }

  // Changes one row; `change` must leave its key as it is.
  template <class Change>
  void update(EditId edit, std::size_t index, const Change& change) {
    const auto place = find(index);
    auto& root = root_.edit(edit);
    auto& node_slot = root.slots[place.node];
    auto& slot = node_slot.child.edit(edit).slots[place.chunk];
    Row& row = slot.child.edit(edit).rows[place.row];
    change(row);
    const auto mark = Traits::mark(row);
    slot.mark = std::max(slot.mark, mark);
    node_slot.mark = std::max(node_slot.mark, mark);
    root.mark = std::max(root.mark, mark);
  }

  // Takes out the rows at these ascending indexes. Small neighbours grow together again.
  void erase(EditId edit, const std::vector<std::size_t>& ascending) {
    if (ascending.empty()) return;
    auto& root = root_.edit(edit);
    auto next = ascending.begin();
    std::size_t before = 0;
    for (auto& node_slot : root.slots) {
      const auto count = node_slot.count;
      if (next != ascending.end() && *next < before + count)
        erase_in_node(edit, node_slot, before, next, ascending.end());
      before += count;
    }
    std::erase_if(root.slots, [](const auto& slot) { return slot.count == 0; });
    static_cast<Summary&>(root) = sum_of(root.slots);
  }

  // visit(index, row) for the rows [begin, end).
  template <class Visit>
  void for_each(std::size_t begin, std::size_t end, const Visit& visit) const {
    if (root_.empty()) return;
    std::size_t before = 0;
    for (const auto& node : root_->slots) {
      if (before >= end) return;
      if (before + node.count <= begin) {
        before += node.count;
        continue;
      }
      for (const auto& slot : node.child->slots) {
        const auto& rows = slot.child->rows;
        const std::size_t first = begin > before ? std::min(begin - before, rows.size()) : 0;
        const std::size_t last = end > before ? std::min(end - before, rows.size()) : 0;
        for (std::size_t i = first; i < last; ++i) visit(before + i, rows[i]);
        before += rows.size();
      }
    }
  }

  // visit(row) for the rows whose mark is above `since`; what has none is not read.
  template <class Visit>
  void for_each_above(std::uint64_t since, const Visit& visit) const {
    if (root_.empty() || root_->mark <= since) return;
    for (const auto& node : root_->slots) {
      if (node.mark <= since) continue;
      for (const auto& slot : node.child->slots) {
        if (slot.mark <= since) continue;
        for (const auto& row : slot.child->rows)
          if (Traits::mark(row) > since) visit(row);
      }
    }
  }

  std::size_t chunks() const {
    std::size_t count = 0;
    if (!root_.empty())
      for (const auto& node : root_->slots) count += node.child->slots.size();
    return count;
  }

 private:
  struct Summary {
    std::size_t count = 0;
    Key last = 0;  // greatest key
    std::uint64_t mark = 0;
  };
  template <class Child>
  struct Slot : Summary {
    Cow<Child> child;
  };
  struct Chunk {
    Chunk() = default;
    // A copy has room for what usually follows, in the last chunk, and none elsewhere.
    Chunk(const Chunk& other) {
      rows.reserve(std::min(k_chunk_rows, other.rows.size() + other.rows.size() / 8 + 8));
      rows = other.rows;
    }
    Chunk(Chunk&&) noexcept = default;
    Chunk& operator=(const Chunk&) = delete;
    Chunk& operator=(Chunk&&) noexcept = default;
    ~Chunk() = default;
    std::vector<Row> rows;
  };
  struct Node {
    std::vector<Slot<Chunk>> slots;
  };
  struct Root : Summary {
    std::vector<Slot<Node>> slots;
  };
  struct Place {
    std::size_t node, chunk, row;
  };
  using Index = std::vector<std::size_t>::const_iterator;

  static bool needs_node(const Slot<Node>& slot) {
    const auto& slots = slot.child->slots;
    return slots.size() == k_node_chunks && slots.back().count == k_chunk_rows;
  }

  Place find(std::size_t index) const {
    Place place{0, 0, index};
    const auto& nodes = root_->slots;
    while (place.row >= nodes[place.node].count) place.row -= nodes[place.node++].count;
    const auto& slots = nodes[place.node].child->slots;
    while (place.row >= slots[place.chunk].count) place.row -= slots[place.chunk++].count;
    return place;
  }

  template <class Slots>
  static Summary sum_of(const Slots& slots) {
    Summary sum;
    for (const auto& slot : slots) {
      sum.count += slot.count;
      sum.last = slot.last;
      sum.mark = std::max(sum.mark, slot.mark);
    }
    return sum;
  }

  static void summarize_chunk(Slot<Chunk>& slot) {
    slot.count = slot.child->rows.size();
    slot.last = slot.count == 0 ? 0 : Traits::key(slot.child->rows.back());
    slot.mark = 0;
    for (const auto& row : slot.child->rows) slot.mark = std::max(slot.mark, Traits::mark(row));
  }

  static void erase_in_node(
      EditId edit, Slot<Node>& node_slot, std::size_t before, Index& next, Index end) {
    auto& node = node_slot.child.edit(edit);
    for (auto& slot : node.slots) {
      const auto count = slot.count;
      if (next != end && *next < before + count) {
        auto& rows = slot.child.edit(edit).rows;
        std::size_t kept = *next - before;
        for (std::size_t i = kept; i < count; ++i) {
          if (next != end && *next == before + i)
            ++next;
          else
            rows[kept++] = rows[i];
        }
        rows.resize(kept);
        summarize_chunk(slot);
      }
      before += count;
    }
    merge_small(edit, node);
    static_cast<Summary&>(node_slot) = sum_of(node.slots);
  }

  static void merge_small(EditId edit, Node& node) {
    std::vector<Slot<Chunk>> kept;
    for (auto& slot : node.slots) {
      if (slot.count == 0) continue;
      if (!kept.empty() && kept.back().count + slot.count <= k_chunk_rows / 2) {
        auto& rows = kept.back().child.edit(edit).rows;
        rows.insert(rows.end(), slot.child->rows.begin(), slot.child->rows.end());
        summarize_chunk(kept.back());
      } else {
        kept.push_back(std::move(slot));
      }
    }
    node.slots = std::move(kept);
  }

  Cow<Root> root_;
};

}  // namespace kontor::store
