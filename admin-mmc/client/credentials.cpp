// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/credentials.hpp"

#include <windows.h>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin {
namespace {

constexpr const wchar_t* key_names[] = {L"Software\\Policies\\Kontor\\Admin",
                                        L"Software\\Kontor\\Admin"};

}  // namespace

std::wstring Server::address() const {
  return port == 443 ? host : host + L':' + std::to_wstring(port);
}

bool parse_address(const std::wstring& text, Server& server) {
  std::wstring rest = trimmed(text);
  if (begins(rest, L"http://")) return false;
  if (begins(rest, L"https://")) rest.erase(0, 8);
  rest = rest.substr(0, rest.find_first_of(L"/?#"));
  unsigned long port = 443;
  if (const auto colon = rest.rfind(L':'); colon != rest.npos) {
    const std::wstring digits = rest.substr(colon + 1);
    if (digits.empty() || digits.size() > 5 ||
        digits.find_first_not_of(L"0123456789") != digits.npos)
      return false;
    port = std::stoul(digits);
    rest.resize(colon);
  }
  if (rest.empty() || port == 0 || port > 65535 || rest.find_first_of(L" \t@\\") != rest.npos)
    return false;
  server.host = rest;
  server.port = static_cast<unsigned short>(port);
  return true;
}

std::wstring registry_text(const wchar_t* name) {
  for (const wchar_t* key : key_names) {
    for (const HKEY root : {HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE}) {
      wchar_t text[4096];
      DWORD bytes = sizeof text - sizeof *text;
      if (RegGetValueW(root, key, name, RRF_RT_REG_SZ, nullptr, text, &bytes) == ERROR_SUCCESS &&
          text[0])
        return text;
    }
  }
  return {};
}

std::vector<Server> registry_servers() {
  std::wstring names = registry_text(L"Servers");
  if (names.empty()) names = registry_text(L"Server");
  std::vector<Server> servers;
  for (const auto& name : parts(names, L",; ")) {
    Server server;
    if (!parse_address(name, server)) continue;
    server.trust = {registry_text(L"Pin"), registry_text(L"CaFile")};
    servers.push_back(std::move(server));
  }
  return servers;
}

}  // namespace kontor::admin
