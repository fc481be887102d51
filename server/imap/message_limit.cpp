// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/message_limit.hpp"

#include <algorithm>

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_least = 1'000;

}  // namespace

std::uint64_t message_limit(const Session& session) {
  const std::uint64_t limit = session.env.settings.imap.message_limit;
  return limit == 0 ? 0 : std::max(limit, k_least);
}

LimitedMessages limit_messages(const Session& session, wire::NumberSet numbers) {
  LimitedMessages out;
  const auto limit = message_limit(session);
  if (limit == 0 || numbers.count() <= limit) {
    out.numbers = std::move(numbers);
    return out;
  }
  out.numbers = numbers.last(limit);
  NumberCursor cursor;
  out.lowest = session.selected->batch(out.numbers, cursor, 1).front().entry.uid;
  return out;
}

void tell_limit(Session& session, Tagged& tagged, store::Uid lowest) {
  if (lowest == 0) return;
  const std::string limit = std::to_string(message_limit(session));
  const std::string code = "MESSAGELIMIT " + limit + " " + std::to_string(lowest);
  const std::string text = "done for the last " + limit + " messages";
  if (!tagged.code.empty() || (tagged.tells_modseq && session.enabled.qresync)) {
    session.out.line("* OK [", code, "] ", session.say(text));
    return;
  }
  tagged.code = code;
  tagged.text = text;
}

Tagged too_many_messages(const Session& session) {
  return {Status::no, "MESSAGELIMIT " + std::to_string(message_limit(session)),
          "too many messages, try fewer"};
}

}  // namespace kontor::imap
