// SPDX-License-Identifier: GPL-3.0-or-later
// Delegates: who acts for somebody else in his calendars.
//
// A delegate has "p" in a calendar of the owner or on his outbox, or is named by the owner
// (publicDelegates) and may read a calendar. What he may change is what the rights of each calendar
// say; of the privileges of scheduling (RFC 6638, 6.2) he has all.
#pragma once
#include <memory>
#include <vector>

#include "server/dav/context.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::dav {

// For whom the person acts: those whose calendar he may change too, or the others. By the index of
// what is shared; memory only.
std::vector<std::shared_ptr<const directory::Principal>> acts_for(const Context& context,
                                                                  bool changes);
bool is_delegate_of(const Context& context, const directory::Principal& owner);

// May the person invite, answer and ask in the name of whose account the context's is?
bool may_schedule(const Context& context);
// Whose calendar the resource lies in, and who changes it.
scheduling::Acting acting(const Context& context, const Resource& resource);

}  // namespace kontor::dav
