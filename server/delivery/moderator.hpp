// SPDX-License-Identifier: GPL-3.0-or-later
// Moderator: keeps mail to moderated groups until somebody decides about it. What takes mail hands
// it over here; server/moderation does the work.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::delivery {

// A message for one group.
struct HeldMessage {
  std::string trace;
  std::string sender;         // reverse-path as SMTP writes it; empty: <>
  std::string envelope_id;    // ENVID (RFC 3461, 4.4); empty: none
  std::uint8_t body = 0;      // as queue::Body
  bool is_utf8 = false;       // MAIL had SMTPUTF8
  bool requires_tls = false;  // REQUIRETLS (RFC 8689)
  UtcSeconds arrived{};       // 0: just now
  std::shared_ptr<const directory::Principal> group;
  std::string bytes;  // with the fields this server added, without a Return-Path
};

class Moderator {
 public:
  virtual ~Moderator() = default;
  // Durable when it returns; the same trace and group again is nothing new.
  virtual Task<Result<void>> hold(HeldMessage message) = 0;
  // Did somebody approve that message for that group? Memory only.
  virtual bool is_approved(const std::string& trace, const directory::PrincipalId& group) const = 0;
  // Is it an address of ours that answers of moderators go to? Memory only.
  virtual bool is_answer_address(std::string_view address) const = 0;
  // What this person, who signed in, answers by mail to such an address. no_permission, bad_input,
  // not_found, conflict: the detail is a sentence for him.
  virtual Task<Result<void>> answer(std::string address,
                                    directory::PrincipalId person,
                                    std::string message) = 0;
};

}  // namespace kontor::delivery
