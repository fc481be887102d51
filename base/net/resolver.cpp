// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/resolver.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "base/core/text.hpp"
#include "base/net/dns_thread.hpp"

namespace kontor::net {
namespace {

constexpr std::size_t k_most_hosts = 50, k_most_addresses = 20, k_most_texts = 50, k_most_tlsa = 50;
constexpr std::size_t k_max_name = 253, k_max_label = 63;  // RFC 1035, 2.3.4, as text

bool is_askable(std::string_view name) {
  if (name.empty() || name.size() > k_max_name) return false;
  return std::ranges::all_of(split(name, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= k_max_label && std::ranges::all_of(label, [](char c) {
      const char lower = ascii_lower(c);
      return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
    });
  });
}

// Names that are made of what a stranger wrote (RFC 7208, 7) have other characters too; a backslash
// would be read as an escape.
bool is_askable_text(std::string_view name) {
  if (name.empty() || name.size() > k_max_name) return false;
  return std::ranges::all_of(split(name, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= k_max_label &&
           std::ranges::all_of(label, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
  });
}

// Always from the root: no search list of the system is ever appended.
std::string absolute(std::string name) {
  name.push_back('.');
  return name;
}

// RFC 1035, 3.5 and RFC 3596, 2.5.
Result<std::string> reverse_name(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1)
    return fmt::format("{}.{}.{}.{}.in-addr.arpa.", bytes[3], bytes[2], bytes[1], bytes[0]);
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1)
    return fail(Errc::bad_input, address + " is not an address");
  std::string name;
  for (std::size_t i = bytes.size(); i-- > 0;)
    name.append(fmt::format("{:x}.{:x}.", bytes[i] & 15U, bytes[i] >> 4U));
  return name + "ip6.arpa.";
}

// A name that is none of a host is not kept.
std::string canonical_of(const DnsAnswer& answer, const std::string& asked) {
  std::string name = to_lower(answer.canonical);
  if (name.ends_with('.')) name.pop_back();
  return is_askable(name) && name != to_lower(asked) ? name : std::string();
}

template <class T>
std::vector<T> read_all(const std::vector<std::string>& rdata,
                        std::size_t most,
                        Result<T> (*read)(std::string_view)) {
  std::vector<T> values;
  for (const auto& bytes : rdata) {
    if (values.size() == most) break;
    if (auto value = read(bytes)) values.push_back(*std::move(value));
  }
  return values;
}

class UnboundResolver final : public Resolver {
 public:
  explicit UnboundResolver(std::unique_ptr<DnsThread> thread) : thread_(std::move(thread)) {}

  Task<Result<MxAnswer>> mx(std::string domain) override {
    if (!is_askable(domain)) co_return fail(Errc::bad_input, domain + " is not a domain");
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(absolute(domain), DnsType::mx));
    MxAnswer answer;
    answer.is_secure = got.is_secure;
    answer.hosts = read_all<Mx>(got.rdata, k_most_hosts, read_mx_rdata);
    // Records that are no MX must not look like a domain without any: its address would be tried.
    if (answer.hosts.empty() && !got.rdata.empty())
      co_return fail(Errc::unavailable, "no MX record of " + domain + " can be read");
    std::mt19937 random(std::random_device{}());
    std::ranges::shuffle(answer.hosts, random);
    std::ranges::sort(answer.hosts, {}, &Mx::preference);
    co_return answer;
  }

