// SPDX-License-Identifier: GPL-3.0-or-later
// The table of everything an administrator can ask for: kontorctl's words, its help and what does
// the work. What a verb answers is JSON; kontorctl shows it as text unless told otherwise.
#pragma once
#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/control.hpp"

namespace kontor::admin {

struct Request {
  std::vector<std::string> arguments;
  std::string payload;  // the file of a verb that takes one
};

// What a verb of the server works with.
struct Desk {
  Environment environment;
  UtcSeconds started{};
};

using Answer = Result<boost::json::value>;

// What a verb done in kontorctl itself found.
struct Finding {
  boost::json::value value;
  std::string text;  // for a person; empty: the value is shown
  bool good = true;  // false: exit status 1
};

struct Verb {
  std::string_view name;       // one or two words
  std::string_view arguments;  // as help shows them; those in [] may be missing, FILE is sent along
  std::string_view help;
  // Exactly one of the two: in the running server, or in kontorctl itself.
  Task<Answer> (*at_server)(const Desk& desk, Request request) = nullptr;
  Result<Finding> (*here)(Request request) = nullptr;

  std::size_t least_arguments() const;
  std::size_t most_arguments() const;
  // The position of FILE among the arguments of a server's verb; it is sent, not named.
  bool sends_file() const { return at_server != nullptr && arguments.ends_with("FILE"); }
};

// Sorted by name.
std::span<const Verb> verbs();
const Verb* find_verb(std::string_view name);
// The one nearest to the words of a command line that begin with no verb.
std::string_view nearest_verb(const std::vector<std::string>& words);

// server/admin/*_verbs.cpp
Task<Answer> status(const Desk& desk, Request request);
Task<Answer> accounts_list(const Desk& desk, Request request);
Task<Answer> accounts_show(const Desk& desk, Request request);
Task<Answer> groups_list(const Desk& desk, Request request);
Task<Answer> groups_show(const Desk& desk, Request request);
Task<Answer> folders(const Desk& desk, Request request);
Task<Answer> deliver(const Desk& desk, Request request);
Task<Answer> sessions_list(const Desk& desk, Request request);
Task<Answer> sessions_end(const Desk& desk, Request request);
Task<Answer> config_dump(const Desk& desk, Request request);
Task<Answer> directory_status(const Desk& desk, Request request);
Task<Answer> directory_accept(const Desk& desk, Request request);
Task<Answer> directory_reconcile(const Desk& desk, Request request);
Result<Finding> config_check(Request request);
Result<Finding> store_dump(Request request);
Result<Finding> store_verify(Request request);

}  // namespace kontor::admin
