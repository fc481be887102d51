// SPDX-License-Identifier: GPL-3.0-or-later
// A message to a moderated group, and what became of it, as DATA/moderation/ID.held has it
// (docs/formats/moderation.md). The message itself is a file beside it. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::moderation {

enum class Stage : std::uint8_t { waiting, approved, rejected, expired };
std::string_view name_of(Stage stage) noexcept;

struct Held {
  std::string id;  // of trace and group: 16 digits in base 16
  std::string trace, sender, envelope_id;
  std::uint8_t body = 0;  // as queue::Body
  bool is_utf8 = false;
  bool requires_tls = false;  // REQUIRETLS (RFC 8689)
  directory::PrincipalId group;
  std::string address;          // the group's
  std::string author, subject;  // of its header, decoded, for people
  std::string message_id;
  UtcSeconds arrived{}, expires{};
  std::uint64_t size = 0;      // of the message
  std::uint32_t checksum = 0;  // its CRC32C
  Stage stage = Stage::waiting;
  bool is_asked = false;  // letters to the moderators are in the queue
  bool is_kept = false;   // copies for archives are in the queue
  bool is_done = false;   // what was decided is carried out
  UtcSeconds decided{};
  std::string decided_by, reason;

  bool operator==(const Held&) const = default;
};

std::string held_id(const std::string& trace, const directory::PrincipalId& group);
bool is_held_id(std::string_view id) noexcept;

std::string format_held(const Held& held);
// corrupt: it is none, or cut short; unsupported: written by a later version.
Result<Held> parse_held(std::string_view bytes);

}  // namespace kontor::moderation
