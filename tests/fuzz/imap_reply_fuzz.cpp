// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a response of an IMAP server, and as the state of an import.
#include <cstdint>
#include <cstdlib>

#include "server/admin/imap_source/progress_file.hpp"
#include "server/admin/imap_source/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin::imap_source;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(literal_behind(bytes));
  if (auto reply = parse_reply(bytes)) {
    static_cast<void>(listed_folder(*reply));
    static_cast<void>(namespaces_of(*reply));
    static_cast<void>(number_in(reply->code, "UIDVALIDITY"));
    const auto message = fetched_message(*std::move(reply));
    if (message && message->body && message->body->size() > size) std::abort();
  }
  if (const auto text = quoted(bytes); text && text->size() < size + 2) std::abort();
  if (const auto progress = parse_progress(bytes)) {
    const auto text = print_progress(*progress);
    if (print_progress(*parse_progress(text)) != text) std::abort();
  }
  return 0;
}
