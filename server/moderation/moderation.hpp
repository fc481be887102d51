// SPDX-License-Identifier: GPL-3.0-or-later
// Moderation: mail to moderated groups, kept until a moderator decides, or nobody did in time.
//
// Promise: what hold() took is on disk (DATA/moderation, docs/formats/moderation.md) and is either
// given to the group or sent back, once. A decision is on disk before anything follows from it, and
// is carried out after a crash too; copies that a first try stored are found by their EMAILID. The
// moderators are asked by a letter that they answer, or by a page. Decisions stay known for longer
// than a message can be in the queue, so that the queue can ask whether a group was approved.
// Threads: any; what waits is a Task.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/signal.hpp"
#include "server/delivery/delivery.hpp"
#include "server/delivery/moderator.hpp"
#include "server/moderation/answer.hpp"
#include "server/moderation/held.hpp"
#include "server/queue/queue.hpp"

namespace kontor::moderation {

// An approved message as it goes to a group, for archives.
struct Released {
  std::string trace, sender, address;
  delivery::Resolved to;
  std::string bytes;
};

// Everything outlives it.
struct Environment {
  const config::Settings& settings;
  const directory::Directory& directory;
  io::FileSystem& files;
  io::WorkPool& disk;
  queue::Queue& queue;
  const Clock& clock;
  log::Context log;
  message_trace::Sink* trace = nullptr;
  // Durable when it returns; unset: nothing is kept of it.
  std::function<Task<Result<void>>(Released)> journal = {};
};

class Moderation final : public delivery::Moderator {
 public:
  // Reads DATA/moderation, makes it and the key where they are missing. Blocking.
  static Result<std::unique_ptr<Moderation>> open(Environment environment, std::string folder);

  void set_delivery(const delivery::Delivery& delivery) { delivery_ = &delivery; }  // outlives it
  void set_journal(std::function<Task<Result<void>>(Released)> journal) {
    environment_.journal = std::move(journal);
  }

  Task<Result<void>> hold(delivery::HeldMessage message) override;
  bool is_approved(const std::string& trace, const directory::PrincipalId& group) const override;
  bool is_answer_address(std::string_view address) const override;
  Task<Result<void>> answer(std::string address,
                            directory::PrincipalId person,
                            std::string message) override;

  // The newest last.
  std::vector<Held> list() const;
  Result<Held> find(const std::string& id) const;  // not_found
  // Of one that waits.
  Task<Result<std::string>> read(std::string id) const;
  // Durable when it returns. not_found; conflict: a sentence, somebody decided otherwise.
  Task<Result<void>> decide(std::string id, Verdict verdict, std::string by);
  // Does this person decide about it?
  bool is_moderator(const Held& held, const directory::PrincipalId& person) const;
  // For forms of the page: of one message and one person.
  std::string proof_of(std::string_view id, const directory::PrincipalId& person) const;

  // What is due: letters, decisions, those whose time is over.
  Task<void> turn();
  Task<void> run();  // until stop()
  void stop();

 private:
  struct Row {
    Held held;
    bool may_be_queued = false;  // an earlier run, or try, may have carried it out in part
  };
  struct Table {
    std::map<std::string, Row> rows;
    std::set<std::string> busy;  // in the hands of a task
  };

  Moderation(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}
  Result<void> load();
  void load_one(const std::string& name);
  Result<void> load_key();
  std::string path_of(const std::string& id, std::string_view ending) const;
  std::optional<Held> take(const std::string& id);  // nothing: another task has it, or it is gone
  Task<std::optional<Held>> take_in_turn(std::string id);  // the same, when the other has ended
  void give_back(const std::string& id);
  std::vector<std::string> due() const;
  std::chrono::seconds longest_memory() const;
  std::chrono::seconds next_turn() const;

  Task<Result<void>> write(Held held);  // and puts it in the table
  Task<Result<void>> write_new(Held held, std::string bytes);
  Task<void> work_on(std::string id);
  Task<Result<void>> do_next(Held held);
  Task<Result<void>> ask(Held held);
  Task<Result<void>> carry_out(Held held);
  Task<Result<void>> release(Held held, std::string bytes);
  Task<Result<void>> release_outside(const Held& held,
                                     const delivery::Resolved& to,
                                     const std::string& bytes);
  Task<Result<void>> send_back(const Held& held, std::string bytes);
  Task<void> forget(Held held);
  queue::Envelope envelope_of(const Held& held, std::size_t size) const;
  bool is_queued(const Held& held, const std::string& address) const;
  void note(const Held& held, message_trace::What what, std::string text) const;

  Environment environment_;
  const std::string folder_;
  std::string key_;
  std::atomic<const delivery::Delivery*> delivery_ = nullptr;
  Guarded<Table> table_;
  net::Signal wake_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace kontor::moderation
