// SPDX-License-Identifier: GPL-3.0-or-later
// Whom a calendar user address means (RFC 6638, 2.4.1). Pure, over one directory copy.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "store/format/types.hpp"

namespace kontor::scheduling {

enum class Where : unsigned char {
  here,     // a person or a room with a mailbox
  group,    // of this directory
  outside,  // a mail address of somebody else
  nowhere,  // nobody, or somebody who is disabled
};

struct Addressee {
  Where where = Where::nowhere;
  std::shared_ptr<const directory::Principal> principal;  // here, group
  std::string address;                                    // outside: where mail goes
};

// `address` is a calendar_address(), or the path of a principal.
Addressee find_addressee(const directory::DirectoryCopy& copy,
                         const std::vector<std::string>& local_domains,
                         std::string_view address,
                         UtcSeconds now);

// All by which somebody is named in calendars, as calendar_address() has them.
std::vector<std::string> addresses_of(const directory::Principal& principal);
store::Binding binding_of(const directory::Principal& principal);

}  // namespace kontor::scheduling
