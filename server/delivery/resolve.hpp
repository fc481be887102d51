// SPDX-License-Identifier: GPL-3.0-or-later
// Who a mail address stands for here: the people whose mailboxes a message to it goes into, and the
// addresses elsewhere that it goes on to.
//
// Pure over one directory copy and the domains of the settings; any thread. A group is its people,
// nested, each once; the contacts in it are addresses elsewhere. `user+tag` is `user` when nobody
// has the longer address. Mail for nobody of a domain goes to its catch-all, when there is one.
// postmaster and abuse of every local domain are answered for by the administrators when no object
// has that address (RFC 5321, 4.5.1; RFC 2142). Disabled and expired people refuse mail.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"

namespace kontor::delivery {

enum class Verdict : unsigned char {
  deliver,   // to `mailboxes`, and on to `outside`
  unknown,   // a domain of ours, nobody of that name
  foreign,   // not a domain of ours: it may go out for those who may send to anybody
  disabled,  // the person is disabled or expired
  empty,     // a group that nobody with an address belongs to
  remote,    // a domain whose mail is taken from anybody and sent on
};

struct Resolved {
  Verdict verdict = Verdict::unknown;
  std::vector<std::shared_ptr<const directory::Principal>> mailboxes;
  std::vector<std::string> outside;  // contacts, by their addresses elsewhere
  std::string address;               // under its domain's true name
  bool is_catch_all = false;         // `mailboxes` is the domain's catch-all
};

// `address` is local@domain, the local part without quotes; "postmaster" alone is allowed.
Resolved resolve(const directory::DirectoryCopy& copy,
                 const Domains& domains,
                 std::string_view address,
                 UtcSeconds now);

// The word for logs: "unknown", "disabled", ...
std::string_view name_of(Verdict verdict) noexcept;

}  // namespace kontor::delivery
