// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to the administration interface and its files: a request becomes words that its verb
// takes, or is refused; what is read of DATA/roles is written as it was; a job's paths stay in
// their folder.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/admin/api/answers.hpp"
#include "server/admin/api/jobs.hpp"
#include "server/admin/log_lines.hpp"
#include "server/admin/operations.hpp"
#include "server/admin/roles.hpp"

namespace {

using namespace kontor;
using namespace kontor::admin;

void check_request(std::string_view method, std::string_view path, std::string_view body) {
  const auto matched = match(method, path);
  if (!matched) return;
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) return;
  const auto& operation = *matched->operation;
  auto members = value.as_object();
  for (const auto& [name, text] : matched->values) members[name] = text;
  const auto request = request_of(operation, members);
  if (!request) return;
  const auto* verb = find_verb(operation.verb);
  if (request->arguments.size() + (verb->sends_file() ? 1 : 0) > verb->most_arguments() + 100)
    std::abort();
  if (operation.changes() && find_change(operation.verb, *request) == nullptr) std::abort();
}

void check_job(std::string_view path) {
  const api::NewJob job{"backup verify", Request{{std::string(path)}, {}}, "a@x.test"};
  const auto words = api::words_of(job, "/d");
  if (!words) return;
  const auto& last = words->back();
  if (!last.starts_with("/d/transfer/") || last.contains("/../") || last.ends_with("/.."))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = kontor::split(text, '\n');
  if (lines.size() > 2)
    check_request(lines[0], lines[1], text.substr(lines[0].size() + lines[1].size() + 2));
  if (const auto roles = parse_roles(text)) {
    const auto again = parse_roles(format_roles(*roles));
    if (!again || *again != *roles) std::abort();
  }
  static_cast<void>(read_log_line(text));
  static_cast<void>(api::names_tag(text, "\"x\""));
  static_cast<void>(api::percent_in(text));
  check_job(text);
  boost::system::error_code error;
  auto value = boost::json::parse(text, error);
  if (!error)
    static_cast<void>(api::paged(std::move(value), {.limit = 3, .sort = {"a"}, .filter = "x"}));
  return 0;
}
