// SPDX-License-Identifier: GPL-3.0-or-later
// PUT (RFC 4918, 9.7; RFC 4791, 5.3.2; RFC 6352, 6.3.2): the bytes are kept as they are, or the old
// object stays.
#include <set>

#include "base/core/text.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/content.hpp"
#include "server/dav/delegates.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using store::FolderClass;

// RFC 4791, 5.3.2.1 and RFC 6352, 6.3.2.1: supported-calendar-data, supported-address-data. A type
// that says nothing is no reason to refuse.
std::optional<http::wire::Response> check_type(const Context& context, FolderClass folder_class) {
  const auto field = context.request.field("Content-Type");
  const auto type = trim(field.substr(0, field.find(';')));
  const bool says_nothing = type.empty() || istarts_with(type, "application/octet-stream") ||
                            istarts_with(type, "application/x-www-form-urlencoded");
  if (says_nothing || folder_class == FolderClass::notes) return std::nullopt;
  const bool is_card = folder_class == FolderClass::contacts;
  if (is_card ? iequals(type, "text/vcard") || iequals(type, "text/x-vcard") ||
                    iequals(type, "text/directory")
              : iequals(type, "text/calendar"))
    return std::nullopt;
  return refusal(
      403, is_card ? card_name("supported-address-data") : cal_name("supported-calendar-data"));
}

// no-uid-conflict names the object that has the UID.
http::wire::Response refuse_uid(const Context& context, const std::string& uid) {
  const auto& resource = context.resource;
  const bool is_card = resource.folder_class() == FolderClass::contacts;
  xml::Element condition(is_card ? card_name("no-uid-conflict") : cal_name("no-uid-conflict"));
  const auto view = context.account->view().open(resource.folder->info().id);
  const auto* other = view == nullptr ? nullptr : view->find_object_key(uid);
  if (other != nullptr) {
    Path path = resource.path;
    path.segments.back() = other->name;
    path.has_slash = false;
    condition.add(href_element(href_of(path)));
  }
  return refusal(403, std::move(condition));
}

// Why nothing can be put at this place; nothing: it can.
std::optional<http::wire::Response> refuse_place(const Context& context) {
  const auto& resource = context.resource;
  if (resource.is_collection()) return http::wire::plain(405, "a collection is there");
  if (resource.folder == nullptr)
    return http::wire::plain(409, "the collection above is not there");
  // RFC 9110, 14.5: a part of a body must not be taken for the whole of it.
  if (!context.request.field("Content-Range").empty())
    return http::wire::plain(400, "an object is put as a whole");
  if (context.request.body.size() > context.settings().max_resource) {
    const bool is_card = resource.folder_class() == FolderClass::contacts;
    return refusal(413, is_card ? card_name("max-resource-size") : cal_name("max-resource-size"));
  }
  if (is_in_schedule_box(resource))
    return http::wire::plain(403, "the server alone puts messages there");
  return check_type(context, resource.folder_class());
}

// What the store says against it.
Answer refuse_put(const Context& context, const Error& error, const std::string& uid) {
  if (error.code() == Errc::exists) return refuse_uid(context, uid);
  if (error.code() == Errc::over_quota) return refusal(507, dav_name("quota-not-exceeded"));
  if (error.code() == Errc::bad_input)
    return http::wire::plain(403, "no object can have this name");
  return fail(error);
}

// The managed attachments that the old object names: those that the new one does not name go.
Task<Result<std::set<std::string>>> attached_before(const Context& context) {
  const auto& resource = context.resource;
  if (resource.kind != Kind::object || resource.object == nullptr ||
      !has_attachments(*context.view, resource.object->keys.uid))
    co_return std::set<std::string>();
  KONTOR_CO_TRY(const auto bytes, co_await context.account->read_message(resource.entry.item));
  co_return managed_ids(bytes);
}

// RFC 6638, 3.2.8: no ETag where what is stored is not what was sent.
Task<Answer> put_scheduled(Context& context,
                           scheduling::Scheduler& scheduler,
                           scheduling::Change change) {
  const auto uid = change.keys.uid;
  const auto done = co_await scheduler.put(std::move(change));
  if (!done) co_return refuse_put(context, done.error(), uid);
  if (done->refusal) co_return refuse_schedule(context, *done->refusal);
  if (done->clash) co_return refuse_second(context, *done->clash);
  auto out = bare(done->put.created ? 201 : 204);
  if (!done->is_altered) out.fields.push_back({"ETag", '"' + done->put.guid.text() + '"'});
  if (!done->schedule_tag.empty())
    out.fields.push_back({"Schedule-Tag", '"' + done->schedule_tag + '"'});
  co_return out;
}

}  // namespace

Task<Answer> do_put(Context& context) {
  if (auto refused = refuse_place(context)) co_return *std::move(refused);
  KONTOR_CO_TRY(auto condition, condition_of(context.request));
  KONTOR_CO_TRY(const auto before, co_await attached_before(context));
  auto answer = co_await put_bytes(context, context.request.body, std::move(condition));
  if (answer && answer->status < 300 && !before.empty()) {
    auto gone = before;
    for (const auto& id : managed_ids(context.request.body)) gone.erase(id);
    co_await drop_attachments(*context.account, std::move(gone));
  }
  co_return answer;
}

Task<Answer> put_bytes(Context& context, std::string bytes, store::ObjectCondition condition) {
  const auto& resource = context.resource;
  auto keys = check_content(context, resource, bytes);
  if (!keys) co_return std::move(keys).error();
  store::NewObject object;
  object.name = resource.name;
  object.bytes = std::move(bytes);
  object.keys = *keys;
  const auto folder = resource.folder->info().id;
  if (auto* scheduler = scheduler_for(context, resource)) {
    scheduling::Change change;
    change.by = acting(context, resource);
    change.account = context.account;
    change.folder = folder;
    change.name = object.name;
    change.bytes = std::move(object.bytes);
    change.keys = *std::move(keys);
    change.condition = std::move(condition);
    change.schedule_tag = wanted_schedule_tag(context.request);
    co_return co_await put_scheduled(context, *scheduler, std::move(change));
  }
  const auto put =
      co_await context.account->put_object(folder, std::move(object), std::move(condition));
  if (!put) co_return refuse_put(context, put.error(), keys->uid);
  auto out = bare(put->created ? 201 : 204);
  out.fields.push_back({"ETag", '"' + put->guid.text() + '"'});
  co_return out;
}

}  // namespace kontor::dav
