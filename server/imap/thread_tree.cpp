// SPDX-License-Identifier: GPL-3.0-or-later
// A forest is made of the parents and one order of all nodes: walked backwards, each node is put
// before those of its siblings that come later.
#include "server/imap/thread_tree.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "server/imap/thread_links.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint32_t k_none = ThreadForest::k_none;

// What a node is sorted by: a date, then the mailbox order.
struct SortBy {
  std::int64_t date = 0;
  std::uint32_t index = 0;
  auto operator<=>(const SortBy&) const = default;
};

// Nodes with their parents, on the way to a forest. A dummy is always a root.
class Building {
 public:
  Building(std::span<const ThreadMessage> messages, ThreadLinks links)
      : messages_(messages), parent_(std::move(links.parent)), alive_(std::move(links.alive)) {
    by_.resize(parent_.size());
    for (std::uint32_t i = 0; i < messages.size(); ++i) by_[i] = {messages[i].sent, i};
    settle_dummies();
  }

  bool is_dummy(std::uint32_t node) const { return node >= messages_.size(); }
  bool is_reply(std::uint32_t node) const { return !is_dummy(node) && messages_[node].is_reply; }
  // RFC 5256, step 5.B: of a dummy that of its first child.
  std::string_view subject(std::uint32_t node) const { return messages_[by_[node].index].subject; }

  std::vector<std::uint32_t> roots() const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < parent_.size(); ++i)
      if (alive_[i] && parent_[i] == k_none) out.push_back(i);
    sort(out);
    return out;
  }
  void sort(std::vector<std::uint32_t>& nodes) const {
    std::ranges::sort(nodes, {}, [this](std::uint32_t node) { return by_[node]; });
  }

  std::uint32_t new_dummy() {
    parent_.push_back(k_none);
    alive_.push_back(true);
    by_.push_back({});
    return static_cast<std::uint32_t>(parent_.size() - 1);
  }
  void put_below(std::uint32_t child, std::uint32_t parent) { parent_[child] = parent; }
  // The children of dummy `from` become those of dummy `to`.
  void merge_dummies(std::uint32_t from, std::uint32_t to) {
    alive_[from] = false;
    parent_[from] = to;  // until settle_dummies()
  }

  // A dummy is sorted by its first child.
  void settle_dummies() {
    for (auto i = static_cast<std::uint32_t>(messages_.size()); i < parent_.size(); ++i)
      by_[i] = {std::numeric_limits<std::int64_t>::max(), k_none};
    for (std::uint32_t i = 0; i < messages_.size(); ++i) {
      auto& above = parent_[i];
      while (above != k_none && !alive_[above]) above = parent_[above];
      if (above != k_none && is_dummy(above)) by_[above] = std::min(by_[above], by_[i]);
    }
  }

  // REFS: threads in the order of their newest messages.
  void sort_roots_by_newest() {
    std::vector<std::uint32_t> top(parent_.size(), k_none);
    std::vector<std::uint32_t> way;
    auto newest = by_;
    for (std::uint32_t i = 0; i < messages_.size(); ++i) {
      auto node = i;
      for (; top[node] == k_none && parent_[node] != k_none; node = parent_[node])
        way.push_back(node);
      const auto root = top[node] == k_none ? node : top[node];
      top[node] = root;
      for (; !way.empty(); way.pop_back()) top[way.back()] = root;
      newest[root].date = std::max(newest[root].date, by_[i].date);
    }
    for (std::uint32_t i = 0; i < parent_.size(); ++i)
      if (parent_[i] == k_none) by_[i].date = newest[i].date;
  }

  ThreadForest forest() const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < parent_.size(); ++i)
      if (alive_[i]) order.push_back(i);
    sort(order);
    ThreadForest out;
    out.nodes.resize(parent_.size());
    for (std::uint32_t i = 0; i < messages_.size(); ++i) out.nodes[i].number = messages_[i].number;
    for (std::size_t n = order.size(); n-- > 0;) {
      const auto node = order[n];
      const auto above = parent_[node];
      auto& first = above == k_none ? out.first_root : out.nodes[above].first_child;
      out.nodes[node].next = first;
      first = node;
    }
    return out;
  }

 private:
  std::span<const ThreadMessage> messages_;
  std::vector<std::uint32_t> parent_;
  std::vector<bool> alive_;
  std::vector<SortBy> by_;
};

// RFC 5256, REFERENCES, step 5.
class SubjectMerger {
 public:
  explicit SubjectMerger(Building& building) : building_(building) {}

  void run() {
    const auto roots = building_.roots();
    for (const auto node : roots) note(node);
    for (const auto node : roots) merge(node);
  }

