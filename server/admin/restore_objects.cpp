// SPDX-License-Identifier: GPL-3.0-or-later
// What is gone comes back; what is there stays, but with --overwrite, where it becomes as it was.
// Files that events name as managed attachments come along.
#include "server/admin/restore_objects.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

#include "server/admin/mail_sender.hpp"
#include "server/admin/past_mailbox.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using store::FolderClass;

constexpr std::size_t k_max_listed = 1'000;
constexpr std::array<std::string_view, 3> k_spaces{"calendar:", "contacts:", "notes:"};
constexpr std::string_view k_properties = "/dav/prop/";     // docs/formats/frames.md
constexpr std::string_view k_files = "attachment:managed";  // docs/formats/attachments.md

struct Chosen {
  const store::FolderState* folder = nullptr;
  const store::StoredObject* object = nullptr;
};

class ObjectRestore {
 public:
  ObjectRestore(const Request& request, const store::Past& past)
      : folder_(option(request, "--folder")),
        uid_(option(request, "--object")),
        into_(option(request, "--into")),
        state_(past.state) {}

  Result<void> choose() {
    for (const auto& folder : state_.folders)
      if (folder->shown() && is_chosen(folder->info)) take(*folder);
    if (folders_.empty())
      return fail(Errc::not_found, "there was no folder " + folder_ + " at that moment");
    if (!uid_.empty() && chosen_.empty())
      return fail(Errc::not_found,
                  "there was no object of the UID " + uid_ + " at that moment (--at says another)");
    for (const auto& folder : state_.folders)
      if (folder->shown() && folder->info.name == k_files) take_files(*folder);
    return {};
  }

  std::uint64_t bytes() const {
    std::uint64_t out = 0;
    for (const auto& [item, one] : chosen_)
      if (const auto* row = state_.items.find_key(item)) out += row->size;
    return out;
  }

  Result<void> run(const std::string& path, MailSender& sender) {
    for (const auto* folder : folders_) {
      // Its properties; who had a link to it, or rights, is asked anew.
      std::map<std::string, std::string> notes;
      if (!folder->annotations.empty())
        for (const auto& [entry, value] : *folder->annotations)
          if (entry.starts_with(k_properties)) notes.emplace(entry, value);
      sender.describe(target_of(folder->info), folder->info.folder_class, std::move(notes));
      if (uid_.empty() && folder->info.name != k_files) {
        KONTOR_TRY(sender.make(target_of(folder->info)));
      }
    }
    const auto is_wanted = [this](store::ItemId item) { return chosen_.contains(item); };
    const auto put = [&](store::ItemId item, const store::DeliverFrame& message) -> Result<void> {
      const auto one = chosen_.at(item);
      chosen_.erase(item);
      return add(one, message, sender);
    };
    KONTOR_TRY(store::read_items(io::real_file_system(), path, is_wanted, put));
    for (const auto& [item, one] : chosen_)
      sender.skip({}, {where_of(one), "damaged, or purged meanwhile"}, true);
    return sender.finish();
  }

  json::array take_list() { return std::move(listed_); }

 private:
  bool is_chosen(const store::FolderInfo& folder) const {
    if (folder.folder_class == FolderClass::mail || folder.name == k_files) return false;
    return folder_.empty() || folder.name == folder_ || folder.name.starts_with(folder_ + '/');
  }
  void take(const store::FolderState& folder) {
    folders_.push_back(&folder);
    if (folder.objects.empty()) return;
    folder.entries.for_each(0, folder.entries.size(), [&](std::size_t, const auto& row) {
      const auto* object = folder.objects->find(row.uid);
      if (object == nullptr || (!uid_.empty() && object->keys.uid != uid_)) return;
      chosen_.insert_or_assign(row.item, Chosen{&folder, object});
      uids_.insert(object->keys.uid);
    });
  }
  // The UID key of a file is its own id, a blank, its event's UID.
  void take_files(const store::FolderState& folder) {
    if (folder.objects.empty()) return;
    bool any = false;
    folder.entries.for_each(0, folder.entries.size(), [&](std::size_t, const auto& row) {
      const auto* object = folder.objects->find(row.uid);
      const auto blank = object == nullptr ? std::string::npos : object->keys.uid.find(' ');
      if (blank == std::string::npos || !uids_.contains(object->keys.uid.substr(blank + 1))) return;
      chosen_.insert_or_assign(row.item, Chosen{&folder, object});
      any = true;
    });
    if (any) folders_.push_back(&folder);
  }
  std::string target_of(const store::FolderInfo& folder) const {
    if (into_.empty() || folder.name == k_files) return folder.name;
    return folder_.empty() ? into_ : into_ + folder.name.substr(folder_.size());
  }
  static std::string where_of(const Chosen& one) {
    return one.folder->info.name + ' ' + one.object->name;
  }

