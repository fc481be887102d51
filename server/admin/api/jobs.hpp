// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs: long work begun over the interface. Each is kontorctl in a process of its own, as an
// administrator at the machine would call it, so that backup, restore or an export is one program
// whoever asks for it; its last line of progress is shown, and to cancel it ends the process.
//
// Jobs are kept in memory, with their answers, until the server ends or many newer ones came. What
// they read or write as files lies below DATA/transfer and nowhere else. Any thread.
#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "server/admin/verbs.hpp"

namespace kontor::admin::api {

struct NewJob {
  std::string verb;
  Request request;
  std::string who;  // mail address of who asks
};

class Jobs {
 public:
  static constexpr std::size_t k_most_running = 4, k_most_kept = 200;

  // `program` is kontorctl. Everything outlives it.
  Jobs(std::string program, std::string data_folder, const Clock& clock, log::Context log);
  ~Jobs();  // ends those that run

  // The id of the job, which runs when this returns. bad_input: not a verb that may be a job, words
  // that do not fit it, or a file outside the transfer folder. busy: enough run already. Blocks,
  // shortly.
  Result<std::string> begin(const NewJob& job);
  // The newest first: id, verb, arguments, who, began, state ("running", "done", "failed",
  // "cancelled"), progress, percent when known, ended and result when ended.
  boost::json::array list() const;
  Result<boost::json::object> show(const std::string& id) const;  // not_found
  // Ends it; nothing happens to one that has ended. not_found.
  Result<void> cancel(const std::string& id);
  void stop();  // cancels all; blocks until they have gone

 private:
  struct Job;
  struct State;
  static void read_all(Job& job);
  static boost::json::object row_of(const Job& job, bool with_result);
  std::shared_ptr<Job> find(const std::string& id) const;
  void forget_old();
  std::unique_ptr<State> state_;
};

// The words for kontorctl; bad_input as in begin(). Pure.
Result<std::vector<std::string>> words_of(const NewJob& job, const std::string& data_folder);
// "… (35 %) …" -> 35; nothing: the line says no share.
std::optional<unsigned> percent_in(std::string_view line);

}  // namespace kontor::admin::api
