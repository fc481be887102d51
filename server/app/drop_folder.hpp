// SPDX-License-Identifier: GPL-3.0-or-later
// DropFolder: the transport of domains with drop=yes in queue.routes: each message becomes a file
// in DATA/drop/DOMAIN for another program to take, with X-Sender and X-Receiver lines before it, as
// the SMTP service of Windows writes them. A file is whole when it has its name, NAME.eml; after a
// crash the same message has the same name. Threads: as queue::Transport.
#pragma once
#include <string>

#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "server/queue/transport.hpp"

namespace kontor::app {

class DropFolder final : public queue::Transport {
 public:
  // `folder` is DATA/drop; made when it is needed. All outlive it.
  DropFolder(io::FileSystem& files, io::DiskPool& disk, std::string folder)
      : files_(files), disk_(disk), folder_(std::move(folder)) {}
  // None: who goes there is decided by the routes.
  std::string destination(std::string_view) const override { return {}; }
  Task<void> deliver(std::string destination, queue::Work& work) override;

 private:
  Task<queue::Outcome> write(std::string domain, const queue::Piece& piece, queue::Work& work);

  io::FileSystem& files_;
  io::DiskPool& disk_;
  std::string folder_;
};

}  // namespace kontor::app
