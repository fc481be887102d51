// SPDX-License-Identifier: GPL-3.0-or-later
// Source: where people and groups come from, inside kontor-directory (embedded LDIF, Active
// Directory).
//
// A source runs on a thread of its own and may block there. It hands over complete sets and
// changes; what is put in force (loss guard, administrators' group, generation, file) is decided by
// its receiver, which also logs what was handed over, and losing and finding the source again by
// its status(). A source that cannot be reached keeps trying by itself; what was handed over before
// stays in force. Absence is not deletion: an incremental removal is handed over only when the
// source said that the entry is gone.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "directory/model/model.hpp"

namespace kontor::directory {

// What one source says changed.
struct Changes {
  bool is_complete = false;           // `upserts` is all there is: who is missing is gone
  std::vector<Principal> upserts;     // whole principals, new or changed
  std::vector<PrincipalId> removals;  // unknown ones are ignored

  bool empty() const { return !is_complete && upserts.empty() && removals.empty(); }
};

// For the administrator (kontorctl status).
struct SourceStatus {
  std::string source;         // its name
  bool is_reachable = false;  // the last attempt to read it succeeded
  std::string server;         // controller or file in use
  std::string detail;         // why it is not reachable, or what is odd; for a person
  std::int64_t changed = 0;   // UTC seconds of the last change handed over; 0: none yet
};

// Takes what a source hands over. Any thread; returns shortly.
class SourceReceiver {
 public:
  virtual ~SourceReceiver() = default;
  virtual void apply(const std::string& source, Changes changes) = 0;
  // status() of the source reads differently now.
  virtual void status_changed(const std::string& source) = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual std::string name() const = 0;  // "local", "ad"; constant
  // Loads and follows until stop(): one complete set as soon as it can be read, then changes, or
  // complete sets again. `receiver` outlives the call. Never throws, never gives up.
  //
  // Fields of a Principal a source need not fill: is_admin (made by the receiver), member_of of
  // groups that list the member themselves (the primary group must be there), `addresses` in any
  // order and case (the receiver lower-cases and adds `mail`).
  virtual void run(SourceReceiver& receiver) = 0;
  // Any thread, any number of times: run() returns soon, also from the middle of a load.
  virtual void stop() = 0;
  virtual SourceStatus status() const = 0;  // any thread, memory only
  // Is this one of its own? A complete set is about those alone; no two sources own the same one.
  virtual bool owns(const Principal& one) const { return one.id.source == name(); }
  // Does a complete set that loses many people need `kontorctl directory accept`? (DESIGN.md 5)
  virtual bool is_loss_guarded() const { return true; }
  // An administrator asks for a complete set now. Any thread.
  virtual void reconcile() {}
};

}  // namespace kontor::directory
