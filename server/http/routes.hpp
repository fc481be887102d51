// SPDX-License-Identifier: GPL-3.0-or-later
// Routes: which paths there are, with which methods, for whom, and who answers.
//
// Built at the start, then read by every connection. A handler runs on the connection's strand and
// is given a request whose sender has proved who he is, where the route wants that.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "directory/model/model.hpp"
#include "server/http/wire/response.hpp"

namespace kontor::http {

enum class Access : unsigned char {
  anybody,
  person,  // somebody of the directory, by ticket or password
  ticket,  // by ticket alone: programs that must never ask for a password
};

// One request as its handler sees it; what it points to outlives the handler's task.
struct Call {
  const wire::Request& request;
  const directory::Identity* person = nullptr;  // with Access::anybody nullptr
  std::string peer = {};                        // numeric address that it came from
};

// An Error is answered by the table of base/core/answers.hpp.
using Handler = std::function<Task<Result<wire::Response>>(Call call)>;

struct Route {
  std::string path;                  // "/health"
  std::vector<std::string> methods;  // HEAD comes with GET, OPTIONS with all
  Access access = Access::anybody;
  Handler handler;
  bool has_below = false;  // everything below the path too
  bool any_case = false;   // of the path
  // Of a body that comes with credentials, where that is more than http.max_body; 0: it is not.
  std::size_t max_body = 0;
  bool is_secret = false;  // what is below the path is a secret, which no log has
};

class Routes {
 public:
  void add(Route route);
  void add(std::vector<Route> routes);

  // The route of a request; or how it is refused: 404, 405 with Allow, 501 for a method that no
  // route has; or 204 with Allow to OPTIONS.
  struct Found {
    const Route* route = nullptr;
    wire::Response refusal;  // without a route
  };
  Found find(const wire::Request& request) const;
  // The path as a log may have it.
  std::string shown_path(const wire::Request& request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace kontor::http
