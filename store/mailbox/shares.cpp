// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/shares.hpp"

#include "store/format/bytes.hpp"
#include "store/format/cache_file.hpp"

namespace kontor::store {
namespace {

constexpr CacheFile k_file{"kontorSH", 4, "a list of what is shared"};
constexpr CacheFile k_file_3{"kontorSH", 3, k_file.name};  // no address was hidden
constexpr CacheFile k_file_2{"kontorSH", 2, k_file.name};  // no folder had addresses
constexpr std::uint8_t k_inside = 1, k_hidden = 2;         // of an address
// The least bytes that one of them takes: what a count in a damaged file may ask for.
constexpr std::size_t k_least_account = 34, k_least_folder = 5, k_least_entry = 20,
                      k_least_address = 2;

void put(ByteWriter& out, const AccessEntry& entry) {
  out.text(entry.principal.source);
  out.uuid(entry.principal.guid);
  out.fixed(static_cast<std::uint8_t>(entry.negative ? 1 : 0));
  out.fixed(entry.rights);
}

AccessEntry take_entry(ByteReader& in) {
  AccessEntry entry;
  entry.principal.source = in.text();
  entry.principal.guid = in.uuid();
  entry.negative = in.fixed<std::uint8_t>() != 0;
  entry.rights = in.fixed<RightBits>() & k_all_rights;
  return entry;
}

void put(ByteWriter& out, const SharedFolder& folder) {
  out.varint(folder.id);
  out.text(folder.name);
  out.fixed(static_cast<std::uint8_t>(folder.special_use));
  out.fixed(static_cast<std::uint8_t>(folder.folder_class));
  out.varint(folder.access.size());
  for (const auto& entry : folder.access) put(out, entry);
  out.varint(folder.addresses.size());
  for (const auto& one : folder.addresses) {
    out.text(one.address);
    const int marks = (one.inside ? k_inside : 0) | (one.is_hidden ? k_hidden : 0);
    out.fixed(static_cast<std::uint8_t>(marks));
  }
}

SharedFolder take_folder(ByteReader& in, bool has_addresses) {
  SharedFolder folder;
  folder.id = in.number<FolderId>();
  folder.name = in.text();
  const auto use = in.fixed<std::uint8_t>();
  if (use <= static_cast<std::uint8_t>(SpecialUse::trash))
    folder.special_use = static_cast<SpecialUse>(use);
  const auto folder_class = in.fixed<std::uint8_t>();
  if (folder_class <= static_cast<std::uint8_t>(FolderClass::notes))
    folder.folder_class = static_cast<FolderClass>(folder_class);
  const auto count = in.count(k_least_entry);
  for (std::size_t i = 0; i < count && in.ok(); ++i) folder.access.push_back(take_entry(in));
  const auto addresses = has_addresses ? in.count(k_least_address) : 0;
  for (std::size_t i = 0; i < addresses && in.ok(); ++i) {
    FolderAddress one;
    one.address = in.text();
    const auto marks = in.fixed<std::uint8_t>();
    one.inside = (marks & k_inside) != 0;
    one.is_hidden = (marks & k_hidden) != 0;
    folder.addresses.push_back(std::move(one));
  }
  return folder;
}

}  // namespace

std::vector<SharedAccountPtr> Shares::naming(std::span<const Binding> principals) const {
  return table_.with([&](const Table& table) {
    std::set<AccountId> ids;
    for (const auto& principal : principals)
      if (const auto found = table.named.find(principal); found != table.named.end())
        ids.insert(found->second.begin(), found->second.end());
    std::vector<SharedAccountPtr> out;
    out.reserve(ids.size());
    for (const auto& id : ids) out.push_back(table.accounts.at(id));
    return out;
  });
}

SharedAccountPtr Shares::of(const AccountId& id) const {
  return table_.with([&](const Table& table) {
    const auto found = table.accounts.find(id);
    return found == table.accounts.end() ? nullptr : found->second;
  });
}

std::vector<SharedAccountPtr> Shares::all() const {
  return table_.with([](const Table& table) {
    std::vector<SharedAccountPtr> out;
    out.reserve(table.accounts.size());
    for (const auto& [id, account] : table.accounts) out.push_back(account);
    return out;
  });
}

std::uint64_t Shares::version() const {
  return table_.with([](const Table& table) { return table.version; });
}

void Shares::take_out(Table& table, const AccountId& id) {
  const auto found = table.accounts.find(id);
  if (found == table.accounts.end()) return;
  for (const auto& folder : found->second->folders)
    for (const auto& entry : folder.access) {
      const auto named = table.named.find(entry.principal);
      if (named == table.named.end()) continue;
      named->second.erase(id);
      if (named->second.empty()) table.named.erase(named);
    }
  for (const auto& folder : found->second->folders)
    for (const auto& one : folder.addresses) {
      const auto known = table.addressed.find(one.address);
      if (known == table.addressed.end()) continue;
      known->second.erase(id);
      if (known->second.empty()) table.addressed.erase(known);
    }
  table.accounts.erase(found);
}

void Shares::set(SharedAccount account) {
  auto kept = std::make_shared<const SharedAccount>(std::move(account));
  table_.with([&](Table& table) {
    table.unknown.erase(kept->id);
    const auto found = table.accounts.find(kept->id);
    const bool is_known = found != table.accounts.end();
    if (is_known ? *found->second == *kept : kept->folders.empty()) return;
    take_out(table, kept->id);
    ++table.version;
    if (kept->folders.empty()) return;
    for (const auto& folder : kept->folders) {
      for (const auto& entry : folder.access) table.named[entry.principal].insert(kept->id);
      for (const auto& one : folder.addresses) table.addressed[one.address].insert(kept->id);
    }
    table.accounts.emplace(kept->id, std::move(kept));
  });
}

void Shares::forget(const AccountId& id) {
  table_.with([&](Table& table) {
    table.unknown.erase(id);
    if (!table.accounts.contains(id)) return;
    take_out(table, id);
    ++table.version;
  });
}

std::vector<AddressedFolder> Shares::addressed(std::string_view address) const {
  return table_.with([&](const Table& table) {
    std::vector<AddressedFolder> out;
    const auto found = table.addressed.find(address);
    if (found == table.addressed.end()) return out;
    for (const auto& id : found->second) {
      const auto& account = *table.accounts.at(id);
      for (const auto& folder : account.folders)
        for (const auto& one : folder.addresses)
          if (one.address == address)
            out.push_back({id, account.owner, folder.id, folder.name, one});
    }
    return out;
  });
}

bool Shares::knows_addresses() const {
  return table_.with([](const Table& table) { return table.unknown.empty(); });
}

void Shares::expect(std::set<AccountId> ids) {
  table_.with([&](Table& table) { table.unknown = std::move(ids); });
}

void Shares::note_seen(const AccountId& id) {
  table_.with([&](Table& table) { table.unknown.erase(id); });
}

std::string encode_shares(const SharesFile& file) {
  ByteWriter body;
  body.fixed(static_cast<std::uint8_t>(file.complete ? 1 : 0));
  body.varint(file.accounts.size());
  for (const auto& account : file.accounts) {
    body.uuid(account->id);
    body.text(account->owner.source);
    body.uuid(account->owner.guid);
    body.varint(account->folders.size());
    for (const auto& folder : account->folders) put(body, folder);
  }
  return seal_cache(k_file, body.take());
}

Result<SharesFile> decode_shares(std::string_view bytes) {
  const auto second = open_cache(k_file_2, bytes);
  const auto third = open_cache(k_file_3, bytes);
  KONTOR_TRY(const auto body, second ? second : third ? third : open_cache(k_file, bytes));
  ByteReader in(body);
  SharesFile out;
  out.complete = in.fixed<std::uint8_t>() != 0;
  const auto count = in.count(k_least_account);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    SharedAccount account;
    account.id = in.uuid();
    account.owner.source = in.text();
    account.owner.guid = in.uuid();
    const auto folders = in.count(k_least_folder);
    for (std::size_t f = 0; f < folders && in.ok(); ++f)
      account.folders.push_back(take_folder(in, !second));
    out.accounts.push_back(std::make_shared<const SharedAccount>(std::move(account)));
  }
  if (!in.ok() || !in.at_end()) return fail(Errc::corrupt, "the list of what is shared is damaged");
  return out;
}

}  // namespace kontor::store
