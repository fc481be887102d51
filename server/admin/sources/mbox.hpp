// SPDX-License-Identifier: GPL-3.0-or-later
// An mbox file, piece by piece, into its messages (RFC 4155; the dialects mboxo and mboxrd).
//
// A message begins at a line "From ADDRESS DATE" whose date can be read, wherever it stands (as
// mutt and Dovecot do: some writers leave the blank line before it out); every other line that
// begins with "From " is text, so that nothing is cut at a guess. One '>' is taken from body lines
// that begin with ">From ", ">>From " and so on, which is exact for mboxrd and, for mboxo, for all
// but lines that had a '>' already. The blank line before the next message is not part of a
// message. Pure, bounded: holds one message and one line.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/time.hpp"

namespace kontor::admin::sources {

struct MboxMessage {
  std::optional<UtcSeconds> date;  // of its From_ line; without a zone it counts as UTC
  std::string content;             // line ends as in the file; empty when too large
  std::uint64_t size = 0;          // of the content, also when it is too large
  bool too_large = false;
};

// The date of a line "From ADDRESS DATE"; nothing: the line begins no message.
std::optional<UtcSeconds> from_line_date(std::string_view line);

class MboxSplitter {
 public:
  explicit MboxSplitter(std::uint64_t max_message) : max_message_(max_message) {}
  void add(std::string_view bytes);
  void finish();                      // the file ends here
  std::optional<MboxMessage> take();  // the next message that is complete
  // Bytes before the first message that belong to none, blank lines aside.
  std::uint64_t stray_bytes() const noexcept { return stray_; }

 private:
  void line(std::string_view text, bool begins, bool ends);
  void begin_message(std::string_view from_line);
  void body_line(std::string_view text, bool begins, bool ends);
  void append(std::string_view text);
  void end_message();

  std::uint64_t max_message_;
  std::string partial_;   // of a line that has not ended
  bool in_line_ = false;  // its beginning was passed on already
  std::string blank_;     // a blank line held back: the next message may follow
  bool in_header_ = false;
  bool at_start_ = true;
  std::optional<MboxMessage> current_;
  std::deque<MboxMessage> done_;
  std::uint64_t stray_ = 0;
};

}  // namespace kontor::admin::sources
