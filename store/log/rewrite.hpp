// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a sealed log anew as its next generation (docs/formats/log.md, "Generations").
//
// Every frame is read with its checksum and handed to `choose`; sequence numbers, incarnations and
// durable marks stay, the seal becomes the footer. Nothing can see the new generation before it is
// published, so that a failure at any point leaves the log as it was. Failure: corrupt (the log is
// damaged: it is left alone), what the device, `choose` and `pace` say. Blocking.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "store/log/account_log.hpp"
#include "store/log/generation.hpp"

namespace kontor::store {

// What becomes of a frame.
struct Rewritten {
  FrameType type{};
  std::uint8_t codec = 0;
  std::optional<std::string> payload;  // nothing: as it was
  bool listed = false;                 // a live message: the footer names it
};

struct RewriteSteps {
  std::function<Result<Rewritten>(const FrameHeader&, std::string_view payload)> choose;
  // Called with bytes read and written; may wait, and ends the work with its error.
  std::function<Result<void>(std::uint64_t bytes)> pace;
};

struct NewLog {
  std::uint32_t log = 0;                // with its generation
  std::uint64_t before = 0, after = 0;  // bytes
  Footer footer;
};

// `log`: a complete generation of a log that has a successor.
Result<NewLog> rewrite_log(LogDevice& device,
                           std::uint32_t log,
                           UtcSeconds now,
                           const RewriteSteps& steps);

}  // namespace kontor::store
