// SPDX-License-Identifier: GPL-3.0-or-later
// Mail with a scheduling message, and what the server itself would write of such a message: its own
// mail reads back as the same message.
#include <cstdint>
#include <cstdlib>

#include "server/scheduling/imip/mail.hpp"
#include "server/scheduling/imip/read_mail.hpp"

namespace {

using namespace kontor;
using namespace kontor::scheduling;

MailLimits limits() {
  MailLimits out;
  out.mime = {.max_depth = 20, .max_parts = 200};
  out.object.text.bytes = 100'000;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const calendar::Zones zones;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)mail_address(bytes.substr(0, 400));
  const auto message = read_mail(bytes, limits());
  if (!message) return 0;
  (void)addressed_as(*message, {"anna@example.test"});
  const auto from = mail_address(message->from);
  if (!from) std::abort();
  for (const auto language : {"en", "ru"}) {
    const auto written = mail_of({.message = *message,
                                  .from = *from,
                                  .from_name = "",
                                  .to = "anna@example.test",
                                  .language = language,
                                  .server = "mail.example.test"},
                                 zones);
    auto again = limits();
    again.object.text.bytes *= 10;  // what zones were missing stands in it
    const auto read = read_mail(written, again);
    if (!read || read->method != message->method || read->from != message->from) std::abort();
  }
  return 0;
}
