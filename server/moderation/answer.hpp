// SPDX-License-Identifier: GPL-3.0-or-later
// What a moderator answers by mail: the first word of the subject or of the text decides. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/mime/message.hpp"

namespace kontor::moderation {

struct Verdict {
  bool is_approved = false;
  std::string reason;  // one paragraph, for the sender; empty: none was given

  bool operator==(const Verdict&) const = default;
};

// Nothing: neither says whether. The subject counts when it begins with the word, as the links of
// the letter make it; an answer's "Re: ..." does not.
std::optional<Verdict> read_verdict(std::string_view message, const mime::Limits& limits);

// The text of a message that people read first, as UTF-8 with LF; empty: there is none.
std::string shown_text(std::string_view message, const mime::Limits& limits, std::size_t most);

// The address of answers: "moderation-" and these. Neither can be guessed without the key.
std::string token_of(std::string_view id, std::string_view key);
// The id of a held message, where the local part is such an address; nothing: another one.
std::optional<std::string> id_in(std::string_view local_part, std::string_view key);
inline constexpr std::string_view k_local_part = "moderation-";

}  // namespace kontor::moderation
