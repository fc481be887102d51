// SPDX-License-Identifier: GPL-3.0-or-later
// The name of what others have given, in a person's own home: "shared-ACCOUNT-FOLDER". Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/format/types.hpp"

namespace kontor::dav {

struct Given {
  store::AccountId account;
  store::FolderId folder = 0;
  bool operator==(const Given&) const = default;
};
std::string given_segment(const Given& given);
std::optional<Given> parse_given(std::string_view segment);  // nothing: another name

}  // namespace kontor::dav
