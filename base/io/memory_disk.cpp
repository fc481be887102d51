// SPDX-License-Identifier: GPL-3.0-or-later
// Each file has two contents: what programs see, and what is on the platter. The sectors in which
// they may differ are in `dirty`; a failed sync empties that set without writing, as Linux does.
// Each folder has its names and those on the platter, and the changes between them in order.
#include "base/io/memory_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <utility>

namespace kontor::io {
namespace {

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr>;
// Names that change together (a rename within a folder); nullptr removes.
using NameChange = std::vector<std::pair<std::string, NodePtr>>;

struct Node {
  bool directory = false;
  std::string now;
  std::string platter;
  std::set<std::uint64_t> dirty;  // sectors
  Names names;
  Names platter_names;
  std::vector<NameChange> pending;
  bool locked = false;
};

void apply_change(Names& names, const NameChange& change) {
  for (const auto& [name, node] : change) {
    if (node)
      names[name] = node;
    else
      names.erase(name);
  }
}

std::uint64_t used_below(const Node& node) {
  std::uint64_t used = node.now.size();
  for (const auto& entry : node.names) used += used_below(*entry.second);
  return used;
}

// Copies the reachable part of a disk; a hard link stays one file.
class Copier {
 public:
  explicit Copier(std::uint64_t seed) : random_(seed) {}

  NodePtr after_kill(const NodePtr& node) {
    auto& copy = copies_[node.get()];
    if (copy) return copy;
    const NodePtr made = copy = std::make_shared<Node>(*node);
    made->locked = false;
    for (auto* names : {&made->names, &made->platter_names})
      for (auto& entry : *names) entry.second = after_kill(entry.second);
    for (auto& change : made->pending)
      for (auto& entry : change)
        if (entry.second) entry.second = after_kill(entry.second);
    return made;
  }

  NodePtr after_power_loss(const NodePtr& node) {
    auto& copy = copies_[node.get()];
    if (copy) return copy;
    const NodePtr made = copy = std::make_shared<Node>();
    made->directory = node->directory;
    if (node->directory) {
      Names names = node->platter_names;
      for (const auto& change : survivors(node->pending)) apply_change(names, change);
      for (auto& entry : names) entry.second = after_power_loss(entry.second);
      made->names = made->platter_names = std::move(names);
    } else {
      made->now = made->platter = content_of(*node);
    }
    return made;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  // What a journal keeps is a prefix; what no journal orders may be any part.
  std::vector<NameChange> survivors(const std::vector<NameChange>& pending) {
    std::vector<NameChange> kept;
    const bool prefix = below(2) == 0;
    const std::uint64_t length = below(pending.size() + 1);
    for (std::size_t i = 0; i < pending.size(); ++i)
      if (prefix ? i < length : below(2) == 0) kept.push_back(pending[i]);
    return kept;
  }

  std::uint64_t size_of(const Node& node) {
    const auto [low, high] = std::minmax({node.platter.size(), node.now.size()});
    switch (below(4)) {
      case 0:
        return node.platter.size();
      case 1:
        return low + below(high - low + 1);
      default:
        return node.now.size();
    }
  }

  std::string content_of(const Node& node) {
    std::string content = node.platter;
    content.resize(std::max(node.platter.size(), node.now.size()), '\0');
    static constexpr std::uint64_t k_chances[] = {0, 10, 50, 90, 100};
    const std::uint64_t chance = k_chances[below(std::size(k_chances))];
    for (const auto sector : node.dirty) {
      if (below(100) >= chance) continue;
      const auto begin = sector * MemoryDisk::k_sector;
      if (begin >= content.size()) continue;
      auto length = std::min<std::uint64_t>(MemoryDisk::k_sector, content.size() - begin);
      if (below(16) == 0) length = below(length + 1);  // torn inside the sector
      for (std::uint64_t i = begin; i < begin + length; ++i)
        content[i] = i < node.now.size() ? node.now[i] : '\0';
    }
    content.resize(size_of(node), '\0');
    return content;
  }

  std::mt19937_64 random_;
  std::map<const Node*, NodePtr> copies_;
};

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path + "/") {
    if (c != '/') {
      part.push_back(c);
    } else if (!part.empty() && part != ".") {
      parts.push_back(std::exchange(part, {}));
    } else {
      part.clear();
    }
  }
  return parts;
}

}  // namespace

struct MemoryDisk::State {
  std::mutex mutex;
  NodePtr root = std::make_shared<Node>();
  std::uint64_t capacity = 0;
  std::uint64_t operations = 0;
  std::function<void(std::uint64_t)> hook;
  Syncs syncs = Syncs::honest;

