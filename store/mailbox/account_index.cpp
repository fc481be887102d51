// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/account_index.hpp"

#include "base/core/text.hpp"
#include "store/format/bytes.hpp"
#include "store/format/cache_file.hpp"

namespace kontor::store {
namespace {

constexpr CacheFile k_file{"kontorAX", 1, "an index of accounts"};
constexpr std::uint64_t k_max_file = 1ULL << 30U;

constexpr std::string_view k_removed = ".removed";  // behind the name of a folder that goes

// The folder and all below it; what cannot be removed stays for the next start.
Result<void> remove_tree(io::FileSystem& files, const std::string& path, unsigned depth = 0) {
  constexpr unsigned k_most = 8;
  if (depth > k_most) return fail(Errc::limit, "too many levels of folders");
  KONTOR_TRY(const auto names, files.list(path));
  for (const auto& name : names) {
    const auto below = path + '/' + name;
    KONTOR_TRY(const auto info, files.stat(below));
    if (info.directory) {
      KONTOR_TRY(remove_tree(files, below, depth + 1));
    } else {
      KONTOR_TRY(files.remove(below));
    }
  }
  return files.remove(path);
}

std::string index_file(const std::string& folder) { return folder + "/index"; }

}  // namespace

std::string encode_account_index(const AccountIndex& index) {
  ByteWriter body;
  body.varint(index.size());
  for (const auto& [id, owner] : index) {
    body.uuid(id);
    body.text(owner.source);
    body.uuid(owner.guid);
  }
  return seal_cache(k_file, body.take());
}

Result<AccountIndex> decode_account_index(std::string_view bytes) {
  KONTOR_TRY(const auto body, open_cache(k_file, bytes));
  ByteReader in(body);
  AccountIndex index;
  const auto count = in.count(33);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto id = in.uuid();
    Binding owner;
    owner.source = in.text();
    owner.guid = in.uuid();
    index.emplace(id, std::move(owner));
  }
  if (!in.ok() || !in.at_end()) return fail(Errc::corrupt, "the index of accounts is damaged");
  return index;
}

Result<std::vector<AccountId>> find_account_folders(io::FileSystem& files,
                                                    const std::string& folder) {
  std::vector<AccountId> found;
  KONTOR_TRY(const auto shards, files.list(folder));
  for (const auto& shard : shards) {
    if (shard.size() != 2 || !hex_decode(shard)) continue;
    KONTOR_TRY(const auto names, files.list(folder + '/' + shard));
    for (const auto& name : names)
      if (const auto id = Uuid::parse(name); id && id->text() == name) found.push_back(*id);
  }
  return found;
}

Result<void> remove_account_folder(io::FileSystem& files, const std::string& folder) {
  const auto going = folder + std::string(k_removed);
  KONTOR_TRY(files.rename(folder, going));
  KONTOR_TRY(files.sync_directory(io::parent_of(folder)));
  static_cast<void>(remove_tree(files, going).has_value());
  return {};
}

void remove_leftovers(io::FileSystem& files, const std::string& folder) {
  const auto shards = files.list(folder);
  if (!shards) return;
  for (const auto& shard : *shards) {
    if (shard.size() != 2 || !hex_decode(shard)) continue;
    const auto names = files.list(folder + '/' + shard);
    if (!names) continue;
    for (const auto& name : *names)
      if (name.ends_with(k_removed))
        static_cast<void>(remove_tree(files, folder + '/' + shard + '/' + name).has_value());
  }
}

AccountIndex read_account_index(io::FileSystem& files, const std::string& folder) {
  const auto bytes = io::read_file(files, index_file(folder), k_max_file);
  if (!bytes) return {};
  auto index = decode_account_index(*bytes);
  return index ? *std::move(index) : AccountIndex();
}

Result<void> write_account_index(io::FileSystem& files,
                                 const std::string& folder,
                                 const AccountIndex& index) {
  return io::write_file_durably(files, index_file(folder), encode_account_index(index));
}

}  // namespace kontor::store
