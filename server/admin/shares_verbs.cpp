// SPDX-License-Identifier: GPL-3.0-or-later
// shares: who may do what in whose mailbox. One action gives a group a mailbox as a whole: each of
// its folders, and by inheritance those that will be made.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/shares_flags.hpp"
#include "server/admin/verbs.hpp"
#include "server/sharing/identifier.hpp"
#include "server/sharing/roles.hpp"
#include "server/sharing/sent_copy.hpp"
#include "store/mailbox/names.hpp"
#include "store/mailbox/reader_account.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using AccountPtr = std::shared_ptr<store::Account>;

constexpr std::size_t k_most_annotations = 10'000;  // of the account itself

Result<store::Binding> find_who(const Desk& desk, const std::string& name) {
  const auto& domain = desk.environment.settings.directory.default_domain;
  return sharing::find_principal(*desk.environment.directory.current(), domain, name);
}

enum class Which : unsigned char { all, mail };

// The folder of that name and those below it, whatever they hold; without a name all.
std::vector<store::FolderInfo> folders_of(const store::Account& account,
                                          const std::string& name,
                                          Which which = Which::all) {
  auto folders = account.view().folders();
  std::erase_if(folders, [&](const store::FolderInfo& folder) {
    if (!name.empty()) return folder.name != name && !store::is_below(folder.name, name);
    return which == Which::mail && folder.folder_class != store::FolderClass::mail;
  });
  return folders;
}

// A mailbox of a person that is given as a whole is his mail: calendars are given by name.
Which whole_of(const Desk& desk, const store::Binding& owner) {
  const auto found = desk.environment.directory.current()->find({owner.source, owner.guid});
  return found && !directory::is_shared_mailbox(*found) ? Which::mail : Which::all;
}

// By the word before the colon that names of calendars and the like begin with.
store::FolderClass class_of(std::string_view name) {
  if (name.starts_with("calendar:")) return store::FolderClass::calendar;
  if (name.starts_with("contacts:")) return store::FolderClass::contacts;
  if (name.starts_with("notes:")) return store::FolderClass::notes;
  return store::FolderClass::mail;
}

std::string folder_option(const Request& request) {
  const auto found = request.options.find("--folder");
  return found == request.options.end() ? "" : store::inbox_in_capitals(found->second);
}

// A public folder is made when it is named; at the top it begins with what the whole tree gives.
Task<Result<void>> make_public_folder(AccountPtr account, std::string name) {
  if (!is_public(account->view().binding()) || account->view().find_folder(name))
    co_return Result<void>();
  auto levels = store::parents_of(name);
  const bool at_top = levels.empty() || !account->view().find_folder(levels.front());
  levels.push_back(name);
  store::FolderOptions options;
  options.folder_class = class_of(name);
  KONTOR_CO_TRY(co_await account->create_folder(std::move(name), options));
  if (!at_top) co_return Result<void>();
  const auto view = account->view();
  for (const auto& level : levels) {
    const auto folder = view.find_folder(level);
    if (!folder) continue;
    for (const auto& entry : view.access(store::k_inbox)) {
      store::AccessChange change;
      change.principal = entry.principal;
      change.negative = entry.negative;
      change.rights = entry.rights;
      KONTOR_CO_TRY(co_await account->set_access(folder->id, std::move(change)));
    }
  }
  co_return Result<void>();
}

// Gives `rights` (0: takes everything away) in all of them; how many lists are different now.
Task<Result<std::size_t>> set_all(AccountPtr account,
                                  std::vector<store::FolderInfo> folders,
                                  store::Binding who,
                                  store::RightBits rights) {
  std::size_t changed = 0;
  for (const auto& folder : folders) {
    const auto before = account->view().access(folder.id);
    for (const bool negative : {false, true}) {
      if (negative && rights != 0) continue;
      store::AccessChange change;
      change.principal = who;
      change.negative = negative;
      change.rights = rights;
      KONTOR_CO_TRY(co_await account->set_access(folder.id, std::move(change)));
    }
    if (account->view().access(folder.id) != before) ++changed;
  }
  co_return changed;
}

json::array entries_of(const Desk& desk,
                       const store::AccessList& list,
                       store::FolderClass folder_class) {
  json::array out;
  const auto copy = desk.environment.directory.current();
  for (const auto& entry : list) {
    json::object row;
    row["who"] = sharing::identifier_of(*copy, entry.principal);
    row["rights"] = (entry.negative ? "-" : "") + sharing::rights_word(entry.rights, folder_class);
    out.push_back(std::move(row));
  }
  return out;
}

json::array addresses_of(const store::SharedFolder& folder) {
  json::array out;
  for (const auto& one : folder.addresses) out.emplace_back(one.address);
  return out;
}

void add_rows(const Desk& desk,
              const store::SharedAccount& account,
              const store::Binding* who,
              json::array& out) {
  const auto mailbox = mailbox_text(desk.environment, account.owner);
  for (const auto& folder : account.folders) {
    auto list = folder.access;
    if (who != nullptr)
      std::erase_if(list, [&](const auto& entry) { return entry.principal != *who; });
    for (auto& entry : entries_of(desk, list, folder.folder_class)) {
      json::object row;
      row["mailbox"] = mailbox;
      row["folder"] = folder.name;
      for (auto& [key, value] : entry.as_object()) row[key] = std::move(value);
      if (!folder.addresses.empty()) row["addresses"] = addresses_of(folder);
      out.push_back(std::move(row));
    }
    if (who == nullptr && folder.access.empty())  // it is there for its addresses
      out.push_back(json::object{{"mailbox", mailbox},
                                 {"folder", folder.name},
                                 {"who", "nobody"},
                                 {"rights", ""},
                                 {"addresses", addresses_of(folder)}});
  }
}

}  // namespace

