// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/object_table.hpp"

#include "base/core/crc32c.hpp"

namespace kontor::store {

std::string nameless(Uid uid) { return std::string(k_nameless) + std::to_string(uid); }

std::size_t ObjectTable::place_of(std::string_view text) {
  return crc32c(text) % std::tuple_size_v<Maps>;
}

const StoredObject* ObjectTable::get(const Maps& maps, std::string_view text) {
  const auto& map = maps[place_of(text)];
  if (map.empty()) return nullptr;
  const auto found = map->find(text);
  return found == map->end() ? nullptr : found->second.get();
}

void ObjectTable::take_out(Maps& maps,
                           EditId edit,
                           std::string_view text,
                           const StoredObject* object) {
  if (get(maps, text) == object) maps[place_of(text)].edit(edit).erase(text);
}

const StoredObject* ObjectTable::find(Uid uid) const {
  const auto* row = rows_.find_key(uid);
  return row == nullptr ? nullptr : row->object.get();
}

void ObjectTable::set_row(EditId edit, Object object) {
  const auto index = rows_.lower_bound(object->uid);
  if (index == rows_.size()) return rows_.append(edit, ObjectRow{object->uid, std::move(object)});
  // UIDs ascend; a row within that is missing had its frame lost, and its item with it
  if (rows_.at(index).uid == object->uid)
    rows_.update(edit, index, [&](ObjectRow& row) { row.object = std::move(object); });
}

void ObjectTable::put(EditId edit, StoredObject object) {
  leave(edit, object.uid);
  if (const auto* other = find_name(object.name)) {
    StoredObject renamed = *other;
    renamed.name = nameless(other->uid);
    leave(edit, renamed.uid);
    enter(edit, std::move(renamed));
  }
  enter(edit, std::move(object));
}

void ObjectTable::enter(EditId edit, StoredObject object) {
  const auto made = std::make_shared<const StoredObject>(std::move(object));
  set_row(edit, made);
  names_[place_of(made->name)].edit(edit).emplace(made->name, made);
  if (made->keys.uid.empty()) return;
  auto& keys = keys_[place_of(made->keys.uid)].edit(edit);
  keys.erase(made->keys.uid);  // its key lies in the other object
  keys[made->keys.uid] = made;
}

void ObjectTable::remember(EditId edit, StoredObject object) {
  set_row(edit, std::make_shared<const StoredObject>(std::move(object)));
}

void ObjectTable::leave(EditId edit, Uid uid) {
  const auto* object = find(uid);
  if (object == nullptr) return;
  take_out(names_, edit, object->name, object);
  take_out(keys_, edit, object->keys.uid, object);
}

void ObjectTable::forget(EditId edit, Uid uid) {
  leave(edit, uid);
  const auto index = rows_.lower_bound(uid);
  if (index < rows_.size() && rows_.at(index).uid == uid) rows_.erase(edit, {index});
}

}  // namespace kontor::store
