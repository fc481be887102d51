// SPDX-License-Identifier: GPL-3.0-or-later
// Connections to controllers, each with a watchdog of its own, and one that is made ready beside
// the one in use: when that falls silent for good, the next controller is signed in at already.
#pragma once
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/core/guarded.hpp"
#include "directory/ldap/connection.hpp"

namespace kontor::directory {

struct Line {
  std::shared_ptr<Watchdog> dog;           // outlives the connection
  std::unique_ptr<Connection> connection;  // ready for use
};

class Lines {
 public:
  // `transport` outlives this.
  Lines(BindOptions options, const KdcTransport& transport)
      : options_(std::move(options)), transport_(&transport) {}
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // The one that was made ready, when it is to this controller, else a new one. Blocks.
  Result<Line> take(const Controller& controller);
  // Begins to make one ready, in a thread of its own, unless one is being made or ready.
  void prepare(const Controller& controller);
  // The one that was made ready is not needed; one that is being made is kept.
  void forget();
  // Every connection fails from now on. Any thread.
  void cut_for_good();

 private:
  struct Prepared {
    std::string host;
    std::future<Result<Line>> line;
    std::jthread thread;
  };
  struct Dogs {
    std::vector<std::weak_ptr<Watchdog>> all;
    bool is_over = false;
  };
  Result<Line> open(const Controller& controller);

  const BindOptions options_;
  const KdcTransport* transport_;
  Guarded<Dogs> dogs_;
  std::optional<Prepared> prepared_;  // last: its thread uses the others
};

}  // namespace kontor::directory
