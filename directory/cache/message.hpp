// SPDX-License-Identifier: GPL-3.0-or-later
// The messages between kontord and kontor-directory (docs/formats/agent-protocol.md): values to
// bytes and back. Pure and bounded.
//
// Both ends are of one build: `configure` and `ready` carry the version, another one is refused.
// Whatever does not parse is bad_input; the connection is useless then.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "directory/model/local_edit.hpp"
#include "directory/model/sign_in.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

inline constexpr std::uint32_t k_protocol_version = 4;
inline constexpr std::size_t k_max_message = 1U << 20U;

// --- kontord to kontor-directory
// ------------------------------------------------------------------
struct Configure {  // first of all
  std::uint32_t version = k_protocol_version;
  config::Settings
      settings;  // server, log, directory, ad, ldap and sign_in; the rest stays at defaults
};
struct SignInBegin {
  std::uint64_t id = 0;
  std::string mechanism;
  SignInContext context;
};
struct SignInStep {
  std::uint64_t id = 0;
  std::optional<std::string> response;
};
struct SignInAbandon {
  std::uint64_t id = 0;
};
struct Ping {
  std::uint64_t id = 0;
};
enum class Wish : std::uint8_t { accept_loss, reconcile };
struct Request {
  std::uint64_t id = 0;
  Wish wish = Wish::accept_loss;
};

// --- kontor-directory to kontord
// ------------------------------------------------------------------
struct OfferedMechanism {
  std::string name;
  bool needs_tls = false;
  bool operator==(const OfferedMechanism&) const = default;
};
struct Ready {  // answers configure
  std::uint32_t version = k_protocol_version;
  std::vector<OfferedMechanism> mechanisms;
};
struct SignInAnswer {
  enum class Outcome : std::uint8_t { challenge, done, failed };
  std::uint64_t id = 0;
  Outcome outcome = Outcome::failed;
  Errc error = Errc::internal;  // of a failed one; the reason stays on the other side
  SaslStep step;
};
struct CopyChanged {  // the file holds it
  std::uint64_t generation = 0;
};
// What makes one generation of the next: sent before the file is written when it is small, so that
// a change among many people is in force at once.
struct CopyDelta {
  std::uint64_t from = 0, to = 0;
  Changes changes;
};
struct SourceReport {
  std::vector<SourceStatus> sources;
  std::uint64_t held_back = 0;
};
struct Pong {
  std::uint64_t id = 0;
};
struct Reply {
  std::uint64_t id = 0;
  bool is_ok = false;
  Errc error = Errc::internal;
  std::string detail;
};

using Message = std::variant<Configure,
                             SignInBegin,
                             SignInStep,
                             SignInAbandon,
                             Ping,
                             Request,
                             Ready,
                             SignInAnswer,
                             CopyChanged,
                             SourceReport,
                             Pong,
                             Reply,
                             CopyDelta,
                             LocalEdit>;

// The frame: length, type, fields.
std::string encode_message(const Message& message);
// What follows the length.
Result<Message> decode_message(std::string_view body);

// Cuts a byte stream into messages.
class MessageReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole message; nothing when more bytes are needed; limit or bad_input for ever after.
  Result<std::optional<Message>> next();

 private:
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace kontor::directory
