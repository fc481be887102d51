// SPDX-License-Identifier: GPL-3.0-or-later
// Streams over sockets (TCP, Unix), plain at first, TLS after start_tls().
//
// The process must ignore SIGPIPE. Reads and writes are tried at once; only what would block waits
// for readiness, so an idle connection holds no buffer and no thread.
#pragma once
#include <memory>

#include "base/net/descriptor.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

// Takes the connected socket `fd`; `strand` is where the stream will be used. With `sockets`, it
// can be cut from outside.
std::unique_ptr<Stream> make_socket_stream(const boost::asio::any_io_executor& strand,
                                           int fd,
                                           Endpoint peer,
                                           Endpoint local,
                                           std::shared_ptr<OpenSockets> sockets = nullptr);

// SIGPIPE is ignored from now on: a peer that goes away is an error of the write.
void ignore_broken_pipes();

}  // namespace kontor::net
