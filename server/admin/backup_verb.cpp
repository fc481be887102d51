// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl backup: accounts beside the running server into a folder or a tar
// (docs/formats/backup.md). The server is asked for the names of people alone; files are read as
// they lie there.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>
#include <set>
#include <thread>

#include "base/config/load.hpp"
#include "base/config/values.hpp"
#include "base/core/text.hpp"
#include "server/admin/backup/saver.hpp"
#include "server/admin/backup/server_state.hpp"
#include "server/admin/backup_verbs.hpp"
#include "server/admin/client.hpp"
#include "server/admin/progress.hpp"
#include "store/mailbox/account_index.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using backup::Manifest;
using backup::SavedAccount;

constexpr std::uint64_t k_max_small_file = 128U << 20U;  // a file of the audit log is half of it

struct Wanted {
  store::AccountId id;
  std::string address;
  std::string name;
};

std::string text_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

Answer ask(const Client& client, std::string verb, std::vector<std::string> arguments = {}) {
  return ask_server(client.data_folder, {std::move(verb), {std::move(arguments), {}, {}}});
}

// Everybody with a mailbox, as the server names them. Without a server: the folders that are there.
Result<std::vector<Wanted>> list_accounts(const Client& client, bool is_needed) {
  const auto answer = ask(client, "accounts list");
  if (!answer && (is_needed || answer.error().code() != Errc::unavailable))
    return fail(answer.error());
  std::vector<Wanted> out;
  if (!answer) {
    KONTOR_TRY(const auto found, store::find_account_folders(io::real_file_system(),
                                                             client.data_folder + "/accounts"));
    for (const auto& id : found) out.push_back({id, {}, {}});
    return out;
  }
  if (!answer->is_array()) return fail(Errc::bad_input, "this server is of another version");
  for (const auto& row : answer->as_array()) {
    const auto* object = row.if_object();
    if (object == nullptr) continue;
    if (const auto id = Uuid::parse(text_of(*object, "account")))
      out.push_back({*id, text_of(*object, "address"), text_of(*object, "name")});
  }
  return out;
}

Result<std::vector<Wanted>> one_account(const Client& client, const std::string& name) {
  const auto answer = ask(client, "accounts show", {name});
  if (!answer) {
    const auto id = Uuid::parse(name);
    if (!id || answer.error().code() != Errc::unavailable) return fail(answer.error());
    return std::vector<Wanted>{{*id, {}, {}}};  // the server need not run for an id
  }
  const auto* row = answer->if_object();
  const auto id = Uuid::parse(row == nullptr ? "" : text_of(*row, "account"));
  if (!id) return fail(Errc::not_found, name + " has no mailbox yet: there is nothing to save");
  return std::vector<Wanted>{{*id, text_of(*row, "address"), text_of(*row, "name")}};
}

class Backup {
 public:
  Backup(const Client& client, const Request& request)
      : client_(client),
        options_(request.options),
        data_(client.data_folder),
        progress_(client.progress, client.is_terminal, 0, system_clock()) {}

  Result<Finding> run() {
    KONTOR_TRY(check_options());
    KONTOR_TRY(find_wanted());
    KONTOR_TRY(const auto lock, hold());
    KONTOR_TRY(read_earlier());
    KONTOR_TRY(open_target());
    manifest_.begun = system_clock().now();
    const auto saved = save();
    progress_.finish({saved_, saver_->tally().bytes});
    if (!saved) return fail(advice(saved.error()));
    KONTOR_TRY(finish());
    return finding();
  }

 private:
  bool has(const std::string& option) const { return options_.contains(option); }
  std::string option(const std::string& name) const {
    const auto found = options_.find(name);
    return found == options_.end() ? std::string() : found->second;
  }
  static Error advice(const Error& error) {
    return Error(error.code(),
                 error.detail() + "; run it again: what was saved is not read a second time");
  }

  Result<void> check_options() {
    if (has("--person") + has("--domain") + has("--all") != 1)
      return fail(Errc::bad_input, "say what to save: one of --person, --domain and --all");
    if (has("--to") + has("--tar") != 1)
      return fail(Errc::bad_input, "say where to: --to FOLDER, or --tar FILE (- is the output)");
    to_tar_ = has("--tar") || option("--to") == "-";
    target_name_ = has("--tar") ? option("--tar") : option("--to");
    while (target_name_.size() > 1 && target_name_.ends_with('/')) target_name_.pop_back();
    if (has("--compress") && (!to_tar_ || option("--compress") != "zstd"))
      return fail(Errc::bad_input, "--compress zstd is for a tar; a folder keeps logs as they are");
    if (has("--rate")) {
      KONTOR_TRY(rate_, config::parse_size(option("--rate")));
    }
    return {};
  }

