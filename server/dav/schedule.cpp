// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/schedule.hpp"

#include <array>

#include "base/core/text.hpp"
#include "server/dav/attach.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/delegates.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/tree.hpp"
#include "server/scheduling/delegate.hpp"

namespace kontor::dav {
namespace {

using http::wire::Response;
using xml::Element;

Element with_href(const xml::Name& name, const Path& path) {
  Element out(name);
  out.add(href_element(href_of(path)));
  return out;
}

Path path_of_folder(const directory::Principal& owner, std::string_view folder) {
  auto path = path_of_home(Space::calendars, owner);
  if (const auto below = collection_of(Space::calendars, folder))
    path.segments.insert(path.segments.end(), below->begin(), below->end());
  return path;
}

bool is_folder(const Resource& resource, std::string_view name) {
  return resource.folder != nullptr && resource.folder->info().name == name;
}

std::string tag_of(const Context& context, const Resource& object) {
  return scheduling::schedule_tag(*context.view, object.folder->info().id,
                                  schedule_tag_entry(object.name), object.item.guid);
}

const Element* find_set(const Element& update, const xml::Name& name) {
  for (const auto* part : update.elements())
    if (part->is(dav_name("set")))
      if (const auto* prop = part->child(dav_name("prop")))
        if (const auto* found = prop->child(name)) return found;
  return nullptr;
}

Element response_of(const scheduling::BusyAnswer& answer) {
  Element out(cal_name("response"));
  out.add(Element(cal_name("recipient"))).add(href_element(answer.recipient));
  out.add(Element(cal_name("request-status"), answer.status));
  if (!answer.calendar.empty()) out.add(Element(cal_name("calendar-data"), answer.calendar));
  return out;
}

}  // namespace

Task<Result<void>> make_schedule_boxes(store::Account& account) {
  for (const auto name : {scheduling::k_inbox, scheduling::k_outbox}) {
    if (account.view().find_folder(name)) continue;
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    const auto made = co_await account.create_folder(std::string(name), options);
    if (!made && made.error().code() != Errc::exists) co_return fail(made.error());
  }
  co_return Result<void>();
}

bool is_inbox(const Resource& resource) {
  return resource.kind == Kind::collection && is_folder(resource, scheduling::k_inbox);
}
bool is_outbox(const Resource& resource) {
  return resource.kind == Kind::collection && is_folder(resource, scheduling::k_outbox);
}
bool is_in_schedule_box(const Resource& resource) {
  return is_folder(resource, scheduling::k_inbox) || is_folder(resource, scheduling::k_outbox);
}

std::string schedule_tag_entry(std::string_view object) {
  return object_entry_of(object, cal_name("schedule-tag"));
}

std::optional<Element> schedule_property(const xml::Name& name,
                                         const Context& context,
                                         const Resource& resource) {
  if (name.local == "schedule-inbox-URL" || name.local == "schedule-outbox-URL") {
    const bool is_in = name.local == "schedule-inbox-URL";
    if (resource.kind != Kind::principal) return std::nullopt;
    if (resource.principal->id != context.person.id &&
        (is_in || !is_delegate_of(context, *resource.principal)))
      return std::nullopt;
    return with_href(name, path_of_folder(*resource.principal,
                                          is_in ? scheduling::k_inbox : scheduling::k_outbox));
  }
  if (name.local == "schedule-tag") {
    if (resource.kind != Kind::object || resource.folder == nullptr || !context.view ||
        !scheduling::is_calendar(resource.folder->info()))
      return std::nullopt;
    return Element(name, '"' + tag_of(context, resource) + '"');
  }
  if (name.local == "schedule-default-calendar-URL") {
    if (!is_inbox(resource) || !resource.principal || !context.view) return std::nullopt;
    const auto folder = scheduling::default_calendar(*context.view);
    if (!folder) return Element(name);
    return with_href(name, path_of_folder(*resource.principal, folder->name));
  }
  // schedule-calendar-transp (RFC 6638, 9.1)
  if (resource.kind != Kind::collection || resource.folder == nullptr ||
      !scheduling::is_calendar(resource.folder->info()))
    return std::nullopt;
  if (auto said = dead_property(context, resource, name)) return said;
  Element out(name);
  out.add(Element(cal_name("opaque")));
  return out;
}

scheduling::Scheduler* scheduler_for(const Context& context, const Resource& object) {
  // A group and the public are nobody who could be invited.
  const bool counts = object.folder != nullptr && object.principal &&
                      object.principal->has_mailbox() &&
                      scheduling::is_calendar(object.folder->info());
  return counts ? context.kept->environment.scheduler : nullptr;
}

std::optional<std::string> wanted_schedule_tag(const http::wire::Request& request) {
  auto tag = trim(request.field("If-Schedule-Tag-Match"));
  if (tag.empty()) return std::nullopt;
  if (tag.size() > 1 && tag.starts_with('"') && tag.ends_with('"'))
    tag = tag.substr(1, tag.size() - 2);
  return std::string(tag);
}

bool has_wanted_schedule_tag(const Context& context, const Resource& object) {
  const auto wanted = wanted_schedule_tag(context.request);
  return !wanted || (object.kind == Kind::object && object.folder != nullptr &&
                     tag_of(context, object) == *wanted);
}

http::wire::Response refuse_schedule(const Context& context, const scheduling::Refusal& why) {
  if (why.privilege.empty() || !context.resource.principal)
    return refusal(403, cal_name(why.condition), why.sentence);
  const auto outbox = path_of_folder(*context.resource.principal, scheduling::k_outbox);
  return refusal(403, need_privileges(href_of(outbox), cal_name(why.privilege)));
}

http::wire::Response refuse_second(const Context& context, const scheduling::FoundObject& other) {
  Element condition(cal_name("unique-scheduling-object-resource"));
  const auto folder = context.account->view().folder(other.folder);
  if (folder && context.resource.principal) {
    auto path = path_of_folder(*context.resource.principal, folder->name);
    path.segments.push_back(other.name);
    path.has_slash = false;
    condition.add(href_element(href_of(path)));
  }
  return refusal(403, std::move(condition));
}

Task<Result<std::optional<Response>>> remove_scheduled(Context& context,
                                                       Resource object,
                                                       store::ObjectCondition condition,
                                                       bool has_tag) {
  const auto folder = object.folder->info().id;
  auto* scheduler = scheduler_for(context, object);
  if (scheduler == nullptr) {
    if (has_tag && !has_wanted_schedule_tag(context, object))
      co_return fail(Errc::conflict, "the schedule tag is another one");
    KONTOR_CO_TRY(
        co_await context.account->remove_object(folder, object.name, std::move(condition)));
    co_return std::nullopt;
  }
  scheduling::Removal removal;
  removal.by = acting(context, object);
  removal.account = context.account;
  removal.folder = folder;
  removal.name = object.name;
  removal.condition = std::move(condition);
  if (has_tag) removal.schedule_tag = wanted_schedule_tag(context.request);
  removal.replies = !iequals(trim(context.request.field("Schedule-Reply")), "F");
  KONTOR_CO_TRY(const auto refused, co_await scheduler->remove(std::move(removal)));
  co_return refused ? std::optional(refuse_schedule(context, *refused)) : std::nullopt;
}

Task<Result<std::optional<Response>>> remove_calendar(Context& context, Resource calendar) {
  auto* scheduler = scheduler_for(context, calendar);
  const auto by = acting(context, calendar);
  const auto& folder = calendar.folder->info();
  if (scheduler == nullptr) {
    KONTOR_CO_TRY(co_await remove_collection(*context.account, folder.name));
    co_await drop_orphans(*context.account);
    co_return std::nullopt;
  }
  auto farewells = co_await scheduler->farewells(by, context.account, folder.id);
  if (const auto why = scheduling::check_sending(by, farewells))
    co_return refuse_schedule(context, *why);
  KONTOR_CO_TRY(auto untold,
                co_await scheduler->keep_farewells(by, folder.id, std::move(farewells)));
  const auto removed = co_await remove_collection(*context.account, folder.name);
  co_await scheduler->tell_farewells(by, context.account, std::move(untold), removed.has_value());
  KONTOR_CO_TRY(removed);
  co_await drop_orphans(*context.account);
  co_return std::nullopt;
}

std::optional<std::expected<store::AnnotationChange, http::wire::Response>> default_calendar_change(
    const Context& context, const Element& update) {
  const auto name = cal_name("schedule-default-calendar-URL");
  const auto* wanted = is_inbox(context.resource) ? find_set(update, name) : nullptr;
  if (wanted == nullptr) return std::nullopt;
  const auto* href = wanted->child(dav_name("href"));
  const auto path = href == nullptr ? std::nullopt : parse_href(href->content(), context.host());
  const auto found = path ? find_resource(context, *path) : std::nullopt;
  const bool fits = found && found->kind == Kind::collection && found->folder != nullptr &&
                    found->principal && found->principal->id == context.resource.principal->id &&
                    found->folder_class() == store::FolderClass::calendar &&
                    scheduling::is_calendar(found->folder->info());
  if (!fits) return std::unexpected(refusal(403, cal_name("valid-schedule-default-calendar-URL")));
  store::AnnotationChange change;
  change.entry = scheduling::k_default_entry;
  change.value = found->folder->info().name;
  return change;
}

Task<Answer> do_post(Context& context) {
  if (is_attaching(context.request)) co_return co_await do_attach(context);
  auto* scheduler = context.kept->environment.scheduler;
  if (!is_outbox(context.resource) || scheduler == nullptr)
    co_return http::wire::plain(405, "only a scheduling outbox takes POST");
  const auto asked = co_await scheduler->ask_busy(context.resource.principal, context.request.body);
  if (!asked) co_return refuse_schedule(context, asked.error());
  Element all(cal_name("schedule-response"));
  for (const auto& one : *asked) all.add(response_of(one));
  co_return http::wire::Response{200, xml_type(), xml::write_document(all), {}};
}

}  // namespace kontor::dav
