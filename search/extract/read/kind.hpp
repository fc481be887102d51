// SPDX-License-Identifier: GPL-3.0-or-later
// What kind of file it is: by its content, then by its media type, then by its name. Types and
// names lie often: sent by programs that do not know them, renamed by people. Pure.
#pragma once
#include <cstdint>

#include "search/extract/extractor.hpp"

namespace kontor::search {

enum class Kind : std::uint8_t {
  none,  // no text for us: pictures, sound, programs, what nobody knows
  plain,
  html,
  xml,
  rtf,
  pdf,
  zip,
  archive,
  mail,
  compound,
  tnef,
};

Kind kind_of(const Attachment& file);

}  // namespace kontor::search
