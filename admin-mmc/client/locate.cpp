// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/locate.hpp"

#include <windows.h>
// windns.h needs what stands above.
#include <windns.h>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin {
namespace {

// Without its last dot.
std::wstring host_of(const DNS_SRV_DATAW& data) {
  std::wstring host = data.pNameTarget ? data.pNameTarget : L"";
  if (host.ends_with(L'.')) host.pop_back();
  return host;
}

bool is_inside(const std::wstring& host, const std::wstring& domain) {
  return host.size() > domain.size() + 1 && host[host.size() - domain.size() - 1] == L'.' &&
         same_text(std::wstring_view(host).substr(host.size() - domain.size()), domain);
}

std::optional<Server> by_dns(const std::wstring& domain) {
  if (domain.empty()) return std::nullopt;
  DNS_RECORDW* records = nullptr;
  const std::wstring name = L"_kontor-admin._tcp." + domain;
  if (DnsQuery_W(name.c_str(), DNS_TYPE_SRV, DNS_QUERY_STANDARD, nullptr,
                 reinterpret_cast<PDNS_RECORD*>(&records), nullptr) != ERROR_SUCCESS)
    return std::nullopt;
  const DNS_SRV_DATAW* best = nullptr;
  for (const DNS_RECORDW* one = records; one; one = one->pNext) {
    if (one->wType != DNS_TYPE_SRV) continue;
    const DNS_SRV_DATAW& data = one->Data.SRV;
    if (!is_inside(host_of(data), domain)) continue;  // also "." (RFC 2782): there is none
    if (!best || data.wPriority < best->wPriority ||
        (data.wPriority == best->wPriority && data.wWeight > best->wWeight))
      best = &data;
  }
  std::optional<Server> found;
  if (best) {
    Server server;
    if (parse_address(host_of(*best) + L':' + std::to_wstring(best->wPort), server)) {
      server.trust = {registry_text(L"Pin"), registry_text(L"CaFile")};
      found = server;
    }
  }
  DnsRecordListFree(reinterpret_cast<PDNS_RECORD>(records), DnsFreeRecordList);
  return found;
}

}  // namespace

std::optional<Server> locate_server(const std::wstring& domain) {
  const auto named = registry_servers();
  if (!named.empty()) return named.front();
  return by_dns(domain);
}

void remember_server(const Server& server) {
  const auto put = [](const wchar_t* name, const std::wstring& text) {
    RegSetKeyValueW(HKEY_CURRENT_USER, L"Software\\Kontor\\Admin", name, REG_SZ, text.c_str(),
                    static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t)));
  };
  put(L"Server", server.address());
  put(L"Pin", server.trust.pin);
  put(L"CaFile", server.trust.ca_file);
}

}  // namespace kontor::admin
