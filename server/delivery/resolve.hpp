// SPDX-License-Identifier: GPL-3.0-or-later
// Who a mail address stands for here: the people whose mailboxes a message to it goes into.
//
// Pure over one directory copy; any thread. A group is its people, nested, each once. `user+tag`
// is `user` when nobody has the longer address. postmaster of every local domain is answered for by
// the administrators when no object has that address (RFC 5321, 4.5.1). Disabled and expired people
// refuse mail.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::delivery {

enum class Verdict : unsigned char {
  deliver,   // to `mailboxes`
  unknown,   // a domain of ours, nobody of that name
  foreign,   // not a domain of ours, or a contact
  disabled,  // the person is disabled or expired
  empty,     // a group that nobody with a mailbox belongs to
};

struct Resolved {
  Verdict verdict = Verdict::unknown;
  std::vector<std::shared_ptr<const directory::Principal>> mailboxes;
};

// `address` is local@domain, the local part without quotes; "postmaster" alone is allowed.
Resolved resolve(const directory::DirectoryCopy& copy, std::string_view address, UtcSeconds now);

// The word for logs: "unknown", "disabled", ...
std::string_view name_of(Verdict verdict) noexcept;

}  // namespace kontor::delivery
