// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/recoverable.hpp"

#include <fmt/format.h>

#include "store/mailbox/names.hpp"

namespace kontor::store {
namespace {

FolderInfo named(const FolderState& folder, std::string name) {
  FolderInfo info = folder.info;
  info.recoverable = folder.removed ? Recoverable::folder : Recoverable::messages;
  if (folder.removed) info.id |= k_deleted_bit;
  info.subscribed = false;
  info.name = std::move(name);
  return info;
}

// Gives out names below the root, each once.
class Namer {
 public:
  explicit Namer(const AccountState& state) : state_(state) {}
  std::string name(std::string_view folder, FolderId id) {
    auto wanted = fmt::format("{}/{}", k_recoverable_root, folder);
    if (is_taken(wanted)) wanted += fmt::format(" ({})", original_of(id));
    while (is_taken(wanted)) wanted += '-';
    taken_.insert(wanted);
    return wanted;
  }

 private:
  bool is_taken(const std::string& name) const {
    return taken_.contains(name) || state_.find_name(name).has_value();
  }
  const AccountState& state_;
  std::set<std::string> taken_;
};

// Empty ones too: one that somebody has open stays where it is.
std::vector<FolderInfo> all_recoverable(const AccountState& state) {
  std::vector<FolderInfo> out;
  Namer namer(state);
  const auto each_companion = [&](bool of_removed) {
    for (const auto& folder : state.folders) {
      if (!is_recoverable(folder->info.id)) continue;
      const auto* original = state.find(original_of(folder->info.id));
      if (original == nullptr || original->removed != of_removed) continue;
      const auto* suffix = of_removed ? " (expunged)" : "";
      out.push_back(named(*folder, namer.name(original->info.name + suffix, folder->info.id)));
    }
  };
  each_companion(false);  // living folders have names of their own
  for (const auto& folder : state.folders)
    if (folder->removed)
      out.push_back(named(*folder, namer.name(folder->info.name, folder->info.id)));
  each_companion(true);
  return out;
}

}  // namespace

std::vector<FolderInfo> recoverable_folders(const AccountState& state) {
  auto out = all_recoverable(state);
  std::erase_if(out, [](const FolderInfo& info) {
    return info.recoverable == Recoverable::messages && info.exists == 0;
  });
  std::ranges::sort(out, {}, &FolderInfo::name);
  return out;
}

const FolderState* find_readable(const AccountState& state, FolderId id) {
  if (!is_recoverable(id)) return state.find_shown(id);
  if ((id & k_deleted_bit) == 0) return state.find(id);
  const auto* folder = state.find(original_of(id));
  return folder != nullptr && folder->removed ? folder : nullptr;
}

FolderInfo info_of(const AccountState& state, const FolderState& folder) {
  if (folder.shown()) return folder.info;
  for (auto& info : all_recoverable(state))
    if (original_of(info.id) == original_of(folder.info.id) &&
        (info.recoverable == Recoverable::folder) == folder.removed)
      return std::move(info);
  return folder.info;
}

}  // namespace kontor::store
