// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/ticket_faults.hpp"

#include <krb5/krb5.h>

namespace kontor::directory {
namespace {

struct Advice {
  krb5_error_code code;
  std::string_view text;
};

constexpr std::string_view k_clocks =
    "the clocks of the client and of this machine differ by more than 5 minutes: let both take "
    "their time from the domain's controllers";
constexpr std::string_view k_old_key =
    "the keytab has no key of the version the controllers use: the account's password was changed "
    "after the keytab was written; write the keytab anew, and let clients fetch new tickets by "
    "signing out and in";
constexpr std::string_view k_other_key =
    "the ticket was made with another key than the keytab's: the service name (SPN) belongs to "
    "another account, or the account's password was changed; write the keytab anew for the account "
    "that has the service name";

constexpr Advice k_advice[] = {
    {KRB5KRB_AP_ERR_SKEW, k_clocks},
    {KRB5KRB_AP_ERR_TKT_NYV, k_clocks},
    {KRB5KRB_AP_ERR_TKT_EXPIRED,
     "the ticket has expired: the client must fetch a new one; if it just did, this machine's "
     "clock is ahead of the controllers'"},
    {KRB5KRB_AP_ERR_BADKEYVER, k_old_key},
    {KRB5_KT_KVNONOTFOUND, k_old_key},
    {KRB5KRB_AP_ERR_NOKEY, k_old_key},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, k_other_key},
    {KRB5KRB_AP_ERR_MODIFIED, k_other_key},
    {KRB5KRB_AP_WRONG_PRINC,
     "the ticket is for a service name that the keytab does not have: use the name clients connect "
     "to, and write the keytab with it"},
    {KRB5KRB_AP_ERR_NOT_US,
     "the ticket is for a service name that the keytab does not have: use the name clients connect "
     "to, and write the keytab with it"},
    {KRB5_BAD_ENCTYPE,
     "the ticket's key is of a kind that is not taken here: let the service account use AES "
     "(msDS-SupportedEncryptionTypes 24) and write the keytab anew"},
    {KRB5_NOPERM_ETYPE,
     "the ticket's key is of a kind that is not taken here: let the service account use AES "
     "(msDS-SupportedEncryptionTypes 24) and write the keytab anew"},
};

}  // namespace

std::string_view ticket_advice(std::uint32_t code) {
  for (const auto& one : k_advice)
    if (static_cast<std::uint32_t>(one.code) == code) return one.text;
  return {};
}

}  // namespace kontor::directory
