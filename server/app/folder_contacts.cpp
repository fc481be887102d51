// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/folder_contacts.hpp"

#include <algorithm>

#include "directory/model/shared_mailbox.hpp"

namespace kontor::app {
namespace {

using directory::Principal;

Uuid guid_of(const store::AccountId& account, store::FolderId folder) {
  auto bytes = account.array();
  std::uint64_t rest = folder;
  for (auto at = bytes.rbegin(); rest != 0; ++at, rest >>= 8U)
    *at = static_cast<std::uint8_t>(*at ^ (rest & 0xFFU));
  return Uuid(bytes);
}

std::string name_of(const store::SharedAccount& account,
                    const store::SharedFolder& folder,
                    const directory::DirectoryCopy& copy) {
  auto name = folder.name.substr(folder.name.rfind('/') + 1);
  const auto owner = copy.find({account.owner.source, account.owner.guid});
  if (owner) name += " (" + (owner->name.empty() ? owner->mail : owner->name) + ")";
  return name;
}

}  // namespace

std::vector<Principal> folder_contacts(const store::Shares& shares,
                                       const directory::DirectoryCopy& copy) {
  std::vector<Principal> all;
  for (const auto& account : shares.all())
    for (const auto& folder : account->folders) {
      Principal one;
      for (const auto& address : folder.addresses) {
        if (address.is_hidden) continue;
        if (one.mail.empty()) one.mail = address.address;
        one.addresses.push_back(address.address);
      }
      if (one.mail.empty()) continue;
      one.id = {std::string(k_folder_source), guid_of(account->id, folder.id)};
      one.kind = directory::Kind::contact;
      one.name = name_of(*account, folder, copy);
      one.domain = one.mail.substr(one.mail.rfind('@') + 1);
      one.rank = 255;  // the directory comes first
      (void)directory::normalise(one);
      all.push_back(std::move(one));
    }
  std::ranges::sort(all, {}, &Principal::id);
  return all;
}

directory::BookAdditions folders_in_book(const store::Shares& shares,
                                         const directory::Directory& directory) {
  return {[&shares] { return shares.version(); },
          [&shares, &directory] { return folder_contacts(shares, *directory.current()); }};
}

}  // namespace kontor::app
