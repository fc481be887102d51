// SPDX-License-Identifier: GPL-3.0-or-later
// Who a mail address stands for here: the people whose mailboxes a message to it goes into, and the
// addresses elsewhere that it goes on to.
//
// Pure over one directory copy and the settings; any thread. A group is its people, nested, each
// once; the contacts in it are addresses elsewhere. `user+tag` is `user` when nobody has the longer
// address. Mail for nobody of a domain goes to its catch-all, when there is one. postmaster and
// abuse of every local domain are answered for by the administrators when no object has that
// address (RFC 5321, 4.5.1; RFC 2142). A reply to an X500 address ([MS-OXCMAIL] 2.1.3.2.1) is for
// who has that address.
//
// Where mail to a person goes is said by his target address, else by his alternate recipient, else,
// when he is disabled or expired, by DisabledMail. Forwarding goes over any number of people; who
// is reached by his own forwarding keeps a copy himself, so that no circle loses a message. What
// leads to nobody is as if it were not there. An address that several of one source have is for
// each of them.
//
// A group may be moderated (server/delivery/senders.hpp): who is in it gets mail by it when the
// message may pass, and the group is `held` when it has to wait.
//
// Folders have addresses too (store/mailbox/folder_mail.hpp), with and without a +tag. A person,
// room or group that has the address comes first; before the folder is neither a contact, which
// stands for it in the directory, nor postmaster, abuse or the catch-all.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::delivery {

using Principals = std::vector<std::shared_ptr<const directory::Principal>>;

enum class Verdict : unsigned char {
  deliver,   // to `mailboxes`, and on to `outside`
  unknown,   // a domain of ours, nobody of that name
  foreign,   // not a domain of ours: it may go out for those who may send to anybody
  disabled,  // the person is disabled or expired
  empty,     // a group that nobody with an address belongs to
  remote,    // a domain whose mail is taken from anybody and sent on
};

// What is done with mail to disabled and expired people (settings directory.disabled_*).
struct DisabledMail {
  enum class What : unsigned char { refuse, keep, forward };
  What what = What::refuse;
  std::string address;  // of forward; empty: the person's manager
};
DisabledMail disabled_mail(const config::Directory& settings);

// What is to be known of moderated groups, and of one message.
enum class Passing : unsigned char {
  held,
  passes,
  passes_within,  // and so it does groups in that one
};
struct ModeratedGroups {
  Principals all;
  std::function<Passing(const directory::Principal& group)> passing;
};

struct Resolved {
  Verdict verdict = Verdict::unknown;
  // Whom the address names: what they say about their senders counts. None: administrators.
  Principals objects;
  Principals mailboxes;
  std::vector<store::AddressedFolder> folders;
  std::vector<std::string> outside;  // contacts and target addresses that are elsewhere
  Principals moderated;              // groups among those the address stands for
  Principals held;                   // of these, whose people are not in what stands above
  bool holds_outside = false;        // addresses elsewhere are among them
  std::string address;               // under its domain's true name
  bool is_catch_all = false;         // `mailboxes` is the domain's catch-all
  bool is_early = false;             // not all are known yet who may have it: ask again later
};

// `address` is local@domain, the local part without quotes; "postmaster" alone is allowed.
// `folders` knows the addresses of folders; nullptr: there are none.
Resolved resolve(const directory::DirectoryCopy& copy,
                 const Domains& domains,
                 std::string_view address,
                 UtcSeconds now,
                 const DisabledMail& disabled = {},
                 const store::Shares* folders = nullptr,
                 const ModeratedGroups* moderated = nullptr);

// Where mail to these goes, when some owners of an address are left out.
Resolved resolve_objects(const directory::DirectoryCopy& copy,
                         const Domains& domains,
                         Principals owners,
                         UtcSeconds now,
                         const DisabledMail& disabled,
                         const store::Shares* folders = nullptr,
                         const ModeratedGroups* moderated = nullptr);

// The word for logs: "unknown", "disabled", ...
std::string_view name_of(Verdict verdict) noexcept;

}  // namespace kontor::delivery
