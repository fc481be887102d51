// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/backup/manifest.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace kontor::admin::backup {
namespace {

namespace json = boost::json;

constexpr std::string_view k_format = "kontor-backup";
constexpr std::uint64_t k_version = 1;

json::array rows_of(const std::vector<SavedFile>& files) {
  json::array out;
  for (const auto& file : files) {
    json::object row{{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}};
    if (file.print != 0) row["print"] = file.print;
    out.emplace_back(std::move(row));
  }
  return out;
}

json::object object_of(const SavedLogs& logs) {
  return {{"files", rows_of(logs.files)},
          {"sure",
           {{"log", logs.sure.end.file},
            {"offset", logs.sure.end.offset},
            {"sequence", logs.sure.sequence},
            {"incarnation", logs.sure.incarnation},
            {"print", logs.sure_print}}}};
}

// Takes fields of an object; the first one that is not there or of another kind is remembered.
class Fields {
 public:
  explicit Fields(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr) problem_ = "no object where one should be";
  }
  std::string text(std::string_view name) {
    const auto* value = find(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) return wrong(name), std::string();
    return {text->data(), text->size()};
  }
  std::uint64_t number(std::string_view name, std::uint64_t most = UINT64_MAX) {
    const auto* value = find(name);
    json::error_code error;
    const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
    if (value == nullptr || error || number > most) return wrong(name), 0;
    return number;
  }
  std::uint32_t word(std::string_view name) {
    return static_cast<std::uint32_t>(number(name, UINT32_MAX));
  }
  UtcSeconds date(std::string_view name) {
    constexpr std::uint64_t k_last_second = 253'402'300'799;  // of the year 9999
    return UtcSeconds(std::chrono::seconds(number(name, k_last_second)));
  }
  Uuid id(std::string_view name) {
    const auto parsed = Uuid::parse(text(name));
    if (!parsed) return wrong(name), Uuid();
    return *parsed;
  }
  const json::value& child(std::string_view name) {
    static const json::value k_nothing;
    const auto* value = find(name);
    if (value == nullptr) return wrong(name), k_nothing;
    return *value;
  }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  Result<void> check() const {
    if (problem_.empty()) return {};
    return fail(Errc::bad_input, problem_);
  }

 private:
  const json::value* find(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }
  void wrong(std::string_view name) {
    if (problem_.empty()) problem_ = std::string(name) + " is missing or wrong";
  }
  const json::object* object_;
  std::string problem_;
};

// A name that leads nowhere but below the backup's folder.
bool is_safe_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.size() > 1'000) return false;
  for (const auto level :
       {std::string_view("/../"), std::string_view("//"), std::string_view("/./")})
    if (("/" + std::string(name) + "/").find(level) != std::string::npos) return false;
  return name.find('\0') == std::string_view::npos;
}

Result<std::vector<SavedFile>> parse_files(const json::value& value) {
  const auto* rows = value.if_array();
  if (rows == nullptr) return fail(Errc::bad_input, "files is no list");
  std::vector<SavedFile> out;
  for (const auto& row : *rows) {
    Fields fields(row);
    SavedFile file;
    file.name = fields.text("name");
    file.size = fields.number("size");
    file.sha256 = fields.text("sha256");
    if (fields.has("print")) file.print = fields.word("print");
    KONTOR_TRY(fields.check());
    if (!is_safe_name(file.name)) return fail(Errc::bad_input, "a file name that leads elsewhere");
    out.push_back(std::move(file));
  }
  return out;
}

Result<SavedLogs> parse_logs(const json::value& value) {
  Fields fields(value);
  SavedLogs out;
  KONTOR_TRY(out.files, parse_files(fields.child("files")));
  Fields sure(fields.child("sure"));
  out.sure.end.file = sure.word("log");
  out.sure.end.offset = sure.number("offset");
  out.sure.sequence = sure.number("sequence");
  out.sure.incarnation = sure.number("incarnation");
  out.sure_print = sure.word("print");
  KONTOR_TRY(fields.check());
  KONTOR_TRY(sure.check());
  return out;
}

Result<SavedAccount> parse_account(const json::value& value) {
  Fields fields(value);
  SavedAccount out;
  out.id = fields.id("account");
  out.address = fields.text("address");
  out.name = fields.text("name");
  out.saved = fields.date("saved");
  Fields owner(fields.child("owner"));
  out.owner = {owner.text("source"), owner.id("guid")};
  KONTOR_TRY(fields.check());
  KONTOR_TRY(owner.check());
  KONTOR_TRY(out.logs, parse_logs(fields.child("logs")));
  return out;
}

}  // namespace

std::string print_manifest(const Manifest& manifest) {
  json::array accounts;
  for (const auto& account : manifest.accounts)
    accounts.emplace_back(json::object{
        {"account", account.id.text()},
        {"address", account.address},
        {"name", account.name},
        {"owner", {{"source", account.owner.source}, {"guid", account.owner.guid.text()}}},
        {"saved", account.saved.time_since_epoch().count()},
        {"logs", object_of(account.logs)}});
  const json::object out{{"format", k_format},
                         {"version", k_version},
                         {"scope", manifest.scope},
                         {"server", manifest.server},
                         {"begun", manifest.begun.time_since_epoch().count()},
                         {"ended", manifest.ended.time_since_epoch().count()},
                         {"accounts", std::move(accounts)},
                         {"queue", object_of(manifest.queue)},
                         {"files", rows_of(manifest.files)}};
  return json::serialize(out) + '\n';
}

Result<Manifest> parse_manifest(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 10;
  const auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return fail(Errc::bad_input, "the manifest is no JSON");
  Fields fields(value);
  if (fields.text("format") != k_format)
    return fail(Errc::bad_input, "this is no manifest of a backup");
  if (fields.number("version") != k_version)
    return fail(Errc::unsupported, "the backup was made by a later version");
  Manifest out;
  out.scope = fields.text("scope");
  out.server = fields.text("server");
  out.begun = fields.date("begun");
  out.ended = fields.date("ended");
  const auto* accounts = fields.child("accounts").if_array();
  KONTOR_TRY(fields.check());
  if (accounts == nullptr) return fail(Errc::bad_input, "accounts is no list");
  for (const auto& row : *accounts) {
    KONTOR_TRY(auto account, parse_account(row));
    out.accounts.push_back(std::move(account));
  }
  std::ranges::sort(out.accounts, {}, &SavedAccount::id);
  KONTOR_TRY(out.queue, parse_logs(fields.child("queue")));
  KONTOR_TRY(out.files, parse_files(fields.child("files")));
  return out;
}

SavedAccount* find_account(Manifest& manifest, const store::AccountId& id) {
  const auto found = std::ranges::lower_bound(manifest.accounts, id, {}, &SavedAccount::id);
  return found != manifest.accounts.end() && found->id == id ? &*found : nullptr;
}

std::vector<const SavedFile*> all_files(const Manifest& manifest) {
  std::vector<const SavedFile*> out;
  const auto add = [&out](const std::vector<SavedFile>& files) {
    for (const auto& file : files) out.push_back(&file);
  };
  for (const auto& account : manifest.accounts) add(account.logs.files);
  add(manifest.queue.files);
  add(manifest.files);
  return out;
}

}  // namespace kontor::admin::backup
