// SPDX-License-Identifier: GPL-3.0-or-later
// Changes to objects: an item comes under a name, and what had the name goes, by one commit.
#include <map>
#include <set>

#include "base/core/text.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_max_name_size = 255;
constexpr std::size_t k_max_key_size = 2'000;

Result<const FolderState*> folder_with_names(const AccountState& tip, FolderId id) {
  const auto* folder = tip.find_shown(id);
  if (folder == nullptr) return fail(Errc::not_found, "the folder is gone");
  if (folder->info.folder_class == FolderClass::mail)
    return fail(Errc::bad_input, "messages have no names");
  return folder;
}

const StoredObject* find(const FolderState& folder, std::string_view name) {
  return folder.objects.empty() ? nullptr : folder.objects->find_name(name);
}

// What nobody has yet must be a name that can be written in a URL's path and in a log.
Result<void> check_name(std::string_view name, const StoredObject* existing) {
  if (existing != nullptr) return {};
  const bool is_bad = name.empty() || name.size() > k_max_name_size || name == "." ||
                      name == ".." || name.starts_with(k_nameless) || !is_utf8(name) ||
                      std::ranges::any_of(name, [](char c) {
                        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                      });
  if (is_bad) return fail(Errc::bad_input, "not a name for an object");
  return {};
}

const ItemRow* item_of(const AccountState& tip,
                       const FolderState& folder,
                       const StoredObject* object) {
  const auto* entry = object == nullptr ? nullptr : folder.entries.find_key(object->uid);
  return entry == nullptr ? nullptr : tip.items.find_key(entry->item);
}

bool holds(const ObjectCondition& condition, const ItemRow* item) {
  using enum ObjectCondition::Wanted;
  if (condition.wanted == absent) return item == nullptr;
  if (condition.wanted == present) return item != nullptr;
  if (condition.wanted == anything) return true;
  const bool is_one =
      item != nullptr && std::ranges::find(condition.guids, item->guid) != condition.guids.end();
  return is_one != condition.negated;
}

// RFC 4791, 5.3.2.1 and RFC 6352, 6.3.2.1: no-uid-conflict.
Result<void> check_key(const FolderState& folder,
                       std::string_view key,
                       std::string_view name,
                       std::string_view moving) {
  if (key.empty() || folder.objects.empty()) return {};
  const auto* other = folder.objects->find_key(key);
  if (other == nullptr || other->name == name || other->name == moving) return {};
  return fail(Errc::exists, "another object has its UID: " + other->name);
}

void add_expunge(Planned<ObjectPut>& plan,
                 const FolderState& folder,
                 const StoredObject* old,
                 UtcSeconds now) {
  if (old == nullptr) return;
  ExpungeFrame frame;
  frame.folder = folder.info.id;
  frame.date = now;
  frame.uids.push_back(old->uid);
  plan.frames.push_back(frame_of(frame));
}

void add_name(Planned<ObjectPut>& plan, FolderId folder, std::string name, ObjectKeys keys) {
  ObjectFrame frame;
  frame.folder = folder;
  frame.uid = plan.answer.uid;
  frame.name = std::move(name);
  frame.keys = std::move(keys);
  plan.frames.push_back(frame_of(frame));
}

// What goes makes room for what comes; bytes that another folder shows too stay.
Usage usage_without(const AccountState& tip, const ItemRow* old) {
  auto usage = tip.usage;
  if (old == nullptr) return usage;
  usage.messages -= 1;
  if (old->shown == 1) usage.bytes -= old->size;
  return usage;
}

}  // namespace

Result<std::string> encode_object(const NewObject& object, FolderId folder, UtcSeconds now) {
  NewMessage message;
  message.message.raw = object.bytes;
  message.internal_date = now;
  return encode_message(message, folder, now);
}

Result<Planned<ObjectPut>> plan_put_object(const AccountState& tip,
                                           ObjectPayload object,
                                           const Limits& defaults,
                                           UtcSeconds now) {
  KONTOR_TRY(const auto* folder, folder_with_names(tip, object.folder));
  const auto* old = find(*folder, object.name);
  const auto* old_item = item_of(tip, *folder, old);
  if (!holds(object.condition, old_item)) return fail(Errc::conflict, "the object is another one");
  KONTOR_TRY(check_name(object.name, old));
  if (object.keys.uid.size() > k_max_key_size) return fail(Errc::limit, "the UID is too long");
  KONTOR_TRY(check_key(*folder, object.keys.uid, object.name, object.name));
  const Usage more{deliver_raw_size(object.payload), 1};
  KONTOR_TRY(
      check_quota(usage_without(tip, old_item), more, limits_in_force(tip.own_limits, defaults)));
  Planned<ObjectPut> plan;
  plan.answer.uid = folder->info.uid_next;
  if (plan.answer.uid == UINT32_MAX) return fail(Errc::limit, "the folder has no UID left");
  KONTOR_TRY(const auto head, decode_deliver_head(object.payload));
  plan.answer.guid = head.frame.guid;
  plan.answer.created = old == nullptr;
  set_deliver_uid(object.payload, plan.answer.uid);
  NewFrame deliver;
  deliver.type = FrameType::deliver;
  deliver.payload = std::move(object.payload);
  plan.frames.push_back(std::move(deliver));
  add_expunge(plan, *folder, old, now);
  add_name(plan, object.folder, std::move(object.name), std::move(object.keys));
  return plan;
}

