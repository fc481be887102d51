// SPDX-License-Identifier: GPL-3.0-or-later
// Events of administration: what was asked of the server through its control socket.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_admin_verb_run{
    "admin.verb.run", LogLevel::info,
    "Somebody with access to the control socket asked for this (kontorctl), or `user` by the "
    "administration interface.",
    ""};

inline constexpr EventKind k_admin_request_refused{
    "admin.request.refused", LogLevel::info,
    "A request to the administration interface was refused: `user` may not do this, or it is not "
    "in order.",
    ""};

inline constexpr EventKind k_admin_job_begun{
    "admin.job.begun", LogLevel::info, "A long work was begun over the administration interface.",
    ""};

inline constexpr EventKind k_admin_job_ended{
    "admin.job.ended", LogLevel::info,
    "A long work that was begun over the administration interface ended; `status` says how.", ""};

inline constexpr EventKind k_service_switched{
    "admin.service.switched", LogLevel::info,
    "An administrator paused, stopped or started a service (kontorctl services).", ""};

inline constexpr EventKind k_import_ended{
    "admin.import.ended", LogLevel::info,
    "An import of mail (kontorctl import) ended, by itself or because kontorctl went away; `count` "
    "messages were stored.",
    ""};

inline constexpr EventKind k_audit_written{"admin.audit.written", LogLevel::info,
                                           "Record number `sequence` of DATA/audit/audit.log was "
                                           "written; `detail` is its hash. A file that "
                                           "does not have it any more was changed.",
                                           ""};

inline constexpr EventKind k_audit_unsound{
    "admin.audit.unsound", LogLevel::error,
    "The audit log was changed by somebody else than the server; it was kept under another name "
    "and a new one begun.",
    "Compare it with the numbers and hashes of admin.audit.written in the log of the server, and "
    "find out who may write to the data folder."};

inline constexpr std::array k_admin_events{
    &k_admin_verb_run,   &k_admin_request_refused, &k_admin_job_begun, &k_admin_job_ended,
    &k_service_switched, &k_import_ended,          &k_audit_written,   &k_audit_unsound};

}  // namespace kontor::log::events
