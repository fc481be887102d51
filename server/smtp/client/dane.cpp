// SPDX-License-Identifier: GPL-3.0-or-later
// Records are looked for only below names that are signed: servers of names that are not often
// answer questions for TLSA with errors, which would hold mail up for nothing (RFC 7672, 2.2.2).
#include "server/smtp/client/dane.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kontor::smtp::client {
namespace {

constexpr std::size_t k_sha256 = 32, k_sha512 = 64;

// RFC 7672, 2.2.2: where a CNAME is on the way, the name it leads to, then the first one. Only the
// first when what follows is not signed.
Task<Result<std::vector<std::string>>> bases_of(net::Resolver& resolver,
                                                std::string host,
                                                net::AddressAnswer addresses) {
  std::vector<std::string> bases;
  const bool is_alias = !addresses.canonical.empty();
  if (addresses.is_secure) {
    if (is_alias) bases.push_back(addresses.canonical);
    bases.push_back(host);
  } else if (is_alias) {
    KONTOR_CO_TRY(const bool is_signed, co_await resolver.is_signed(host));
    if (is_signed) bases.push_back(host);
  }
  co_return bases;
}

bool says_none(const Error& error) {
  return error.code() == Errc::not_found || error.code() == Errc::bad_input;
}

std::shared_ptr<const net::DaneTrust> trust_of(const std::vector<net::TlsaRecord>& records,
                                               const std::string& base,
                                               const std::vector<std::string>& names) {
  auto trust = std::make_shared<net::DaneTrust>();
  std::ranges::copy_if(records, std::back_inserter(trust->records), is_usable);
  if (trust->records.empty()) return nullptr;
  trust->base = base;
  for (const auto& name : names)
    if (name != base) trust->names.push_back(name);
  return trust;
}

}  // namespace

bool is_usable(const net::TlsaRecord& record) noexcept {
  if (record.usage != 2 && record.usage != 3) return false;
  if (record.selector > 1) return false;
  switch (record.matching) {
    case 0:
      return !record.data.empty();
    case 1:
      return record.data.size() == k_sha256;
    case 2:
      return record.data.size() == k_sha512;
    default:
      return false;
  }
}

Task<Result<DaneFound>> find_dane(net::Resolver& resolver,
                                  std::string host,
                                  unsigned port,
                                  net::AddressAnswer addresses,
                                  std::string next_hop) {
  KONTOR_CO_TRY(const auto bases, co_await bases_of(resolver, host, std::move(addresses)));
  DaneFound found;
  for (const auto& base : bases) {
    auto answer = co_await resolver.tlsa(fmt::format("_{}._tcp.{}", port, base));
    if (!answer) {
      if (says_none(answer.error())) continue;
      co_return fail(std::move(answer).error());
    }
    if (!answer->is_secure || answer->records.empty()) continue;
    found.records = std::move(answer->records);
    found.trust = trust_of(found.records, base, {next_hop, host});
    break;
  }
  co_return found;
}

}  // namespace kontor::smtp::client
