// SPDX-License-Identifier: GPL-3.0-or-later
// How kontor-extract gives its rights away: no files (Landlock), no system calls but those that
// memory and open descriptors need (seccomp), limits of memory and processor time. For good, for
// the calling thread and what it starts. docs/security.md, "Attachments".
#pragma once
#include <cstdint>

namespace kontor::search {

// No new rights, no capabilities, no core dumps, no tracing by others.
bool drop_rights();
// No path can be opened, made or run, no TCP port used, no process outside signalled, as far as the
// kernel knows Landlock. False: it does not.
bool close_paths();
// Everything but reading and writing open descriptors and memory: EPERM for what libraries try, the
// end (SIGSYS) for what no reader has a reason to. Call after all libraries are loaded.
bool close_calls();
// Whether the kernel has seccomp filters.
bool has_call_filters();
// Bytes of address space, processor time in seconds; no files, no processes.
bool set_limits(std::uint64_t space, std::uint32_t seconds);
// Bytes of address space this process has now; before its paths are closed.
std::uint64_t address_space();

}  // namespace kontor::search
