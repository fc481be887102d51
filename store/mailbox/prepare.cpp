// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/imap_structure.hpp"
#include "base/mime/message.hpp"
#include "store/mailbox/account.hpp"
#include "store/mailbox/thread_id.hpp"

namespace kontor::store {

PreparedMessage prepare_message(std::string raw, std::uint32_t max_depth, std::uint32_t max_parts) {
  mime::Limits limits;
  limits.max_depth = max_depth;
  limits.max_parts = max_parts;
  const auto structure = mime::parse(raw, limits);
  PreparedMessage message;
  message.envelope = mime::imap_envelope(raw, structure);
  message.body = mime::imap_body(raw, structure);
  message.bodystructure = mime::imap_bodystructure(raw, structure);
  message.preview = mime::preview(raw, structure);
  message.header_size = static_cast<std::uint32_t>(structure.parts.front().header.size);
  message.thread = thread_number(structure.parts.front().header.of(raw));
  message.raw = std::move(raw);
  return message;
}

}  // namespace kontor::store
