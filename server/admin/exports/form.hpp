// SPDX-License-Identifier: GPL-3.0-or-later
// A message as the bytes of an mbox file or of a Maildir's file. Pure.
#pragma once
#include <string>
#include <string_view>

#include "server/admin/exports/writer.hpp"

namespace kontor::admin::exports {

// Line ends as files have them (LF), where with_crlf() gives the same bytes back; else as they are.
struct FileForm {
  std::string content;
  bool as_is = false;
};
FileForm file_form(std::string_view raw);

// From_ line, message (mboxrd) and the blank line behind it; the end of the header bears Status,
// X-Status and X-Keywords for other programs, X-Kontor-Export for an exact import.
std::string mbox_form(const OutMessage& message);

// One level of a path that stands for the folder of that name; empty: no plain name does.
std::string plain_level(std::string_view level);

}  // namespace kontor::admin::exports
