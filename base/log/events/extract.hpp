// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the reading of attachments (kontor-extract).
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_extract_started{"extract.worker.started", LogLevel::info,
                                             "The program that reads attachments runs.", ""};
inline constexpr EventKind k_extract_ended{
    "extract.worker.ended", LogLevel::warning,
    "The program that reads attachments has gone, or was replaced after a fault; it is started "
    "again.",
    ""};
inline constexpr EventKind k_extract_not_started{
    "extract.worker.not_started", LogLevel::error,
    "The program that reads attachments cannot be started, or cannot give its rights away (the "
    "kernel has no seccomp filters); attachments are not searched until it can. It is tried again.",
    "Look at the error. kontor-extract lies beside kontord; search.attachments = false stops the "
    "tries."};
inline constexpr EventKind k_extract_open_paths{
    "extract.worker.open_paths", LogLevel::warning,
    "The kernel has no Landlock: the readers of attachments are kept from files by their filter of "
    "system calls alone.",
    "Boot a kernel with Landlock (Linux 5.13 or newer, lsm=landlock,...)."};
inline constexpr EventKind k_extract_failed{
    "extract.file.failed", LogLevel::warning,
    "The reader of an attachment crashed, or needed more time or memory than it may have. The "
    "attachment counts as not readable; nothing else suffers.",
    "Nothing for single ones. For many: raise search.attachment_timeout or "
    "search.attachment_memory, and keep the libraries that read attachments up to date."};
inline constexpr EventKind k_extract_misuse{
    "extract.file.misuse", LogLevel::error,
    "The reader of an attachment asked the system for what no reader needs and was killed: the "
    "attachment may be an attack.",
    "Find the message by the account and time, and update the libraries that read attachments."};

inline constexpr std::array k_extract_events{&k_extract_started,     &k_extract_ended,
                                             &k_extract_not_started, &k_extract_open_paths,
                                             &k_extract_failed,      &k_extract_misuse};

}  // namespace kontor::log::events
