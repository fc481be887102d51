// SPDX-License-Identifier: GPL-3.0-or-later
// Engine: the rules of the organisation at work. A message is asked about once, after the checks
// and before it is routed; what the rules need of attachments is read by kontor-extract. Without
// rules it costs a comparison. Never fails; any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "search/extract/extractor.hpp"
#include "server/rules/fingerprint_keeper.hpp"
#include "server/rules/keeper.hpp"
#include "server/rules/run.hpp"

namespace kontor::rules {

class Engine {
 public:
  struct Environment {
    io::FileSystem& files;
    io::WorkPool& disk;
    io::WorkPool& workers;  // long messages
    const Clock& clock;
    log::Context log;
    std::string server_name;
    mime::Limits limits = {};
    search::Extractor* extractor = nullptr;  // null: attachments are not read
    directory::Directory* directory = nullptr;
    // Durable when it returns.
    std::function<Task<Result<void>>(std::string to, std::string letter)> send = {};
  };
  // `folder` is DATA. Errors as RuleKeeper::open(). Blocks.
  static Result<std::unique_ptr<Engine>> open(Environment environment, const std::string& folder);

  // Before messages come.
  void set_directory(directory::Directory& directory) { environment_.directory = &directory; }
  void set_send(std::function<Task<Result<void>>(std::string, std::string)> send) {
    environment_.send = std::move(send);
  }

  RuleKeeper& rules() noexcept { return *rules_; }
  FingerprintKeeper& fingerprints() noexcept { return *fingerprints_; }

  // No rule acts on anything.
  bool is_idle() const { return rules_->current()->is_idle(); }
  Task<Outcome> run(Mail mail);
  // What these rules would do, each by itself, whatever their state and period: one outcome a rule.
  Task<std::vector<Outcome>> rehearse(std::vector<std::shared_ptr<const Ruleset>> rules, Mail mail);
  // Sends what Outcome::notices says; what cannot be sent is an event.
  Task<void> send_notices(std::string trace, std::vector<Notice> notices, std::string about);
  // The text of a file; a sentence of why there is none.
  Task<Result<std::string>> text_of(std::string bytes, std::string name);

 private:
  explicit Engine(Environment environment) : environment_(std::move(environment)) {}
  Task<std::vector<FileText>> read_files(const std::string& message);
  RunOptions options(bool is_rehearsal) const;

  Environment environment_;
  std::unique_ptr<RuleKeeper> rules_;
  std::unique_ptr<FingerprintKeeper> fingerprints_;
};

}  // namespace kontor::rules
