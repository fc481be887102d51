// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/open_try.hpp"

#include "base/net/signal.hpp"

namespace kontor::trace {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_line{15'000};  // longest wait in line beside sign_in.longest_delay

}  // namespace

Task<void> wait_after(milliseconds length) {
  if (length.count() <= 0) co_return;
  net::Signal nobody;
  (void)co_await nobody.wait(length);
}

Task<Result<void>> wait_in_line(Guard& guard, const config::SignIn& settings, Try& what) {
  const milliseconds most = settings.longest_delay + k_line;
  for (;;) {
    KONTOR_CO_TRY(const auto wait, guard.admit(what));
    if (wait.count() <= 0) co_return Result<void>();
    if (what.waited + wait > most)
      co_return fail(Errc::unavailable, "too many tries from this address");
    co_await wait_after(wait);
    what.waited += wait;
  }
}

OpenTry::~OpenTry() {
  if (open_) guard_.gone(what_);
}

milliseconds OpenTry::close(std::optional<Errc> error, std::string_view secret) {
  if (error && error != Errc::auth_failed) return milliseconds(0);
  open_ = false;
  if (error) return guard_.failed(what_, secret);
  guard_.succeeded(what_);
  return milliseconds(0);
}

}  // namespace kontor::trace
