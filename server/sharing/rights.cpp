// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/rights.hpp"

#include <algorithm>
#include <array>

namespace kontor::sharing {
namespace {

using store::RightBits;

constexpr RightBits k_of_deleted =
    static_cast<RightBits>(Right::lookup) | static_cast<RightBits>(Right::read);

constexpr RightBits k_of_member =
    store::k_all_rights &
    ~(static_cast<RightBits>(Right::delete_folder) | static_cast<RightBits>(Right::administer));

bool names(const store::Binding& principal,
           const directory::Identity& identity,
           const directory::DirectoryCopy& copy) {
  if (principal.source.empty() || is_same(identity.id, principal)) return true;
  const auto found = copy.find({principal.source, principal.guid});
  return found && found->kind == directory::Kind::group && !found->sid.empty() &&
         std::ranges::binary_search(identity.sids, found->sid);
}

// What the list gives, less what it takes away.
RightBits by_list(const directory::Identity& identity,
                  const directory::Directory& directory,
                  const store::AccessList& list,
                  RightBits given = 0) {
  if (list.empty()) return given;
  RightBits taken = 0;
  const auto copy = directory.current();
  for (const auto& entry : list)
    if (names(entry.principal, identity, *copy)) (entry.negative ? taken : given) |= entry.rights;
  return static_cast<RightBits>(given & ~taken);
}

}  // namespace

bool is_same(const directory::PrincipalId& id, const store::Binding& binding) {
  return id.guid == binding.guid && id.source == binding.source;
}

RightBits rights_of(const directory::Identity& identity,
                    const directory::Directory& directory,
                    const Access& access) {
  // Calendars and address books are not mail: seen by their own protocols only.
  if (access.folder.folder_class != store::FolderClass::mail) return 0;
  // What was deleted is there to be looked at and taken out (server/imap/recoverable.hpp).
  if (access.folder.recoverable != store::Recoverable::no)
    return is_same(identity.id, access.owner) ? k_of_deleted : RightBits{0};
  const auto given = is_same(identity.id, access.owner) ? store::k_all_rights
                                                        : by_list(identity, directory, access.list);
  if (access.folder.id != store::k_inbox) return given;
  return given & static_cast<RightBits>(~static_cast<RightBits>(Right::delete_folder));
}

bool is_of_his_group(const directory::Identity& identity,
                     const directory::DirectoryCopy& copy,
                     const store::Binding& owner) {
  return !owner.source.empty() && !is_same(identity.id, owner) && names(owner, identity, copy);
}

RightBits object_rights_of(const directory::Identity& identity,
                           const directory::Directory& directory,
                           const Access& access) {
  if (access.folder.folder_class == store::FolderClass::mail ||
      access.folder.recoverable != store::Recoverable::no)
    return 0;
  if (is_same(identity.id, access.owner)) return store::k_all_rights;
  auto rights = by_list(identity, directory, access.list);
  const auto copy = directory.current();
  const auto group = copy->find({access.owner.source, access.owner.guid});
  if (!group || group->kind != directory::Kind::group) return rights;
  if (group->mail_rules.owner == identity.id) return store::k_all_rights;
  if (is_of_his_group(identity, *copy, access.owner)) rights |= k_of_member;
  return rights;
}

bool may_see_busy(const directory::Identity& identity,
                  const directory::Directory& directory,
                  const Access& access) {
  constexpr auto k_busy = static_cast<RightBits>(Right::lookup);
  return access.folder.folder_class == store::FolderClass::calendar &&
         access.folder.recoverable == store::Recoverable::no &&
         (is_same(identity.id, access.owner) ||
          (by_list(identity, directory, access.list, k_busy) & k_busy) != 0);
}

std::vector<store::Binding> principals_of(const directory::Identity& identity,
                                          const directory::DirectoryCopy& copy) {
  std::vector<store::Binding> out{store::Binding(), {identity.id.source, identity.id.guid}};
  for (const auto& sid : identity.sids) {
    const auto group = copy.find_sid(sid);
    if (group && group->kind == directory::Kind::group)
      out.push_back({group->id.source, group->id.guid});
  }
  return out;
}

store::Binding anonymous() {
  constexpr std::array<std::uint8_t, 16> k_guid{0x6b, 0x6f, 0x6e, 0x74, 0x6f, 0x72, 0x40, 0x00,
                                                0x80, 0x00, 0x73, 0x74, 0x72, 0x61, 0x6e, 0x67};
  return {"kontor", Uuid(k_guid)};
}

RightBits rights_of_strangers(const store::AccessList& list) {
  RightBits given = 0, taken = 0;
  for (const auto& entry : list)
    if (entry.principal.source.empty() || entry.principal == anonymous())
      (entry.negative ? taken : given) |= entry.rights;
  return static_cast<RightBits>(given & ~taken);
}

bool may(const directory::Identity& identity,
         const directory::Directory& directory,
         const Access& access,
         Right right) {
  return store::has_right(rights_of(identity, directory, access), right);
}

store::FlagBits flags_for(RightBits rights) {
  store::FlagBits flags = 0;
  if (store::has_right(rights, Right::keep_seen)) flags |= store::k_seen;
  if (store::has_right(rights, Right::delete_messages)) flags |= store::k_deleted;
  if (store::has_right(rights, Right::write_flags))
    flags |= store::k_answered | store::k_flagged | store::k_draft;
  return flags;
}

std::string rights_text(RightBits rights) {
  auto text = store::letters_of(rights);
  if (text.find_first_of("kx") != std::string::npos) text.push_back('c');
  if (text.find_first_of("te") != std::string::npos) text.push_back('d');
  return text;
}

}  // namespace kontor::sharing
