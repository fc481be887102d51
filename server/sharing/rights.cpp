// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/rights.hpp"

#include <algorithm>

namespace kontor::sharing {
namespace {

using store::RightBits;

constexpr RightBits k_of_deleted =
    static_cast<RightBits>(Right::lookup) | static_cast<RightBits>(Right::read);

bool is_same(const directory::PrincipalId& id, const store::Binding& binding) {
  return id.guid == binding.guid && id.source == binding.source;
}

bool names(const store::Binding& principal,
           const directory::Identity& identity,
           const directory::DirectoryCopy& copy) {
  if (principal.source.empty() || is_same(identity.id, principal)) return true;
  const auto found = copy.find({principal.source, principal.guid});
  return found && found->kind == directory::Kind::group && !found->sid.empty() &&
         std::ranges::binary_search(identity.sids, found->sid);
}

}  // namespace

RightBits rights_of(const directory::Identity& identity,
                    const directory::Directory& directory,
                    const Access& access) {
  // Calendars and address books are not mail: seen by their own protocols only.
  if (access.folder.folder_class != store::FolderClass::mail) return 0;
  // What was deleted is there to be looked at and taken out (server/imap/recoverable.hpp).
  if (access.folder.recoverable != store::Recoverable::no)
    return is_same(identity.id, access.owner) ? k_of_deleted : RightBits{0};
  RightBits given = 0, taken = 0;
  if (is_same(identity.id, access.owner)) {
    given = store::k_all_rights;
  } else if (!access.list.empty()) {
    const auto copy = directory.current();
    for (const auto& entry : access.list)
      if (names(entry.principal, identity, *copy)) (entry.negative ? taken : given) |= entry.rights;
  }
  if (access.folder.id == store::k_inbox) taken |= static_cast<RightBits>(Right::delete_folder);
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