  Result<void> find_wanted() {
    if (has("--person")) {
      manifest_.scope = "account " + option("--person");
      KONTOR_TRY(wanted_, one_account(client_, option("--person")));
      return {};
    }
    KONTOR_TRY(wanted_, list_accounts(client_, has("--domain")));
    manifest_.scope = "all";
    if (!has("--domain")) return {};
    manifest_.scope = "domain " + option("--domain");
    const auto ending = "@" + to_lower(option("--domain"));
    std::erase_if(wanted_,
                  [&](const Wanted& one) { return !to_lower(one.address).ends_with(ending); });
    if (wanted_.empty())
      return fail(Errc::not_found, "nobody with a mailbox has an address in " + option("--domain"));
    return {};
  }

  // While it is held, no log that was replaced is unlinked; one backup at a time.
  Result<std::unique_ptr<io::FileLock>> hold() {
    constexpr int k_attempts = 50;  // the server looks whether it is held, shortly
    for (int attempt = 1;; ++attempt) {
      auto lock = files_.lock(data_ + "/backup.lock");
      if (lock || lock.error().code() != Errc::busy || attempt == k_attempts) {
        if (!lock && lock.error().code() == Errc::busy)
          return fail(Errc::busy, "another backup of this data folder is under way");
        return lock;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  Result<void> read_earlier() {
    if (has("--full")) return {};
    if (const auto since = option("--since"); !since.empty()) {
      const auto info = files_.stat(since);
      if (!info) return fail(Error(info.error()).while_doing("--since " + since));
      if (info->directory) {
        since_folder_ = since;
        KONTOR_TRY(earlier_, backup::read_manifest(files_, since));
      } else {
        KONTOR_TRY(const auto text, io::read_file(files_, since, backup::k_max_manifest));
        KONTOR_TRY(earlier_, backup::parse_manifest(text));
      }
      if (since_folder_.empty() && !to_tar_)
        return fail(Errc::bad_input, "for a folder, --since names the folder of a backup");
      return {};
    }
    if (to_tar_) return {};
    auto own = backup::read_manifest(files_, target_name_);
    if (!own && own.error().code() != Errc::not_found)
      return fail(Error(own.error()).while_doing(target_name_ + " (--full begins anew)"));
    if (own) {
      earlier_ = *std::move(own);
      goes_on_ = true;
    }
    return {};
  }

  Result<void> open_target() {
    if (to_tar_) {
      KONTOR_TRY(target_, backup::tar_target(target_name_, has("--compress")));
    } else {
      target_ = backup::folder_target(files_, target_name_, since_folder_);
    }
    const auto advance = [this](const backup::Tally& tally) {
      progress_.update({saved_, tally.bytes});
    };
    saver_ = std::make_unique<backup::Saver>(files_, *target_, backup::Pace(rate_), advance);
    return {};
  }

  Result<void> save() {
    auto owners = store::read_account_index(files_, data_ + "/accounts");
    std::ranges::sort(wanted_, {}, &Wanted::id);
    if (has("--all")) {
      KONTOR_TRY(save_state(backup::collector_files(files_, data_), "the collector"));
    }
    for (const auto& one : wanted_) {
      const auto name = "accounts/" + one.id.hex().substr(0, 2) + '/' + one.id.text();
      const auto* before = backup::find_account(earlier_, one.id);
      auto logs =
          saver_->save_logs(data_ + '/' + name, name, before == nullptr ? nullptr : &before->logs);
      if (!logs && saver_->target_failed()) return fail(logs.error());
      if (!logs) {
        note(one.address.empty() ? one.id.text() : one.address, logs.error().text());
        if (before != nullptr) manifest_.accounts.push_back(*before);
        continue;
      }
      manifest_.accounts.push_back(
          {one.id, one.address, one.name, owners[one.id], system_clock().now(), *std::move(logs)});
      ++saved_;
    }
    if (goes_on_) keep_others();
    if (has("--all")) return save_rest();
    if (goes_on_) {
      manifest_.queue = earlier_.queue;
      manifest_.files = earlier_.files;
    }
    return {};
  }

  // Accounts that a folder holds and that are not there any more, or not asked for.
  void keep_others() {
    std::set<store::AccountId> there;
    for (const auto& account : manifest_.accounts) there.insert(account.id);
    for (auto& account : earlier_.accounts)
      if (!there.contains(account.id)) manifest_.accounts.push_back(account);
    std::ranges::sort(manifest_.accounts, {}, &SavedAccount::id);
    if (earlier_.scope == "all") manifest_.scope = "all";
  }

  Result<void> save_rest() {
    KONTOR_TRY(save_state(backup::untold_files(files_, data_), "untold"));
    auto queue = saver_->save_logs(data_ + "/queue", "queue", &earlier_.queue);
    if (queue) {
      manifest_.queue = *std::move(queue);
    } else if (saver_->target_failed()) {
      return fail(queue.error());
    } else if (queue.error().code() != Errc::not_found) {
      note("queue", queue.error().text());
    }
    std::string ldif = data_ + "/directory.ldif";
    const auto dumped = ask(client_, "config dump", {"changed"});
    if (dumped && dumped->is_object()) {
      const auto text = text_of(dumped->as_object(), "settings");
      KONTOR_TRY(save_file("settings/kontor.toml", text));
      const auto settings = config::parse_settings(text, "settings");
      if (settings && !settings->directory.local_file.empty())
        ldif = settings->directory.local_file;
      if (settings) manifest_.server = settings->server.name;
    } else {
      note("settings", "the server does not run: its settings are not saved");
    }
    KONTOR_TRY(save_kept(ldif, "directory/directory.ldif"));
    KONTOR_TRY(save_kept(data_ + "/policies", "settings/policies"));
    KONTOR_TRY(save_kept(data_ + "/app-passwords", "settings/app-passwords"));
    return save_state(backup::state_files(files_, data_), "the server's own files");
  }

  // Files of the server's own, under their names in the data folder.
  Result<void> save_state(const Result<std::vector<backup::StateFile>>& found,
                          const std::string& what) {
    if (!found) {
      note(what, found.error().text());
      return {};
    }
    for (const auto& file : *found) {
      const auto row = std::ranges::find(earlier_.files, file.name, &backup::SavedFile::name);
      const auto info = files_.stat(data_ + '/' + file.name);
      if (file.is_constant && row != earlier_.files.end() && info && info->size == row->size) {
        KONTOR_TRY(const auto kept, saver_->keep(*row));
        if (kept) manifest_.files.push_back(*kept);
        if (kept) continue;
      }
      KONTOR_TRY(save_kept(data_ + '/' + file.name, file.name));
    }
    return {};
  }

  // A file of the server's own that need not be there.
  Result<void> save_kept(const std::string& path, const std::string& name) {
    const auto bytes = io::read_file(files_, path, k_max_small_file);
    if (bytes) return save_file(name, *bytes);
    if (bytes.error().code() != Errc::not_found) note(path, bytes.error().text());
    return {};
  }

  Result<void> save_file(const std::string& name, std::string_view bytes) {
    KONTOR_TRY(auto saved, saver_->save_bytes(name, bytes));
    manifest_.files.push_back(std::move(saved));
    return {};
  }

  Result<void> finish() {
    manifest_.ended = system_clock().now();
    const auto text = backup::print_manifest(manifest_);
    if (const auto finished = target_->finish(text); !finished)
      return fail(advice(finished.error()));
    if (has("--manifest")) {
      KONTOR_TRY(io::write_file_durably(files_, option("--manifest"), text));
    }
    if (!goes_on_) return {};
    std::set<std::string> named;
    for (const auto* file : backup::all_files(manifest_)) named.insert(file->name);
    for (const auto* file : backup::all_files(earlier_)) {
      if (named.contains(file->name)) continue;
      KONTOR_TRY(target_->remove(file->name));
    }
    return {};
  }

  void note(std::string where, std::string why) {
    json::object row;
    row["where"] = to_valid_utf8(where);
    row["why"] = to_valid_utf8(why);
    problems_.emplace_back(std::move(row));
  }

  Finding finding() {
    const auto& tally = saver_->tally();
    json::object out;
    out["scope"] = manifest_.scope;
    out["to"] = target_name_;
    out["incremental"] = !earlier_.accounts.empty();
    out["accounts"] = saved_;
    out["files"] = tally.files;
    out["bytes"] = tally.bytes;
    out["copied_bytes"] = tally.copied;
    out["kept_bytes"] = tally.kept;
    out["milliseconds"] = progress_.elapsed().count();
    const bool good = problems_.empty();
    out["complete"] = good;
    if (!good) out["problems"] = std::move(problems_);
    Finding finding{std::move(out), {}, good};
    finding.beside_output = to_tar_ && target_name_ == "-";
    return finding;
  }

  const Client& client_;
  const std::map<std::string, std::string>& options_;
  std::string data_;
  io::FileSystem& files_ = io::real_file_system();
  Progress progress_;
  std::vector<Wanted> wanted_;
  Manifest manifest_, earlier_;
  std::string target_name_, since_folder_;
  bool to_tar_ = false;
  bool goes_on_ = false;  // the target's own earlier backup
  std::uint64_t rate_ = 0;
  std::unique_ptr<backup::Target> target_;
  std::unique_ptr<backup::Saver> saver_;
  std::uint64_t saved_ = 0;  // accounts
  json::array problems_;
};

}  // namespace

Result<Finding> backup_make(const Client& client, Request request) {
  return Backup(client, request).run();
}

}  // namespace kontor::admin
