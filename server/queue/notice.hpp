// SPDX-License-Identifier: GPL-3.0-or-later
// Notices: what the queue tells a sender about his message (RFC 3464 in the multipart/report of
// RFC 6522; asked for and worded by RFC 3461; addresses beyond ASCII by RFC 6533). Pure.
//
// A notice has three parts: a text for people in each language of queue.notice_languages, the same
// for programs, and the message it is about, or its header. Lines end with CRLF.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "server/queue/frames.hpp"

namespace kontor::queue {

enum class NoticeKind : std::uint8_t { failure, delay, success };

// What became of recipients of one message. Everything outlives the call.
struct NoticeRequest {
  const Envelope* envelope = nullptr;
  const std::vector<Recipient>* recipients = nullptr;
  const std::vector<Outcome>* outcomes = nullptr;  // of each
  std::string_view original;                       // its bytes; empty: they cannot be read
  std::string_view server;                         // server.name
  UtcSeconds now{};
};

struct Notice {
  Head head;  // to whom it goes; without reverse-path (RFC 3464, 2)
  std::string bytes;
};

// One to the sender for each kind that he asked for, and a copy of failures, with the header only,
// for queue.postmaster. Nothing about a message that has no sender itself.
std::vector<Notice> notices_about(const NoticeRequest& request, const config::Queue& settings);

// Does the sender want to hear of it (RFC 3461, 4.1)? Not of what a host took that tells him itself
// (RFC 3461, 5.2.1).
bool wants_notice(const Recipient& recipient, const Outcome& outcome);
// RFC 3463: the outcome's own status, else the one in the other side's reply, else one of its class
// without detail.
std::string status_of(const Outcome& outcome);

// Whole messages are returned only up to this size where the sender did not ask for it.
inline constexpr std::uint64_t k_returned_whole = 256U << 10U;

}  // namespace kontor::queue
