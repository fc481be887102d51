// SPDX-License-Identifier: GPL-3.0-or-later
// Routing: where an accepted message goes, and the one answer that takes the duty for it.
//
// Mailboxes here get it at once; other addresses by the queue. A recipient without an error is
// durable: in every mailbox he stands for, and in the queue for every address elsewhere. Above
// k_most_copies mailboxes or k_most_bytes in all, mail that came by SMTP is one queue entry, and
// the mailboxes are filled from there (DESIGN.md 4, "Across accounts"); LMTP has an answer for each
// recipient and waits. What entered the queue although the message as a whole was answered with
// "try again" is remembered, as Delivery remembers copies. Copies for archives come first: without
// them nothing is taken. Groups that a moderator is to be asked about get the message into his
// hands, and his answers are taken here. What is for one route alone that wants it (direct= of
// queue.routes) is handed to the next host while the client waits, who hears what that one said.
// Any thread; never throws.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "server/delivery/delivery.hpp"
#include "server/delivery/remembered.hpp"
#include "server/queue/queue.hpp"
#include "server/smtp/journalled.hpp"

namespace kontor::io {
class WorkPool;  // base/io/work_pool.hpp
}

namespace kontor::smtp {

inline constexpr std::size_t k_most_copies = 50;
inline constexpr std::size_t k_most_bytes = 64U << 20U;

// Somebody a message is for, as RCPT found him.
struct Destined {
  queue::Recipient asked;  // address as given, under its domain's true name; and what DSN asks
  std::vector<std::shared_ptr<const directory::Principal>> mailboxes;
  std::vector<store::AddressedFolder> folders = {};
  std::vector<std::string> outside = {};  // contacts that stand behind the address
  bool is_relayed = false;                // the address itself is elsewhere
  bool is_catch_all = false;
  bool is_allowed = false;   // he wants mail of this sender, by his own list
  bool is_narrowed = false;  // fewer than stand behind the address: it is not to be asked again
  delivery::Principals held = {};  // groups behind the address that wait for a moderator
  bool is_answer = false;          // the address is for answers of moderators

  bool is_expanded() const noexcept { return !outside.empty(); }
  bool is_here() const noexcept { return !mailboxes.empty() || !folders.empty(); }
};

struct Routed {
  queue::Envelope envelope;  // its size and time are filled in
  std::vector<Destined> recipients;
  std::string return_path;    // the field for mailboxes
  std::string fields;         // what this server puts before the message: for everybody
  std::string message;        // as it came
  bool answers_each = false;  // LMTP
  std::optional<directory::PrincipalId> person = {};  // who signed in
};

class Routing {
 public:
  // Everything given outlives it.
  Routing(delivery::Delivery& delivery,
          queue::Queue& queue,
          io::WorkPool& workers,
          const Clock& clock,
          log::Context log);

  delivery::Delivery& delivery() const noexcept { return delivery_; }
  io::WorkPool& workers() const noexcept { return workers_; }
  queue::Queue& outgoing() const noexcept { return queue_; }
  void set_journalling(const Journalling& parts) { journalling_ = &parts; }  // outlives it
  // One result a recipient, in order.
  Task<std::vector<Result<void>>> take(Routed routed);

 private:
  struct Entry;
  struct Job;
  static bool is_all_mailboxes(const Job& job, const Entry& entry);
  Task<void> add_entries(Job& job);
  Task<void> keep_journal(Job& job);
  Task<void> hold_messages(Job& job);
  Task<void> take_answers(Job& job);
  Task<bool> hand_over(Job& job);
  Task<void> keep_rest(Job& job, std::vector<queue::Outcome> outcomes);
  Task<const std::string*> digest_of(Job& job);
  Task<void> fill_mailboxes(Job& job);
  Task<void> tell_of_success(Job& job);
  void remember(Job& job);

  delivery::Delivery& delivery_;
  queue::Queue& queue_;
  io::WorkPool& workers_;
  const Clock& clock_;
  log::Context log_;
  const Journalling* journalling_ = nullptr;  // nullptr: nothing is journalled
  delivery::Remembered remembered_;
};

}  // namespace kontor::smtp
