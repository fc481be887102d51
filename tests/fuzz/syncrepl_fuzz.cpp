// SPDX-License-Identifier: GPL-3.0-or-later
// What an LDAP server sends while it is followed: any bytes as control values and messages.
#include <cstdint>
#include <cstdlib>

#include "directory/ldap/refresh.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::directory;
  LdapRoster roster;
  Refresh refresh(roster, {}, false, 5);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t length = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    const auto message = rest.substr(0, length);
    rest.remove_prefix(message.size());
    if (auto state = parse_sync_state(message)) {
      Entry entry;
      entry.dn = message;
      entry.attributes["objectclass"] = {"inetOrgPerson"};
      refresh.take(SyncEntry{*std::move(state), std::move(entry)});
    }
    if (auto info = parse_sync_info(message)) refresh.take(*std::move(info));
    if (const auto done = parse_sync_done(message); done && done->cookie.size() > size)
      std::abort();
    if (!refresh.is_persistent()) continue;
    const auto changes = refresh.take_changes();
    if (roster.size() < changes.upserts.size()) std::abort();
  }
  return 0;
}
