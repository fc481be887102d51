// SPDX-License-Identifier: GPL-3.0-or-later
// What the DNS of a mail host says about its certificates, for SMTP (RFC 7672).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/resolver.hpp"

namespace kontor::smtp::client {

struct DaneFound {
  std::vector<net::TlsaRecord> records;         // validated, as they came; empty: none, no DANE
  std::shared_ptr<const net::DaneTrust> trust;  // those that count; null: none of them does
};

// RFC 7672, 3.1: of usage 2 and 3, in a form that we know; PKIX-TA and PKIX-EE count for nothing
// (3.1.3).
bool is_usable(const net::TlsaRecord& record) noexcept;

// Of `host`, whose addresses were found as given. `next_hop` is the domain whose mail goes there,
// or the host as the settings name it: a name for certificates too (3.2.2). unavailable, timed_out:
// not known, so nothing may be sent there (2.1.2). The resolver outlives the task.
Task<Result<DaneFound>> find_dane(net::Resolver& resolver,
                                  std::string host,
                                  unsigned port,
                                  net::AddressAnswer addresses,
                                  std::string next_hop);

}  // namespace kontor::smtp::client
