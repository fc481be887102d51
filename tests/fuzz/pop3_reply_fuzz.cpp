// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of a POP3 server, line by line: what is read is bounded and can be used.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/collector/pop3_reply.hpp"
#include "server/collector/state.hpp"

namespace {

using namespace kontor;
using namespace kontor::collector;

void check_line(std::string_view line) {
  const auto status = parse_pop3_status(line);
  if (status && status->text.size() > line.size()) std::abort();
  if (!status && status.error().detail().empty()) std::abort();
  if (const auto size = parse_pop3_size(line); size && size->number == 0) std::abort();
  if (const auto id = parse_pop3_id(line); id) {
    if (id->number == 0 || id->id.empty() || id->id.size() > k_max_key) std::abort();
    for (const char c : id->id)
      if (c <= ' ' || c == 0x7F) std::abort();
  }
  const auto content = pop3_content(line);
  if (!content.ends_with("\r\n") || content.size() > line.size() + 2) std::abort();
  if (is_pop3_end(line) && is_pop3_challenge(line)) std::abort();
  const std::vector<std::string> capabilities{to_upper(trim(line))};
  if (pop3_has_sasl(capabilities, "PLAIN") && !pop3_can(capabilities, "SASL")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    bytes.remove_prefix(line.size());
    check_line(line);
  }
  return 0;
}
