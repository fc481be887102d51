// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the checks of who sends a message (names and lists, SPF, DKIM, DMARC), and of signing.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_message_checked{
    "checks.message.done", LogLevel::info,
    "A message from others was checked; detail has the results and their reasons.", ""};
inline constexpr EventKind k_message_unchecked{
    "checks.message.unknown", LogLevel::warning,
    "A message was checked in part only: the name servers gave no answer.",
    "When it lasts, see whether the servers of dns.servers answer."};

inline constexpr EventKind k_client_screened{
    "checks.client.done", LogLevel::info,
    "Somebody who hands mail over was looked at; detail has what the DNS says of him.", ""};
inline constexpr EventKind k_client_refused{"checks.client.refused", LogLevel::info,
                                            "A connection was not taken; reason says why.", ""};
inline constexpr EventKind k_sender_asked{
    "checks.sender.asked", LogLevel::info,
    "The server of a sender's domain was asked whether the address exists; detail has its answer.",
    ""};
inline constexpr EventKind k_greylist_unreadable{
    "checks.greylist.unreadable", LogLevel::warning,
    "The greylist could not be read and begins anew: known senders are put off once more.", ""};
inline constexpr EventKind k_greylist_unwritable{
    "checks.greylist.unwritable", LogLevel::warning,
    "The greylist could not be written: known senders are put off once more after a restart.",
    "The error says what is wrong with the data folder."};

inline constexpr EventKind k_scanner_silent{
    "checks.scanner.silent", LogLevel::warning,
    "A scanner could not be asked about a message; scan.fail_open says what became of it.",
    "See whether the program at this address runs."};
inline constexpr EventKind k_virus_found{"checks.virus.found", LogLevel::warning,
                                         "A message holds a virus; scan.virus says what became of "
                                         "it.",
                                         ""};
inline constexpr EventKind k_milter_asked{
    "checks.milter.done", LogLevel::info,
    "A milter was asked about a message; count has its changes, reason its refusal.", ""};
inline constexpr EventKind k_message_dropped{
    "checks.message.dropped", LogLevel::info,
    "A message was taken and, by the word of a milter, delivered to nobody.", ""};

inline constexpr EventKind k_dkim_key_made{
    "dkim.key.made", LogLevel::info,
    "A new DKIM key of a domain waits for its record in the DNS; detail is its selector.", ""};
inline constexpr EventKind k_dkim_key_active{
    "dkim.key.active", LogLevel::info, "Mail of a domain is signed with this DKIM key from now on.",
    ""};
inline constexpr EventKind k_dkim_key_retired{
    "dkim.key.retired", LogLevel::info, "A DKIM key signs no more.",
    "Leave its record in the DNS until kontorctl dkim list does not show it any more."};
inline constexpr EventKind k_dkim_key_removed{
    "dkim.key.removed", LogLevel::info, "A DKIM key is gone; its record in the DNS may go too.",
    ""};
inline constexpr EventKind k_dkim_key_unreadable{
    "dkim.key.unreadable", LogLevel::error,
    "A file below DATA/dkim is no key; mail is not signed with it.",
    "Restore the file from a backup, or remove it and make a new key with kontorctl dkim rotate."};
inline constexpr EventKind k_dkim_key_unwritable{"dkim.key.unwritable", LogLevel::error,
                                                 "The state of a DKIM key could not be written.",
                                                 "Check the disk; it is tried again."};
inline constexpr EventKind k_message_unsigned{
    "dkim.message.unsigned", LogLevel::error, "A message went out without its signature.",
    "The error says why; kontorctl dkim list shows the keys."};

inline constexpr EventKind k_dmarc_results_unreadable{
    "dmarc.results.unreadable", LogLevel::warning,
    "A day's results for DMARC reports could not be read; no report is made of them.",
    "The file may be removed."};
inline constexpr EventKind k_dmarc_results_unwritable{
    "dmarc.results.unwritable", LogLevel::warning,
    "Results for DMARC reports could not be written; it is tried again.",
    "The error says what is wrong with the data folder."};
inline constexpr EventKind k_dmarc_report_sent{
    "dmarc.report.sent", LogLevel::info, "A domain is told how its mail did here on a day.", ""};
inline constexpr EventKind k_dmarc_report_refused{
    "dmarc.report.refused", LogLevel::info,
    "A domain wants its DMARC reports sent to an address whose domain does not agree to that.", ""};
inline constexpr EventKind k_dmarc_report_failed{
    "dmarc.report.failed", LogLevel::warning,
    "A DMARC report could not be sent; it is tried again.", "The error says why."};

inline constexpr std::array k_checks_events{
    &k_scanner_silent,           &k_virus_found,       &k_milter_asked,
    &k_message_dropped,          &k_message_checked,   &k_message_unchecked,
    &k_client_screened,          &k_client_refused,    &k_greylist_unreadable,
    &k_greylist_unwritable,      &k_dkim_key_made,     &k_dkim_key_active,
    &k_dkim_key_retired,         &k_dkim_key_removed,  &k_dkim_key_unreadable,
    &k_dkim_key_unwritable,      &k_message_unsigned,  &k_dmarc_results_unreadable,
    &k_dmarc_results_unwritable, &k_dmarc_report_sent, &k_dmarc_report_refused,
    &k_dmarc_report_failed,      &k_sender_asked};

}  // namespace kontor::log::events
