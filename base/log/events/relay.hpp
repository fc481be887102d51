// SPDX-License-Identifier: GPL-3.0-or-later
// Events of mail to other servers: whom we asked, and whether they took it.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_relay_recipient_sent{
    "relay.recipient.sent", LogLevel::info,
    "The other server took the message for this recipient and is responsible for it; reply is its "
    "answer.",
    ""};
inline constexpr EventKind k_relay_recipient_deferred{
    "relay.recipient.deferred", LogLevel::info,
    "The message could not be handed over for this recipient now and is tried again.", ""};
inline constexpr EventKind k_relay_recipient_refused{
    "relay.recipient.refused", LogLevel::info,
    "The message will never be taken for this recipient; its sender is told.", ""};
inline constexpr EventKind k_relay_destination_deferred{
    "relay.destination.deferred", LogLevel::warning,
    "No server of this destination could be reached; all of its mail waits.",
    "The reason names the last server and what went wrong: often the network, a firewall for port "
    "25, or the DNS."};
inline constexpr EventKind k_relay_host_connected{
    "relay.host.connected", LogLevel::debug,
    "A connection to another server is ready for mail; policy says what was asked of TLS, cert "
    "whom it saw.",
    ""};
inline constexpr EventKind k_relay_host_failed{
    "relay.host.failed", LogLevel::info,
    "This server of the destination could not be used; the next one is tried.", ""};
inline constexpr EventKind k_relay_tls_failed{
    "relay.tls.failed", LogLevel::info,
    "TLS with another server failed; where policy is may, the mail goes in the clear, otherwise it "
    "waits.",
    ""};
inline constexpr EventKind k_relay_sign_in_refused{
    "relay.signin.refused", LogLevel::error,
    "The smart host does not let this server sign in; all mail waits.",
    "Check queue.smart_host_user and the file queue.smart_host_password_file."};
inline constexpr EventKind k_relay_policy_learnt{"relay.policy.learnt", LogLevel::info,
                                                 "Another domain says by MTA-STS how its mail is "
                                                 "to be sent; policy is the mode, seconds how long "
                                                 "it holds.",
                                                 ""};
inline constexpr EventKind k_relay_policy_failed{
    "relay.policy.failed", LogLevel::warning,
    "Another domain has a record of MTA-STS, but its policy could not be had; an older one that is "
    "known stays in force, without one mail goes as if there were none.",
    ""};
inline constexpr EventKind k_relay_policies_unreadable{
    "relay.policies.unreadable", LogLevel::error,
    "The file of MTA-STS policies cannot be read; they are asked for again.",
    "Nothing needs to be done; the file is written anew with the next policy."};
inline constexpr EventKind k_relay_policies_unwritable{
    "relay.policies.unwritable", LogLevel::error,
    "The file of MTA-STS policies cannot be written; they are forgotten at the next restart.",
    "Look for a full disk, or for the rights of the data folder."};
inline constexpr EventKind k_relay_run_failed{
    "relay.run.failed", LogLevel::error,
    "Sending ended by a fault of this server itself; the mail is tried again.",
    "Report it with this line."};

inline constexpr std::array k_relay_events{
    &k_relay_recipient_sent,      &k_relay_recipient_deferred,
    &k_relay_recipient_refused,   &k_relay_destination_deferred,
    &k_relay_host_connected,      &k_relay_host_failed,
    &k_relay_tls_failed,          &k_relay_sign_in_refused,
    &k_relay_policy_learnt,       &k_relay_policy_failed,
    &k_relay_policies_unreadable, &k_relay_policies_unwritable,
    &k_relay_run_failed};

}  // namespace kontor::log::events
