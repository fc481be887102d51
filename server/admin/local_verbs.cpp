// SPDX-License-Identifier: GPL-3.0-or-later
// What needs no server: files and folders as they lie there.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/config/load.hpp"
#include "base/io/file_system.hpp"
#include "server/admin/verbs.hpp"
#include "store/tools/inspect.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<Finding> finding_of(Result<store::Inspection> inspected) {
  KONTOR_TRY(auto inspection, std::move(inspected));
  json::error_code error;
  auto value = json::parse(inspection.json, error);
  if (error) return fail(Errc::internal, "the store's tools gave no JSON");
  return Finding{std::move(value), std::move(inspection.text), inspection.good};
}

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

Result<Finding> store_dump(Request request) {
  return finding_of(store::dump_account(io::real_file_system(), request.arguments[0]));
}

Result<Finding> store_verify(Request request) {
  return finding_of(store::verify_account(io::real_file_system(), request.arguments[0]));
}

}  // namespace kontor::admin
