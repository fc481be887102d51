// SPDX-License-Identifier: GPL-3.0-or-later
// Files of DATA/pickup: any bytes; what is taken has recipients and ends its lines well, and tells
// nobody of Bcc.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/pickup/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const pickup::Terms terms{"0123456789abcdef0123", "mail.test",
                            UtcSeconds(std::chrono::seconds(1'800'000'000)), 100, 50};
  const auto message = pickup::read_message(file, terms);
  if (!message) {
    if (message.error().detail().empty()) std::abort();
    return 0;
  }
  if (message->recipients.empty() || !message->bytes.ends_with("\r\n")) std::abort();
  const auto header = message->bytes.substr(0, message->bytes.find("\r\n\r\n") + 2);
  for (const auto* name : {"Bcc", "X-Sender", "X-Receiver"})
    if (mime::field_value(header, name)) std::abort();
  if (!mime::field_value(header, "From")) std::abort();
  return 0;
}