 private:
  void note(std::uint32_t node) {  // step 5.B
    const auto subject = building_.subject(node);
    if (subject.empty()) return;
    const auto [row, is_new] = table_.try_emplace(subject, node);
    if (is_new || building_.is_dummy(row->second)) return;
    if (building_.is_dummy(node) || (building_.is_reply(row->second) && !building_.is_reply(node)))
      row->second = node;
  }

  void merge(std::uint32_t node) {  // step 5.C
    const auto row = table_.find(building_.subject(node));
    if (row == table_.end() || row->second == node) return;
    const auto other = row->second;
    if (building_.is_dummy(other)) {
      if (building_.is_dummy(node))
        building_.merge_dummies(node, other);
      else
        building_.put_below(node, other);
      return;
    }
    if (building_.is_reply(node) && !building_.is_reply(other)) {
      building_.put_below(node, other);
      return;
    }
    const auto dummy = building_.new_dummy();
    building_.put_below(node, dummy);
    building_.put_below(other, dummy);
    row->second = dummy;
  }

  Building& building_;
  std::unordered_map<std::string_view, std::uint32_t> table_;
};

class Writer {
 public:
  explicit Writer(const ThreadForest& forest) : forest_(forest) {}

  std::string run() {
    out_ = "* THREAD";
    if (forest_.first_root != k_none) out_.push_back(' ');
    open_all(forest_.first_root);
    while (!work_.empty()) {
      const auto node = work_.back();
      work_.pop_back();
      if (node == k_close) {
        out_.push_back(')');
        --depth_;
      } else {
        thread(node);
      }
    }
    return std::move(out_.append("\r\n"));
  }

 private:
  static constexpr std::uint32_t k_close = k_none;

  // Each of them a list of its own, in this order.
  void open_all(std::uint32_t first) {
    const std::size_t begin = work_.size();
    for (auto node = first; node != k_none; node = forest_.nodes[node].next) work_.push_back(node);
    std::reverse(work_.begin() + static_cast<std::ptrdiff_t>(begin), work_.end());
  }

  // "(3 6 7" down to the last message of the chain, or to where it parts.
  void thread(std::uint32_t node) {
    out_.push_back('(');
    ++depth_;
    work_.push_back(k_close);
    bool blank = false;
    for (;;) {
      const auto& here = forest_.nodes[node];
      if (here.number != 0) {
        if (blank) out_.push_back(' ');
        out_.append(std::to_string(here.number));
        blank = true;
      }
      if (here.first_child == k_none) return;
      if (forest_.nodes[here.first_child].next != k_none) break;
      node = here.first_child;
    }
    if (depth_ >= k_max_nesting) return flat(node);
    if (blank) out_.push_back(' ');
    open_all(forest_.nodes[node].first_child);
  }

  // All below `node`, in the order in which they would be told, as one chain.
  void flat(std::uint32_t node) {
    std::vector<std::uint32_t> open;
    const auto push_children = [&](std::uint32_t of) {
      const std::size_t begin = open.size();
      for (auto child = forest_.nodes[of].first_child; child != k_none;
           child = forest_.nodes[child].next)
        open.push_back(child);
      std::reverse(open.begin() + static_cast<std::ptrdiff_t>(begin), open.end());
    };
    for (push_children(node); !open.empty();) {
      const auto next = open.back();
      open.pop_back();
      out_.append(" ").append(std::to_string(forest_.nodes[next].number));
      push_children(next);
    }
  }

  const ThreadForest& forest_;
  std::string out_;
  std::vector<std::uint32_t> work_;
  std::uint32_t depth_ = 0;
};

}  // namespace

ThreadForest thread_by_subject(std::span<const ThreadMessage> messages) {
  ThreadLinks links;
  links.parent.assign(messages.size(), k_none);
  links.alive.assign(messages.size(), true);
  // The first message of each subject, by date, is the root of the others.
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
    return SortBy{messages[a].sent, a} < SortBy{messages[b].sent, b};
  };
  std::unordered_map<std::string_view, std::uint32_t> first;
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    const auto [row, is_new] = first.try_emplace(messages[i].subject, i);
    if (!is_new && earlier(i, row->second)) row->second = i;
  }
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    const auto root = first.at(messages[i].subject);
    if (root != i) links.parent[i] = root;
  }
  return Building(messages, std::move(links)).forest();
}

ThreadForest thread_by_references(std::span<const ThreadMessage> messages) {
  Building building(messages, link_threads(messages));
  SubjectMerger(building).run();
  building.settle_dummies();
  return building.forest();
}

ThreadForest thread_by_refs(std::span<const ThreadMessage> messages) {
  Building building(messages, link_threads(messages));
  building.sort_roots_by_newest();
  return building.forest();
}

std::string thread_line(const ThreadForest& forest) { return Writer(forest).run(); }

}  // namespace kontor::imap
