// SPDX-License-Identifier: GPL-3.0-or-later
// Imports: which mailboxes mail is being brought into. One import a mailbox at a time: the next one
// looks at what is there only when the one before has ended, so that nothing comes twice. Any
// thread.
#pragma once
#include <map>
#include <memory>
#include <set>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/signal.hpp"
#include "store/format/types.hpp"

namespace kontor::admin {

class Imports {
 public:
  // One import's place here: its wait for input ends by `wake` when the server stops.
  class Visit {
   public:
    explicit Visit(Imports& imports);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    net::Signal& wake() noexcept { return wake_; }
    // Waits for an import into this mailbox that is ending. busy: it goes on; cancelled: the server
    // stops.
    Task<Result<void>> enter(store::AccountId account);

   private:
    friend class Imports;
    Imports& imports_;
    net::Signal wake_;
    bool entered_ = false;
    store::AccountId account_;
  };

  void stop();  // for good
  bool is_stopping() const;

 private:
  struct Table {
    std::set<Visit*> visits;
    std::set<store::AccountId> mailboxes;
    bool is_stopping = false;
  };
  void wake_all();
  Guarded<Table> table_;
};

}  // namespace kontor::admin
