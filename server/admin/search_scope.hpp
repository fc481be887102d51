// SPDX-License-Identifier: GPL-3.0-or-later
// Which mailboxes an administrator's search goes over.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

struct SearchedMailbox {
  store::AccountId account;
  std::string address;  // empty: it is nobody's
};

struct SearchScope {
  std::vector<SearchedMailbox> mailboxes;  // that there are, by address
  boost::json::object said;                // how it was said, for the record
};

// --account A,B  --all  --domain D  --group G: exactly one of them. not_found: a name that is none.
Result<SearchScope> search_scope(const Environment& environment, const Request& request);

}  // namespace kontor::admin
