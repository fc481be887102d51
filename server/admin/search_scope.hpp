// SPDX-License-Identifier: GPL-3.0-or-later
// Where an administrator's search looks.
#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/admin/search_reader.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

struct SearchedMailbox {
  store::AccountId account;
  std::string address;  // empty: it is nobody's
};

struct SearchScope {
  std::vector<SearchedMailbox> mailboxes;  // that there are, by address
  boost::json::object said;                // how it was said, for the record
  // As whom: of these mailboxes what he may read. nullptr: all of them.
  std::shared_ptr<const SearchReader> reader;
  bool in_book = false;  // in the address book, and in no mailbox
};

// --account A,B  --all  --domain D  --group G  --as PERSON  --people: exactly one of them.
// not_found: a name that is none. `environment` outlives the scope.
Result<SearchScope> search_scope(const Environment& environment, const Request& request);

}  // namespace kontor::admin
