// SPDX-License-Identifier: GPL-3.0-or-later
// DirectoryService: kontord's side of the directory: the last known copy, and the process
// kontor-directory behind it.
//
// It starts kontor-directory over a socket pair, loads each new copy it announces, carries sign-ins
// to it, and starts it again (with growing pauses) when it dies or does not answer pings. While it
// is away everything goes on with the last copy; sign-ins under way and new ones are `unavailable`.
// A copy that cannot be read is logged and the one before stays. Any thread may call anything; what
// waits is a Task. Messages: docs/formats/agent-protocol.md.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/local_edit.hpp"
#include "directory/model/sign_in.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

struct ServiceOptions {
  std::string program;  // path of kontor-directory
  std::chrono::milliseconds ping_interval{2'000};
  std::chrono::milliseconds ping_limit{6'000};  // unanswered for so long: it hangs
  // Time in which it waits for a CPU does not count to that limit; with it, this one holds.
  std::chrono::milliseconds starved_limit{120'000};
  std::chrono::milliseconds step_limit{30'000};  // one step of a sign-in
  std::chrono::milliseconds first_pause{100};    // before a restart; doubles up to `last_pause`
  std::chrono::milliseconds last_pause{5'000};
};

// The kontor-directory that lies beside the running program.
std::string program_beside_this_one();

struct ServiceStatus {
  bool is_running = false;  // kontor-directory answers
  int pid = 0;
  std::uint64_t restarts = 0;
  std::uint64_t generation = 0;  // of the copy in force
  std::uint64_t held_back = 0;   // people a set held back would lose; 0: none is held back
  std::vector<SourceStatus> sources;
  std::vector<std::string> problems;  // of the copy in force
};

class DirectoryService final : public Directory, public SignInService {
 public:
  // Loads DATA/directory/copy when there is one and starts kontor-directory. Blocking, shortly.
  // not_found, no_permission: the program cannot be started at all. `settings` and `clock` outlive
  // it.
  static Result<std::unique_ptr<DirectoryService>> start(const config::Settings& settings,
                                                         ServiceOptions options,
                                                         const Clock& clock,
                                                         log::Context log);
  // Ends kontor-directory; sign-ins under way are `cancelled`. Blocking, shortly.
  ~DirectoryService() override;

  // Blocks until a copy with people of every source is in force and kontor-directory has answered,
  // or the limit is over; false: there is no copy (the first start of all). With a copy the server
  // can go to work either way.
  bool wait_for_copy(std::chrono::milliseconds limit) const;
  // Has the copy in force people of every source?
  bool knows_everybody() const;
  ServiceStatus status() const;
  // Puts a set in force that would lose many people and was held back: how many went. unavailable:
  // no answer.
  Task<Result<std::uint64_t>> accept_loss();
  // Asks every source for a complete set now.
  Task<Result<void>> reconcile();
  // Changes an account of the embedded directory; a sentence about it. exists, not_found,
  // bad_input, unsupported (there is no such directory), no_permission, no_space, io_error.
  Task<Result<std::string>> change_local(LocalEdit edit);

  std::shared_ptr<const DirectoryCopy> current() const override;
  Subscription subscribe(std::function<void()> changed) override;
  std::vector<std::string> mechanisms(bool is_tls) const override;
  Result<std::unique_ptr<SaslExchange>> begin(std::string mechanism,
                                              SignInContext context) override;
  Task<Result<Identity>> check_password(std::string login,
                                        std::string password,
                                        SignInContext context) override;

 private:
  struct State;
  explicit DirectoryService(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with sign-ins that outlive the service
};

}  // namespace kontor::directory
