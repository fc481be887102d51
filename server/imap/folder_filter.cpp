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
              bool own,
              const store::FolderInfo& folder,
              const wire::MailboxFilter& filter) {
  const auto names = [&](auto fits) { return std::ranges::any_of(filter.names, fits); };
  const auto& name = folder.name;
  switch (filter.kind) {
    case FilterKind::selected:
    case FilterKind::selected_delayed:
      return own && session.selected && session.selected->account() == session.account &&
             session.selected->id() == folder.id;
    case FilterKind::inboxes:
      return own && folder.id == store::k_inbox;
    case FilterKind::personal:  // what was deleted only by its name
      return own && folder.recoverable == store::Recoverable::no;
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

bool is_selected(const Session& session, const Mailbox& mailbox) {
  return session.selected && session.selected->account()->id() == mailbox.account->id() &&
         session.selected->id() == mailbox.folder.id;
}

Task<std::vector<Mailbox>> mailboxes_meant(Session& session,
                                           std::vector<wire::MailboxFilter> filters) {
  std::vector<Mailbox> out;
  const auto is_any = [&](bool own, const store::FolderInfo& folder) {
    return std::ranges::any_of(
        filters, [&](const auto& filter) { return is_meant(session, own, folder, filter); });
  };
  const auto add = [&](std::shared_ptr<store::Account> account, store::FolderInfo folder) {
    if (!session.may(*account, folder, Right::lookup) ||
        !session.may(*account, folder, Right::read))
      return;
    auto local = folder.name;
    out.push_back({std::move(account), std::move(folder), std::move(local)});
  };
  const auto view = session.account->view();
  auto folders = view.folders();
  for (auto& folder : view.recoverable()) folders.push_back(std::move(folder));
  for (auto& folder : folders)
    if (is_any(true, folder)) add(session.account, std::move(folder));
  for (const auto& given : given_folders(session)) {
    if (!is_any(false, given.folder) || !store::has_right(given.rights, Right::read)) continue;
    auto found = co_await find_mailbox(session, given.folder.name);
    if (found && session.may(*found->account, found->folder, Right::read))
      out.push_back(*std::move(found));
  }
  const auto selected = [](const auto& filter) { return wire::is_selected(filter.kind); };
  const auto is_here = [&](const Mailbox& mailbox) { return is_selected(session, mailbox); };
  if (session.selected && std::ranges::any_of(filters, selected) &&
      std::ranges::none_of(out, is_here) && session.may_here(Right::read)) {
    auto folder = session.selected->view()->info();
    auto local = std::exchange(folder.name, selected_name(session));
    out.push_back({session.selected->account(), std::move(folder), std::move(local)});
  }
  co_return out;
}

}  // namespace kontor::imap
