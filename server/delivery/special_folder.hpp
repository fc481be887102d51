// SPDX-License-Identifier: GPL-3.0-or-later
// Delivery into another folder than INBOX, by its special use (RFC 6154): the one that has it, made
// when there is none. A folder that goes away meanwhile, or cannot be made, leaves INBOX: no
// message is lost for its folder.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/task.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::delivery {

// A field that this server puts before a message which checks find to be junk; it says why. Others'
// fields of that name are taken out before.
inline constexpr std::string_view k_junk_field = "X-Kontor-Junk";

// Where a message of this header goes; none: INBOX.
store::SpecialUse marked_folder(std::string_view header);

// Does it go there because its author's domain says that it is forged?
bool is_marked_forged(std::string_view header);

// Its name, where it has to be made; "INBOX" of none.
std::string name_of_folder(store::SpecialUse use);

// The mail folder of this account that has the use, made when there is none; nothing: it cannot be.
Task<std::optional<store::FolderId>> special_folder(store::Account& account, store::SpecialUse use);

// As AccountStore::deliver(), which `none` is; durable when it returns.
Task<Result<store::Appending>> deliver_into(store::AccountStore& store,
                                            store::Binding owner,
                                            store::SpecialUse use,
                                            store::NewMessage message);

}  // namespace kontor::delivery
