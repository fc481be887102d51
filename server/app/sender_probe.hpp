// SPDX-License-Identifier: GPL-3.0-or-later
// Screening asks other servers about senders by the relay (screening.sender_address).
#pragma once
#include "server/filter/screening/screening.hpp"
#include "server/smtp/client/relay.hpp"

namespace kontor::app {

// The relay outlives the questions.
void connect_probes(filter::Screening& screening, smtp::client::Relay& relay);

}  // namespace kontor::app