bool shares_fits(const Request& request) {
  return !request.options.contains("--send-as") || !request.options.contains("--folder");
}

Task<Answer> shares_add(const Desk& desk, Request request) {
  auto rights = sharing::parse_rights(request.arguments[2]);
  if (!rights)
    co_return fail(Errc::bad_input,
                   "rights are reader, author, editor, owner, of a calendar freebusy and delegate "
                   "too, or letters of " +
                       std::string(store::k_right_letters));
  if (request.options.contains("--send-as"))
    *rights |= static_cast<store::RightBits>(store::Right::post);
  KONTOR_CO_TRY(auto who, find_who(desk, request.arguments[1]));
  KONTOR_CO_TRY(auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  const auto name = folder_option(request);
  if (!name.empty()) {
    KONTOR_CO_TRY(co_await make_public_folder(account, name));
  }
  auto folders = folders_of(*account, name, whole_of(desk, account->view().binding()));
  if (folders.empty()) co_return fail(Errc::not_found, "no folder " + name);
  json::object row;
  row["mailbox"] = mailbox_text(desk.environment, account->view().binding());
  row["who"] = sharing::identifier_of(*desk.environment.directory.current(), who);
  row["rights"] = sharing::rights_word(*rights, folders.front().folder_class);
  row["folders"] = folders.size();
  KONTOR_CO_TRY(co_await set_all(account, std::move(folders), std::move(who), *rights));
  co_return row;
}

Task<Answer> shares_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto who, find_who(desk, request.arguments[1]));
  KONTOR_CO_TRY(auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  auto folders = folders_of(*account, folder_option(request));
  json::object row;
  row["mailbox"] = mailbox_text(desk.environment, account->view().binding());
  row["who"] = sharing::identifier_of(*desk.environment.directory.current(), who);
  KONTOR_CO_TRY(const auto changed,
                co_await set_all(account, std::move(folders), std::move(who), 0));
  row["folders"] = changed;
  co_return row;
}

namespace {

// One row for what holds where nothing else is said, and one for each folder that says so.
json::array flag_rows(const store::Account& account) {
  json::array out;
  const auto add = [&](std::string_view folder, store::FlagSharing sharing) {
    out.push_back(json::object{{"folder", folder}, {"own", store::flag_sharing_text(sharing)}});
  };
  add("", store::flag_sharing(account, 0).value_or(store::k_default_flag_sharing));
  for (const auto& folder : account.view().folders())
    if (const auto sharing = store::flag_sharing(account, folder.id)) add(folder.name, *sharing);
  return out;
}

}  // namespace

Task<Answer> shares_flags(const Desk& desk, Request request) {
  const auto word = request.arguments.size() > 1 ? request.arguments[1] : std::string();
  const auto sharing = store::parse_flag_sharing(word);
  if (!word.empty() && !sharing && word != "default")
    co_return fail(Errc::bad_input,
                   "the flags that a reader has for himself are seen, all or shared (none); "
                   "default takes the setting back");
  KONTOR_CO_TRY(auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  const auto name = folder_option(request);
  if (word.empty()) co_return flag_rows(*account);
  if (name.empty()) {
    KONTOR_CO_TRY(co_await store::set_flag_sharing(account, 0, sharing));
    co_return flag_rows(*account);
  }
  const auto folders = folders_of(*account, name, Which::mail);
  if (folders.empty()) co_return fail(Errc::not_found, "no folder " + name);
  for (const auto& folder : folders) {
    KONTOR_CO_TRY(co_await store::set_flag_sharing(account, folder.id, sharing));
  }
  co_return flag_rows(*account);
}

Task<Answer> shares_sent(const Desk& desk, Request request) {
  const auto word = request.arguments.size() > 1 ? request.arguments[1] : std::string();
  const auto copies = sharing::parse_sent_copies(word);
  if (!word.empty() && !copies)
    co_return fail(Errc::bad_input,
                   "copies are stored of what is sent as the mailbox (send-as), also on its behalf "
                   "(all), or of nothing (none)");
  KONTOR_CO_TRY(const auto account, co_await open_mailbox(desk.environment, request.arguments[0]));
  const auto owner = account->view().binding();
  const auto found = desk.environment.directory.current()->find({owner.source, owner.guid});
  if (!found || !directory::is_shared_mailbox(*found))
    co_return fail(Errc::bad_input, request.arguments[0] + " is no shared mailbox");
  if (copies) {
    std::vector<store::AnnotationChange> changes(
        1, {std::string(sharing::k_sent_copies), std::string(sharing::sent_copies_text(*copies))});
    if (copies == sharing::k_default_sent_copies) changes.front().value.reset();
    KONTOR_CO_TRY(co_await account->set_annotations(0, std::move(changes), k_most_annotations));
  }
  json::object row;
  row["mailbox"] = mailbox_text(desk.environment, owner);
  row["copies"] = sharing::sent_copies_text(sharing::sent_copies_of(account->view()));
  co_return row;
}

Task<Answer> shares_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  const auto view = account->view();
  json::array out;
  for (const auto& folder : folders_of(*account, "")) {
    for (auto& entry : entries_of(desk, view.access(folder.id), folder.folder_class)) {
      json::object row;
      row["folder"] = folder.name;
      for (auto& [key, value] : entry.as_object()) row[key] = std::move(value);
      out.push_back(std::move(row));
    }
  }
  co_return out;
}

Task<Answer> shares_report(const Desk& desk, Request request) {
  std::optional<store::Binding> who;
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(who, find_who(desk, request.arguments[0]));
  }
  json::array out;
  for (const auto& account : desk.environment.store.shares().all())
    add_rows(desk, *account, who ? &*who : nullptr, out);
  co_return out;
}

}  // namespace kontor::admin
