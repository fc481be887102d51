// SPDX-License-Identifier: GPL-3.0-or-later
// The mail addresses of an object, as `mail` and `proxyAddresses` hold them.
#pragma once
#include <string>
#include <vector>

#include "admin-mmc/client/directory.hpp"

namespace kontor::admin {

struct Addresses {
  std::wstring primary;
  std::vector<std::wstring> more;    // further SMTP addresses
  std::vector<std::wstring> others;  // values of other kinds ("x400:", "sip:"), as they stand

  bool operator==(const Addresses&) const = default;
};

Addresses addresses_of(const Entry& entry);
// What has to be written so that `now` holds and `before` no more: only what differs. `mail` alone
// holds a single address when `proxyAddresses` was empty.
std::vector<Change> address_changes(const Entry& entry,
                                    const Addresses& before,
                                    const Addresses& now);

// local@domain, with a domain of letters, digits, hyphens and dots (or of other scripts).
bool is_address(const std::wstring& text);
// "smtp:a@b" without its kind; other kinds become nothing.
std::wstring without_kind(const std::wstring& value);

}  // namespace kontor::admin
