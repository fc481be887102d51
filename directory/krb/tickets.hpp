// SPDX-License-Identifier: GPL-3.0-or-later
// What the Kerberos library says about keys and accounts. For the sources of this folder only.
#pragma once
#include <krb5/krb5.h>

namespace kontor::directory {

// The controllers know the account or its key, and say no; everything else means that nobody could
// say.
inline bool is_refusal(krb5_error_code code) {
  return code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN || code == KRB5KDC_ERR_PREAUTH_FAILED ||
         code == KRB5KDC_ERR_CLIENT_REVOKED || code == KRB5KDC_ERR_KEY_EXP ||
         code == KRB5KRB_AP_ERR_BAD_INTEGRITY;
}

}  // namespace kontor::directory
