// SPDX-License-Identifier: GPL-3.0-or-later
// Events of reports between mail servers: TLS reports that are sent, and reports that come in.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_tls_results_unreadable{
    "reports.results.unreadable", LogLevel::warning,
    "A day's results for TLS reports could not be read; no report is made of them.",
    "The file may be removed."};
inline constexpr EventKind k_tls_results_unwritable{
    "reports.results.unwritable", LogLevel::warning,
    "Results for TLS reports could not be written; it is tried again.",
    "The error says what is wrong with the data folder."};
inline constexpr EventKind k_tls_report_sent{
    "reports.tls.sent", LogLevel::info,
    "A domain is told how TLS with its mail hosts went on a day; address says where it was sent.",
    ""};
inline constexpr EventKind k_tls_report_failed{
    "reports.tls.failed", LogLevel::warning,
    "A TLS report could not be handed over; it is tried again until it is two days old.",
    "The error says why."};
inline constexpr EventKind k_report_received{
    "reports.message.read", LogLevel::info,
    "A report about domains of this server came in and is kept; source is who sent it.", ""};
inline constexpr EventKind k_report_left{
    "reports.message.left", LogLevel::info,
    "A message to a mailbox for reports was not read as one; reason says why. It lies in the "
    "mailbox.",
    ""};
inline constexpr EventKind k_report_unwritable{
    "reports.received.unwritable", LogLevel::error,
    "A report that came in could not be kept. The message lies in the mailbox.",
    "The error says what is wrong with the data folder."};
inline constexpr EventKind k_report_unreadable{
    "reports.received.unreadable", LogLevel::warning,
    "A kept report cannot be read and is left out of every answer.", "The file may be removed."};

inline constexpr std::array k_reports_events{&k_tls_results_unreadable, &k_tls_results_unwritable,
                                             &k_tls_report_sent,        &k_tls_report_failed,
                                             &k_report_received,        &k_report_left,
                                             &k_report_unwritable,      &k_report_unreadable};

}  // namespace kontor::log::events
