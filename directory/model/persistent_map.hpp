// SPDX-License-Identifier: GPL-3.0-or-later
// PersistentMap: a hash map whose copies share everything until one of them changes.
//
// Copying costs one pointer; a change copies one leaf of at most 16 entries and the path to it
// (16 children a node). Nodes that only this map holds are changed in place, so building a large
// map copies nothing. A map that is not being changed may be read, and copied, by any thread.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace kontor::directory {

template <class Key, class Value, class Hash>
class PersistentMap {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  template <class K>
  const Value* find(const K& key) const {
    const std::uint64_t hash = Hash{}(key);
    const Node* node = root_.get();
    for (unsigned depth = 0; node != nullptr; ++depth) {
      if (!node->is_inner) return find_entry(node->entries, key);
      node = node->children[slot(hash, depth)].get();
    }
    return nullptr;
  }

  // The value of `key`, made if missing, to be changed at once; invalid after any other call.
  Value& edit(const Key& key) {
    const std::uint64_t hash = Hash{}(key);
    std::shared_ptr<Node>* place = &root_;
    unsigned depth = 0;
    for (;; ++depth) {
      Node& node = own(*place);
      if (node.is_inner) {
        place = &node.children[slot(hash, depth)];
        continue;
      }
      for (auto& [entry_key, value] : node.entries)
        if (entry_key == key) return value;
      if (node.entries.size() < k_leaf_entries || depth >= k_max_depth) break;
      split(node, depth);
      place = &node.children[slot(hash, depth)];
    }
    ++size_;
    return (*place)->entries.emplace_back(key, Value()).second;
  }

  void set(const Key& key, Value value) { edit(key) = std::move(value); }

  void erase(const Key& key) {
    if (find(key) == nullptr) return;
    const std::uint64_t hash = Hash{}(key);
    std::shared_ptr<Node>* place = &root_;
    for (unsigned depth = 0;; ++depth) {
      Node& node = own(*place);
      if (!node.is_inner) break;
      place = &node.children[slot(hash, depth)];
    }
    std::erase_if((*place)->entries, [&](const Entry& entry) { return entry.first == key; });
    --size_;
  }

  // work(key, value) for every entry, in no order that means anything.
  template <class Work>
  void for_each(const Work& work) const {
    visit(root_.get(), [&](const Entry& entry) { work(entry.first, entry.second); });
  }

  // work(key, const Value* before, const Value* after) for every key whose values may differ; what
  // both maps share is skipped without being looked at.
  template <class Work>
  static void for_each_difference(const PersistentMap& before,
                                  const PersistentMap& after,
                                  const Work& work) {
    compare(before.root_.get(), after.root_.get(), work);
  }

 private:
  using Entry = std::pair<Key, Value>;
  static constexpr std::size_t k_leaf_entries = 16;
  static constexpr unsigned k_max_depth = 15;  // 4 bits of the hash a level

  struct Node {  // a leaf with entries, or an inner node with children
    bool is_inner = false;
    std::vector<Entry> entries;
    std::vector<std::shared_ptr<Node>> children;
  };

  static std::size_t slot(std::uint64_t hash, unsigned depth) noexcept {
    return hash >> (4 * depth) & 15U;
  }

  template <class K>
  static const Value* find_entry(const std::vector<Entry>& entries, const K& key) {
    for (const auto& [entry_key, value] : entries)
      if (entry_key == key) return &value;
    return nullptr;
  }

  // The node at `place`, made or copied unless this map alone holds it. A node that came from
  // another map is held by that one too, for as long as it lives.
  static Node& own(std::shared_ptr<Node>& place) {
    if (!place)
      place = std::make_shared<Node>();
    else if (place.use_count() > 1)
      place = std::make_shared<Node>(*place);
    return *place;
  }

  static void split(Node& node, unsigned depth) {
    node.is_inner = true;
    node.children.resize(16);
    for (auto& entry : node.entries) {
      auto& child = node.children[slot(Hash{}(entry.first), depth)];
      own(child).entries.push_back(std::move(entry));
    }
    node.entries.clear();
    node.entries.shrink_to_fit();
  }

  template <class Work>
  static void visit(const Node* node, const Work& work) {
    if (node == nullptr) return;
    for (const auto& entry : node->entries) work(entry);
    for (const auto& child : node->children) visit(child.get(), work);
  }

  template <class Work>
  static void compare(const Node* before, const Node* after, const Work& work) {
    if (before == after) return;
    if (before != nullptr && after != nullptr && before->is_inner && after->is_inner) {
      for (std::size_t i = 0; i < 16; ++i)
        compare(before->children[i].get(), after->children[i].get(), work);
      return;
    }
    std::vector<const Entry*> old_entries, new_entries;
    visit(before, [&](const Entry& entry) { old_entries.push_back(&entry); });
    visit(after, [&](const Entry& entry) { new_entries.push_back(&entry); });
    const auto partner = [](const std::vector<const Entry*>& list, const Key& key) -> const Value* {
      for (const Entry* entry : list)
        if (entry->first == key) return &entry->second;
      return nullptr;
    };
    for (const Entry* entry : old_entries)
      work(entry->first, &entry->second, partner(new_entries, entry->first));
    for (const Entry* entry : new_entries)
      if (partner(old_entries, entry->first) == nullptr)
        work(entry->first, static_cast<const Value*>(nullptr), &entry->second);
  }

  std::shared_ptr<Node> root_;  // shared: copies of the map hold the same nodes
  std::size_t size_ = 0;
};

}  // namespace kontor::directory
