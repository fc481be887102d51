// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/attachments.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/content.hpp"
#include "base/mime/letter.hpp"
#include "server/dav/path.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::dav {
namespace {

constexpr std::string_view k_type_field = "Content-Type: ", k_name_field = "Filename: ";
constexpr std::string_view k_any_type = "application/octet-stream";
constexpr std::size_t k_longest_name = 255, k_longest_type = 255;

bool is_token(std::string_view text) {
  constexpr std::string_view k_more = "!#$&-^_.+";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || k_more.contains(c);
  });
}

std::string good_type(std::string_view value) {
  auto type = to_lower(trim(value.substr(0, value.find(';'))));
  const auto slash = type.find('/');
  const bool is_good = slash != std::string::npos && type.size() <= k_longest_type &&
                       is_token(type.substr(0, slash)) && is_token(type.substr(slash + 1));
  return is_good ? type : std::string(k_any_type);
}

// One level of a path, without what no file name has.
std::string good_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  std::string out;
  if (is_utf8(name))
    for (const char c : name)
      if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '"') out += c;
  out = mime::beginning(trim(out), k_longest_name);
  return out.empty() || out == "." || out == ".." ? "attachment" : out;
}

std::string key_of(std::string_view id, std::string_view uid) {
  return std::string(id).append(" ").append(uid);
}

std::string_view uid_in(std::string_view key) {
  const auto blank = key.find(' ');
  return blank == std::string_view::npos ? std::string_view() : key.substr(blank + 1);
}

std::shared_ptr<const store::FolderView> open_folder(const store::AccountView& view) {
  const auto folder = view.find_folder(k_attachment_folder);
  return folder ? view.open(folder->id) : nullptr;
}

template <class Visit>
void for_each_attachment(const store::AccountView& view, const Visit& visit) {
  const auto folder = open_folder(view);
  if (folder == nullptr) return;
  folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
    if (const auto* object = folder->object(entry.uid)) visit(*object);
  });
}

Task<Result<store::FolderId>> make_folder(store::Account& account) {
  if (const auto found = account.view().find_folder(k_attachment_folder)) co_return found->id;
  store::FolderOptions options;
  options.folder_class = store::FolderClass::notes;
  auto made = co_await account.create_folder(std::string(k_attachment_folder), options);
  if (made || made.error().code() != Errc::exists) co_return made;
  const auto found = account.view().find_folder(k_attachment_folder);
  if (!found) co_return fail(Errc::not_found, "the folder of attachments is gone");
  co_return found->id;
}

void collect(const calendar::Component& component, std::set<std::string>& out) {
  for (const auto& property : component.properties)
    if (property.name == "ATTACH")
      if (const auto id = property.parameter("MANAGED-ID"); !id.empty()) out.emplace(id);
  for (const auto& inner : component.components) collect(inner, out);
}

}  // namespace

Attachment attachment_of(std::string_view type, std::string_view disposition, std::string bytes) {
  Attachment out;
  out.type = good_type(type);
  for (const auto& parameter : mime::parse_parametrized(disposition).parameters)
    if (parameter.name == "filename") out.file_name = parameter.value;
  out.file_name = good_name(out.file_name);
  out.bytes = std::move(bytes);
  return out;
}

std::string format_attachment(const Attachment& attachment) {
  std::string out;
  out.append(k_type_field).append(attachment.type).append("\r\n");
  out.append(k_name_field).append(attachment.file_name).append("\r\n\r\n");
  return out + attachment.bytes;
}

std::optional<Attachment> parse_attachment(std::string_view stored) {
  const auto take = [&](std::string_view field) -> std::optional<std::string> {
    const auto end = stored.find("\r\n");
    if (end == std::string_view::npos || !stored.starts_with(field)) return std::nullopt;
    std::string value(stored.substr(field.size(), end - field.size()));
    stored.remove_prefix(end + 2);
    return value;
  };
  auto type = take(k_type_field);
  auto name = type ? take(k_name_field) : std::nullopt;
  if (!name || !stored.starts_with("\r\n")) return std::nullopt;
  return Attachment{*std::move(type), *std::move(name), std::string(stored.substr(2))};
}

Task<Result<std::string>> keep_attachment(store::Account& account,
                                          std::string uid,
                                          Attachment attachment) {
  KONTOR_CO_TRY(const auto folder, co_await make_folder(account));
  store::NewObject object;
  object.name = Uuid::random().text();
  object.bytes = format_attachment(attachment);
  object.keys.uid = key_of(object.name, uid);
  auto id = object.name;
  KONTOR_CO_TRY(co_await account.put_object(folder, std::move(object), {}));
  co_return id;
}

Task<void> drop_attachments(store::Account& account, std::set<std::string> ids) {
  const auto folder = account.view().find_folder(k_attachment_folder);
  if (!folder) co_return;
  for (const auto& id : ids)
    static_cast<void>((co_await account.remove_object(folder->id, id, {})).has_value());
}

Task<void> drop_orphans(store::Account& account) {
  const auto view = account.view();
  std::set<std::string> gone;
  for_each_attachment(view, [&](const store::StoredObject& object) {
    if (!scheduling::find_by_uid(view, uid_in(object.keys.uid))) gone.insert(object.name);
  });
  if (!gone.empty()) co_await drop_attachments(account, std::move(gone));
}

bool has_attachments(const store::AccountView& view, std::string_view uid) {
  bool found = false;
  for_each_attachment(view, [&](const store::StoredObject& object) {
    found = found || uid_in(object.keys.uid) == uid;
  });
  return found;
}

std::optional<StoredAttachment> find_attachment(const store::AccountView& view,
                                                const std::string& id) {
  const auto folder = open_folder(view);
  const auto* object = folder == nullptr ? nullptr : folder->find_object(id);
  const auto index = object == nullptr ? std::nullopt : folder->index_of(object->uid);
  if (!index) return std::nullopt;
  return StoredAttachment{folder->at(*index).item, std::string(uid_in(object->keys.uid))};
}

std::set<std::string> managed_ids(const calendar::Component& calendar) {
  std::set<std::string> out;
  collect(calendar, out);
  return out;
}

std::set<std::string> managed_ids(std::string_view object) {
  std::set<std::string> out;
  if (const auto components = calendar::read_components(object))
    for (const auto& one : *components) collect(one, out);
  return out;
}

std::string path_of_attachment(const store::AccountId& account,
                               std::string_view id,
                               std::string_view file_name) {
  return std::string(k_attachments) + account.text() + '/' + std::string(id) + '/' +
         encode_segment(file_name);
}

std::optional<AttachmentName> parse_attachment_path(std::string_view path) {
  if (!path.starts_with(k_attachments)) return std::nullopt;
  path.remove_prefix(k_attachments.size());
  const auto parts = split(path, '/');
  if (parts.size() < 2) return std::nullopt;
  const auto account = Uuid::parse(parts[0]);
  const auto id = Uuid::parse(parts[1]);
  if (!account || !id || id->text() != parts[1]) return std::nullopt;
  return AttachmentName{store::AccountId(*account), std::string(parts[1])};
}

}  // namespace kontor::dav
