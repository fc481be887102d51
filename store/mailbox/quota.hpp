// SPDX-License-Identifier: GPL-3.0-or-later
// How much an account holds and how much it may hold (RFC 9208). Pure values.
//
// Usage is kept with the state, frame by frame: each message that some folder shows counts once
// with its size, each showing of it as one message. What was expunged or stands in a deleted folder
// is free at once, whatever undelete still keeps of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::store {

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  bool operator==(const Usage&) const = default;
};

struct Limits {  // 0: no limit
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  std::uint64_t folders = 0;
  std::uint64_t annotation_bytes = 0;
  bool operator==(const Limits&) const = default;
};

// An account's own limits, set by an administrator; nothing: what the settings say.
struct OwnLimits {
  std::optional<std::uint64_t> bytes;
  std::optional<std::uint64_t> messages;
  std::optional<std::uint64_t> folders = std::nullopt;
  std::optional<std::uint64_t> annotation_bytes = std::nullopt;
  bool operator==(const OwnLimits&) const = default;
};

struct Quota {
  Usage usage;
  Limits limits;  // in force
  OwnLimits own;
};

Limits limits_in_force(const OwnLimits& own, const Limits& defaults);
// over_quota: `more` does not fit. Nothing more always fits, also above the limit.
Result<void> check_quota(const Usage& used, const Usage& more, const Limits& limits);

// Has it reached `percent` of a limit (0: never), or so many bytes where `bytes` is not 0?
bool is_nearly_full(const Usage& used,
                    const Limits& limits,
                    std::uint32_t percent,
                    std::uint64_t bytes = 0);

// Names of the annotations of an account that hold its own limits (docs/formats/frames.md).
inline constexpr std::string_view k_quota_bytes = "/kontor/quota/storage";
inline constexpr std::string_view k_quota_messages = "/kontor/quota/messages";
// 1: the owner was told that it is nearly full; until it is not any more.
inline constexpr std::string_view k_quota_warned = "/kontor/quota/warned";
// Seconds since 1970 at which the directory was first seen without the owner.
inline constexpr std::string_view k_gone_since = "/kontor/gone-since";
inline constexpr std::string_view k_quota_folders = "/kontor/quota/mailboxes";
inline constexpr std::string_view k_quota_annotations = "/kontor/quota/annotations";
// The limit of that name; nullptr: it names none.
std::optional<std::uint64_t>* own_limit(OwnLimits& own, std::string_view entry);

}  // namespace kontor::store
