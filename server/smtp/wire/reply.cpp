// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/reply.hpp"

#include <algorithm>

namespace kontor::smtp::wire {
namespace {

char harmless(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F ? '?' : c;
}

}  // namespace

std::string format(const Reply& reply) {
  std::string out;
  for (const auto& line : reply.lines) {
    out.append(std::to_string(reply.code));
    out.push_back(&line == &reply.lines.back() ? ' ' : '-');  // RFC 5321, 4.2.1
    if (!reply.enhanced.empty()) out.append(reply.enhanced).push_back(' ');
    std::ranges::transform(line, std::back_inserter(out), harmless);
    out.append("\r\n");
  }
  return out;
}

}  // namespace kontor::smtp::wire
