// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "server/autodiscover/pox.hpp"

namespace kontor::autodiscover {
namespace {

constexpr std::string_view k_head =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover "
    "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n";

std::string_view on_off(bool value) { return value ? "on" : "off"; }

std::string in_account(std::string_view user, std::string_view account) {
  return fmt::format(
      "{}  <Response xmlns=\"{}\">\n{}    <Account>\n{}    </Account>\n  </Response>\n"
      "</Autodiscover>\n",
      k_head, k_outlook_schema, user, account);
}

// 2.2.4.1.1.2.6. SPA is NTLM; without it Outlook asks for the password once and keeps it.
std::string protocol(const Offer& offer,
                     std::string_view type,
                     std::uint32_t port,
                     std::string_view login) {
  std::string out = fmt::format(
      "      <Protocol>\n        <Type>{}</Type>\n        <Server>{}</Server>\n"
      "        <Port>{}</Port>\n        <DomainRequired>off</DomainRequired>\n"
      "        <LoginName>{}</LoginName>\n        <SPA>{}</SPA>\n        <SSL>on</SSL>\n"
      "        <AuthRequired>on</AuthRequired>\n",
      type, xml_text(offer.host), port, xml_text(login), on_off(offer.ntlm));
  if (type == "SMTP")
    out.append(
        "        <Encryption>SSL</Encryption>\n        <UsePOPAuth>on</UsePOPAuth>\n"
        "        <SMTPLast>off</SMTPLast>\n");
  return out.append("      </Protocol>\n");
}

std::string_view message_of(PoxError error) {
  switch (error) {
    case PoxError::no_such_address:
      return "The email address can't be found.";
    case PoxError::bad_request:
      return "Invalid Request";
    case PoxError::unknown_schema:
      return "Provider is not available";
  }
  return {};
}

}  // namespace

std::string pox_settings(const Offer& offer, const PoxPerson& person) {
  const auto user = fmt::format(
      "    <User>\n      <DisplayName>{}</DisplayName>\n"
      "      <AutoDiscoverSMTPAddress>{}</AutoDiscoverSMTPAddress>\n    </User>\n",
      xml_text(person.name), xml_text(person.address));
  std::string account = "      <AccountType>email</AccountType>\n      <Action>settings</Action>\n";
  account.append(protocol(offer, "IMAP", offer.port(k_imaps), person.login));
  account.append(protocol(offer, "POP3", offer.port(k_pop3s), person.login));
  account.append(protocol(offer, "SMTP", offer.port(k_submissions), person.login));
  return in_account(user, account);
}

std::string pox_redirect_address(std::string_view address) {
  return in_account({}, fmt::format("      <Action>redirectAddr</Action>\n"
                                    "      <RedirectAddr>{}</RedirectAddr>\n",
                                    xml_text(address)));
}

std::string pox_redirect_url(std::string_view url) {
  return in_account({}, fmt::format("      <Action>redirectUrl</Action>\n"
                                    "      <RedirectUrl>{}</RedirectUrl>\n",
                                    xml_text(url)));
}

std::string pox_error(PoxError error, UtcSeconds now) {
  const auto of_day = now - std::chrono::floor<std::chrono::days>(now);
  const std::chrono::hh_mm_ss time(of_day);
  return fmt::format(
      "{}  <Response>\n    <Error Time=\"{:02}:{:02}:{:02}.0000000\" Id=\"{}\">\n"
      "      <ErrorCode>{}</ErrorCode>\n      <Message>{}</Message>\n      <DebugData />\n"
      "    </Error>\n  </Response>\n</Autodiscover>\n",
      k_head, time.hours().count(), time.minutes().count(), time.seconds().count(),
      now.time_since_epoch().count() % 4'294'967'296, static_cast<unsigned>(error),
      xml_text(message_of(error)));
}

}  // namespace kontor::autodiscover
