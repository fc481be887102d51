// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/item_kind.hpp"

namespace kontor::indexer {
namespace {

using search::ItemKind;
using store::FolderClass;
using store::ObjectKind;

ItemKind kind_of(FolderClass folder_class) {
  switch (folder_class) {
    case FolderClass::calendar:
      return ItemKind::event;
    case FolderClass::contacts:
      return ItemKind::contact;
    case FolderClass::tasks:
      return ItemKind::task;
    case FolderClass::notes:
      return ItemKind::note;
    case FolderClass::mail:
      break;
  }
  return ItemKind::mail;
}

}  // namespace

ItemKind kind_of(const store::FolderView& folder, store::Uid uid) {
  const auto folder_class = folder.info().folder_class;
  const auto* object = folder_class == FolderClass::mail ? nullptr : folder.object(uid);
  switch (object == nullptr ? ObjectKind::other : object->keys.kind) {
    case ObjectKind::event:
      return ItemKind::event;
    case ObjectKind::task:
      return ItemKind::task;
    case ObjectKind::journal:
      return ItemKind::note;
    case ObjectKind::card:
      return ItemKind::contact;
    default:
      return kind_of(folder_class);
  }
}

}  // namespace kontor::indexer
