// SPDX-License-Identifier: GPL-3.0-or-later
// Extractor: the text of an attachment, read by a process that may do nothing else
// (kontor-extract).
//
// Whatever the bytes are, the answer is an Extracted: a file that crashes its reader, takes too
// long or unfolds without end is "not readable", and nothing else suffers. Any thread; the task
// comes back to its executor.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/task.hpp"

namespace kontor::search {

enum class Extraction : std::uint8_t {
  read,          // all of its text
  cut,           // text up to a limit of size, depth or number of files
  no_text,       // a kind of file that has none for us (pictures, programs)
  encrypted,     // needs a password
  not_readable,  // damaged, or its reader ended: `why`
  unavailable,   // the reader is not there now: to be tried again
};

struct Extracted {
  Extraction outcome = Extraction::no_text;
  std::string text;  // UTF-8
  std::string why;   // a sentence for the administrator; empty when read
};

struct Attachment {
  std::string_view bytes;       // transfer encoding undone; valid until the task ends
  std::string_view media_type;  // "application/pdf", lower case; may lie
  std::string_view file_name;   // UTF-8; may lie
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual Task<Extracted> extract(Attachment attachment) = 0;
  // For good: what runs and what is asked later comes back as unavailable, soon. Any thread.
  virtual void stop() {}
};

}  // namespace kontor::search
