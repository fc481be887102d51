// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/import_batch.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/admin/frame.hpp"
#include "server/admin/sources/folders.hpp"
#include "server/admin/sources/marks.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::int64_t k_last_second = 253'402'300'799;  // of the year 9999

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

json::object head_of(const BatchMessage& message) {
  json::object row;
  row["size"] = message.raw.size();
  if (message.flags != 0) row["flags"] = sources::letters_of(message.flags);
  if (!message.keywords.empty()) row["keywords"] = texts(message.keywords);
  if (message.date) row["date"] = message.date->time_since_epoch().count();
  if (!message.guid.is_nil()) row["guid"] = message.guid.text();
  if (!message.homes.empty()) row["homes"] = texts(message.homes);
  if (!message.name.empty()) {
    row["name"] = message.name;
    row["object"] = json::object{{"uid", message.keys.uid},
                                 {"kind", static_cast<unsigned>(message.keys.kind)},
                                 {"begin", message.keys.begin.time_since_epoch().count()},
                                 {"end", message.keys.end.time_since_epoch().count()}};
  }
  return row;
}

template <class T>
Result<T> number_of(const json::value& value, T most) {
  json::error_code error;
  const auto number = value.to_number<T>(error);
  if (error || number > most) return fail(Errc::bad_input, "a number that is none");
  return number;
}

Result<store::FlagBits> flags_of(const json::value& value) {
  if (!value.is_string()) return fail(Errc::bad_input, "flags that are no text");
  store::FlagBits flags = 0;
  for (const char c : value.as_string()) {
    const auto flag = sources::flag_of(c);
    if (flag == 0) return fail(Errc::bad_input, "an unknown flag");
    flags |= flag;
  }
  return flags;
}

Result<std::vector<std::string>> texts_of(const json::value& value) {
  if (!value.is_array()) return fail(Errc::bad_input, "texts that are no list");
  std::vector<std::string> out;
  for (const auto& text : value.as_array()) {
    if (!text.is_string()) return fail(Errc::bad_input, "a keyword or name that is no text");
    out.emplace_back(text.as_string().data(), text.as_string().size());
  }
  return out;
}

Result<std::string> text_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  if (value == nullptr || !value->is_string()) return fail(Errc::bad_input, "a text is missing");
  return std::string(value->as_string().data(), value->as_string().size());
}

Result<UtcSeconds> moment_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  if (value == nullptr) return fail(Errc::bad_input, "a time is missing");
  KONTOR_TRY(const auto seconds, number_of<std::int64_t>(*value, k_last_second));
  return UtcSeconds(std::chrono::seconds(seconds));
}

Result<store::ObjectKeys> keys_of(const json::value& value) {
  if (!value.is_object()) return fail(Errc::bad_input, "an object that is none");
  const auto& row = value.as_object();
  store::ObjectKeys out;
  KONTOR_TRY(out.uid, text_of(row, "uid"));
  KONTOR_TRY(out.begin, moment_of(row, "begin"));
  KONTOR_TRY(out.end, moment_of(row, "end"));
  const auto* kind = row.if_contains("kind");
  if (kind == nullptr) return fail(Errc::bad_input, "an object without a kind");
  KONTOR_TRY(const auto number,
             number_of<unsigned>(*kind, static_cast<unsigned>(store::k_last_object_kind)));
  out.kind = static_cast<store::ObjectKind>(number);
  return out;
}

// Of a batch of objects.
Result<void> take_class(const json::object& head, ImportBatch& out) {
  const auto* value = head.if_contains("class");
  if (value == nullptr) return {};
  KONTOR_TRY(const auto number,
             number_of<unsigned>(*value, static_cast<unsigned>(store::FolderClass::notes)));
  out.folder_class = static_cast<store::FolderClass>(number);
  const auto* notes = head.if_contains("annotations");
  if (notes == nullptr) return {};
  if (!notes->is_object()) return fail(Errc::bad_input, "annotations that are none");
  for (const auto& field : notes->as_object()) {
    KONTOR_TRY(out.annotations[std::string(field.key())], text_of(notes->as_object(), field.key()));
  }
  return {};
}

// Takes the message's bytes from the front of `bytes`.
Result<BatchMessage> message_of(const json::value& value, std::string_view& bytes) {
  if (!value.is_object()) return fail(Errc::bad_input, "a message that is no object");
  const auto& row = value.as_object();
  const auto* size = row.if_contains("size");
  if (size == nullptr) return fail(Errc::bad_input, "a message without a size");
  KONTOR_TRY(const auto length, number_of<std::uint64_t>(*size, bytes.size()));
  BatchMessage out;
  out.raw = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (const auto* flags = row.if_contains("flags")) {
    KONTOR_TRY(out.flags, flags_of(*flags));
  }
  if (const auto* keywords = row.if_contains("keywords")) {
    KONTOR_TRY(out.keywords, texts_of(*keywords));
  }
  if (const auto* date = row.if_contains("date")) {
    KONTOR_TRY(const auto seconds, number_of<std::int64_t>(*date, k_last_second));
    out.date = UtcSeconds(std::chrono::seconds(std::max<std::int64_t>(seconds, 0)));
  }
  if (const auto* guid = row.if_contains("guid")) {
    if (!guid->is_string()) return fail(Errc::bad_input, "a guid that is no text");
    KONTOR_TRY(out.guid, Uuid::parse({guid->as_string().data(), guid->as_string().size()}));
  }
  if (const auto* homes = row.if_contains("homes")) {
    KONTOR_TRY(out.homes, texts_of(*homes));
  }
  if (const auto* object = row.if_contains("object")) {
    KONTOR_TRY(out.keys, keys_of(*object));
    KONTOR_TRY(out.name, text_of(row, "name"));
  }
  return out;
}

