// SPDX-License-Identifier: GPL-3.0-or-later
// Whom an administrator means: a mail address, a login name, or the id of an account.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "server/admin/control.hpp"

namespace kontor::admin {

struct FoundAccount {
  std::shared_ptr<const directory::Principal> person;  // nullptr: a mailbox that is nobody's
  std::optional<store::AccountId> account;             // nothing: no mailbox was made yet
};

// not_found: neither a person with a mailbox nor an account.
Result<FoundAccount> find_account(const Environment& environment, std::string_view name);
// His mailbox, made when there is none yet.
Task<Result<std::shared_ptr<store::Account>>> open_mailbox(const Environment& environment,
                                                           std::string name);
// The same; "public" is the account of the public folders.
Task<Result<std::shared_ptr<store::Account>>> open_mailbox_or_public(const Environment& environment,
                                                                     std::string name);
bool is_public(const store::Binding& owner);
// An address, "public", or the id of who is not in the directory any more.
std::string mailbox_text(const Environment& environment, const store::Binding& owner);

}  // namespace kontor::admin
