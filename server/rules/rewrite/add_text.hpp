// SPDX-License-Identifier: GPL-3.0-or-later
// A text put to a message: a signature or disclaimer, below or above what its author wrote, in each
// form that the message has it in. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::rules {

// Shown by HTML as "cid:NAME".
struct Picture {
  std::string name;        // letters, digits, '.', '-', '_'
  std::string media_type;  // "image/png"
  std::string bytes;
};

struct Addition {
  std::string text;  // UTF-8, lines end with LF; empty: made of `html`
  std::string html;  // UTF-8, what stands within a body; empty: made of `text`
  std::vector<Picture> pictures;
  bool at_start = false;
  bool once = true;  // not when the message has these words already (a thread quotes them)
};

enum class Added : std::uint8_t {
  done,
  there_already,
  sealed,    // signed or encrypted: any change would break it
  no_place,  // a report, or nothing a text could stand beside
};

struct WithText {
  std::string message;  // as given, unless done
  Added outcome = Added::no_place;
};

// Plain text gets the text, HTML the HTML, at the end of its body element; a message without a text
// gets a part for it. Everything else stays byte for byte. Broken structures are left alone.
WithText add_text(std::string message, const Addition& addition, const mime::Limits& limits);

std::string html_of_text(std::string_view text);  // escaped, its lines apart
std::string escape_html(std::string_view text);
// Characters outside of ASCII as references: valid whatever the charset is.
std::string with_references(std::string_view utf8);
// Where in HTML a text is the last (first) of the body. ASCII-based bytes.
std::size_t end_of_html_body(std::string_view html);
std::size_t start_of_html_body(std::string_view html);

}  // namespace kontor::rules
