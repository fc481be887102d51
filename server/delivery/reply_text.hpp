// SPDX-License-Identifier: GPL-3.0-or-later
// Letters the server writes in the name of a person or to him. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::delivery {

// An automatic answer (RFC 3834, 3).
struct Reply {
  std::string_view server;    // server.name
  std::string_view language;  // of the words before the subject: "en", "ru"
  const directory::Principal& from;
  std::string_view to;
  std::string_view header;  // of the message that is answered
  std::string_view subject;
  std::string_view text;
  UtcSeconds date{};
  std::string_view from_field = {};  // instead of the person's name and address; empty: those
  bool is_mime = false;  // the text is a MIME entity with its own fields (RFC 5230, 4.6)
};
// The whole message.
std::string reply_text(const Reply& reply);

// To the owner of a mailbox: his script has a mistake.
struct MistakeLetter {
  std::string_view server;
  std::vector<std::string> languages;  // the first one leads
  std::string_view to;                 // address
  std::string_view script;             // its name
  std::vector<std::string> problems;   // one a language
  std::string_view subject;            // of the message it happened with
  UtcSeconds date{};
};
std::string mistake_letter(const MistakeLetter& letter);

}  // namespace kontor::delivery
