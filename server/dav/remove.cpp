// SPDX-License-Identifier: GPL-3.0-or-later
// DELETE (RFC 4918, 9.6). What is deleted can be brought back by the administrator's tools.
#include <algorithm>

#include "server/dav/attachments.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/schedule.hpp"
#include "server/dav/tree.hpp"

namespace kontor::dav {
Task<Result<void>> remove_collection(store::Account& account, std::string name) {
  std::vector<std::string> all;
  for (const auto& folder : account.view().folders())
    if (folder.name == name || folder.name.starts_with(name + '/')) all.push_back(folder.name);
  // The deepest first: a folder that holds others cannot be deleted.
  std::ranges::sort(all, std::greater());
  for (auto& one : all) {
    auto removed = co_await account.delete_folder(std::move(one));
    if (!removed && removed.error().code() != Errc::not_found) co_return removed;
  }
  co_return Result<void>();
}

Task<Answer> do_delete(Context& context) {
  const auto& resource = context.resource;
  if (resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  if (resource.kind != Kind::object && resource.kind != Kind::collection)
    co_return fail(Errc::no_permission, "the server's own collections stay");
  if (is_inbox(resource) || is_outbox(resource))
    co_return fail(Errc::no_permission, "the scheduling inbox and outbox stay");
  if (resource.kind == Kind::collection) {
    KONTOR_CO_TRY(const auto depth, depth_of(context.request, Depth::infinity));
    if (depth != Depth::infinity)  // RFC 4918, 9.6.1
      co_return fail(Errc::bad_input, "a collection is deleted with all it holds");
    KONTOR_CO_TRY(auto refused, co_await remove_calendar(context, resource));
    if (refused) co_return *std::move(refused);
  } else {
    KONTOR_CO_TRY(auto condition, condition_of(context.request));
    const auto folder = resource.folder->info().id;
    KONTOR_CO_TRY(auto refused, co_await remove_scheduled(context, resource, std::move(condition)));
    if (refused) co_return *std::move(refused);
    co_await drop_orphans(*context.account);
    auto dead = drop_dead(context, resource);
    if (!dead.empty()) {
      KONTOR_CO_TRY(
          co_await context.account->set_annotations(folder, std::move(dead), k_most_properties));
    }
  }
  context.kept->locks.forget(lock_path(context, resource.path));
  co_return bare(204);
}

}  // namespace kontor::dav
