// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/sender_probe.hpp"

namespace kontor::app {
namespace {

Task<filter::screening::SenderSaid> ask(smtp::client::Relay& relay, std::string address) {
  using filter::screening::Verdict;
  using smtp::client::ProbeAnswer;
  auto probe = co_await relay.probe(std::move(address));
  filter::screening::SenderSaid said;
  if (probe.answer == ProbeAnswer::exists) said.verdict = Verdict::pass;
  if (probe.answer == ProbeAnswer::missing) said.verdict = Verdict::fail;
  said.words = std::move(probe.words);
  co_return said;
}

}  // namespace

void connect_probes(filter::Screening& screening, smtp::client::Relay& relay) {
  screening.callout().set_ask(
      [&relay](std::string address) { return ask(relay, std::move(address)); });
}

}  // namespace kontor::app
