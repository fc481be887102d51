// SPDX-License-Identifier: GPL-3.0-or-later
// What submission asks of a message beyond SMTP (RFC 6409): that it is sent under an own name or on
// behalf of somebody who allows it, and that it has the fields every message has. Pure.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/domains.hpp"

namespace kontor::store {
class AccountStore;  // store/mailbox/account_store.hpp
}

namespace kontor::smtp {

// Who signed in, as one directory copy knows him.
struct Writer {
  std::shared_ptr<const directory::DirectoryCopy> copy;
  std::shared_ptr<const directory::Principal> person;  // nullptr: he is gone
  std::vector<directory::Sid> sids;                    // sorted
  // Is this a shared mailbox that he may write as? Any thread; empty: of none.
  std::function<bool(const directory::Principal& mailbox)> may_send_as = {};
};
// `directory` and `store` outlive it; without a store nobody writes as a shared mailbox.
Writer writer_of(const directory::Directory& directory,
                 const directory::Identity& who,
                 const store::AccountStore* store = nullptr);

// Whose an address is. His own: any of the person's addresses, also with a +tag, or under another
// name of its domain; those of a shared mailbox that he may send as (server/sharing/send_as.hpp).
// On behalf: of a person, room or group of the directory that names him, or a group of his, in
// publicDelegates or msExchDelegateListLink.
enum class Right : unsigned char { none, on_behalf, own };
Right right_to(const Writer& writer, const delivery::Domains& domains, std::string_view address);

// A shared mailbox in whose name a message is, and by what right.
struct SharedAuthor {
  std::shared_ptr<const directory::Principal> mailbox;
  Right right = Right::own;  // on_behalf, own
};
// Those among the From addresses that the writer may use, each once.
std::vector<SharedAuthor> shared_authors(const Writer& writer,
                                         const delivery::Domains& domains,
                                         std::string_view message);

// What the authors of a message say: own when he is one himself or says so in Sender; on_behalf
// when a Sender field has to tell who sent it (RFC 5322, 3.6.2). no_permission: a From address is
// neither, or Sender is not his own; bad_input: there is no From. The detail is for the client.
// Every field of these names counts, whichever a reader would show.
Result<Right> check_author(const Writer& writer,
                           const delivery::Domains& domains,
                           std::string_view message);

// The Sender line of who sends on another's behalf (RFC 6409, 8.1).
std::string sender_field(const directory::Principal& person);

// Date and Message-ID lines for a message that lacks them (RFC 6409, 8.2 and 8.3), or nothing.
std::string missing_fields(std::string_view message,
                           std::string_view trace,
                           std::string_view domain,
                           UtcSeconds now);

}  // namespace kontor::smtp
