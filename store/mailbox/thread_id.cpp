// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/thread_id.hpp"

#include "base/crypto/digest.hpp"
#include "base/mime/message_ids.hpp"

namespace kontor::store {

std::uint64_t thread_number(std::string_view header) {
  const auto fields = mime::thread_fields(header);
  std::string_view root = header;
  if (!fields.references.empty())
    root = fields.references.front();
  else if (!fields.message_id.empty())
    root = fields.message_id;
  std::uint64_t number = 0;
  for (const char c : crypto::sha256(root).substr(0, sizeof(number)))
    number = number << 8U | static_cast<unsigned char>(c);
  return number == 0 ? 1 : number;
}

}  // namespace kontor::store
