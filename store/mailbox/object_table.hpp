// SPDX-License-Identifier: GPL-3.0-or-later
// ObjectTable: what the items of a folder with names (calendar, contacts ...) are called.
//
// A persistent structure as the columns are: a change copies a chunk of rows and two of 64 small
// maps. Rows stay while a tombstone of their UID may be asked for. A mail folder has no table.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "store/format/types.hpp"
#include "store/mailbox/chunk_tree.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::store {

struct ObjectRow {
  Uid uid = 0;
  std::shared_ptr<const StoredObject> object;  // shared by the states that show it
};

template <>
struct RowTraits<ObjectRow> {
  static std::uint64_t key(const ObjectRow& row) noexcept { return row.uid; }
  static std::uint64_t mark(const ObjectRow&) noexcept { return 0; }
};

class ObjectTable {
 public:
  // Those that have left the folder too.
  const StoredObject* find(Uid uid) const;
  // Those that are in the folder.
  const StoredObject* find_name(std::string_view name) const { return get(names_, name); }
  const StoredObject* find_key(std::string_view key) const { return get(keys_, key); }
  std::size_t size() const noexcept { return rows_.size(); }

  // From here on the item is called this. Who had the name before is nameless().
  void put(EditId edit, StoredObject object);
  // As put(), for an item that has left the folder, or one of a companion: nobody finds it by name.
  void remember(EditId edit, StoredObject object);
  void leave(EditId edit, Uid uid);  // the row stays
  void forget(EditId edit, Uid uid);
  template <class Visit>
  void for_each(const Visit& visit) const {
    rows_.for_each(0, rows_.size(), [&](std::size_t, const ObjectRow& row) { visit(*row.object); });
  }

 private:
  using Object = std::shared_ptr<const StoredObject>;
  using Map = std::map<std::string_view, Object>;  // the keys lie in the objects
  using Maps = std::array<Cow<Map>, 64>;
  static std::size_t place_of(std::string_view text);
  static const StoredObject* get(const Maps& maps, std::string_view text);
  static void take_out(Maps& maps, EditId edit, std::string_view text, const StoredObject* object);
  void enter(EditId edit, StoredObject object);
  void set_row(EditId edit, Object object);

  ChunkTree<ObjectRow> rows_;
  Maps names_, keys_;
};

// The name of an item that nobody has given one: nobody can give one that begins so.
inline constexpr std::string_view k_nameless = ".item-";
std::string nameless(Uid uid);

}  // namespace kontor::store
