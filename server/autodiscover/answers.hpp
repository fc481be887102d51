// SPDX-License-Identifier: GPL-3.0-or-later
// What is said to whom: decisions over the newest directory copy. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "server/autodiscover/offer.hpp"

namespace kontor::autodiscover {

// Has this server mailboxes of that domain, or of the one that it is an alias of?
bool serves_domain(const config::Settings& settings,
                   const directory::DirectoryCopy& copy,
                   std::string_view domain);

// The body of the response to a body of Autodiscover.
std::string answer_pox(const config::Settings& settings,
                       const directory::DirectoryCopy& copy,
                       const Offer& offer,
                       std::string_view body,
                       UtcSeconds now);

// Who has signed in, as JSON for programs that set themselves up: address, name, login and servers.
// Nothing: he has no mailbox.
std::optional<std::string> answer_person(const directory::DirectoryCopy& copy,
                                         const Offer& offer,
                                         const directory::Identity& who);

// What a person signs in as when his program asks for a name: his user principal name where he has
// one, else his address.
std::string login_of(const directory::Principal& person);

}  // namespace kontor::autodiscover
