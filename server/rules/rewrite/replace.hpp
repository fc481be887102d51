// SPDX-License-Identifier: GPL-3.0-or-later
// Words of a message masked or taken out, files of it taken out. Pure. Parts in which nothing is
// found stay byte for byte, and so does everything that is signed or encrypted.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "server/rules/rewrite/structure.hpp"

namespace kontor::rules {

// Places in a text, ascending, none empty, none overlapping.
using FindPlaces = std::function<std::vector<mime::Range>(std::string_view utf8)>;

struct Replaced {
  std::string message;
  std::size_t count = 0;
};

// In the subject, the plain texts and the HTML, where what a reader sees is looked through: markup
// between its letters is no hindrance, and stays. A report (RFC 3464) is left alone.
Replaced replace_text(std::string message,
                      const FindPlaces& find,
                      std::string_view with,
                      const mime::Limits& limits);

using WantsFile = std::function<bool(const AttachedFile& file)>;
// What stands in the place of a file; one text a file.
using NoteOfFile = std::function<std::string(const AttachedFile& file)>;

struct WithoutFiles {
  std::string message;
  std::vector<AttachedFile> gone;
  std::size_t kept = 0;  // wanted out, but signed or encrypted
};
WithoutFiles remove_files(std::string message,
                          const WantsFile& wants,
                          const NoteOfFile& note,
                          const mime::Limits& limits);

// The same text with the places replaced, of HTML source. `count` grows by the places.
std::string replace_in_html(std::string_view html,
                            const FindPlaces& find,
                            std::string_view with,
                            std::size_t& count);

}  // namespace kontor::rules