  Result<void> add(const Chosen& one, const store::DeliverFrame& message, MailSender& sender) {
    sender.advance(message.raw.size());
    if (listed_.size() < k_max_listed && one.folder->info.name != k_files)
      listed_.emplace_back(json::object{{"folder", one.folder->info.name},
                                        {"name", one.object->name},
                                        {"uid", one.object->keys.uid},
                                        {"size", message.raw.size()}});
    BatchMessage out;
    out.raw = message.raw;
    out.name = one.object->name;
    out.keys = one.object->keys;
    return sender.add(target_of(one.folder->info), std::move(out), where_of(one));
  }

  std::string folder_, uid_, into_;
  const store::AccountState& state_;
  std::vector<const store::FolderState*> folders_;
  std::map<store::ItemId, Chosen> chosen_;
  std::set<std::string, std::less<>> uids_;
  json::array listed_;
};

Result<void> check(const Request& request) {
  for (const auto* name : {"--uid", "--message-id", "--copies", "--replace"})
    if (request.options.contains(name))
      return fail(Errc::bad_input,
                  std::string(name) + " is of mail, not of calendars and address books");
  const auto into = option(request, "--into");
  const auto folder = option(request, "--folder");
  const auto space = [](const std::string& name) { return name.substr(0, name.find(':') + 1); };
  if (into.empty()) return {};
  if (folder.empty() || space(into) != space(folder))
    return fail(Errc::bad_input,
                "--into wants a --folder, and a name as " + space(folder) + "NAME");
  KONTOR_TRY(store::folder_name(into));
  return {};
}

}  // namespace

bool restores_objects(const Request& request) {
  const auto folder = option(request, "--folder");
  return request.options.contains("--object") || request.options.contains("--overwrite") ||
         std::ranges::any_of(k_spaces, [&](auto space) { return folder.starts_with(space); });
}

Result<Finding> restore_objects(const Client& client, const Request& request) {
  KONTOR_TRY(check(request));
  KONTOR_TRY(auto from, find_past(client, request.arguments[0], request));
  const auto path = from.path;
  KONTOR_TRY(auto mailbox, PastMailbox::open(std::move(from), request));
  ObjectRestore restore(request, mailbox.past());
  KONTOR_TRY(restore.choose());
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  MailSender sender(std::move(connection),
                    Progress(client.progress, client.is_terminal, restore.bytes(), system_clock()));
  const bool is_dry = request.options.contains("--dry-run");
  const std::string mode =
      std::string(request.options.contains("--overwrite") ? "objects-over" : "objects") +
      (is_dry ? "-dry-run" : "");
  KONTOR_TRY(sender.open({"import", {{request.arguments[0], mode}, {}, {}}}));
  const auto ended = restore.run(path, sender);
  const bool complete = ended.has_value() && sender.left_behind() == 0;
  auto report = sender.report();
  report["dry_run"] = is_dry;
  report["complete"] = complete;
  if (!ended) report["error"] = advice_to_go_on(ended.error());
  if (!mailbox.damage().empty()) report["damaged_ranges"] = mailbox.damage().size();
  if (is_dry) report["objects"] = restore.take_list();
  return Finding{std::move(report), {}, complete};
}

}  // namespace kontor::admin
