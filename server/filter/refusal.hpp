// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

namespace kontor::filter {

// Why something is not taken, as SMTP says it.
struct Refusal {
  int code;
  std::string status, text;
};

}  // namespace kontor::filter
