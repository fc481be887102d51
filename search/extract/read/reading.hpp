// SPDX-License-Identifier: GPL-3.0-or-later
// Reading: one attachment while it is read, with all that is inside it: the text so far and what it
// may still cost. One thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "search/extract/extractor.hpp"
#include "search/extract/protocol.hpp"

namespace kontor::search {

struct ReadLimits {
  std::uint64_t text = k_most_text;            // bytes
  std::uint64_t unpacked = 512U << 20U;        // bytes out of all archives together
  std::uint64_t member = 128U << 20U;          // bytes of one file in an archive
  std::uint64_t ratio = 250;                   // unpacked bytes for one of the attachment ...
  std::uint64_t unpacked_always = 32U << 20U;  // ... but so many always
  std::uint32_t files = 10'000;                // in all archives together
  std::uint32_t depth = 8;                     // files in files
};

// What came of a file or of a part of it.
struct Verdict {
  Extraction outcome = Extraction::read;
  std::string why;
};

class Reading {
 public:
  Reading(const ReadLimits& limits, std::uint64_t attachment_bytes);

  // UTF-8 (made valid here); control characters become blanks. False: the limit is reached.
  bool add(std::string_view text);
  bool add_line(std::string_view text) { return add(text) && add("\n"); }
  bool is_full() const noexcept { return is_full_; }
  const std::string& text() const noexcept { return text_; }

  // Before so many bytes, or a file, of an archive are unpacked. False: not any more.
  bool may_unpack(std::uint64_t bytes) noexcept;
  bool may_open_file() noexcept;
  std::uint64_t most_of_member() const noexcept { return limits_.member; }

  // A file inside a file: by its own kind, one level deeper.
  Verdict read_inner(const Attachment& inner);

  Extracted finish(Verdict verdict) &&;

 private:
  ReadLimits limits_;
  std::string text_;
  std::uint64_t unpacked_left_;
  std::uint32_t files_left_;
  std::uint32_t depth_ = 0;
  bool is_full_ = false;
};

// What a file that holds others comes to, from what they came to.
class Members {
 public:
  void saw(std::string_view name, const Verdict& verdict);
  void left_out(std::string why);  // a limit: the rest was not looked at
  Verdict verdict() const;

 private:
  Verdict worst_{Extraction::read, {}};
  bool has_read_ = false;
};

// The whole of an attachment, read within the limits. Never fails; throws std::bad_alloc alone.
Extracted read_attachment(const Attachment& attachment, const ReadLimits& limits);

}  // namespace kontor::search
