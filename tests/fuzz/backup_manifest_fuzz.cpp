// SPDX-License-Identifier: GPL-3.0-or-later
// A manifest that can be read is printed the same way twice, and names no file elsewhere.
#include <cstdint>
#include <cstdlib>

#include "server/admin/backup/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin::backup;
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  const auto text = print_manifest(*manifest);
  const auto again = parse_manifest(text);
  if (!again || print_manifest(*again) != text) std::abort();
  for (const auto* file : all_files(*manifest))
    if (file->name.starts_with('/') || ('/' + file->name).find("/../") != std::string::npos)
      std::abort();
  return 0;
}
