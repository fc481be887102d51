// SPDX-License-Identifier: GPL-3.0-or-later
// ClamAV's daemon is asked about a message (clamd(8), INSTREAM).
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/stream.hpp"

namespace kontor::filter::scan {

// The name of the virus; empty: none was found. `message` must outlive the task. Failure:
// unavailable (it says that it could not look: too large, no signatures), closed, timed_out.
Task<Result<std::string>> ask_clamd(net::Stream& stream,
                                    std::string_view message,
                                    SteadyTime deadline);
// Pure. "stream: Eicar-Signature FOUND"
Result<std::string> read_clamd_answer(std::string_view answer);

}  // namespace kontor::filter::scan
