// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/folder_place.hpp"

#include "server/imap/mailbox.hpp"
#include "server/imap/namespaces.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

using Answer = std::expected<FolderPlace, Tagged>;

// The nearest folder above that is there.
std::optional<store::FolderInfo> above(const store::AccountView& view, std::string_view name) {
  const auto parents = store::parents_of(name);
  for (auto parent = parents.rbegin(); parent != parents.rend(); ++parent)
    if (auto found = view.find_folder(*parent)) return found;
  return std::nullopt;
}

}  // namespace

Task<std::expected<FolderPlace, Tagged>> find_place_for(Session& session, std::string name) {
  if (!is_foreign(name) || above(session.account->view(), name))
    co_return Answer(FolderPlace{session.account, std::move(name), true});
  const auto foreign = foreign_name(session, name);
  if (!foreign || foreign->folder.empty())
    co_return Answer(
        std::unexpected(Tagged(Status::no, "CANNOT", "the name is kept for mailboxes of others")));
  auto account = co_await open_foreign(session, foreign->owner);
  if (!account) co_return Answer(std::unexpected(refusal(account.error())));
  const auto view = (*account)->view();
  auto parent = above(view, foreign->folder);
  if (!parent) parent = view.folder(store::k_inbox);
  if (!parent || !session.may(**account, *parent, Right::create_children))
    co_return Answer(std::unexpected(refusal(Error(Errc::no_permission))));
  co_return Answer(FolderPlace{*std::move(account), foreign->folder, false});
}

std::vector<std::string> levels_to_make(const FolderPlace& place) {
  const auto view = place.account->view();
  auto levels = store::parents_of(place.name);
  levels.push_back(place.name);
  std::erase_if(levels, [&](const auto& level) { return view.find_folder(level).has_value(); });
  return levels;
}

Task<Result<void>> give_lists(FolderPlace place, std::vector<std::string> made) {
  if (place.own) co_return Result<void>();
  const auto inbox = place.account->view();
  for (const auto& level : made) {
    const auto view = place.account->view();
    const auto folder = view.find_folder(level);
    if (!folder || !view.access(folder->id).empty()) continue;  // it has inherited one
    for (const auto& entry : inbox.access(store::k_inbox)) {
      store::AccessChange change;
      change.principal = entry.principal;
      change.negative = entry.negative;
      change.rights = entry.rights;
      KONTOR_CO_TRY(co_await place.account->set_access(folder->id, std::move(change)));
    }
  }
  co_return Result<void>();
}

}  // namespace kontor::imap
