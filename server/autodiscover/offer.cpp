// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/offer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::autodiscover {

Offer make_offer(const config::Settings& settings, const std::vector<std::string>& mechanisms) {
  const auto has = [&](std::string_view name) {
    return std::ranges::find(mechanisms, name) != mechanisms.end();
  };
  return {
      settings.server.name,      has("GSSAPI"),         has("PLAIN") || has("LOGIN"), has("NTLM"),
      settings.server.port_base, settings.http.enabled, settings.address_book.enabled};
}

std::string Offer::url(std::string_view path) const {
  const auto number = port(k_https);
  return number == k_https ? fmt::format("https://{}{}", host, path)
                           : fmt::format("https://{}:{}{}", host, number, path);
}

Address split_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return {std::string(address), {}};
  return {std::string(address.substr(0, at)), to_lower(address.substr(at + 1))};
}

std::string true_domain(const config::Domains& domains, std::string_view alias) {
  for (const std::string_view row : domains.alias) {
    const auto equals = row.find('=');
    if (equals == std::string_view::npos) continue;
    if (iequals(trim(row.substr(0, equals)), alias)) return to_lower(trim(row.substr(equals + 1)));
  }
  return {};
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        if (byte >= 0x20 || c == '\t' || c == '\n') out += c;
    }
  }
  return out;
}

}  // namespace kontor::autodiscover
