// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/session_end.hpp"

namespace kontor::trace {

void SessionEnd::listen(Session& row) {
  row.on_end([this](std::string reason) {
    reason_.with([&](auto& kept) { kept = std::move(reason); });
    wake_.raise();
  });
}

Result<void> SessionEnd::check() const {
  auto reason = reason_.with([](const auto& kept) { return kept; });
  if (reason) return fail(Errc::cancelled, *std::move(reason));
  return {};
}

}  // namespace kontor::trace
