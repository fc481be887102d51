// SPDX-License-Identifier: GPL-3.0-or-later
// Which server, how it is known, and who asks.
#pragma once
#include <string>
#include <vector>

namespace kontor::admin {

// Who signs in. Without a user: whoever is signed in to Windows, by ticket.
struct Credentials {
  std::wstring user;  // name@domain or DOMAIN\name
  std::wstring password;
  bool current() const { return user.empty(); }
};

// What a certificate is held against beside (or instead of) the authorities that Windows trusts.
struct Trust {
  std::wstring pin;      // SHA-256 of the server's certificate in hexadecimal digits
  std::wstring ca_file;  // authorities as PEM; no others count then
  bool own() const { return !pin.empty() || !ca_file.empty(); }
};

struct Server {
  std::wstring host;
  unsigned short port = 443;
  Trust trust;
  Credentials credentials;

  // "host", or "host:port" for other ports than 443.
  std::wstring address() const;
};

// Takes "host", "host:port" or "https://host:port/"; false when it is none of these.
bool parse_address(const std::wstring& text, Server& server);

// What stands in the registry below Software\Policies\Kontor\Admin, where group policies write, or
// else below Software\Kontor\Admin: of the person first, then of the computer.
std::wstring registry_text(const wchar_t* name);
// The servers that the registry names (Servers, or Server), with CaFile and Pin.
std::vector<Server> registry_servers();

}  // namespace kontor::admin
