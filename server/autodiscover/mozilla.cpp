// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/mozilla.hpp"

#include <fmt/format.h>

namespace kontor::autodiscover {
namespace {

// One server of the file; programs take the first way to sign in that they know.
std::string block(const Offer& offer,
                  std::string_view element,
                  std::string_view type,
                  std::uint32_t port) {
  std::string out = fmt::format(
      "    <{0} type=\"{1}\">\n      <hostname>{2}</hostname>\n      <port>{3}</port>\n"
      "      <socketType>SSL</socketType>\n",
      element, type, xml_text(offer.host), port);
  if (offer.tickets) out.append("      <authentication>GSSAPI</authentication>\n");
  if (offer.ntlm) out.append("      <authentication>NTLM</authentication>\n");
  if (offer.passwords) out.append("      <authentication>password-cleartext</authentication>\n");
  out.append("      <username>%EMAILADDRESS%</username>\n");
  return out.append(fmt::format("    </{}>\n", element));
}

}  // namespace

std::string mozilla_config(const Offer& offer, std::string_view domain) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\">\n";
  const auto name = xml_text(domain);
  out.append(fmt::format(
      "  <emailProvider id=\"{0}\">\n    <domain>{0}</domain>\n"
      "    <displayName>{0}</displayName>\n    <displayShortName>{0}</displayShortName>\n",
      name));
  out.append(block(offer, "incomingServer", "imap", offer.port(k_imaps)));
  out.append(block(offer, "incomingServer", "pop3", offer.port(k_pop3s)));
  out.append(block(offer, "outgoingServer", "smtp", offer.port(k_submissions)));
  return out.append("  </emailProvider>\n</clientConfig>\n");
}

}  // namespace kontor::autodiscover
