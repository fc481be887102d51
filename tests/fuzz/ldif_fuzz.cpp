// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded directory's file: parse_local_directory() on any bytes, and what parses can be
// written and parsed again, and changed without touching anybody else.
#include <cstdint>
#include <cstdlib>

#include "directory/local/ldif.hpp"
#include "directory/local/ldif_edit.hpp"
#include "directory/local/local_directory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto entries = parse_ldif(bytes);
  if (!entries) return 0;
  std::string written;
  for (const auto& entry : *entries) {
    written += ldif_line("dn", entry.dn);
    for (const auto& [name, value] : entry.attributes) written += ldif_line(name, value);
    written += "\n";
  }
  const auto again = parse_ldif(written);
  if (!again || again->size() != entries->size()) std::abort();
  const auto directory = parse_local_directory(bytes);
  if (!directory) return 0;
  const DirectoryCopy copy(directory->principals, 1);
  for (const auto& one : directory->principals) {
    if (one.kind != Kind::person) continue;
    const auto& id = one.id.guid;
    if (const auto changed = ldif_with_password(bytes, id, "{PBKDF2-SHA256}1$YQ$YQ"))
      if (!parse_local_directory(*changed)) std::abort();
    if (const auto changed = ldif_without_account(bytes, id))
      if (parse_local_directory(*changed)->principals.size() + 1 != directory->principals.size())
        std::abort();
    break;
  }
  return 0;
}