  // Counts an operation and lets the test look at the disk as it is before it.
  std::unique_lock<std::mutex> begin() {
    std::function<void(std::uint64_t)> call;
    std::uint64_t number = 0;
    {
      const std::lock_guard lock(mutex);
      number = ++operations;
      call = hook;
    }
    if (call) call(number);
    return std::unique_lock(mutex);
  }

  NodePtr find(const std::string& path) const {
    NodePtr node = root;
    for (const auto& part : parts_of(path)) {
      const auto entry = node->names.find(part);
      if (entry == node->names.end()) return nullptr;
      node = entry->second;
    }
    return node;
  }

  // The folder that holds the last part of a path, and that part.
  Result<std::pair<NodePtr, std::string>> place(const std::string& path) const {
    auto parts = parts_of(path);
    if (parts.empty()) return fail(errno_error(path, EEXIST));
    const std::string name = parts.back();
    const NodePtr folder = find(parent_of(path));
    if (!folder || !folder->directory) return fail(errno_error(path, ENOENT));
    return std::pair(folder, name);
  }

  void change(Node& folder, NameChange change) {
    apply_change(folder.names, change);
    folder.pending.push_back(std::move(change));
  }

  Result<void> resize(Node& node, std::uint64_t size) {
    if (size > node.now.size() && capacity < k_unlimited &&
        used_below(*root) + (size - node.now.size()) > capacity)
      return fail(errno_error("writing", ENOSPC));
    const auto [low, high] = std::minmax<std::uint64_t>({node.now.size(), size});
    for (auto sector = low / k_sector; sector * k_sector < high; ++sector)
      node.dirty.insert(sector);
    node.now.resize(size, '\0');
    return {};
  }
};

class MemoryDisk::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<State> state, NodePtr node, bool writable)
      : state_(std::move(state)), node_(std::move(node)), writable_(writable) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    const std::lock_guard lock(state_->mutex);
    if (offset >= node_->now.size()) return 0;
    const auto size = std::min<std::uint64_t>(out.size(), node_->now.size() - offset);
    std::copy_n(node_->now.data() + offset, size, out.data());
    return size;
  }

  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    const auto lock = state_->begin();
    if (!writable_) return fail(errno_error("writing", EBADF));
    if (offset + bytes.size() > node_->now.size()) {
      KONTOR_TRY(state_->resize(*node_, offset + bytes.size()));
    }
    std::ranges::copy(bytes, node_->now.begin() + static_cast<std::ptrdiff_t>(offset));
    for (auto sector = offset / MemoryDisk::k_sector;
         sector * MemoryDisk::k_sector < offset + bytes.size(); ++sector)
      node_->dirty.insert(sector);
    return {};
  }

  Result<void> sync() override {
    const auto lock = state_->begin();
    if (state_->syncs == Syncs::dropped) return {};
    if (state_->syncs == Syncs::failing) {
      node_->dirty.clear();
      return fail(errno_error("syncing", EIO));
    }
    node_->platter.resize(node_->now.size(), '\0');
    for (const auto sector : node_->dirty) {
      const auto begin = sector * MemoryDisk::k_sector;
      if (begin >= node_->now.size()) continue;
      const auto size = std::min<std::uint64_t>(MemoryDisk::k_sector, node_->now.size() - begin);
      std::copy_n(node_->now.data() + begin, size, node_->platter.data() + begin);
    }
    node_->dirty.clear();
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    const auto lock = state_->begin();
    if (!writable_) return fail(errno_error("truncating", EBADF));
    return state_->resize(*node_, size);
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(state_->mutex);
    return node_->now.size();
  }

 private:
  std::shared_ptr<State> state_;
  NodePtr node_;
  bool writable_;
};

class MemoryDisk::Lock final : public FileLock {
 public:
  Lock(std::shared_ptr<State> state, NodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}
  ~Lock() override {
    const std::lock_guard lock(state_->mutex);
    node_->locked = false;
  }

 private:
  std::shared_ptr<State> state_;
  NodePtr node_;
};

MemoryDisk::MemoryDisk(std::uint64_t capacity) : state_(std::make_shared<State>()) {
  state_->capacity = capacity;
  state_->root->directory = true;
}

MemoryDisk::~MemoryDisk() = default;

std::unique_ptr<MemoryDisk> MemoryDisk::after_power_loss(std::uint64_t seed) const {
  const std::lock_guard lock(state_->mutex);
  auto disk = std::make_unique<MemoryDisk>(state_->capacity);
  disk->state_->root = Copier(seed).after_power_loss(state_->root);
  return disk;
}

