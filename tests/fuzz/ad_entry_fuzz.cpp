// SPDX-License-Identifier: GPL-3.0-or-later
// Lines "name=value" as an entry of Active Directory; the first line is its DN.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "directory/ldap/entry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor;
  using namespace kontor::directory;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Entry entry;
  entry.attributes["objectguid"] = {"0123456789abcdef"};
  for (const auto line : split(bytes, '\n')) {
    const auto equals = line.find('=');
    if (entry.dn.empty() || equals == std::string_view::npos)
      entry.dn = parse_extended_dn(line).dn;
    else
      entry.attributes[to_lower(line.substr(0, equals))].emplace_back(line.substr(equals + 1));
  }
  const auto made = convert_entry(entry, DomainNames{"ad", "a.b", "A", "OU=Rooms,DC=a,DC=b", "0"});
  if (!made) return 0;
  const Principal& who = made->principal;
  if (!is_utf8(who.dn) || !is_utf8(who.name) || !is_utf8(who.mail)) std::abort();
  for (const auto& address : who.addresses)
    if (address.find_first_of(std::string_view("\r\n\0 <>", 6)) != std::string::npos) std::abort();
  return 0;
}
