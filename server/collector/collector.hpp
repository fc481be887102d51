// SPDX-License-Identifier: GPL-3.0-or-later
// Collector: mail fetched from accounts elsewhere, by POP3 and IMAP, on and on.
//
// Sources lie in DATA/collector (docs/formats/collector.md), readable by the server's user alone;
// their passwords appear in no event and no answer. A change is on the disk before it is in force,
// at once. One session at a time a source, a few at a time in all; after a failure the pauses grow.
// Any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/collector/session.hpp"

namespace kontor::collector {

// Everything referred to outlives the collector.
struct Environment {
  IntakeEnvironment intake;
  Dial dial;
  io::FileSystem& files;
  log::Context log;
  boost::asio::any_io_executor executor;
};

struct Status {
  Source source;        // without its password
  std::string problem;  // its file cannot be read; then only the name is known
  bool is_running = false;
  std::optional<UtcSeconds> last;  // the end of the last session since the server's start
  std::string last_error;          // of that; empty: it went well
  Report report;                   // of that
  std::uint64_t total = 0;         // messages taken since the source was added
  std::uint32_t failures = 0;      // one after the other
  std::optional<UtcSeconds> next;  // nothing: paused, or running
};

// What kontorctl says of one source: keys and texts as in its file.
using Values = std::vector<std::pair<std::string, std::string>>;

class Collector {
 public:
  // `folder` is DATA/collector; need not be there. A file that cannot be read is an event, and its
  // source is not served. Blocking.
  static std::unique_ptr<Collector> open(Environment environment, std::string folder);
  ~Collector();

  void start();
  // No new session; those under way end soon. What is being stored is stored.
  void stop();
  Task<bool> wait_ended(net::Limit limit);  // after stop()

  std::vector<Status> list() const;  // by name
  Result<Status> find(const std::string& name) const;
  // exists; bad_input: a sentence; limit: too many.
  Task<Result<void>> add(Source source);
  // Another server, user, protocol or folder is another source: fetching begins anew.
  Task<Result<void>> set(std::string name, Values values);
  Task<Result<void>> remove(std::string name);
  // A session at once, also of a paused one; its end is waited for. busy: the server stops.
  Task<Result<Status>> run(std::string name);
  // Signs in and looks, takes nothing.
  Task<Result<Preview>> check(std::string name);

 private:
  struct State;
  explicit Collector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::collector
