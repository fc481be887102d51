// SPDX-License-Identifier: GPL-3.0-or-later
// Cookies: each stands for a sign-in by ticket, so that one exchange of Negotiate serves many
// requests. In memory; a restart ends them. Any thread.
//
// Nobody who signs in by password is given one: programs that keep two accounts of one server send
// the cookie of the wrong one. Who a cookie stands for is looked at anew with each request: a
// person who may not sign in any more has none.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/http/wire/request.hpp"

namespace kontor::http {

class Cookies {
 public:
  // The identity as it is now, for a request from that address; or why it may not go on.
  using Renew = std::function<Result<directory::Identity>(const directory::Identity& identity,
                                                          std::string_view peer)>;
  // life 0: none is given.
  Cookies(std::chrono::seconds life, const Clock& clock, Renew renew);

  // The value of a field Set-Cookie; empty: none is given.
  std::string give(const directory::Identity& identity);
  // The same for a page that asked for it: to whoever signed in, by password too.
  std::string begin(const directory::Identity& identity);
  // Ends the cookie of a request; the value of a field Set-Cookie that takes it away.
  std::string end(const wire::Request& request);
  // Who sends a request, by its cookie. not_found: it has none. auth_failed: it is not in force, or
  // the request comes from another site's page.
  Result<directory::Identity> find(const wire::Request& request, std::string_view peer);

  // Does the request have a cookie of ours? Whether it is in force is another question.
  static bool has(const wire::Request& request);

 private:
  struct Given {
    directory::Identity identity;
    SteadyTime ends{};
  };
  struct Table {
    std::map<std::string, Given, std::less<>> given;
    std::deque<std::string> order;  // the oldest first
  };
  void make_room(Table& table) const;
  std::string add(const directory::Identity& identity, std::chrono::seconds life);

  std::chrono::seconds life_;
  const Clock& clock_;
  Renew renew_;
  Guarded<Table> table_;
};

// Does a browser say that a page of another site asks (Fetch Metadata; RFC 6454, 7)? Other programs
// say neither.
bool is_from_elsewhere(const wire::Request& request);

}  // namespace kontor::http