std::unique_ptr<MemoryDisk> MemoryDisk::after_kill() const {
  const std::lock_guard lock(state_->mutex);
  auto disk = std::make_unique<MemoryDisk>(state_->capacity);
  disk->state_->root = Copier(0).after_kill(state_->root);
  return disk;
}

void MemoryDisk::before_each(std::function<void(std::uint64_t)> call) {
  const std::lock_guard lock(state_->mutex);
  state_->hook = std::move(call);
}

void MemoryDisk::set_syncs(Syncs syncs) {
  const std::lock_guard lock(state_->mutex);
  state_->syncs = syncs;
}

Result<std::unique_ptr<File>> MemoryDisk::open(const std::string& path, OpenMode mode) {
  const auto lock = state_->begin();
  NodePtr node = state_->find(path);
  if (node && node->directory) return fail(errno_error(path, EISDIR));
  if (node && mode == OpenMode::create) return fail(errno_error(path, EEXIST));
  if (!node) {
    if (mode == OpenMode::read || mode == OpenMode::write) return fail(errno_error(path, ENOENT));
    KONTOR_TRY(const auto place, state_->place(path));
    node = std::make_shared<Node>();
    state_->change(*place.first, {{place.second, node}});
  }
  return std::make_unique<OpenFile>(state_, node, mode != OpenMode::read);
}

Result<void> MemoryDisk::rename(const std::string& from, const std::string& to) {
  const auto lock = state_->begin();
  const NodePtr node = state_->find(from);
  if (!node) return fail(errno_error(from, ENOENT));
  KONTOR_TRY(const auto source, state_->place(from));
  KONTOR_TRY(const auto target, state_->place(to));
  if (source.first == target.first) {
    state_->change(*source.first, {{source.second, nullptr}, {target.second, node}});
  } else {
    state_->change(*target.first, {{target.second, node}});
    state_->change(*source.first, {{source.second, nullptr}});
  }
  return {};
}

Result<void> MemoryDisk::link(const std::string& existing, const std::string& name) {
  const auto lock = state_->begin();
  const NodePtr node = state_->find(existing);
  if (!node) return fail(errno_error(existing, ENOENT));
  if (state_->find(name)) return fail(errno_error(name, EEXIST));
  KONTOR_TRY(const auto place, state_->place(name));
  state_->change(*place.first, {{place.second, node}});
  return {};
}

Result<void> MemoryDisk::remove(const std::string& path) {
  const auto lock = state_->begin();
  const NodePtr node = state_->find(path);
  if (!node) return fail(errno_error(path, ENOENT));
  if (!node->names.empty()) return fail(errno_error(path, ENOTEMPTY));
  KONTOR_TRY(const auto place, state_->place(path));
  state_->change(*place.first, {{place.second, nullptr}});
  return {};
}

Result<void> MemoryDisk::make_directory(const std::string& path) {
  const auto lock = state_->begin();
  if (state_->find(path)) return fail(errno_error(path, EEXIST));
  KONTOR_TRY(const auto place, state_->place(path));
  const auto node = std::make_shared<Node>();
  node->directory = true;
  state_->change(*place.first, {{place.second, node}});
  return {};
}

Result<void> MemoryDisk::sync_directory(const std::string& path) {
  const auto lock = state_->begin();
  const NodePtr node = state_->find(path);
  if (!node || !node->directory) return fail(errno_error(path, ENOENT));
  if (state_->syncs == Syncs::dropped) return {};
  if (state_->syncs == Syncs::failing) return fail(errno_error(path, EIO));
  node->platter_names = node->names;
  node->pending.clear();
  return {};
}

Result<std::vector<std::string>> MemoryDisk::list(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  const NodePtr node = state_->find(path);
  if (!node || !node->directory) return fail(errno_error(path, ENOENT));
  std::vector<std::string> names;
  for (const auto& entry : node->names) names.push_back(entry.first);
  return names;
}

Result<FileInfo> MemoryDisk::stat(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  const NodePtr node = state_->find(path);
  if (!node) return fail(errno_error(path, ENOENT));
  return FileInfo{node->now.size(), node->directory};
}

Result<std::uint64_t> MemoryDisk::free_space(const std::string&) const {
  const std::lock_guard lock(state_->mutex);
  return state_->capacity - std::min(state_->capacity, used_below(*state_->root));
}

Result<std::unique_ptr<FileLock>> MemoryDisk::lock(const std::string& path) {
  KONTOR_TRY(const auto file, open(path, OpenMode::write_or_create));
  const std::lock_guard lock(state_->mutex);
  const NodePtr node = state_->find(path);
  if (node->locked) return fail(Errc::busy, path + " is held by another process");
  node->locked = true;
  return std::make_unique<Lock>(state_, node);
}

}  // namespace kontor::io
