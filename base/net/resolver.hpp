// SPDX-License-Identifier: GPL-3.0-or-later
// Resolver: all questions to the DNS, through libunbound on a thread of its own; it caches, follows
// CNAMEs and, with a trust anchor, validates.
//
// Failure: not_found (NXDOMAIN: the name does not exist), unavailable (SERVFAIL, no server
// answered, the time limit, or a bogus answer: try again later), bad_input (not a name). A name
// without records of the type is an empty list. Answers are a stranger's bytes: names are checked,
// lists are bounded, RDATA is parsed by pure functions. Any thread; a task comes back on its own
// executor.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/net/dane.hpp"

namespace kontor::net {

struct Mx {
  std::uint16_t preference = 0;
  std::string host;  // lower case, without the last dot; empty: "." (RFC 7505, null MX)
};

struct MxAnswer {
  std::vector<Mx> hosts;   // by preference; those of one preference in random order (RFC 5321, 5.1)
  bool is_secure = false;  // validated by DNSSEC, as is that there are none
};
struct AddressAnswer {
  std::vector<std::string> addresses;  // numeric, IPv6 and IPv4
  bool is_secure = false;  // validated, with the CNAMEs on the way; of both kinds when both came
  std::string canonical;   // the name behind the CNAMEs; empty: it has none
};
struct TlsaAnswer {
  std::vector<TlsaRecord> records;
  bool is_secure = false;
};

enum class AddressFamily : std::uint8_t { v4, v6 };

class Resolver {
 public:
  static Result<std::unique_ptr<Resolver>> make(const config::Dns& settings);
  virtual ~Resolver() = default;  // questions under way end as cancelled

  virtual Task<Result<MxAnswer>> mx(std::string domain) = 0;
  virtual Task<Result<AddressAnswer>> addresses(std::string host) = 0;
  // One kind of address alone, numeric; the other kind is not asked for.
  virtual Task<Result<std::vector<std::string>>> addresses_of(std::string host,
                                                              AddressFamily family);
  virtual Task<Result<std::vector<std::string>>> names(std::string address) = 0;  // PTR
  virtual Task<Result<std::vector<std::string>>> texts(std::string name) = 0;     // TXT, joined
  virtual Task<Result<TlsaAnswer>> tlsa(std::string name);  // "_25._tcp.mx.example.com"
  // Whether the name itself, without what a CNAME leads to, is in a zone that is signed.
  virtual Task<Result<bool>> is_signed(std::string name);
};

// Pure readers of answers, for the resolver and the fuzzer. `rdata` as it came.
Result<Mx> read_mx_rdata(std::string_view rdata);
Result<std::string> read_name_rdata(std::string_view rdata);
Result<std::string> read_txt_rdata(std::string_view rdata);
Result<TlsaRecord> read_tlsa_rdata(std::string_view rdata);      // RFC 6698, 2.1
Result<std::string> read_address_rdata(std::string_view rdata);  // 4 or 16 bytes

}  // namespace kontor::net
