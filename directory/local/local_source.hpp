// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded directory as a source: follows its LDIF file and checks passwords against it.
//
// A file that was changed is read again as a whole when it has been quiet for a moment (well within
// two seconds); one that is missing or cannot be parsed leaves everything as it was and shows in
// status().
#pragma once
#include <memory>
#include <string>

#include "base/core/time.hpp"
#include "directory/model/acceptor.hpp"
#include "directory/model/reading.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

class LocalSource final : public Source, public PasswordChecker {
 public:
  // `clock` outlives it; `policy_attribute` may be empty.
  LocalSource(std::string path,
              const Clock& clock,
              std::string policy_attribute = {},
              Reading reading = {});
  ~LocalSource() override;

  std::string name() const override;
  void run(SourceReceiver& receiver) override;
  void stop() override;
  SourceStatus status() const override;
  // The file is the truth and parses as a whole or not at all: what it says is meant.
  bool is_loss_guarded() const override { return false; }
  void reconcile() override;

  std::string source() const override { return name(); }
  Result<void> check(const Principal& principal,
                     std::string_view login,
                     std::string_view password) override;
  void check_unknown(std::string_view password) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::directory
