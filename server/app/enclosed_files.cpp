// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/enclosed_files.hpp"

#include <map>
#include <optional>

#include "base/core/uuid.hpp"
#include "calendar/ical/object.hpp"
#include "server/dav/attachments.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::app {
namespace {

using calendar::Property;

bool is_invitation(calendar::Method method) {
  return method == calendar::Method::request || method == calendar::Method::add ||
         method == calendar::Method::publish;
}

// The path of an attachment of ours; nothing: the property names something else.
std::optional<dav::AttachmentName> name_in(const Property& property) {
  if (property.name != "ATTACH" || property.parameter("MANAGED-ID").empty()) return std::nullopt;
  const auto at = property.value.find(dav::k_attachments);
  if (at == std::string::npos) return std::nullopt;
  return dav::parse_attachment_path(std::string_view(property.value).substr(at));
}

std::string uid_of(const calendar::Component& calendar) {
  for (const auto& part : calendar.components)
    if (!part.value("UID").empty()) return std::string(part.value("UID"));
  return {};
}

class Encloser {
 public:
  Encloser(FilesWanted wanted, std::string uid)
      : wanted_(std::move(wanted)), uid_(std::move(uid)), left_(wanted_.most_bytes) {}

  // The Content-ID of a file that goes along.
  Task<std::optional<std::string>> add(dav::AttachmentName name, std::string shown_name) {
    const auto known = known_.find(name.id);
    if (known != known_.end()) co_return known->second;
    auto file = co_await read(name);
    const bool fits = file && file->bytes.size() <= left_;
    std::optional<std::string> content_id;
    if (fits) {
      left_ -= file->bytes.size();
      content_id = name.id + "@attachments.kontor";
      out_.files.push_back({*content_id, file->type, file->file_name, std::move(file->bytes)});
    } else {
      out_.left_out.push_back(file ? file->file_name : std::move(shown_name));
    }
    known_.emplace(std::move(name.id), content_id);
    co_return content_id;
  }

  EnclosedFiles take() { return std::move(out_); }

 private:
  Task<std::optional<dav::Attachment>> read(const dav::AttachmentName& name) const {
    if (!wanted_.store.info(name.account)) co_return std::nullopt;
    const auto account = co_await wanted_.store.open(name.account);
    if (!account) co_return std::nullopt;
    const auto view = (*account)->view();
    const auto stored = dav::find_attachment(view, name.id);
    if (!stored || stored->uid != uid_ || !co_await is_organized(**account)) co_return std::nullopt;
    const auto bytes = co_await (*account)->read_message(stored->item);
    if (!bytes) co_return std::nullopt;
    co_return dav::parse_attachment(*bytes);
  }

  // Is it the writer's own event, and not one that only has the same UID?
  Task<bool> is_organized(store::Account& account) const {
    const auto event = scheduling::find_by_uid(account.view(), uid_);
    if (!event) co_return false;
    const auto bytes = co_await account.read_message(event->item.id);
    const auto object = calendar::read_object(bytes ? *bytes : std::string());
    const auto organizer = object ? object->organizer() : std::nullopt;
    if (!organizer) co_return false;
    const auto who = scheduling::find_addressee(
        *wanted_.people, {}, calendar::calendar_address(organizer->address), wanted_.now);
    co_return who.where == scheduling::Where::here&& who.principal->id == wanted_.organizer;
  }

  FilesWanted wanted_;
  std::string uid_;
  std::uint64_t left_;
  std::map<std::string, std::optional<std::string>> known_;
  EnclosedFiles out_;
};

}  // namespace

Task<EnclosedFiles> enclose_files(calendar::SchedulingMessage& message, FilesWanted wanted) {
  const bool is_wanted = is_invitation(message.method);
  Encloser encloser(std::move(wanted), uid_of(message.calendar));
  for (auto& part : message.calendar.components) {
    std::vector<Property> properties;
    for (auto& property : part.properties) {
      auto name = name_in(property);
      if (name && !is_wanted) continue;
      if (name) {
        const auto content_id =
            co_await encloser.add(*std::move(name), std::string(property.parameter("FILENAME")));
        if (!content_id) continue;
        property.value = "CID:" + *content_id;
        property.set("MANAGED-ID", "");
      }
      properties.push_back(std::move(property));
    }
    part.properties = std::move(properties);
  }
  co_return encloser.take();
}

}  // namespace kontor::app
