// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP: any bytes as requests of one connection. However they are cut, the same requests come out,
// and none of them breaks what handlers rely on.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/wire/credentials.hpp"
#include "server/http/wire/request.hpp"

namespace {

using namespace kontor::http::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Request& request) {
  require(request.path == "*" || request.path.starts_with('/'));
  require(!request.path.contains('\0') && !request.path.contains("/../"));
  require(!request.method.empty() && !request.method.contains(' '));
  for (const auto& field : request.fields)
    for (const char c : field.name + field.value) require(c != '\r' && c != '\n' && c != '\0');
  static_cast<void>(parse_authorization(request.field("Authorization")));
  static_cast<void>(query_parameter(request.query, "emailaddress"));
  static_cast<void>(says_completed(request.body));
}

// What each request is, one text a request; a refusal ends them.
std::vector<std::string> read_all(std::string_view bytes, std::size_t piece) {
  constexpr Limits limits{4'096, 4'096};
  std::vector<std::string> found;
  RequestParser parser(limits);
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    buffer.append(bytes.substr(at, piece));
    for (bool goes_on = true; goes_on;) {
      const auto taken = parser.take(buffer);
      if (!taken) {
        require(taken.error().status >= 400 && taken.error().status <= 505);
        found.emplace_back("refused");
        return found;
      }
      require(*taken <= buffer.size());
      buffer.erase(0, *taken);
      goes_on = *taken > 0 || parser.is_done();
      if (!parser.is_done()) continue;
      const auto request = parser.release();
      check(request);
      found.push_back(request.method + ' ' + request.path + '?' + request.query + ' ' +
                      request.body);
      parser = RequestParser(limits);
    }
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t piece = 1U + data[0] % 23U;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  auto whole = read_all(bytes, bytes.size() + 1);
  auto cut = read_all(bytes, piece);
  // Where it is refused may differ by what had come; what was taken before does not.
  const auto is_refusal = [](const std::string& one) { return one == "refused"; };
  std::erase_if(whole, is_refusal);
  std::erase_if(cut, is_refusal);
  require(whole == cut);
  return 0;
}
