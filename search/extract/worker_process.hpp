// SPDX-License-Identifier: GPL-3.0-or-later
// A running kontor-extract, as kontord sees it. Blocking; any thread. Destroying it ends the
// process and what it runs.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/io/child_process.hpp"
#include "search/extract/protocol.hpp"

namespace kontor::search {

// A descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int get() const noexcept { return number_; }
  void close() noexcept;

 private:
  int number_;
};

// What is left of an order for whoever waits for its answer.
struct Reply {
  Descriptor answer;  // closed by the other side when the reader has gone
  Descriptor fate;
};

class WorkerProcess {
 public:
  // Starts it and waits for its greeting. Besides what starting gives: timed_out, bad_input.
  static Result<std::shared_ptr<WorkerProcess>> start(const std::string& program);

  const Greeting& greeting() const noexcept { return greeting_; }
  int pid() const noexcept { return process_.pid(); }
  // `request`: a file in memory, from its first byte. closed: the process has gone.
  Result<Reply> send(const Order& order, const Descriptor& request);

 private:
  WorkerProcess(io::ChildProcess process, const Greeting& greeting)
      : process_(std::move(process)), greeting_(greeting) {}
  io::ChildProcess process_;
  Greeting greeting_;
};

// A file in memory with the request in it. no_space, io_error.
Result<Descriptor> make_request(const Attachment& attachment);

}  // namespace kontor::search
