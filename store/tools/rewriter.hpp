// SPDX-License-Identifier: GPL-3.0-or-later
// Rewriter: logs of an account written anew without gaps, beside the old ones, then put in their
// place.
//
// Frames keep their sequence numbers, and so the items their ids; what is lost gets a frame in its
// place. Places of frames change: a snapshot of before is of no use any more, and is removed first.
// The old files stay whole in quarantine/. Cut short at any point, the folder holds old logs or new
// ones, each whole. Blocking. Failure: io_error, no_space.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/io/file_system.hpp"
#include "store/log/frame.hpp"
#include "store/log/verify.hpp"

namespace kontor::store {

class Rewriter {
 public:
  // What stands in for the frame of that sequence number.
  using Fill = std::function<Result<NewFrame>(std::uint64_t sequence)>;

  // `logs`: those to be written anew; others are when a gap asks for it. `device`: what is read.
  Rewriter(io::FileSystem& files,
           std::string folder,
           LogDevice& device,
           std::set<std::uint32_t> logs,
           Fill fill);

  // Every frame that is kept, in order.
  Result<void> take(const FoundFrame& frame, std::string_view payload);
  // Behind the last: sequence numbers up to `last` have a frame then.
  Result<void> finish(std::uint64_t last);
  // The new logs in the place of the old. Their file names.
  Result<std::vector<std::string>> put_in_place();

 private:
  Result<void> go_to(std::uint32_t log);
  Result<void> begin(std::uint32_t log, std::optional<LogHeader> header);
  Result<void> fill_to(std::uint64_t bound, bool sealing);
  Result<void> write(const RawFrame& frame, std::string_view payload);
  Result<void> flush();
  Result<void> end();
  Result<std::optional<LogHeader>> header_of(std::uint32_t log);
  Result<void> keep_aside(const std::string& name);

  io::FileSystem& files_;
  std::string folder_;
  LogDevice& device_;
  std::set<std::uint32_t> logs_;
  Fill fill_;
  std::vector<std::string> written_;
  std::uint32_t current_ = 0;
  std::uint64_t next_ = 1;         // sequence number
  std::uint64_t incarnation_ = 0;  // of the frame before
  bool sealed_ = false;            // so was the frame before
  std::unique_ptr<io::File> out_;  // the log being written; nothing: the old one stays
  std::uint64_t salt_ = 0;
  std::uint64_t offset_ = 0;
  std::string buffer_;
};

}  // namespace kontor::store
