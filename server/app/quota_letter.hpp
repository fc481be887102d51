// SPDX-License-Identifier: GPL-3.0-or-later
// The letter that tells the owner of a mailbox how full it is, in each language of
// queue.notice_languages. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "store/mailbox/quota.hpp"

namespace kontor::app {

struct QuotaLetter {
  std::string server;   // server.name
  std::string address;  // the owner's; empty: not known
  std::vector<std::string> languages;
  UtcSeconds date{};
  store::Quota quota;
};

std::string quota_letter_text(const QuotaLetter& letter);

}  // namespace kontor::app
