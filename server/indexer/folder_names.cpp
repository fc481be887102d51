// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/folder_names.hpp"

#include <algorithm>
#include <array>

#include "search/query/keys.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::indexer {
namespace {

using store::SpecialUse;

struct UseName {
  std::string_view name;
  SpecialUse use;
};
constexpr auto k_uses = std::to_array<UseName>({
    {"sent", SpecialUse::sent},
    {"отправленные", SpecialUse::sent},
    {"drafts", SpecialUse::drafts},
    {"черновики", SpecialUse::drafts},
    {"trash", SpecialUse::trash},
    {"корзина", SpecialUse::trash},
    {"удаленные", SpecialUse::trash},
    {"junk", SpecialUse::junk},
    {"spam", SpecialUse::junk},
    {"спам", SpecialUse::junk},
    {"нежелательные", SpecialUse::junk},
    {"archive", SpecialUse::archive},
    {"архив", SpecialUse::archive},
});

// Of the folder, and of one below "Recoverable" the name it had.
std::vector<std::string> forms_of(const store::FolderInfo& folder) {
  std::vector<std::string> forms{search::key_form(folder.name)};
  const auto root = std::string(store::k_recoverable_root) + '/';
  if (folder.recoverable != store::Recoverable::no && folder.name.starts_with(root))
    forms.push_back(search::key_form(folder.name.substr(root.size())));
  return forms;
}

}  // namespace

FolderSet folders_called(const search::FolderIs& wanted,
                         const std::vector<store::FolderInfo>& folders) {
  auto form = search::key_form(wanted.name);
  if (form == "входящие") form = "inbox";
  const auto use = std::ranges::find(k_uses, form, &UseName::name);
  FolderSet whole, ends;
  for (const auto& folder : folders) {
    if (use != k_uses.end() && folder.special_use == use->use) whole.insert(folder.id);
    for (const auto& name : forms_of(folder)) {
      if (name == form) whole.insert(folder.id);
      if (name.ends_with('/' + form)) ends.insert(folder.id);
    }
  }
  auto found = whole.empty() ? std::move(ends) : std::move(whole);
  if (!wanted.with_children) return found;
  std::vector<std::string> parents;
  for (const auto& folder : folders)
    if (found.contains(folder.id))
      for (auto& name : forms_of(folder)) parents.push_back(std::move(name) + '/');
  for (const auto& folder : folders)
    for (const auto& name : forms_of(folder))
      if (std::ranges::any_of(parents,
                              [&](const auto& parent) { return name.starts_with(parent); }))
        found.insert(folder.id);
  return found;
}

}  // namespace kontor::indexer
