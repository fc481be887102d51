// SPDX-License-Identifier: GPL-3.0-or-later
// rspamd's controller is told what a message is: spam or not (https://rspamd.com/doc/workers/
// controller.html). One connection a message.
#pragma once
#include <string>

#include "base/config/screening_rules.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "server/filter/scan/dial.hpp"

namespace kontor::learning {

struct Controller {
  filter::scan::Dial dial;
  config::ServiceAddress address;
  std::string password;  // empty: it asks for none
  net::Limit limit = std::chrono::seconds(60);
};

// What it did: "learnt", or in its own words why it did not ("… has been already learned as spam",
// too few words in it). unavailable, timed_out, closed: try again. bad_input: never; its words.
Task<Result<std::string>> tell(const Controller& controller, bool is_spam, std::string message);

// The first line of a file that only its owner may read. bad_input, not_found: a sentence.
Result<std::string> read_password(const std::string& file);

}  // namespace kontor::learning
