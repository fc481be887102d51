// SPDX-License-Identifier: GPL-3.0-or-later
// A loop can only arise within one tree. Which nodes are in one tree is kept as a union of sets
// that is never divided: nodes of different sets cannot make a loop, and only for nodes of one set
// the way up is walked.
#include "server/imap/thread_links.hpp"

#include <unordered_map>

namespace kontor::imap {
namespace {

constexpr std::uint32_t k_none = ThreadForest::k_none;

class Linker {
 public:
  explicit Linker(std::span<const ThreadMessage> messages) : messages_(messages) {
    for (std::uint32_t i = 0; i < messages.size(); ++i) add_node();
    by_id_.reserve(messages.size() * 2);
    // Of several messages with one Message-ID the first has it, the others none.
    for (std::uint32_t i = 0; i < messages.size(); ++i)
      if (messages[i].message_id != 0) by_id_.try_emplace(messages[i].message_id, i);
  }

  ThreadLinks run() {
    for (std::uint32_t i = 0; i < messages_.size(); ++i) link(i);
    prune();
    return std::move(out_);
  }

 private:
  std::uint32_t add_node() {
    const auto node = static_cast<std::uint32_t>(out_.parent.size());
    out_.parent.push_back(k_none);
    set_.push_back(node);
    return node;
  }

  std::uint32_t node_of(std::uint64_t id) {
    const auto [found, is_new] = by_id_.try_emplace(id, 0);
    if (is_new) found->second = add_node();
    return found->second;
  }

  std::uint32_t set_of(std::uint32_t node) {
    while (set_[node] != node) {
      set_[node] = set_[set_[node]];
      node = set_[node];
    }
    return node;
  }

  bool makes_loop(std::uint32_t parent, std::uint32_t child) {
    if (parent == child) return true;
    if (set_of(parent) != set_of(child)) return false;
    std::uint32_t steps = 0;
    for (auto node = parent; node != k_none; node = out_.parent[node])
      if (node == child || ++steps > k_max_climb) return true;
    return false;
  }

  void join(std::uint32_t parent, std::uint32_t child) {
    out_.parent[child] = parent;
    set_[set_of(child)] = set_of(parent);
  }

  // RFC 5256, REFERENCES, step 1.
  void link(std::uint32_t message) {
    std::uint32_t previous = k_none;
    const auto& references = messages_[message].references;
    for (std::size_t i = 0; i < references.size(); ++i) {
      const auto node = node_of(references[i]);
      if (previous != k_none && out_.parent[node] == k_none && !makes_loop(previous, node))
        join(previous, node);
      previous = node;
    }
    out_.parent[message] = k_none;
    if (previous != k_none && !makes_loop(previous, message)) join(previous, message);
  }

  bool is_dummy(std::uint32_t node) const { return node >= messages_.size(); }

  // Steps 2 and 3. A message's parent becomes the next one above it that is there; when there is
  // none, the topmost dummy, which stays if it has several children then.
  void prune() {
    const auto count = static_cast<std::uint32_t>(out_.parent.size());
    std::vector<std::uint32_t> above(count, k_none);  // of a node: that parent
    std::vector<bool> known(count, false);
    std::vector<std::uint32_t> way;
    std::vector<std::uint32_t> children(count, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
      for (auto node = i; !known[node]; node = out_.parent[node]) {
        way.push_back(node);
        if (out_.parent[node] == k_none) break;
      }
      for (; !way.empty(); way.pop_back()) {
        const auto node = way.back();
        const auto parent = out_.parent[node];
        known[node] = true;
        if (parent == k_none) continue;
        const bool passed_over = is_dummy(parent) && above[parent] != k_none;
        above[node] = passed_over ? above[parent] : parent;
      }
    }
    for (std::uint32_t i = 0; i < messages_.size(); ++i)
      if (above[i] != k_none) ++children[above[i]];
    out_.alive.assign(count, true);
    for (auto i = static_cast<std::uint32_t>(messages_.size()); i < count; ++i) {
      out_.alive[i] = above[i] == k_none && children[i] > 1;
      above[i] = k_none;
    }
    for (std::uint32_t i = 0; i < messages_.size(); ++i)
      if (above[i] != k_none && !out_.alive[above[i]]) above[i] = k_none;
    out_.parent = std::move(above);
  }

  std::span<const ThreadMessage> messages_;
  ThreadLinks out_;
  std::vector<std::uint32_t> set_;  // union-find; also of nodes that were parted since
  std::unordered_map<std::uint64_t, std::uint32_t> by_id_;
};

}  // namespace

ThreadLinks link_threads(std::span<const ThreadMessage> messages) { return Linker(messages).run(); }

}  // namespace kontor::imap