Result<json::object> parse_head(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !value.is_object()) return fail(Errc::bad_input, "not a JSON object");
  return std::move(value).as_object();
}

}  // namespace

std::string print_batch(const ImportBatch& batch) {
  json::object head;
  head["folder"] = batch.folder;
  if (batch.use != store::SpecialUse::none) head["use"] = sources::name_of(batch.use);
  if (!batch.subscribed) head["subscribed"] = false;
  if (batch.folder_class != store::FolderClass::mail)
    head["class"] = static_cast<unsigned>(batch.folder_class);
  if (!batch.annotations.empty()) {
    json::object notes;
    for (const auto& [entry, value] : batch.annotations) notes[entry] = value;
    head["annotations"] = std::move(notes);
  }
  json::array rows;
  std::size_t bytes = 0;
  for (const auto& message : batch.messages) {
    rows.emplace_back(head_of(message));
    bytes += message.raw.size();
  }
  head["messages"] = std::move(rows);
  const auto text = json::serialize(head);
  std::string out;
  out.reserve(k_frame_header + text.size() + bytes);
  out.append(make_frame(text).value_or(""));
  for (const auto& message : batch.messages) out.append(message.raw);
  return out;
}

Result<ImportBatch> parse_batch(std::string_view content) {
  KONTOR_TRY(const auto length, frame_length(content.substr(0, k_frame_header), content.size()));
  content.remove_prefix(k_frame_header);
  if (length > content.size()) return fail(Errc::bad_input, "a batch that ends in its head");
  KONTOR_TRY(const auto head, parse_head(content.substr(0, length)));
  content.remove_prefix(length);
  const auto* folder = head.if_contains("folder");
  const auto* messages = head.if_contains("messages");
  if (folder == nullptr || !folder->is_string() || messages == nullptr || !messages->is_array())
    return fail(Errc::bad_input, "a batch without folder or messages");
  if (messages->as_array().size() > k_max_batch_messages)
    return fail(Errc::limit, "too many messages in a batch");
  ImportBatch out;
  out.folder.assign(folder->as_string().data(), folder->as_string().size());
  if (const auto* use = head.if_contains("use"); use != nullptr && use->is_string())
    out.use = sources::use_of_word({use->as_string().data(), use->as_string().size()});
  if (const auto* subscribed = head.if_contains("subscribed"))
    out.subscribed = !subscribed->is_bool() || subscribed->as_bool();
  KONTOR_TRY(take_class(head, out));
  for (const auto& row : messages->as_array()) {
    KONTOR_TRY(auto message, message_of(row, content));
    out.messages.push_back(std::move(message));
  }
  if (!content.empty()) return fail(Errc::bad_input, "bytes after the last message");
  return out;
}

json::value print_batch_result(const BatchResult& result) {
  json::object out;
  out["stored"] = result.stored;
  out["present"] = result.present;
  json::array refused;
  for (const auto& one : result.refused) {
    json::object row;
    row["index"] = one.index;
    row["why"] = one.why;
    refused.emplace_back(std::move(row));
  }
  out["refused"] = std::move(refused);
  return out;
}

Result<BatchResult> parse_batch_result(const json::value& value) {
  const auto* object = value.if_object();
  const auto* stored = object == nullptr ? nullptr : object->if_contains("stored");
  const auto* present = object == nullptr ? nullptr : object->if_contains("present");
  const auto* refused = object == nullptr ? nullptr : object->if_contains("refused");
  if (stored == nullptr || present == nullptr || refused == nullptr || !refused->is_array())
    return fail(Errc::bad_input, "not an answer to a batch");
  BatchResult out;
  KONTOR_TRY(out.stored, number_of<std::uint64_t>(*stored, k_max_batch_messages));
  KONTOR_TRY(out.present, number_of<std::uint64_t>(*present, k_max_batch_messages));
  for (const auto& row : refused->as_array()) {
    const auto* one = row.if_object();
    const auto* index = one == nullptr ? nullptr : one->if_contains("index");
    const auto* why = one == nullptr ? nullptr : one->if_contains("why");
    if (index == nullptr || why == nullptr || !why->is_string())
      return fail(Errc::bad_input, "not an answer to a batch");
    KONTOR_TRY(const auto number, number_of<std::size_t>(*index, k_max_batch_messages - 1));
    out.refused.push_back({number, std::string(why->as_string().data(), why->as_string().size())});
  }
  return out;
}

}  // namespace kontor::admin
