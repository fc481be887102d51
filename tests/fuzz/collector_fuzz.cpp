// SPDX-License-Identifier: GPL-3.0-or-later
// The files of the collector, and the header fields by which it finds recipients: what is accepted
// is written as it was read; an address that is found can stand in an envelope.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/collector/recipients.hpp"
#include "server/collector/source.hpp"
#include "server/collector/state.hpp"

namespace {

using namespace kontor;
using namespace kontor::collector;

void check_address(std::string_view address) {
  if (address.find('@') == std::string_view::npos || !is_utf8(address)) std::abort();
  for (const char c : address)
    if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>') std::abort();
}

void check_message(std::string_view text) {
  const auto message = with_crlf(std::string(text));
  if (with_crlf(message) != message) std::abort();
  const auto header = header_of(message);
  const auto all = [](std::string_view) { return true; };
  for (const auto& address : addresses_in(header, {"Received", "Envelope-To"}, 3, all))
    check_address(address);
  if (const auto sender = sender_in(header); !sender.empty()) check_address(sender);
  if (const auto address = received_for(text); !address.empty()) check_address(address);
  if (without_first_return_path(message).size() > message.size()) std::abort();
  const auto id = Uuid();
  const auto fields = collected_field(id) + "Received: x\r\n";
  if (!was_collected(fields + std::string(header), id)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto source = parse_source(text); source && format_source(*source) != text)
    std::abort();
  if (const auto state = parse_state(text); state && format_state(*state) != text) std::abort();
  // Without its checksum a changed file is never read: what the values do is tried by themselves.
  Source source;
  for (const auto line : split(text, '\n')) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const auto set = set_value(source, line.substr(0, blank), line.substr(blank + 1));
    if (!set && set.error().detail().empty()) std::abort();
  }
  if (check_source(source)) {
    const auto again = parse_source(format_source(source));
    if (!again || !(*again == source)) std::abort();
  }
  check_message(text);
  return 0;
}
