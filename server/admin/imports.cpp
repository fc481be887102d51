// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/imports.hpp"

namespace kontor::admin {
namespace {

// An import whose kontorctl was killed ends with the batch under way.
constexpr std::chrono::seconds k_patience{20};

}  // namespace

Imports::Visit::Visit(Imports& imports) : imports_(imports) {
  imports_.table_.with([this](Table& table) { table.visits.insert(this); });
}

Imports::Visit::~Visit() {
  imports_.table_.with([this](Table& table) {
    table.visits.erase(this);
    if (entered_) table.mailboxes.erase(account_);
  });
  imports_.wake_all();
}

Task<Result<void>> Imports::Visit::enter(store::AccountId account) {
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  for (;;) {
    if (imports_.is_stopping()) co_return fail(Errc::cancelled, "the server is shutting down");
    entered_ =
        imports_.table_.with([&](Table& table) { return table.mailboxes.insert(account).second; });
    account_ = account;
    if (entered_) co_return Result<void>();
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= left.zero())
      co_return fail(Errc::busy, "another import into this mailbox is under way");
    static_cast<void>(co_await wake_.wait(std::chrono::ceil<net::Limit>(left)));
  }
}

void Imports::stop() {
  table_.with([](Table& table) { table.is_stopping = true; });
  wake_all();
}

bool Imports::is_stopping() const {
  return table_.with([](const Table& table) { return table.is_stopping; });
}

void Imports::wake_all() {
  table_.with([](Table& table) {
    for (auto* visit : table.visits) visit->wake_.raise();
  });
}

}  // namespace kontor::admin
