// SPDX-License-Identifier: GPL-3.0-or-later
// Replies of another server: any bytes, cut into lines; what is read can stand in a log.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/smtp/wire/peer_reply.hpp"

namespace {

void check(const kontor::smtp::wire::PeerReply& reply) {
  const std::string text = reply.text();
  if (reply.code < 200 || reply.code > 599 || text.size() > 1'100 || !kontor::is_utf8(text))
    std::abort();
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  if (!reply.enhanced.empty() && reply.enhanced.front() - '0' != reply.code / 100) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::smtp::wire;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  PeerReplyReader reader;
  std::size_t lines = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    bytes.remove_prefix(line.size());
    const auto done = reader.add(line);
    if (!done) break;
    if (++lines > k_max_reply_lines) std::abort();
    if (!*done) continue;
    check(reader.take());
    reader = PeerReplyReader();
    lines = 0;
  }
  return 0;
}