  Task<Result<AddressAnswer>> addresses(std::string host) override {
    if (!is_askable(host)) co_return fail(Errc::bad_input, host + " is not a host name");
    const auto question6 = thread_->ask(absolute(host), DnsType::aaaa);
    const auto question4 = thread_->ask(absolute(host), DnsType::a);
    auto got6 = co_await DnsThread::answer(question6);
    auto got4 = co_await DnsThread::answer(question4);
    AddressAnswer answer;
    // A kind that could not be had says nothing: an attacker can keep it back, and so must not be
    // able to make what is signed look as if it were not.
    answer.is_secure = (got6 || got4) && (!got6 || got6->is_secure) && (!got4 || got4->is_secure);
    for (const auto* got : {&got6, &got4}) {
      if (!*got) continue;
      if (answer.canonical.empty()) answer.canonical = canonical_of(**got, host);
      auto some = read_all<std::string>((*got)->rdata, k_most_addresses / 2, read_address_rdata);
      std::ranges::move(some, std::back_inserter(answer.addresses));
    }
    if (!answer.addresses.empty()) co_return answer;
    // One type is missing and the other not known: it may be there.
    if (!got4 && got4.error().code() != Errc::not_found) co_return fail(std::move(got4).error());
    if (!got6 && got6.error().code() != Errc::not_found) co_return fail(std::move(got6).error());
    if (!got4) co_return fail(std::move(got4).error());
    co_return answer;
  }

  Task<Result<std::vector<std::string>>> addresses_of(std::string host,
                                                      AddressFamily family) override {
    if (!is_askable_text(host)) co_return fail(Errc::bad_input, host + " is not a host name");
    const auto type = family == AddressFamily::v4 ? DnsType::a : DnsType::aaaa;
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(absolute(host), type));
    co_return read_all<std::string>(got.rdata, k_most_records, read_address_rdata);
  }

  Task<Result<std::vector<std::string>>> names(std::string address) override {
    KONTOR_CO_TRY(const std::string name, reverse_name(address));
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(name, DnsType::ptr));
    co_return read_all<std::string>(got.rdata, k_most_hosts, read_name_rdata);
  }

  Task<Result<std::vector<std::string>>> texts(std::string name) override {
    if (!is_askable_text(name)) co_return fail(Errc::bad_input, name + " is not a name");
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(absolute(name), DnsType::txt));
    co_return read_all<std::string>(got.rdata, k_most_texts, read_txt_rdata);
  }

  Task<Result<TlsaAnswer>> tlsa(std::string name) override {
    if (!is_askable(name)) co_return fail(Errc::bad_input, name + " is not a name");
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(absolute(name), DnsType::tlsa));
    TlsaAnswer answer;
    answer.is_secure = got.is_secure;
    answer.records = read_all<TlsaRecord>(got.rdata, k_most_tlsa, read_tlsa_rdata);
    // Records that cannot be read must not look like none: TLS would not be asked for.
    if (answer.records.empty() && !got.rdata.empty())
      co_return fail(Errc::unavailable, "no TLSA record of " + name + " can be read");
    co_return answer;
  }

  Task<Result<bool>> is_signed(std::string name) override {
    if (!is_askable(name)) co_return fail(Errc::bad_input, name + " is not a name");
    KONTOR_CO_TRY(const DnsAnswer got, co_await ask(absolute(name), DnsType::cname));
    co_return got.is_secure;
  }

 private:
  Task<Result<DnsAnswer>> ask(std::string name, DnsType type) {
    return DnsThread::answer(thread_->ask(std::move(name), type));
  }

  std::unique_ptr<DnsThread> thread_;
};

}  // namespace

Task<Result<TlsaAnswer>> Resolver::tlsa(std::string) { co_return TlsaAnswer(); }
Task<Result<bool>> Resolver::is_signed(std::string) { co_return false; }

Task<Result<std::vector<std::string>>> Resolver::addresses_of(std::string host,
                                                              AddressFamily family) {
  KONTOR_CO_TRY(auto both, co_await addresses(std::move(host)));
  std::erase_if(both.addresses, [&](const std::string& address) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return is_v6 != (family == AddressFamily::v6);
  });
  co_return std::move(both.addresses);
}

Result<std::unique_ptr<Resolver>> Resolver::make(const config::Dns& settings) {
  KONTOR_TRY(auto thread, DnsThread::start(settings));
  return std::make_unique<UnboundResolver>(std::move(thread));
}

}  // namespace kontor::net
