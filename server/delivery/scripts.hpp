// SPDX-License-Identifier: GPL-3.0-or-later
// Scripts: the Sieve scripts of a mailbox's owner, kept with the mailbox as private annotations of
// the account itself (docs/formats/sieve.md), so that backup, restore and verification keep them.
//
// Below "/private/vendor/kontor/sieve/": script/ has one entry a script, active the name of the one
// that runs, noted/ what scripts have to remember for a time. Pure; any thread.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/sieve_settings.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "store/mailbox/annotations.hpp"

namespace kontor::delivery {

inline constexpr std::string_view k_sieve = "/private/vendor/kontor/sieve/";
inline constexpr std::size_t k_most_entries = 50'000;  // annotations of an account with scripts

struct Script {
  std::string name;
  std::string text;
  bool is_active = false;
};

// By name.
std::vector<Script> scripts_of(const store::AnnotationMap& notes);
std::optional<Script> find_script(const store::AnnotationMap& notes, std::string_view name);
std::optional<Script> active_script(const store::AnnotationMap& notes);

using Changes = std::vector<store::AnnotationChange>;
// A name (RFC 5804, 1.6): UTF-8 without control characters, 1 to 512 bytes.
bool is_script_name(std::string_view name);
// over_quota: the detail begins with "size" when the script is too large, "number" when there are
// too many. bad_input: the name. The text is not checked here.
Result<Changes> put_script(const store::AnnotationMap& notes,
                           std::string_view name,
                           std::string_view text,
                           const config::Sieve& settings);
// Could put_script() take one of that size?
Result<void> check_script_room(const store::AnnotationMap& notes,
                               std::string_view name,
                               std::uint64_t bytes,
                               const config::Sieve& settings);
// not_found; conflict: it is active (RFC 5804, 2.10).
Result<Changes> delete_script(const store::AnnotationMap& notes, std::string_view name);
// not_found; exists; bad_input.
Result<Changes> rename_script(const store::AnnotationMap& notes,
                              std::string_view from,
                              std::string_view to);
// An empty name: none is active. not_found.
Result<Changes> activate_script(const store::AnnotationMap& notes, std::string_view name);

// What scripts remember, by a key that is kept as a digest: who was answered, which messages were
// here. The oldest go when there are too many.
inline constexpr std::size_t k_most_noted = 2'000;
bool is_noted(const store::AnnotationMap& notes, std::string_view key, UtcSeconds now);
void note(const store::AnnotationMap& notes,
          std::string_view key,
          std::chrono::seconds period,
          UtcSeconds now,
          Changes& changes);

}  // namespace kontor::delivery
