// SPDX-License-Identifier: GPL-3.0-or-later
// Pickup: files that are moved into DATA/pickup as NAME.eml are sent (message.hpp says how they are
// read) and taken away. One that cannot be sent is renamed to NAME.eml.bad, and NAME.eml.reason
// says why.
//
// Each file is sent once, whenever the server is killed. It is renamed into .taken under the trace
// id that its message gets; the message is in the queue, held, before the file is removed, and is
// let go after it. After a crash a file whose message is in the queue is only removed; a message
// that is let go has no file. Looked for once a second; a file that grows is waited for. Threads:
// one run() at a time; what touches the disk runs on its pool.
#pragma once
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/signal.hpp"
#include "server/queue/queue.hpp"

namespace kontor::pickup {

class Pickup {
 public:
  // Everything outlives it.
  struct Environment {
    const config::Settings& settings;
    io::FileSystem& files;
    queue::Queue& queue;
    io::DiskPool& disk;
    const Clock& clock;
    log::Context log;
  };
  // `folder` is DATA/pickup.
  Pickup(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}

  // Makes the folders, and removes files whose messages are in the queue. Before the queue starts:
  // what it sends it forgets. Blocking.
  Result<void> recover();
  // Until stop().
  Task<void> run();
  void stop();  // any thread
  // One look at the folder.
  Task<void> look();

 private:
  struct Found {
    std::vector<std::string> taken, fresh;  // names in .taken, in the folder
  };
  std::string taken() const { return folder_ + "/.taken"; }
  Result<Found> find();
  Result<std::string> take(const std::string& name);
  Result<void> refuse(const std::string& name, const std::string& why);
  Task<Result<void>> submit(std::string name);
  void report(const std::string& name, const Error& error);

  Environment environment_;
  std::string folder_;
  std::map<std::string, std::uint64_t> sizes_;  // of files seen the last time
  std::set<std::string> reported_;              // files whose trouble is in the log already
  net::Signal stopped_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace kontor::pickup
