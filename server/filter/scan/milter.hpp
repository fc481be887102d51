// SPDX-License-Identifier: GPL-3.0-or-later
// A milter is asked about a message that is all here: the whole dialogue of a mail at once, at its
// end. When it refuses one recipient, the message is refused, since the others were answered
// before.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/stream.hpp"
#include "server/filter/scan/milter_packets.hpp"

namespace kontor::filter::scan {

// The mail as the milter is told of it.
struct Mail {
  std::string client;  // numeric address; of who signed in too
  unsigned port = 0;
  std::string client_name;  // confirmed; empty: none
  std::string hello, sender;
  std::vector<std::string> recipients;
  std::string user;  // who signed in; empty: nobody
  std::string trace, server_name;
};

struct MilterVerdict {
  std::optional<MilterReply> refusal;
  bool is_dropped = false;
  std::vector<MilterChange> changes;  // in the order given
};

// `message` must outlive the task. Failure: closed, timed_out, bad_input (it does not speak the
// protocol), unavailable.
Task<Result<MilterVerdict>> ask_milter(net::Stream& stream,
                                       const Mail& mail,
                                       std::string_view message,
                                       SteadyTime deadline);

// The message with the changes of its header and its body. Pure.
std::string changed_message(std::string message, const std::vector<MilterChange>& changes);

}  // namespace kontor::filter::scan