Result<Planned<ObjectPut>> plan_transfer_object(const AccountState& tip,
                                                const ObjectTransfer& transfer,
                                                const Limits& defaults,
                                                UtcSeconds now) {
  KONTOR_TRY(const auto* from, folder_with_names(tip, transfer.from));
  KONTOR_TRY(const auto* to, folder_with_names(tip, transfer.to));
  const auto* source = find(*from, transfer.name);
  const auto* item = item_of(tip, *from, source);
  if (item == nullptr) return fail(Errc::not_found, "there is no object of that name");
  const auto* old = find(*to, transfer.new_name);
  const auto* old_item = item_of(tip, *to, old);
  if (!holds(transfer.condition, item) || !holds(transfer.new_condition, old_item))
    return fail(Errc::conflict, "the object is another one");
  if (old == source) return fail(Errc::no_permission, "it would replace itself");
  KONTOR_TRY(check_name(transfer.new_name, old));
  const bool moves_within = from == to && !transfer.copy;
  KONTOR_TRY(check_key(*to, source->keys.uid, transfer.new_name,
                       moves_within ? transfer.name : transfer.new_name));
  if (transfer.copy) {
    KONTOR_TRY(check_quota(usage_without(tip, old_item), Usage{0, 1},
                           limits_in_force(tip.own_limits, defaults)));
  }
  TransferFrame frame = transfer_rows(tip, *from, std::vector<Uid>(1, source->uid));
  frame.to = transfer.to;
  frame.first_uid = to->info.uid_next;
  frame.save_date = now;
  if (frame.first_uid == UINT32_MAX) return fail(Errc::limit, "the folder has no UID left");
  Planned<ObjectPut> plan;
  plan.answer.uid = frame.first_uid;
  plan.answer.guid = item->guid;
  plan.answer.created = old == nullptr;
  if (transfer.copy)
    plan.frames.push_back(frame_of(CopyFrame{std::move(frame)}));
  else
    plan.frames.push_back(frame_of(MoveFrame{std::move(frame)}));
  add_expunge(plan, *to, old, now);
  add_name(plan, transfer.to, transfer.new_name, source->keys);
  return plan;
}

Result<Planned<Done>> plan_remove_object(const AccountState& tip,
                                         FolderId id,
                                         std::string_view name,
                                         const ObjectCondition& condition,
                                         UtcSeconds now) {
  KONTOR_TRY(const auto* folder, folder_with_names(tip, id));
  const auto* object = find(*folder, name);
  if (object == nullptr) return fail(Errc::not_found, "there is no object of that name");
  if (!holds(condition, item_of(tip, *folder, object)))
    return fail(Errc::conflict, "the object is another one");
  ExpungeFrame frame;
  frame.folder = id;
  frame.date = now;
  frame.uids.push_back(object->uid);
  Planned<Done> plan;
  plan.frames.push_back(frame_of(frame));
  return plan;
}

std::vector<NewFrame> transferred_names(const AccountState& tip, const TransferFrame& transfer) {
  std::vector<NewFrame> frames;
  const auto* from = tip.find(original_of(transfer.from) | (transfer.from & k_expunged_bit));
  const auto* to = tip.find(transfer.to);
  if (from == nullptr || to == nullptr || from->objects.empty() ||
      to->info.folder_class == FolderClass::mail)
    return frames;
  std::set<std::string_view> taken;
  Uid uid = transfer.first_uid;
  for (const auto& row : transfer.rows) {
    const auto* object = from->objects->find(row.from);
    ObjectFrame frame;
    frame.folder = transfer.to;
    frame.uid = uid++;
    if (object == nullptr || find(*to, object->name) != nullptr ||
        !taken.insert(object->name).second)
      continue;
    frame.name = object->name;
    frame.keys = object->keys;
    frames.push_back(frame_of(frame));
  }
  return frames;
}

Result<Planned<Copied>> plan_restore_objects(const AccountState& tip,
                                             const Transfer& back,
                                             std::vector<Uid> uids,
                                             UtcSeconds now) {
  const auto* companion = tip.find(back.from);
  const auto& folder = *tip.find(back.to);
  std::map<std::string_view, const StoredObject*> last;
  std::vector<Uid> chosen;
  for (const Uid uid : uids) {
    const auto* object = companion == nullptr || companion->objects.empty()
                             ? nullptr
                             : companion->objects->find(uid);
    if (object == nullptr) {
      chosen.push_back(uid);
      continue;
    }
    auto& found = last[object->name];
    if (found == nullptr || found->uid < uid) found = object;
  }
  for (const auto& [name, object] : last) chosen.push_back(object->uid);
  KONTOR_TRY(auto plan, plan_transfer(tip, back, std::move(chosen), now));
  for (std::size_t i = 0; i < plan.answer.from.size(); ++i) {
    const auto* object = companion == nullptr || companion->objects.empty()
                             ? nullptr
                             : companion->objects->find(plan.answer.from[i]);
    const auto* present = object == nullptr ? nullptr : find(folder, object->name);
    if (present == nullptr) continue;  // its name came with it
    ExpungeFrame expunge;
    expunge.folder = back.to;
    expunge.date = now;
    expunge.uids.push_back(present->uid);
    plan.frames.push_back(frame_of(expunge));
    ObjectFrame name;
    name.folder = back.to;
    name.uid = plan.answer.to[i];
    name.name = object->name;
    name.keys = object->keys;
    plan.frames.push_back(frame_of(name));
  }
  return plan;
}

}  // namespace kontor::store
