// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/ticket_faults.hpp"

#include <gmock/gmock.h>
#include <krb5/krb5.h>

namespace kontor::directory {
namespace {

using testing::HasSubstr;

TEST(TicketFaults, TheUsualOnesSayWhatToDo) {
  const struct {
    krb5_error_code code;
    const char* words;
  } rows[] = {{KRB5KRB_AP_ERR_SKEW, "clocks"},
              {KRB5KRB_AP_ERR_TKT_NYV, "clocks"},
              {KRB5KRB_AP_ERR_TKT_EXPIRED, "expired"},
              {KRB5KRB_AP_ERR_BADKEYVER, "write the keytab anew"},
              {KRB5_KT_KVNONOTFOUND, "write the keytab anew"},
              {KRB5KRB_AP_ERR_BAD_INTEGRITY, "another key than the keytab's"},
              {KRB5KRB_AP_WRONG_PRINC, "service name"},
              {KRB5_NOPERM_ETYPE, "AES"}};
  for (const auto& row : rows)
    EXPECT_THAT(std::string(ticket_advice(static_cast<std::uint32_t>(row.code))),
                HasSubstr(row.words));
  EXPECT_EQ(ticket_advice(0), "");
  EXPECT_EQ(ticket_advice(12'345), "");
}

}  // namespace
}  // namespace kontor::directory
