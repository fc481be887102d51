// SPDX-License-Identifier: GPL-3.0-or-later
// addresses: mail addresses of folders. They stand in the folder itself
// (store/mailbox/folder_mail); what knows them without opening mailboxes is on disk before the
// answer.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

#include "base/core/text.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "store/mailbox/names.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using directory::Kind;

constexpr std::size_t k_most_annotations = 2'000;  // of one folder
constexpr std::size_t k_longest_local = 64;        // RFC 5321, 4.5.3.1.1
constexpr std::size_t k_longest = 254;

// RFC 5321, 4.1.2: a dot-string, without the "+" that begins a tag.
bool is_local_part(std::string_view text) {
  constexpr std::string_view k_signs = "!#$&'*-/=?^_`{|}~.";
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= k_longest_local && text.front() != '.' &&
         text.back() != '.' && !text.contains("..") &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || k_signs.contains(c); });
}

// Under its domain's true name and folded: as the folder has it.
Result<std::string> read_address(const Desk& desk, const std::string& text) {
  const auto& delivery = desk.environment.delivery;
  auto address = directory::fold_name(delivery.domains().canonical(text));
  const auto at = address.rfind('@');
  if (at == std::string::npos || address.size() > k_longest ||
      !is_local_part(std::string_view(address).substr(0, at)))
    return fail(Errc::bad_input,
                text +
                    " is no address that a folder can have: NAME@DOMAIN, NAME of letters, digits "
                    "and signs without +, which begins a tag");
  return address;
}

std::string place_text(const Environment& environment, const store::AddressedFolder& folder) {
  return "the folder " + folder.name + " of " + mailbox_text(environment, folder.owner);
}

// Who of the directory has it: mail goes there. A contact stands for the folder.
std::shared_ptr<const directory::Principal> object_with(const Environment& environment,
                                                        const std::string& address) {
  const auto copy = environment.directory.current();
  for (const auto& one : copy->find_claimants(address))
    if (one->kind != Kind::contact) return one;
  return nullptr;
}

// Why no folder can have this address.
Result<void> check_free(const Desk& desk, const std::string& address) {
  const auto& environment = desk.environment;
  if (const auto object = object_with(environment, address))
    return fail(Errc::exists, address + " is the address of " + object->name);
  const auto verdict = environment.delivery.resolve(address).verdict;
  if (verdict == delivery::Verdict::foreign || verdict == delivery::Verdict::remote)
    return fail(Errc::bad_input, address + " is in no domain whose mail is kept here");
  const auto& shares = environment.store.shares();
  if (!shares.knows_addresses())
    return fail(Errc::busy, "not all mailboxes were looked at yet since the start: try again");
  for (const auto& other : shares.addressed(address))
    return fail(Errc::exists, address + " is the address of " + place_text(environment, other));
  return {};
}

std::string problem_of(const Environment& environment, const store::AddressedFolder& folder) {
  const auto& address = folder.address.address;
  if (const auto object = object_with(environment, address))
    return "the directory has this address too: mail goes to " + object->name;
  for (const auto& other : environment.store.shares().addressed(address))
    if (other.account != folder.account || other.folder != folder.folder)
      return "mail goes to " + place_text(environment, other) + " too";
  const auto resolved = environment.delivery.resolve(address);
  if (resolved.folders.empty())
    return "its mail is not taken: " + std::string(name_of(resolved.verdict));
  return {};
}

json::object row_of(const Environment& environment, const store::AddressedFolder& folder) {
  json::object row;
  row["mailbox"] = mailbox_text(environment, folder.owner);
  row["folder"] = folder.name;
  row["address"] = folder.address.address;
  row["inside"] = folder.address.inside;
  row["hidden"] = folder.address.is_hidden;
  row["problem"] = problem_of(environment, folder);
  return row;
}

}  // namespace

Task<Answer> addresses_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto address, read_address(desk, request.arguments[2]));
  KONTOR_CO_TRY(const auto account,
                co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
  const auto name = store::inbox_in_capitals(request.arguments[1]);
  const auto view = account->view();
  const auto folder = view.find_folder(name);
  if (!folder)
    co_return fail(Errc::not_found, "no folder " + name +
                                        "; kontorctl shares add public WHO RIGHTS --folder NAME "
                                        "makes a public one");
  if (folder->folder_class != store::FolderClass::mail || folder->id == store::k_inbox)
    co_return fail(Errc::bad_input, name == "INBOX" ? "INBOX has the addresses of the directory"
                                                    : name + " is no folder of mail");
  const auto own = store::folder_addresses(view.annotations(folder->id));
  const auto known = std::ranges::find(own, address, &store::FolderAddress::address);
  if (known == own.end()) {
    KONTOR_CO_TRY(check_free(desk, address));
    if (own.size() >= store::k_most_folder_addresses)
      co_return fail(Errc::limit, name + " has as many addresses as a folder can have");
  }
  const store::FolderAddress made{address, request.options.contains("--inside"),
                                  request.options.contains("--hidden")};
  std::vector<store::AnnotationChange> changes(1, store::folder_address_change(made));
  KONTOR_CO_TRY(
      co_await account->set_annotations(folder->id, std::move(changes), k_most_annotations));
  KONTOR_CO_TRY(co_await desk.environment.store.keep_shares());
  co_return row_of(desk.environment, {account->id(), view.binding(), folder->id, name, made});
}

Task<Answer> addresses_list(const Desk& desk, Request request) {
  std::optional<store::AccountId> only;
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(const auto account,
                  co_await open_mailbox_or_public(desk.environment, request.arguments[0]));
    only = account->id();
  }
  json::array out;
  for (const auto& account : desk.environment.store.shares().all()) {
    if (only && account->id != *only) continue;
    for (const auto& folder : account->folders)
      for (const auto& one : folder.addresses)
        out.push_back(
            row_of(desk.environment, {account->id, account->owner, folder.id, folder.name, one}));
  }
  co_return out;
}

Task<Answer> addresses_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto address, read_address(desk, request.arguments[0]));
  const auto folders = desk.environment.store.shares().addressed(address);
  if (folders.empty()) co_return fail(Errc::not_found, "no folder has the address " + address);
  for (const auto& folder : folders) {
    KONTOR_CO_TRY(const auto account, co_await desk.environment.store.open(folder.account));
    std::vector<store::AnnotationChange> changes(1, store::no_folder_address(address));
    KONTOR_CO_TRY(
        co_await account->set_annotations(folder.folder, std::move(changes), k_most_annotations));
  }
  KONTOR_CO_TRY(co_await desk.environment.store.keep_shares());
  json::object row;
  row["address"] = address;
  row["folders"] = folders.size();
  co_return row;
}

}  // namespace kontor::admin
