// SPDX-License-Identifier: GPL-3.0-or-later
// What needs no server: files and folders as they lie there.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/config/load.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

}  // namespace

Result<Finding> config_check(Request request) {
  KONTOR_TRY(const auto settings, config::load_settings(request.arguments[0]));
  json::array problems;
  for (const auto& sentence : config::check_settings(settings)) problems.emplace_back(sentence);
  const bool good = problems.empty();
  json::object out;
  out["file"] = request.arguments[0];
  out["problems"] = std::move(problems);
  return Finding{std::move(out), {}, good};
}

}  // namespace kontor::admin
