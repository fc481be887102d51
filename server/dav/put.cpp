// SPDX-License-Identifier: GPL-3.0-or-later
// PUT (RFC 4918, 9.7; RFC 4791, 5.3.2; RFC 6352, 6.3.2): the bytes are kept as they are, or the old
// object stays.
#include "base/core/text.hpp"
#include "server/dav/content.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"

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
  return check_type(context, resource.folder_class());
}

}  // namespace

Task<Answer> do_put(Context& context) {
  if (auto refused = refuse_place(context)) co_return *std::move(refused);
  const auto& resource = context.resource;
  KONTOR_CO_TRY(auto condition, condition_of(context.request));
  auto keys = check_content(context, resource, context.request.body);
  if (!keys) co_return std::move(keys).error();
  store::NewObject object;
  object.name = resource.name;
  object.bytes = context.request.body;
  object.keys = *keys;
  const auto folder = resource.folder->info().id;
  const auto put =
      co_await context.account->put_object(folder, std::move(object), std::move(condition));
  if (!put && put.error().code() == Errc::exists) co_return refuse_uid(context, keys->uid);
  if (!put && put.error().code() == Errc::over_quota)
    co_return refusal(507, dav_name("quota-not-exceeded"));
  if (!put && put.error().code() == Errc::bad_input)
    co_return http::wire::plain(403, "no object can have this name");
  if (!put) co_return fail(put.error());
  auto out = bare(put->created ? 201 : 204);
  out.fields.push_back({"ETag", '"' + put->guid.text() + '"'});
  co_return out;
}

}  // namespace kontor::dav
