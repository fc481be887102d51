// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/folder_filter.hpp"

#include <algorithm>

#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

using wire::FilterKind;

bool is_child(std::string_view name, std::string_view parent) {
  return store::is_below(name, parent) && !name.substr(parent.size() + 1).contains('/');
}

}  // namespace

bool is_meant(const Session& session,
              const store::FolderInfo& folder,
              const wire::MailboxFilter& filter) {
  const auto names = [&](auto fits) { return std::ranges::any_of(filter.names, fits); };
  const auto& name = folder.name;
  switch (filter.kind) {
    case FilterKind::selected:
    case FilterKind::selected_delayed:
      return session.selected && session.selected->id() == folder.id;
    case FilterKind::inboxes:
      return folder.id == store::k_inbox;
    case FilterKind::personal:  // what was deleted only by its name
      return folder.recoverable == store::Recoverable::no;
    case FilterKind::subscribed:
      return folder.subscribed;
    case FilterKind::subtree:
      return names([&](const auto& n) { return name == n || store::is_below(name, n); });
    case FilterKind::subtree_one:
      return names([&](const auto& n) { return name == n || is_child(name, n); });
    case FilterKind::mailboxes:
      return names([&](const auto& n) { return name == n; });
  }
  return false;
}

std::vector<store::FolderInfo> folders_meant(const Session& session,
                                             const std::vector<wire::MailboxFilter>& filters) {
  const auto view = session.account->view();
  auto folders = view.folders();
  for (auto& folder : view.recoverable()) folders.push_back(std::move(folder));
  std::erase_if(folders, [&](const store::FolderInfo& folder) {
    const auto means = [&](const auto& filter) { return is_meant(session, folder, filter); };
    return !session.may(folder, Right::lookup) || !session.may(folder, Right::read) ||
           std::ranges::none_of(filters, means);
  });
  return folders;
}

}  // namespace kontor::imap
