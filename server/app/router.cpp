// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/router.hpp"

#include "base/core/text.hpp"
#include "server/smtp/client/route.hpp"

namespace kontor::app {
namespace {

constexpr std::string_view k_local = "local";

Task<void> let_wait(queue::Work& work) {
  queue::Outcome why;
  why.reason = "this server has no way to send it";
  why.status = "4.3.5";  // RFC 3463, 3.4: system incorrectly configured
  (void)co_await work.defer_all(std::move(why));
}

}  // namespace

std::string Router::destination(std::string_view address) const {
  if (local_ != nullptr) {
    auto found = local_->destination(address);
    if (!found.empty()) return found;
  }
  if (remote_ != nullptr) return remote_->destination(address);
  return to_lower(address.substr(address.rfind('@') + 1));
}

queue::DestinationRules Router::rules(std::string_view destination) const {
  if (remote_ == nullptr || destination == k_local) return {};
  return remote_->rules(destination);
}

Task<void> Router::deliver(std::string destination, queue::Work& work) {
  auto* transport = destination == k_local ? local_ : remote_;
  if (!smtp::client::dropped_domain(destination).empty()) transport = drop_;
  return transport != nullptr ? transport->deliver(std::move(destination), work) : let_wait(work);
}

}  // namespace kontor::app
