// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/mailbox_name.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

bool has_8bit(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

Result<std::string> decode_mailbox(std::string_view name, bool utf8_enabled) {
  if (!utf8_enabled && !has_8bit(name)) return decode_modified_utf7(name);
  if (!is_utf8(name)) return fail(Errc::bad_input, "mailbox name: not UTF-8");
  return std::string(name);
}

}  // namespace kontor::imap::wire
