// SPDX-License-Identifier: GPL-3.0-or-later
// The audit log as somebody may have changed it: whatever the bytes are, what counts as sound is a
// beginning of them that a new record may follow.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/admin/audit_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check = check_audit(text);
  if (check.bytes > size || check.bytes + check.torn > size) std::abort();
  if (check.problem.empty() && check.bytes + check.torn != size) std::abort();
  if (check.bytes == 0) return 0;
  // A record behind what is sound is sound.
  auto longer = std::string(text.substr(0, check.bytes));
  longer += audit_line(check.last.hash,
                       R"({"number":)" + std::to_string(check.last.number + 1) + R"(,"kind":"x"})");
  const auto again = check_audit(longer);
  if (!again.problem.empty() || again.last.number != check.last.number + 1) std::abort();
  return 0;
}
