// SPDX-License-Identifier: GPL-3.0-or-later
// Held: a message in quarantine as it is kept (docs/formats/quarantine.md): what was known of it,
// as fields of its own before the bytes that came. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/core/uuid.hpp"
#include "server/queue/message.hpp"

namespace kontor::quarantine {

// What had it held; a folder each.
enum class Cause : std::uint8_t {
  virus,   // ClamAV
  filter,  // a milter such as rspamd
  dmarc,   // the policy of the author's domain
  signs,   // signs in its header and of who brought it
  rule,    // a rule of the organisation
};
inline constexpr std::size_t k_causes = 5;
std::string_view name_of(Cause cause) noexcept;    // "virus"
std::string_view folder_of(Cause cause) noexcept;  // "Virus"
std::optional<Cause> find_cause(std::string_view name) noexcept;

struct Held {
  // trace, sender, arrived and what else travels with a message; is_ours counts, asked does not.
  queue::Envelope envelope;
  std::vector<queue::Recipient> recipients;  // who would have it; destination does not count
  Cause cause = Cause::rule;
  std::string reason;  // for people, one line
  std::string score;   // as the check has it; empty: none
  std::string client;  // address of who brought it; empty: not known
};

inline constexpr std::size_t k_longest_head = 64U << 20U;

// The fields that stand before the message. reason, score and client are cut to 500 bytes.
std::string format_head(const Held& held);
// How long the head is that begins so; nothing: it begins none. Needs k_head_mark bytes.
inline constexpr std::size_t k_head_mark = 64;
std::optional<std::size_t> head_size(std::string_view beginning) noexcept;
// The head at the start of these bytes. unsupported: of a later version; corrupt: a sentence.
Result<Held> parse_head(std::string_view bytes);

// The same for every try to hold the same message for the same people.
Uuid guid_of(const Held& held);
// What administrators call it: 16 digits of its guid.
std::string id_of(const Uuid& guid);

}  // namespace kontor::quarantine
