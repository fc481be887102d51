// SPDX-License-Identifier: GPL-3.0-or-later
// COPY and MOVE (RFC 4918, 9.8 and 9.9) within one account.
#include <algorithm>

#include "base/core/text.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/components.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/schedule.hpp"
#include "server/dav/tree.hpp"

namespace kontor::dav {
namespace {

struct Transfer {
  Resource to;
  bool is_copy = false;
  bool overwrites = true;
  Depth depth = Depth::infinity;
};

Result<Transfer> parse(const Context& context) {
  Transfer out;
  out.is_copy = context.request.method == "COPY";
  const auto overwrite = trim(context.request.field("Overwrite"));
  out.overwrites = !iequals(overwrite, "F");
  KONTOR_TRY(out.depth, depth_of(context.request, Depth::infinity));
  const auto path = parse_href(context.request.field("Destination"), context.host());
  if (!path) return fail(Errc::bad_input, "the destination is not in order, or elsewhere");
  auto found = find_resource(context, *path);
  if (!found) return fail(Errc::no_permission, "the destination is in another account");
  out.to = *std::move(found);
  return out;
}

bool is_class_of_times(store::FolderClass one) {
  return one == store::FolderClass::calendar || one == store::FolderClass::tasks;
}

std::string component_of(store::ObjectKind kind) {
  using enum store::ObjectKind;
  if (kind == event) return "VEVENT";
  if (kind == task) return "VTODO";
  if (kind == journal) return "VJOURNAL";
  return kind == busy ? "VFREEBUSY" : "";
}

// May the object stand in that collection? What it holds was checked when it was put.
bool fits(const Context& context, const Resource& to) {
  const auto& from = context.resource;
  const auto source = from.folder_class(), target = to.folder_class();
  if (!is_class_of_times(target)) return source == target;
  if (!is_class_of_times(source)) return false;
  Resource collection = to;
  collection.kind = Kind::collection;
  const auto taken = components_of(context, collection);
  const auto component = component_of(from.object->keys.kind);
  return std::ranges::find(taken, component) != taken.end();
}

// Why nothing can come to that place; nothing: it can.
std::optional<http::wire::Response> refuse(const Context& context, const Transfer& transfer) {
  const auto& from = context.resource;
  const auto& to = transfer.to;
  const auto source = lock_path(context, from.path), target = lock_path(context, to.path);
  if (to.book) return http::wire::plain(403, "the global address book is read-only");
  if (is_in_schedule_box(from) || is_in_schedule_box(to))
    return http::wire::plain(403, "the scheduling inbox and outbox are the server's");
  if (source == target) return http::wire::plain(403, "it is the same place");
  const bool is_place = to.kind == Kind::object || to.kind == Kind::collection ||
                        (to.kind == Kind::nothing && to.path.segments.size() > 1);
  if (!is_place) return http::wire::plain(403, "nothing can come there");
  const bool is_object = from.kind == Kind::object;
  const bool has_parent = to.folder != nullptr || (!is_object && to.path.segments.size() == 2);
  if (!has_parent) return http::wire::plain(409, "the collection above is not there");
  if (to.kind != Kind::nothing && !transfer.overwrites) return bare(412);
  if (is_object && to.kind != Kind::collection && !fits(context, to))
    return http::wire::plain(403, "that collection does not take such objects");
  if (is_object && to.path.space != from.path.space)
    return http::wire::plain(403, "that collection does not take such objects");
  if (!is_object &&
      (from.path.space != to.path.space ||
       (from.path.space != Space::notes && (transfer.is_copy || to.path.segments.size() != 2))))
    return http::wire::plain(403, "this collection stays where it is");
  if (!is_object && (target.starts_with(source) || source.starts_with(target)))
    return http::wire::plain(403, "one of the two lies in the other");
  return std::nullopt;
}

// Why the place cannot be cleared; nothing: it is.
Task<Result<std::optional<http::wire::Response>>> clear_place(Context& context,
                                                              Resource to,
                                                              bool is_for_object) {
  if (to.kind == Kind::collection) co_return co_await remove_calendar(context, to);
  if (to.kind != Kind::object) co_return std::nullopt;
  // The tag of the request is that of the other object.
  if (scheduler_for(context, to) != nullptr)
    co_return co_await remove_scheduled(context, to, {}, false);
  auto dead = drop_dead(context, to);
  const auto folder = to.folder->info().id;
  if (!dead.empty()) {
    KONTOR_CO_TRY(
        co_await context.account->set_annotations(folder, std::move(dead), k_most_properties));
  }
  if (!is_for_object) {  // else by the same commit as the other comes
    KONTOR_CO_TRY(co_await context.account->remove_object(folder, to.name, {}));
  }
  co_return std::nullopt;
}

Task<Result<void>> transfer_object(Context& context, const Transfer& transfer) {
  const auto& from = context.resource;
  auto to = transfer.to;
  if (to.kind == Kind::collection) {  // it was cleared: the place is one in the collection above
    auto above = to.path;
    above.segments.pop_back();
    context.view = context.account->view();
    const auto parent = find_resource(context, above);
    if (!parent || parent->kind != Kind::collection)
      co_return fail(Errc::conflict, "the collection above is not there");
    to.folder = parent->folder;
    to.name = to.path.segments.back();
  }
  store::ObjectTransfer wanted;
  wanted.from = from.folder->info().id;
  wanted.name = from.name;
  KONTOR_CO_TRY(wanted.condition, condition_of(context.request));
  using enum store::ObjectCondition::Wanted;
  const bool is_open = wanted.condition.wanted == anything || wanted.condition.wanted == present;
  if (is_open && wanted_schedule_tag(context.request)) {
    wanted.condition.wanted = one_of;  // as it was looked at: nobody comes in between
    wanted.condition.guids = {from.item.guid};
  }
  wanted.to = to.folder->info().id;
  wanted.new_name = to.name;
  if (!transfer.overwrites) wanted.new_condition.wanted = store::ObjectCondition::Wanted::absent;
  wanted.copy = transfer.is_copy;
  auto dead = copy_dead(context, from, to.name);
  auto old = drop_dead(context, from);
  KONTOR_CO_TRY(co_await context.account->transfer_object(std::move(wanted)));
  if (!dead.empty()) {
    KONTOR_CO_TRY(co_await context.account->set_annotations(to.folder->info().id, std::move(dead),
                                                            k_most_properties));
  }
  if (transfer.is_copy || old.empty()) co_return Result<void>();
  co_return co_await context.account->set_annotations(from.folder->info().id, std::move(old),
                                                      k_most_properties);
}

}  // namespace

Task<Result<void>> copy_collection(store::Account& account,
                                   std::string from,
                                   std::string to,
                                   bool deep) {
  const auto view = account.view();
  for (const auto& folder : view.folders()) {
    const bool is_below = folder.name.starts_with(from + '/');
    if (folder.name != from && !(deep && is_below)) continue;
    store::FolderOptions options;
    options.folder_class = folder.folder_class;
    KONTOR_CO_TRY(const auto made,
                  co_await account.create_folder(to + folder.name.substr(from.size()), options));
    std::vector<store::AnnotationChange> changes;
    for (const auto& [entry, value] : view.annotations(folder.id))
      if (deep || !entry.starts_with("/dav/object/")) changes.push_back({entry, value});
    if (!changes.empty()) {
      KONTOR_CO_TRY(co_await account.set_annotations(made, std::move(changes), k_most_properties));
    }
    if (!deep) co_return Result<void>();
    const auto open = view.open(folder.id);
    std::vector<store::Uid> uids;
    open->for_each(0, open->size(),
                   [&](std::size_t, const store::Entry& entry) { uids.push_back(entry.uid); });
    // Names go along (store/mailbox/plan_objects.cpp).
    KONTOR_CO_TRY(co_await account.copy(folder.id, std::move(uids), made));
  }
  co_return Result<void>();
}

Task<Answer> do_copy_move(Context& context) {
  const auto& from = context.resource;
  if (from.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  if (from.kind != Kind::object && from.kind != Kind::collection)
    co_return fail(Errc::no_permission, "the server's own collections stay");
  KONTOR_CO_TRY(const auto transfer, parse(context));
  if (auto refused = refuse(context, transfer)) co_return *std::move(refused);
  if (!has_wanted_schedule_tag(context, from))
    co_return fail(Errc::conflict, "the schedule tag is another one");
  const auto& to = transfer.to;
  if (auto* scheduler = scheduler_for(context, from);
      scheduler != nullptr && transfer.is_copy && from.kind == Kind::object) {
    // RFC 6638, 3.2.4.1: a meeting is once in somebody's calendars.
    const scheduling::FoundObject self{from.folder->info().id, from.name, from.item};
    if (co_await scheduler->is_meeting(from.principal, context.account, self))
      co_return refuse_second(context, self);
  }
  const auto name = folder_name(context, to.path);
  if (!name && from.kind != Kind::object)
    co_return http::wire::plain(403, "no collection has such a name");
  KONTOR_CO_TRY(auto kept, co_await clear_place(context, to, from.kind == Kind::object));
  if (kept) co_return *std::move(kept);
  if (from.kind == Kind::object) {
    auto done = co_await transfer_object(context, transfer);
    if (!done && done.error().code() == Errc::exists)
      co_return refusal(403, from.path.space == Space::addressbooks ? card_name("no-uid-conflict")
                                                                    : cal_name("no-uid-conflict"));
    if (!done) co_return fail(done.error());
  } else if (transfer.is_copy) {
    KONTOR_CO_TRY(co_await copy_collection(*context.account, from.folder->info().name, *name,
                                           transfer.depth == Depth::infinity));
  } else {
    KONTOR_CO_TRY(co_await context.account->rename_folder(from.folder->info().name, *name));
  }
  if (to.kind != Kind::nothing) co_await drop_orphans(*context.account);
  if (!transfer.is_copy) context.kept->locks.forget(lock_path(context, from.path));
  co_return bare(to.kind == Kind::nothing ? 201 : 204);
}

}  // namespace kontor::dav
