// SPDX-License-Identifier: GPL-3.0-or-later
// MailRules from the attributes of an entry: Exchange's, where the schema has them ([MS-ADA1] to
// [MS-ADA3]), managedBy and manager. The same for every source. Pure: a value of a wrong form is
// "absent", but a list of senders that names nobody who is known lets nobody through.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/filter.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

// Whom a value of an attribute of DNs names; nothing: nobody who is known. `attribute` is for the
// sentence about that.
using FindByDn =
    std::function<std::optional<PrincipalId>(std::string_view attribute, const std::string& value)>;

// What read_mail_rules() reads; to be asked for.
const std::vector<std::string>& mail_rule_attributes();
// Those of them that hold DNs, lower case.
const std::vector<std::string>& mail_rule_links();

// Into principal.mail_rules; its id and kind are there already.
void read_mail_rules(const Attributes& entry, const FindByDn& find, Principal& principal);

}  // namespace kontor::directory
