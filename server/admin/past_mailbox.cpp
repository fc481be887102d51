// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/past_mailbox.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "server/admin/client.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

struct Known {
  std::string address;
  std::optional<store::AccountId> id;
};

// What the running server knows of a name.
Result<Known> ask_who(const Client& client, const std::string& name) {
  const NamedRequest question{"accounts show", {{name}, {}, {}}};
  KONTOR_TRY(const auto answer, ask_server(client.data_folder, question));
  const auto* row = answer.if_object();
  if (row == nullptr) return fail(Errc::bad_input, "this server is of another version");
  Known out;
  out.address = text_of(*row, "address");
  if (const auto id = Uuid::parse(text_of(*row, "account"))) out.id = *id;
  return out;
}

Result<PastFolder> find_on_disk(const Client& client, const std::string& name) {
  auto known = ask_who(client, name);
  if (!known) {
    const auto id = Uuid::parse(name);
    if (!id || known.error().code() != Errc::unavailable) return fail(known.error());
    known = Known{{}, *id};
  }
  if (!known->id) return fail(Errc::not_found, name + " has no mailbox yet");
  PastFolder out;
  out.account = *known->id;
  out.address = known->address;
  out.path =
      client.data_folder + "/accounts/" + out.account.hex().substr(0, 2) + '/' + out.account.text();
  return out;
}

Result<PastFolder> find_in_backup(const Client& client,
                                  const std::string& name,
                                  const std::string& path) {
  KONTOR_TRY(auto opened, OpenBackup::open(path));
  PastFolder out;
  auto held = std::make_shared<OpenBackup>(std::move(opened));
  auto found = held->find(name);
  if (!found) {  // a login name, or another address of the person
    const auto known = ask_who(client, name);
    if (known && known->id) {
      if (const auto by_id = held->find(known->id->text())) found = by_id;
    }
    if (!found && known) {
      if (const auto by_address = held->find(known->address)) found = by_address;
    }
  }
  KONTOR_TRY(const auto* account, found);
  out.path = held->folder_of(*account);
  out.account = account->id;
  out.address = account->address;
  out.in = std::move(held);
  return out;
}

bool fits(const Choice& choice, const std::string& name) {
  return choice.folder.empty() || name == choice.folder || name.starts_with(choice.folder + '/');
}

}  // namespace

std::string where_of(const PastEntry& entry) {
  return entry.folder->name + " UID " + std::to_string(entry.row.uid);
}

Result<PastFolder> find_past(const Client& client,
                             const std::string& name,
                             const Request& request) {
  const auto from = option(request, "--from");
  const auto of = option(request, "--of");
  const auto& who = of.empty() ? name : of;
  return from.empty() ? find_on_disk(client, who) : find_in_backup(client, who, from);
}

Result<Choice> Choice::of(const Request& request) {
  Choice out;
  out.folder = option(request, "--folder");
  if (iequals(out.folder, "INBOX")) out.folder = "INBOX";
  if (const auto uid = option(request, "--uid"); !uid.empty()) {
    const auto number = parse_number<std::uint32_t>(uid);
    if (!number || *number == 0) return fail(Errc::bad_input, "--uid wants a number");
    if (out.folder.empty()) return fail(Errc::bad_input, "--uid counts within a --folder");
    out.uid = *number;
  }
  out.message_id = trim(option(request, "--message-id"));
  if (!out.message_id.empty() && !out.message_id.starts_with('<'))
    out.message_id = '<' + out.message_id + '>';
  return out;
}

Result<PastMailbox> PastMailbox::open(PastFolder from, const Request& request) {
  std::optional<UtcSeconds> at;
  if (const auto text = option(request, "--at"); !text.empty()) {
    KONTOR_TRY(at, store::parse_moment(text, system_clock().now()));
  }
  PastMailbox out;
  KONTOR_TRY(out.past_, store::read_past(io::real_file_system(), from.path, at));
  out.from_ = std::move(from);
  return out;
}

const std::vector<std::string>& PastMailbox::keywords(const store::EntryRow& row) const {
  return past_.state.keyword_table().names(row.keywords());
}

Result<void> PastMailbox::choose(const Choice& choice) {
  choice_ = choice;
  for (const auto& folder : past_.state.folders) {
    if (!folder->shown() || !fits(choice, folder->info.name)) continue;
    // Calendars and address books come back with the whole mailbox, not message by message.
    if (folder->info.folder_class != store::FolderClass::mail) continue;
    if (choice.uid && folder->info.name != choice.folder) continue;
    folders_.push_back(&folder->info);
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const auto& row) {
      const auto* item = past_.state.items.find_key(row.item);
      if (item == nullptr || (choice.uid && row.uid != *choice.uid)) return;
      wanted_[row.item].push_back({&folder->info, row});
      ++messages_;
      bytes_ += item->size;
    });
  }
  std::ranges::sort(folders_, {}, [](const auto* info) { return info->name; });
  if (folders_.empty())
    return fail(Errc::not_found, "there was no folder " + choice.folder + " at that moment");
  if (choice.uid && messages_ == 0)
    return fail(Errc::not_found, "there was no such UID at that moment (--at says another one)");
  return {};
}

std::vector<std::string> PastMailbox::homes(store::ItemId item) const {
  std::vector<std::string> out;
  const auto found = wanted_.find(item);
  if (found == wanted_.end()) return out;
  for (const auto& entry : found->second) out.push_back(entry.folder->name);
  return out;
}

Result<void> PastMailbox::read(const Visit& visit) {
  const auto is_wanted = [this](store::ItemId item) { return wanted_.contains(item); };
  const auto each = [&](store::ItemId item, const store::DeliverFrame& message) -> Result<void> {
    const auto found = wanted_.find(item);
    if (!choice_.message_id.empty()) {
      const auto id = mime::field_value(message.raw, "Message-ID");
      if (!id || trim(*id) != choice_.message_id) return {};
    }
    for (const auto& entry : found->second) {
      KONTOR_TRY(visit(entry, message));
    }
    wanted_.erase(found);
    return {};
  };
  return store::read_items(io::real_file_system(), from_.path, is_wanted, each);
}

std::vector<std::string> PastMailbox::missing() const {
  std::vector<std::string> out;
  if (!choice_.message_id.empty()) return out;  // the others were not asked for
  for (const auto& [item, entries] : wanted_)
    for (const auto& entry : entries) out.push_back(where_of(entry));
  return out;
}

}  // namespace kontor::admin
