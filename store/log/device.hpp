// SPDX-License-Identifier: GPL-3.0-or-later
// LogDevice: where the logs of one account live. The seam to distributed storage: local files now,
// a RADOS object a log next; nothing above store/log may know which.
//
// Promise: what append() and create() confirmed is durable, name included. Guard: append() says
// where the log ends and is refused (conflict) when it does not, and belongs to the owner's epoch
// that the device was opened with (local files: the lock on the store's folder; RADOS: compared in
// the same operation). Failure: io_error, no_space, not_found, conflict; after a failed append()
// nothing behind the durable end may be trusted until the log was opened anew.
// A log is named by its number and generation (store/format/types.hpp); only sealed logs have more
// than one. Threads: read(), and what concerns logs that are not appended to (remove(), list(), new
// generations), from any; the rest by one caller at a time. Every call blocks.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "store/format/types.hpp"

namespace kontor::io {
class FileSystem;  // base/io/file_system.hpp
}

namespace kontor::store {

// A new generation of a sealed log while it is written: nobody sees it before publish(), and
// without that it was never there. Durable when publish() returns.
class NewGeneration {
 public:
  virtual ~NewGeneration() = default;
  virtual Result<void> append(std::string_view bytes) = 0;  // on the device when it returns
  virtual Result<void> publish() = 0;
};

class LogDevice {
 public:
  virtual ~LogDevice() = default;

  // Of each log its highest complete generation, ascending by number.
  virtual Result<std::vector<std::uint32_t>> list() = 0;
  virtual Result<std::uint64_t> size(std::uint32_t log) = 0;
  // Up to `size` bytes; fewer only at the end.
  virtual Result<std::string> read(std::uint32_t log, std::uint64_t offset, std::uint64_t size) = 0;
  // A new log that holds `bytes`; durable with its name. exists.
  virtual Result<void> create(std::uint32_t log, std::string_view bytes) = 0;
  // Writes at `offset`, followed by `room` bytes written ahead with zeros when the log is shorter;
  // durable when it returns. Writing ahead may fail quietly.
  virtual Result<void> append(std::uint32_t log,
                              std::uint64_t offset,
                              std::string_view bytes,
                              std::uint64_t room) = 0;
  // The log's name and these bytes, which can be read, are durable when it returns, although the
  // process that wrote them ended too early or a sync failed: local files write them again.
  virtual Result<void> harden(std::uint32_t log, std::uint64_t offset, std::uint64_t size) = 0;
  // Cuts everything behind `size`; durable when it returns. Needs no disk space.
  virtual Result<void> cut(std::uint32_t log, std::uint64_t size) = 0;
  // The log gets no more appends: what was written ahead is given back.
  virtual Result<void> seal(std::uint32_t log, std::uint64_t size) = 0;
  virtual Result<void> remove(std::uint32_t log) = 0;
  // The generations that list() does not name: replaced ones, and copies that broke off.
  virtual Result<std::vector<std::uint32_t>> list_replaced() {
    return std::vector<std::uint32_t>();
  }
  // Writes a new generation; what an earlier attempt has left is gone.
  virtual Result<std::unique_ptr<NewGeneration>> begin_generation(std::uint32_t) {
    return fail(Errc::unsupported, "logs here have one generation");
  }
  // Nothing is read from it any more: what reading has kept open is given back.
  virtual void release(std::uint32_t) {}
  // Keeps damaged bytes aside under `name`; fine when they are there already.
  virtual Result<void> quarantine(const std::string& name, std::string_view bytes) = 0;
};

// Files log.000001 … in `folder` (an account's folder, which exists); `files` must outlive it.
std::shared_ptr<LogDevice> local_log_device(io::FileSystem& files, std::string folder);
// The same, for tools beside a running server: every change is refused (no_permission).
std::shared_ptr<LogDevice> read_only_log_device(io::FileSystem& files, std::string folder);

std::string log_file_name(std::uint32_t log);  // "log.000001"; of generation 2: "log.000001.g2"
// The log of that name, or nothing.
std::optional<std::uint32_t> log_of_file_name(std::string_view name);

}  // namespace kontor::store
