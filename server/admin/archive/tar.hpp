// SPDX-License-Identifier: GPL-3.0-or-later
// Tar streams (POSIX.1-2001, pax interchange format), plain or compressed with zstd, over
// libarchive. Blocking; one thread; memory: one piece.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::admin::archive {

class TarWriter {
 public:
  // `path` "-": standard output; a file is made anew, without the bit for others to read. The
  // archive is whole only after close() (a file is on the device then).
  static Result<std::unique_ptr<TarWriter>> open(const std::string& path, bool zstd);
  ~TarWriter();
  // A file of exactly `size` bytes follows by write().
  Result<void> begin(const std::string& name, std::uint64_t size, UtcSeconds date);
  Result<void> write(std::string_view bytes);
  Result<void> close();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class TarReader {
 public:
  // Plain, zstd and gzip. `path` "-": standard input.
  static Result<std::unique_ptr<TarReader>> open(const std::string& path);
  ~TarReader();
  // The next regular file; what else an archive may hold is passed over. False: the end.
  Result<bool> next();
  const std::string& name() const;
  std::uint64_t size() const;
  Result<std::size_t> read(std::span<char> out);  // 0: the file ends

 private:
  struct State;
  explicit TarReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::admin::archive
