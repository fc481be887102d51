// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/routes.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"

namespace kontor::http {
namespace {

bool fits(const Route& route, std::string_view path) {
  const auto front = path.substr(0, route.path.size());
  if (!(route.any_case ? iequals(front, route.path) : front == route.path)) return false;
  const auto rest = path.substr(front.size());
  return rest.empty() || (route.has_below && (rest.front() == '/' || front.ends_with('/')));
}

bool has_method(const Route& route, std::string_view method) {
  if (method == "HEAD") method = "GET";
  return std::ranges::find(route.methods, method) != route.methods.end();
}

std::string allow(const std::vector<const Route*>& routes) {
  std::set<std::string> names{"OPTIONS"};
  for (const auto* route : routes)
    for (const auto& method : route->methods) {
      names.insert(method);
      if (method == "GET") names.insert("HEAD");
    }
  return join({names.begin(), names.end()}, ", ");
}

}  // namespace

void Routes::add(Route route) { routes_.push_back(std::move(route)); }

void Routes::add(std::vector<Route> routes) {
  for (auto& route : routes) add(std::move(route));
}

Routes::Found Routes::find(const wire::Request& request) const {
  std::vector<const Route*> there;
  for (const auto& route : routes_)
    if (request.path == "*" || fits(route, request.path)) there.push_back(&route);
  const bool is_question = request.method == "OPTIONS";
  if (request.path == "*" && !is_question) return {nullptr, wire::plain(400, "a path is wanted")};
  if (there.empty()) return {nullptr, wire::plain(404, "nothing is there")};
  const auto has_it = [&](const Route* route) { return has_method(*route, request.method); };
  // Of two that fit the longer path is meant.
  const Route* best = nullptr;
  for (const auto* route : there)
    if (has_it(route) && (best == nullptr || route->path.size() > best->path.size())) best = route;
  if (best != nullptr && request.path != "*") return {best, {}};
  wire::Response refusal{204, {}, {}};
  if (!is_question) {
    const bool is_known = std::ranges::any_of(
        routes_, [&](const Route& route) { return has_method(route, request.method); });
    refusal = is_known ? wire::plain(405, "not with this method")
                       : wire::plain(501, "this method is not known here");
  }
  if (refusal.status != 501) refusal.fields.push_back({"Allow", allow(there)});
  return {nullptr, std::move(refusal)};
}

std::string Routes::shown_path(const wire::Request& request) const {
  const auto hides = [&](const Route& route) {
    return route.is_secret && fits(route, request.path);
  };
  const auto found = std::ranges::find_if(routes_, hides);
  return found == routes_.end() ? request.path : found->path;
}

}  // namespace kontor::http
