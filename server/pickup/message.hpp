// SPDX-License-Identifier: GPL-3.0-or-later
// A file of DATA/pickup, read: who it is from, to whom, and the bytes that are sent. Pure.
//
// As the SMTP service of Windows and Exchange read them: X-Sender and X-Receiver lines say the
// envelope; without X-Receiver it is To, Cc and Bcc, without X-Sender it is Sender or From. Those
// lines and Bcc are not sent. Lines may end in LF alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::pickup {

struct Terms {
  std::string trace;   // of the message
  std::string server;  // server.name
  UtcSeconds now{};
  std::size_t max_recipients = 0;
  std::size_t max_hops = 0;
};

struct Message {
  std::string sender;  // empty: <>
  std::vector<std::string> recipients;
  std::string bytes;  // with Received, and Date and Message-ID where they were missing
  bool is_8bit = false;
  bool is_utf8 = false;  // addresses or header beyond ASCII
};

// bad_input: a sentence for whoever put the file there.
Result<Message> read_message(std::string_view file, const Terms& terms);

}  // namespace kontor::pickup
