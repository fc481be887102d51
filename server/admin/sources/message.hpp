// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of other programs' mail files give: a message with what its old home knew of it.
// Values only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "store/format/types.hpp"

namespace kontor::admin::sources {

struct Marks {
  store::FlagBits flags = 0;
  std::vector<std::string> keywords;  // each one a keyword that the store takes
};

struct SourceMessage {
  std::string where;  // the file, and the message's number where it holds several
  std::string raw;    // lines end with CRLF, all else byte for byte
  Marks marks;
  std::optional<UtcSeconds> date;  // when it was received
};

}  // namespace kontor::admin::sources
