// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/extensions.hpp"

#include "base/core/text.hpp"

namespace kontor::smtp::client {
namespace {

void read_mechanisms(std::string_view words, Extensions& out) {
  for (const auto word : split(words, ' ')) {
    if (iequals(word, "PLAIN")) out.plain = true;
    if (iequals(word, "LOGIN")) out.login = true;
  }
}

}  // namespace

Extensions read_extensions(const wire::PeerReply& reply) {
  Extensions out;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {  // the first line is the greeting
    const std::string_view line = trim(reply.lines[i]);
    // "AUTH=PLAIN LOGIN" is how servers before RFC 2554 wrote it.
    const auto end = std::min(line.find_first_of(" ="), line.size());
    const auto keyword = line.substr(0, end);
    const auto rest = end < line.size() ? trim(line.substr(end + 1)) : std::string_view();
    if (iequals(keyword, "PIPELINING")) out.pipelining = true;
    if (iequals(keyword, "8BITMIME")) out.mime8 = true;
    if (iequals(keyword, "SMTPUTF8")) out.utf8 = true;
    if (iequals(keyword, "CHUNKING")) out.chunking = true;
    if (iequals(keyword, "BINARYMIME")) out.binary = true;
    if (iequals(keyword, "DSN")) out.dsn = true;
    if (iequals(keyword, "STARTTLS")) out.starttls = true;
    if (iequals(keyword, "REQUIRETLS")) out.requiretls = true;
    if (iequals(keyword, "MT-PRIORITY")) out.priority = true;
    if (iequals(keyword, "DELIVERBY")) {
      out.deliverby = true;
      out.deliverby_least = parse_number<std::uint64_t>(rest).value_or(0);
    }
    if (iequals(keyword, "AUTH")) read_mechanisms(rest, out);
    if (iequals(keyword, "SIZE")) {
      out.has_size = true;
      out.size = parse_number<std::uint64_t>(rest).value_or(0);
    }
  }
  return out;
}

}  // namespace kontor::smtp::client
