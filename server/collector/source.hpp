// SPDX-License-Identifier: GPL-3.0-or-later
// An account elsewhere whose mail is fetched, as DATA/collector/NAME.source holds it
// (docs/formats/collector.md). Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"

namespace kontor::collector {

enum class Protocol : std::uint8_t { imap, pop3 };
enum class Tls : std::uint8_t { implicit, starttls, none };

struct Source {
  std::string name;  // a to z, digits, ".", "-", "_"
  Uuid id;           // names it for ever: one of the same name that is added later has another
  Protocol protocol = Protocol::imap;
  std::string host;
  std::uint16_t port = 0;  // 0: the protocol's own
  Tls tls = Tls::implicit;
  std::string ca_file;  // empty: the authorities that the system trusts
  std::string user, password;
  std::string folder = "INBOX";  // of IMAP
  bool is_move = false;          // what has been delivered is deleted there
  bool only_new = false;         // what lay there at the first session stays there
  std::chrono::seconds interval{300};
  std::uint32_t limit = 100;   // messages a session; 0: all
  std::uint64_t max_size = 0;  // bytes of a message; 0: smtp.max_message
  std::string to;              // the mailbox; of multidrop: for what is nobody's
  bool is_multidrop = false;   // recipients stand in the messages:
  std::vector<std::string> fields = {"Envelope-To", "X-Original-To", "Delivered-To", "Received"};
  std::uint32_t hops = 1;  // so many Received fields, the newest ones, are believed
  bool is_paused = false;

  unsigned port_used() const noexcept;
  // "imap://user@host:993/INBOX", for people and logs.
  std::string text() const;
  bool operator==(const Source&) const = default;
};

std::string_view name_of(Protocol protocol) noexcept;
std::string_view name_of(Tls tls) noexcept;

bool is_source_name(std::string_view name) noexcept;
// Sets one value by its key in the file ("host", "interval", …) and the text it has there.
// bad_input: a sentence.
Result<void> set_value(Source& source, std::string_view key, std::string_view value);
// bad_input: what is missing, or does not go together.
Result<void> check_source(const Source& source);

std::string format_source(const Source& source);
// unsupported: of a later version; corrupt: a sentence.
Result<Source> parse_source(std::string_view text);

}  // namespace kontor::collector
