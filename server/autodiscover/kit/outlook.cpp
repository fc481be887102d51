// SPDX-License-Identifier: GPL-3.0-or-later
// A profile file of Outlook. Sections 1 to 5 are values; the last tells Outlook which property each
// name stands for, and is the same in every such file.
#include <fmt/format.h>

#include "server/autodiscover/kit/kit.hpp"

namespace kontor::autodiscover {
namespace {

struct Property {
  std::string_view name, type;
};

constexpr Property k_properties[] = {
    {"AccountName", "PT_UNICODE,0x0002"},
    {"DisplayName", "PT_UNICODE,0x000B"},
    {"EmailAddress", "PT_UNICODE,0x000C"},
    {"ConnectionType", "PT_LONG,0x000F"},
    {"IMAPServer", "PT_UNICODE,0x0100"},
    {"IMAPUserName", "PT_UNICODE,0x0101"},
    {"IMAPPort", "PT_LONG,0x0104"},
    {"IMAPUseSSL", "PT_LONG,0x0105"},
    {"IMAPUseSPA", "PT_LONG,0x0108"},
    {"SMTPServer", "PT_UNICODE,0x0200"},
    {"SMTPPort", "PT_LONG,0x0201"},
    {"SMTPUseAuth", "PT_LONG,0x0203"},
    {"SMTPAuthMethod", "PT_LONG,0x0208"},
    {"SMTPUseSPA", "PT_LONG,0x0207"},
    {"SMTPSecureConnection", "PT_LONG,0x020A"},
};

// Of an address book by LDAP; a service of the profile, not an account.
constexpr Property k_book_properties[] = {
    {"ServiceName", "EMABLT"},
    {"ServerName", "PT_STRING8,0x6600"},
    {"UserName", "PT_STRING8,0x6602"},
    {"UseSSL", "PT_BOOLEAN,0x6613"},
    {"UseSPA", "PT_BOOLEAN,0x6615"},
    {"DisplayName", "PT_STRING8,0x3001"},
    {"ConnectionPort", "PT_STRING8,0x6601"},
    {"SearchTimeout", "PT_STRING8,0x6607"},
    {"MaxEntriesReturned", "PT_STRING8,0x6608"},
    {"SearchBase", "PT_STRING8,0x6603"},
};

// A line holds one value.
std::string on_one_line(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return text;
}

// The sections about the address book, before and behind those of the account.
std::string book_section(const Offer& offer, const KitPerson& person) {
  return fmt::format(
      "[Service1]\nServerName={}\nConnectionPort={}\nUseSSL=True\nUseSPA=False\nUserName={}\n"
      "DisplayName={}\nSearchTimeout=60\nMaxEntriesReturned=100\nSearchBase=\n\n",
      offer.host, offer.port(k_ldaps), on_one_line(person.login), offer.host);
}

}  // namespace

KitFile outlook_profile(const Kit& kit) {
  const auto& offer = kit.offer;
  const auto address = template_address(kit);
  const KitPerson person = kit.person.value_or(KitPerson{"%USERNAME%", address, address});
  const int spa = offer.ntlm ? 1 : 0;  // without NTLM Outlook asks for the password once
  std::string out = fmt::format(
      "; Kontor: outlook.exe /importprf kontor.prf\n"
      "[General]\nCustom=1\nProfileName=Kontor\nDefaultProfile=Yes\nOverwriteProfile=No\n"
      "ModifyDefaultProfileIfPresent=FALSE\n\n[Service List]\n{7}\n"
      "[Internet Account List]\nAccount1=IMAP_I_Mail\n\n[Account1]\nUniqueService=No\n"
      "AccountName={0}\nDisplayName={1}\nEmailAddress={0}\nConnectionType=0\n"
      "IMAPServer={2}\nIMAPUserName={3}\nIMAPPort={4}\nIMAPUseSSL=1\nIMAPUseSPA={5}\n"
      "SMTPServer={2}\nSMTPPort={6}\nSMTPSecureConnection=1\nSMTPUseAuth=1\nSMTPAuthMethod=0\n"
      "SMTPUseSPA={5}\n\n{8}[IMAP_I_Mail]\nAccountType=IMAP\n",
      on_one_line(person.address), on_one_line(person.name), offer.host, on_one_line(person.login),
      offer.port(k_imaps), spa, offer.port(k_submissions),
      offer.address_book ? "Service1=LDAP Directory\n" : "",
      offer.address_book ? book_section(offer, person) : "");
  for (const auto& [name, type] : k_properties) out.append(fmt::format("{}={}\n", name, type));
  if (offer.address_book) out.append("\n[LDAP Directory]\n");
  if (offer.address_book)
    for (const auto& [name, type] : k_book_properties)
      out.append(fmt::format("{}={}\n", name, type));
  std::string lines;
  for (const char c : out) lines.append(c == '\n' ? "\r\n" : std::string(1, c));
  return {"outlook/kontor.prf", std::move(lines)};
}

}  // namespace kontor::autodiscover
