// SPDX-License-Identifier: GPL-3.0-or-later
// The vocabulary of log keys: a field can only be written under a key of this list.
//
// One key means one thing in every event. Passwords, tickets, tokens and message text have no key.
#pragma once
#include <string_view>

namespace kontor::log {

class Key {
 public:
  constexpr std::string_view name() const noexcept { return name_; }

 private:
  friend struct Keys;
  consteval explicit Key(const char* name) : name_(name) {}
  std::string_view name_;
};

struct Keys {
  static constexpr Key account{"account"};          // AccountId
  static constexpr Key address{"address"};          // a mail address
  static constexpr Key attempt{"attempt"};          // counts from 1
  static constexpr Key bytes{"bytes"};              // a size
  static constexpr Key cert{"cert"};                // whom a certificate names, who signed it
  static constexpr Key command{"command"};          // protocol command, upper case
  static constexpr Key controller{"controller"};    // host name of a domain controller
  static constexpr Key count{"count"};              // how many
  static constexpr Key destination{"destination"};  // where queued mail goes: a domain, a route
  static constexpr Key detail{"detail"};            // what happened, for a person
  static constexpr Key domain{"domain"};            // DNS domain
  static constexpr Key error{"error"};              // kind of Error: not_found, ...
  static constexpr Key file{"file"};                // a path below the data folder
  static constexpr Key folder{"folder"};            // a mailbox name
  static constexpr Key generation{"generation"};    // of the directory copy
  static constexpr Key host{"host"};                // name of another server
  static constexpr Key listener{"listener"};        // address:port we listen on
  static constexpr Key mechanism{"mechanism"};      // SASL mechanism
  static constexpr Key message_id{"message_id"};    // Message-ID field
  static constexpr Key micros{"micros"};            // duration, microseconds
  static constexpr Key peer{"peer"};                // address:port of the client
  static constexpr Key pid{"pid"};
  static constexpr Key policy{"policy"};        // what is asked of TLS: may, verify, dane ...
  static constexpr Key principal{"principal"};  // source:GUID
  static constexpr Key protocol{"protocol"};    // imap, smtp, submission, lmtp, admin
  static constexpr Key queue_id{"queue_id"};    // of a message in the queue
  static constexpr Key reason{"reason"};        // the true reason of a refusal
  static constexpr Key recipients{"recipients"};
  static constexpr Key reply{"reply"};      // what another server answered
  static constexpr Key route{"route"};      // of HTTPS, without what is below it: /dav
  static constexpr Key seconds{"seconds"};  // a duration
  static constexpr Key sender{"sender"};    // reverse-path
  static constexpr Key sequence{"sequence"};
  static constexpr Key session{"session"};  // id of a connection
  static constexpr Key setting{"setting"};  // name of a setting
  static constexpr Key source{"source"};    // of people: local, ad; of mail: its name
  static constexpr Key status{"status"};    // RFC 3463: 5.1.1
  static constexpr Key tls{"tls"};          // protocol version
  static constexpr Key trace{"trace"};      // id of an accepted message, as in its Received field
  static constexpr Key uid{"uid"};
  static constexpr Key user{"user"};            // name as signed in
  static constexpr Key was_bytes{"was_bytes"};  // a size before
};

}  // namespace kontor::log
