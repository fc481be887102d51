// SPDX-License-Identifier: GPL-3.0-or-later
// Autodiscover's plain old XML ([MS-OXDSCLI]): the request of a mail program and what it is told.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/autodiscover/offer.hpp"

namespace kontor::autodiscover {

struct PoxRequest {
  std::string address;          // EMailAddress
  std::string response_schema;  // AcceptableResponseSchema
};

// [MS-OXDSCLI] 2.2.3. bad_input: no such document, or one with a document type, whose entities
// nobody needs here. Names count without their namespace, as some programs get it wrong.
Result<PoxRequest> parse_pox_request(std::string_view body);

// 2.2.4: the one schema of responses that is spoken here.
inline constexpr std::string_view k_outlook_schema =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

struct PoxPerson {
  std::string name;     // displayName
  std::string address;  // primary
  std::string login;    // for whoever has no ticket
};
// Action "settings" with blocks for IMAP, POP3 and SMTP.
std::string pox_settings(const Offer& offer, const PoxPerson& person);
// Action "redirectAddr": ask again for that address. "redirectUrl": ask there.
std::string pox_redirect_address(std::string_view address);
std::string pox_redirect_url(std::string_view url);

enum class PoxError : unsigned short {
  no_such_address = 500,
  bad_request = 600,
  unknown_schema = 601,
};
// 2.2.4.1.1.1.
std::string pox_error(PoxError error, UtcSeconds now);

}  // namespace kontor::autodiscover
