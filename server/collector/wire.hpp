// SPDX-License-Identifier: GPL-3.0-or-later
// Wire: the connection to a server elsewhere that is not trusted: each wait has an end, each line
// and each run of bytes a most. One coroutine at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/net/connect.hpp"
#include "base/net/line_reader.hpp"
#include "base/net/resolver.hpp"
#include "server/collector/source.hpp"

namespace kontor::collector {

// How connections are made; everything outlives them.
struct Dial {
  net::Resolver& resolver;
  io::WorkPool& disk;  // reads ca_file
  std::function<Task<Result<std::unique_ptr<net::Stream>>>(net::Endpoint, std::string, net::Limit)>
      connect = net::connect;
};

class Wire {
 public:
  // Connected to the first address that answers; with TLS when the source has it from the start.
  static Task<Result<std::unique_ptr<Wire>>> open(const Source& source, const Dial& dial);
  explicit Wire(std::unique_ptr<net::Stream> stream);

  // The handshake as a client; the certificate is checked for the source's host.
  Task<Result<void>> start_tls(const Source& source, const Dial& dial);
  // With its line end. limit: longer than `most`; timed_out.
  Task<Result<std::string>> line(std::size_t most = 65'536);
  // Exactly so many. The peer has a minute, and a second more for each 4 KB.
  Task<Result<std::string>> bytes(std::uint64_t size);
  // `text` and CRLF.
  Task<Result<void>> send(std::string text);
  Task<void> close();
  std::string peer() const { return stream_->peer().address; }
  bool is_tls() const { return stream_->is_tls(); }

 private:
  std::unique_ptr<net::Stream> stream_;
  net::LineReader reader_;
};

// What a server said, for an administrator's eyes: one line of valid UTF-8, cut when it is long.
std::string said(std::string_view text);

}  // namespace kontor::collector
