// SPDX-License-Identifier: GPL-3.0-or-later
// A DNS in memory for tests: records by name, aliases followed, names that do not answer.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/core/text.hpp"
#include "base/net/resolver.hpp"

namespace kontor::testing {

class ZoneResolver final : public net::Resolver {
 public:
  struct Records {
    std::vector<std::string> a, aaaa, txt, ptr;
    std::vector<net::Mx> mx;
    std::string cname;
    bool times_out = false;  // for every kind that has no record
  };
  std::map<std::string, Records> zone;  // by lower-case name; of an address: its PTR
  std::size_t questions = 0;

  Task<Result<net::MxAnswer>> mx(std::string domain) override {
    KONTOR_CO_TRY(auto hosts, find(domain, &Records::mx));
    co_return net::MxAnswer{std::move(hosts), false};
  }
  Task<Result<net::AddressAnswer>> addresses(std::string host) override {
    KONTOR_CO_TRY(auto all, find(host, &Records::aaaa));
    KONTOR_CO_TRY(auto four, find(host, &Records::a));
    all.insert(all.end(), four.begin(), four.end());
    co_return net::AddressAnswer{std::move(all), false, {}};
  }
  Task<Result<std::vector<std::string>>> addresses_of(std::string host,
                                                      net::AddressFamily family) override {
    co_return find(host, family == net::AddressFamily::v4 ? &Records::a : &Records::aaaa);
  }
  Task<Result<std::vector<std::string>>> names(std::string address) override {
    co_return find(address, &Records::ptr);
  }
  Task<Result<std::vector<std::string>>> texts(std::string name) override {
    co_return find(name, &Records::txt);
  }

 private:
  static bool is_name(std::string_view name) {
    for (const auto label : split(name, '.'))
      if (label.empty() || label.size() > 63) return false;
    return name.size() <= 253;
  }
  template <class T>
  Result<std::vector<T>> find(std::string name, std::vector<T> Records::* kind) {
    ++questions;
    name = to_lower(name);
    if (name.find(':') == std::string::npos && !is_name(name))
      return fail(Errc::bad_input, name + " is not a name");
    for (int i = 0; i < 8; ++i) {
      const auto found = zone.find(name);
      if (found == zone.end()) return fail(Errc::not_found, name + " does not exist");
      const auto& records = found->second;
      if (!(records.*kind).empty()) return records.*kind;
      if (records.times_out) return fail(Errc::unavailable, "no answer for " + name);
      if (records.cname.empty()) return std::vector<T>();
      name = records.cname;
    }
    return fail(Errc::unavailable, "aliases in a circle");
  }
};

}  // namespace kontor::testing
