// SPDX-License-Identifier: GPL-3.0-or-later
// What moves with a person from one source to another: his mailbox and his rights in all mailboxes.
//
// Every step is durable by itself and finds what an earlier run left: broken off anywhere, also by
// a crash, the same call goes on. Mail that comes meanwhile is delivered to one of the two
// mailboxes and is in the right one at the end.
#pragma once
#include <map>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

struct MovedMailbox {
  bool had_mailbox = false;    // the old person had one, or an earlier run had set one aside
  std::uint64_t messages = 0;  // brought from the smaller mailbox into the larger one
};

// Where a mailbox waits while it is brought into another one.
store::Binding set_aside(const directory::PrincipalId& to);

// The mailbox of `from` is set aside, so that he may be taken out of his source.
Task<Result<void>> set_mailbox_aside(const Desk& desk,
                                     directory::PrincipalId from,
                                     directory::PrincipalId to);
// The mailbox of `from` is bound to `to`. Both have one: the larger one stays, and what the smaller
// one shows is brought into it. over_quota, no_space, io_error; busy: somebody uses it all the
// time.
Task<Result<MovedMailbox>> move_mailbox(const Desk& desk,
                                        directory::PrincipalId from,
                                        directory::PrincipalId to);

// Every entry of an access list that names one of these goes to the other; how many of each. A
// mailbox that cannot be opened is named in `problems`.
using Renamed = std::map<store::Binding, store::Binding>;
struct MovedRights {
  std::map<store::Binding, std::uint64_t> entries;
  std::vector<std::string> problems;
};
Task<MovedRights> move_rights(const Desk& desk, Renamed people, bool dry_run);

}  // namespace kontor::admin
