// SPDX-License-Identifier: GPL-3.0-or-later
// What of a message is its text, what are attachments, and what must not be touched because
// somebody signed or encrypted it. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::rules {

// A part with its place in mime::Message::parts.
struct AttachedFile {
  std::uint32_t part = 0;
  std::string name;             // UTF-8; may be empty
  std::string media_type;       // "application/pdf"
  std::uint64_t size = 0;       // bytes, transfer encoding undone (of base64 within 2)
  bool is_untouchable = false;  // within what is signed or encrypted
};

struct Structure {
  // The text that a reader is shown first: text/plain and text/html parts, each alternative.
  std::vector<std::uint32_t> body;
  // All text/plain and text/html parts that may be changed, those of messages within among them.
  std::vector<std::uint32_t> texts;
  std::vector<AttachedFile> files;  // in order
  bool is_signed = false;           // S/MIME or PGP, of the message itself; not of messages within
  bool is_encrypted = false;        // the same
  bool is_report = false;           // a notice or receipt (multipart/report)
  // Its text may be added to.
  bool is_open() const noexcept { return !is_signed && !is_encrypted && !is_report; }
};

Structure structure_of(std::string_view raw, const mime::Message& message);

// From the first byte of the part's header to the last of its body.
mime::Range whole_of(const mime::Part& part);

}  // namespace kontor::rules
