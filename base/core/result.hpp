// SPDX-License-Identifier: GPL-3.0-or-later
// Result<T>: a value, or an Error that says what kind of failure it was and, for the log, what
// happened.
//
// Expected outcomes are Results; exceptions mean a broken promise of our own. A dropped Result does
// not compile. The kinds are few and closed; what a client of each protocol is told for a kind
// stands in one table, base/core/answers.hpp. The detail of an Error is for the log and never
// reaches a client.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kontor {

enum class Errc : unsigned char {
  not_found,      // no such thing, or the caller may not know that it exists
  exists,         // a thing of that name is there already
  no_permission,  // the thing may be seen, the action is not allowed
  auth_failed,    // wrong name, password, ticket, or an account that may not sign in
  over_quota,     // the owner's limit is reached
  limit,          // a limit of the protocol or of the settings table is exceeded
  conflict,       // the state changed since the caller looked
  busy,           // try again at once or soon
  corrupt,        // stored data is damaged
  bad_input,      // a peer's bytes do not follow the protocol
  unsupported,    // understood, but not done here
  unavailable,    // a service that is needed does not answer: temporary
  timed_out,
  cancelled,  // the server stops, or the caller gave up
  no_space,   // the disk is full
  io_error,   // the disk or the operating system failed
  closed,     // the peer closed the connection
  internal,   // our own mistake
};

// The name of a kind in logs: "not_found" and so on.
std::string_view name_of(Errc code) noexcept;

class Error {
 public:
  Error(Errc code, std::string detail) : code_(code), detail_(std::move(detail)) {}
  explicit Error(Errc code) : code_(code) {}

  Errc code() const noexcept { return code_; }
  const std::string& detail() const noexcept { return detail_; }
  // The same error, its detail led by what was being done: "opening log.000001: no such file".
  Error while_doing(std::string_view what) &&;
  // "not_found: opening log.000001", for logs and for administrators.
  std::string text() const;

 private:
  Errc code_;
  std::string detail_;
};

// An io_error, no_space, not_found or no_permission from errno, with the system's text in the
// detail.
Error errno_error(std::string_view what, int error_number);

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}
  Result(std::expected<T, Error> other) : std::expected<T, Error>(std::move(other)) {}
};

// A failed Result of any type: `return fail(Errc::limit, "line longer than 64 KB");`
inline std::unexpected<Error> fail(Errc code, std::string detail = {}) {
  return std::unexpected<Error>(Error(code, std::move(detail)));
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

}  // namespace kontor

// KONTOR_TRY(expression) or KONTOR_TRY(auto name, expression): hands an error to the caller,
// otherwise goes on (with the value). KONTOR_CO_TRY is the same inside a coroutine; the expression
// may co_await.
#define KONTOR_JOIN_(a, b) a##b
#define KONTOR_JOIN(a, b) KONTOR_JOIN_(a, b)
#define KONTOR_TRY_PICK_(a, b, name, ...) name
#define KONTOR_TRY_VOID_(ret, tmp, expression) \
  auto tmp = (expression);                     \
  if (!tmp.has_value()) ret kontor::fail(std::move(tmp).error())
#define KONTOR_TRY_VALUE_(ret, tmp, declaration, expression)      \
  auto tmp = (expression);                                        \
  if (!tmp.has_value()) ret kontor::fail(std::move(tmp).error()); \
  declaration = *std::move(tmp)
#define KONTOR_TRY_1_(expression) \
  KONTOR_TRY_VOID_(return, KONTOR_JOIN(kontor_try_, __COUNTER__), expression)
#define KONTOR_TRY_2_(declaration, expression) \
  KONTOR_TRY_VALUE_(return, KONTOR_JOIN(kontor_try_, __COUNTER__), declaration, expression)
#define KONTOR_CO_TRY_1_(expression) \
  KONTOR_TRY_VOID_(co_return, KONTOR_JOIN(kontor_try_, __COUNTER__), expression)
#define KONTOR_CO_TRY_2_(declaration, expression) \
  KONTOR_TRY_VALUE_(co_return, KONTOR_JOIN(kontor_try_, __COUNTER__), declaration, expression)
#define KONTOR_TRY(...) \
  KONTOR_TRY_PICK_(__VA_ARGS__, KONTOR_TRY_2_, KONTOR_TRY_1_, unused)(__VA_ARGS__)
#define KONTOR_CO_TRY(...) \
  KONTOR_TRY_PICK_(__VA_ARGS__, KONTOR_CO_TRY_2_, KONTOR_CO_TRY_1_, unused)(__VA_ARGS__)
