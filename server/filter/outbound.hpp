// SPDX-License-Identifier: GPL-3.0-or-later
// Outbound: what a message gets before it enters the queue, so that others can see whom it is from.
//
// Mail written here is signed with the DKIM keys of its author's domain. What others wrote and this
// server hands on is sealed (ARC, RFC 8617) with what the checks found out about it, because the
// next server sees neither the sender's address nor, after a change, his signature. The queue keeps
// the bytes as they are sent, whatever becomes of them on the way (nothing is ever converted), so
// that what is signed here is what others get. Never fails: a message that cannot be signed goes
// out as it is, with an event. The work is done on the pool. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "server/filter/dkim/key_ring.hpp"

namespace kontor::filter {

class Outbound {
 public:
  struct Environment {
    const config::Settings& settings;
    const dkim::KeyRing& keys;
    io::WorkPool& workers;
    const Clock& clock;
    log::Context log;
  };
  explicit Outbound(Environment environment) : environment_(std::move(environment)) {}

  // `is_ours`: written by somebody who had signed in, or by the server itself.
  Task<std::string> dress(bool is_ours, std::string bytes) const;

 private:
  std::string sign(std::string bytes) const;
  std::string seal(std::string bytes) const;

  Environment environment_;
};

// The domain that signs a message: of the first author, as the DNS has it; empty: none.
std::string signing_domain(std::string_view message);

}  // namespace kontor::filter
