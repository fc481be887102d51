// SPDX-License-Identifier: GPL-3.0-or-later
// X500 addresses inside SMTP addresses ([MS-OXCMAIL] 2.1.3.2.1): "IMCEAEX-_o=Org_ou=Site_cn=x" of
// a local part is "/o=Org/ou=Site/cn=x". Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::delivery {

// Nothing: the local part is none of that kind.
std::optional<std::string> decode_imcea(std::string_view local);

}  // namespace kontor::delivery
