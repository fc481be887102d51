// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/imap_source/progress_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"

namespace kontor::admin::imap_source {
namespace {

namespace json = boost::json;

std::uint32_t number_of(const json::object& row, std::string_view name) {
  const auto* value = row.if_contains(name);
  json::error_code error;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint32_t>(error);
  return error ? 0 : number;
}

FolderProgress folder_of(const json::object& row) {
  FolderProgress out;
  out.uid_validity = number_of(row, "uid_validity");
  out.last_uid = number_of(row, "last_uid");
  const auto* refused = row.if_contains("refused");
  if (refused == nullptr || !refused->is_array()) return out;
  for (const auto& uid : refused->as_array()) {
    json::error_code error;
    const auto number = uid.to_number<std::uint32_t>(error);
    if (!error && number > 0 && number <= out.last_uid) out.refused.insert(number);
  }
  return out;
}

}  // namespace

std::string print_progress(const ImportProgress& progress) {
  json::object folders;
  for (const auto& [name, folder] : progress.folders) {
    json::array refused;
    for (const auto uid : folder.refused) refused.emplace_back(uid);
    // Names are the peer's bytes.
    folders[hex_encode(name)] = json::object{{"uid_validity", folder.uid_validity},
                                             {"last_uid", folder.last_uid},
                                             {"refused", std::move(refused)}};
  }
  return json::serialize(json::object{{"version", 1},
                                      {"source", to_valid_utf8(progress.source)},
                                      {"folders", std::move(folders)}}) +
         '\n';
}

Result<ImportProgress> parse_progress(std::string_view text) {
  json::error_code error;
  const auto value = json::parse({text.data(), text.size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr || number_of(*object, "version") != 1)
    return fail(Errc::bad_input, "not the state of an import");
  ImportProgress out;
  if (const auto* source = object->if_contains("source"); source != nullptr && source->is_string())
    out.source = std::string(source->as_string());
  const auto* folders = object->if_contains("folders");
  if (folders == nullptr || !folders->is_object()) return out;
  for (const auto& field : folders->as_object()) {
    const auto name = hex_decode(std::string_view(field.key().data(), field.key().size()));
    const auto* row = field.value().if_object();
    if (name && row != nullptr) out.folders[*name] = folder_of(*row);
  }
  return out;
}

}  // namespace kontor::admin::imap_source
