// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a message are written to an mbox file and come back the same; as marks they are read
// or not.
#include <cstdint>
#include <cstdlib>

#include "server/admin/exports/form.hpp"
#include "server/admin/sources/line_ends.hpp"
#include "server/admin/sources/mbox.hpp"
#include "server/admin/sources/own_marks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto marks = sources::parse_own_marks(bytes)) {
    const auto text = sources::print_own_marks(*marks);
    if (sources::print_own_marks(*sources::parse_own_marks(text)) != text) std::abort();
  }
  static_cast<void>(sources::parse_marks_file(bytes));
  static_cast<void>(sources::parse_folders_file(bytes));
  // What cannot be written so is told apart: a line of the header that begins a message.
  const auto header = bytes.substr(0, sources::end_of_header(bytes));
  if (size == 0 || header.starts_with("From ") || header.find("\nFrom ") != header.npos) return 0;
  exports::OutMessage message;
  message.raw = bytes;
  const auto file = exports::mbox_form(message);
  sources::MboxSplitter splitter(UINT64_MAX);
  splitter.add(file);
  splitter.finish();
  const auto found = splitter.take();
  if (!found || splitter.take()) std::abort();
  const auto own = sources::take_export_field(found->content);
  if (!own || own->marks.size != size) std::abort();
  auto raw = own->marks.as_is ? own->content : sources::with_crlf(own->content);
  if (raw.size() < size) std::abort();
  raw.resize(size);
  if (raw != bytes) std::abort();
  return 0;
}
