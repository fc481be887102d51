// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/import_objects.hpp"

namespace kontor::admin {
namespace {

constexpr std::size_t k_most_annotations = 2'000;

Task<Result<store::FolderId>> open_folder(store::Account& account, const ImportBatch& batch) {
  const auto found = account.view().find_folder(batch.folder);
  if (found && found->folder_class != batch.folder_class)
    co_return fail(Errc::conflict, batch.folder + " is of another kind now");
  if (found) co_return found->id;
  store::FolderOptions options;
  options.folder_class = batch.folder_class;
  KONTOR_CO_TRY(const auto made, co_await account.create_folder(batch.folder, options));
  std::vector<store::AnnotationChange> changes;
  for (const auto& [entry, value] : batch.annotations) changes.push_back({entry, value});
  if (!changes.empty()) {
    KONTOR_CO_TRY(co_await account.set_annotations(made, std::move(changes), k_most_annotations));
  }
  co_return made;
}

// What stands where the object would come: by its UID, or its name.
const store::StoredObject* standing(const store::FolderView* folder, const BatchMessage& object) {
  if (folder == nullptr) return nullptr;
  const auto* found = object.keys.uid.empty() ? nullptr : folder->find_object_key(object.keys.uid);
  return found != nullptr ? found : folder->find_object(object.name);
}

Task<bool> is_same(store::Account& account,
                   const store::FolderView& folder,
                   store::Uid uid,
                   const std::string& bytes) {
  const auto index = folder.index_of(uid);
  if (!index) co_return false;
  const auto there = co_await account.read_message(folder.at(*index).item);
  co_return there && *there == bytes;
}

}  // namespace

Task<Result<BatchResult>> put_objects(std::shared_ptr<store::Account> account,
                                      ImportBatch batch,
                                      ObjectsWanted wanted) {
  BatchResult result;
  store::FolderId id = 0;
  if (account && !wanted.is_dry) {
    KONTOR_CO_TRY(id, co_await open_folder(*account, batch));
  } else if (account) {
    if (const auto found = account->view().find_folder(batch.folder)) id = found->id;
  }
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    auto& one = batch.messages[i];
    if (one.name.empty()) {
      result.refused.push_back({i, "an object without a name"});
      continue;
    }
    const auto folder = account && id != 0 ? account->view().open(id) : nullptr;
    const auto* there = standing(folder.get(), one);
    if (there != nullptr &&
        (!wanted.overwrites || co_await is_same(*account, *folder, there->uid, one.raw))) {
      ++result.present;
      continue;
    }
    if (!wanted.is_dry) {
      store::NewObject object{there == nullptr ? one.name : there->name, std::move(one.raw),
                              std::move(one.keys)};
      const auto put = co_await account->put_object(id, std::move(object), {});
      if (!put && (put.error().code() == Errc::exists || put.error().code() == Errc::bad_input)) {
        result.refused.push_back({i, std::string(put.error().detail())});
        continue;
      }
      KONTOR_CO_TRY(put);
    }
    ++result.stored;
  }
  co_return result;
}

}  // namespace kontor::admin
