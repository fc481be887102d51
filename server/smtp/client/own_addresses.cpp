// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/smtp/client/hosts.hpp"

namespace kontor::smtp::client {
namespace {

constexpr unsigned k_smtp_port = 25;
constexpr std::chrono::minutes k_bad_time{5};
constexpr std::size_t k_most_bad = 10'000;

std::string text_of(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* made = ::inet_ntop(family, bytes, text.data(), text.size());
  return made != nullptr ? made : "";
}

// As the kernel writes it, so that addresses compare as text; IPv4 in IPv6 form is IPv4.
std::string plain(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  const std::string text = text_of(AF_INET6, bytes.data());
  constexpr std::string_view k_mapped = "::ffff:";
  return text.starts_with(k_mapped) && text.find('.') != std::string::npos
             ? text.substr(k_mapped.size())
             : text;
}

bool is_any(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

void add_interfaces(std::vector<std::string>& out) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET)
      out.push_back(
          text_of(AF_INET, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr));
    if (one->ifa_addr->sa_family == AF_INET6)
      out.push_back(
          text_of(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr));
  }
  ::freeifaddrs(all);
}

}  // namespace

OwnAddresses::OwnAddresses(const config::Settings& settings)
    : name_(to_lower(settings.server.name)), port_(settings.server.port_base + k_smtp_port) {
  for (const auto& address : settings.server.listen) {
    addresses_.push_back(plain(address));
    if (!is_any(addresses_.back())) continue;
    has_all_ = true;
    add_interfaces(addresses_);
  }
  // The unspecified address as a target is the machine's own loopback address.
  if (std::ranges::find(addresses_, "127.0.0.1") != addresses_.end())
    addresses_.emplace_back("0.0.0.0");
  if (std::ranges::find(addresses_, "::1") != addresses_.end()) addresses_.emplace_back("::");
  std::ranges::sort(addresses_);
}

bool OwnAddresses::is_name(std::string_view host) const { return iequals(host, name_); }

bool OwnAddresses::is_address(const net::Endpoint& endpoint) const {
  if (endpoint.port != port_) return false;
  const std::string address = plain(endpoint.address);
  // All of 127/8 leads to this machine.
  if (has_all_ && net::Endpoint{address, 0}.is_loopback()) return true;
  return std::ranges::binary_search(addresses_, address);
}

void HostMemory::note_bad(const net::Endpoint& endpoint) {
  const auto now = clock_.steady();
  bad_until_.with([&](std::map<std::string, SteadyTime>& bad) {
    if (bad.size() >= k_most_bad)
      std::erase_if(bad, [&](const auto& entry) { return entry.second <= now; });
    if (bad.size() < k_most_bad) bad[endpoint.text()] = now + k_bad_time;
  });
}

void HostMemory::note_good(const net::Endpoint& endpoint) {
  bad_until_.with([&](auto& bad) { bad.erase(endpoint.text()); });
}

std::vector<Target> HostMemory::sort(std::vector<Target> targets) const {
  const auto now = clock_.steady();
  std::vector<Target> good, bad;
  bad_until_.with([&](const std::map<std::string, SteadyTime>& known) {
    for (auto& target : targets) {
      const auto found = known.find(target.endpoint.text());
      const bool is_bad = found != known.end() && found->second > now;
      (is_bad ? bad : good).push_back(std::move(target));
    }
  });
  std::ranges::move(bad, std::back_inserter(good));
  return good;
}

}  // namespace kontor::smtp::client
