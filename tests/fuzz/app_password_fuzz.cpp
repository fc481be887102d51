// SPDX-License-Identifier: GPL-3.0-or-later
// The files of app passwords: what is read is written the same; and whatever a client sends is a
// secret or is none.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/core/crc32c.hpp"
#include "server/trace/app_password_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::trace;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto symbols = app_password_symbols(bytes))
    if (symbols->size() != 16) std::abort();
  if (const auto list = parse_app_passwords(bytes))
    if (format_app_passwords(*list) != bytes) std::abort();
  const auto uses = parse_app_password_uses(bytes);
  if (parse_app_password_uses(format_app_password_uses(uses)) != uses) std::abort();
  // The fuzzer cannot make a checksum: the same as the lines of a file, with its right end.
  std::string file = "kontor-app-passwords 1\n" + std::string(bytes);
  if (!file.ends_with('\n')) file += '\n';
  const auto count = std::ranges::count(file, '\n') - 1;
  file += fmt::format("end {} {:08x}\n", count, kontor::crc32c(file));
  if (const auto list = parse_app_passwords(file))
    if (format_app_passwords(*list) != file) std::abort();
  return 0;
}
