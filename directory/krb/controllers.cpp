// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/controllers.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <tuple>

#include "base/core/text.hpp"
#include "directory/krb/ping.hpp"

namespace kontor::directory {
namespace {
constexpr std::size_t k_max_controllers = 64;
constexpr std::size_t k_answer_size = 65'536;
constexpr std::size_t k_pinged = 3;               // controllers asked for the site
constexpr std::chrono::milliseconds k_ping{500};  // each of them

void limit_resolver(res_state state) {  // a dead name server costs a second, not fifteen
  state->retrans = 1;
  state->retry = 1;
}

std::vector<std::string> resolve(const std::string& host) {
  res_init();
  limit_resolver(&_res);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return addresses;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0)
      addresses.emplace_back(text.data());
  }
  return addresses;
}

Result<std::vector<SrvRecord>> query_srv(const std::string& name) {
  struct __res_state state{};
  if (res_ninit(&state) != 0) return fail(Errc::unavailable, "no resolver");
  limit_resolver(&state);
  std::vector<unsigned char> answer(k_answer_size);
  const int size = res_nquery(&state, name.c_str(), ns_c_in, ns_t_srv, answer.data(),
                              static_cast<int>(answer.size()));
  res_nclose(&state);
  if (size <= 0) return fail(Errc::unavailable, "no SRV records of " + name);
  const auto used = std::min<std::size_t>(static_cast<std::size_t>(size), answer.size());
  return parse_srv_answer(std::string_view(reinterpret_cast<const char*>(answer.data()), used));
}

std::uint16_t big_endian(const unsigned char* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

}  // namespace

Result<Controller> parse_controller(std::string_view text) {
  auto rest = trim(text);
  if (istarts_with(rest, "ldaps:"))
    return fail(Errc::unsupported,
                "ad.controllers: ldaps is not used, since libldap hangs on it when a controller "
                "stops; give the name alone: the connection is sealed by Kerberos or StartTLS");
  if (istarts_with(rest, "ldap://")) rest.remove_prefix(7);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  Controller controller;
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return fail(Errc::bad_input, "ad.controllers: missing ]");
    controller.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const auto colon = rest.find(':');
    controller.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) port = rest.substr(colon);
  }
  if (!port.empty()) {
    const auto number = parse_number<std::uint16_t>(port.substr(1));
    if (port.front() != ':' || !number || *number == 0)
      return fail(Errc::bad_input, "ad.controllers: no port number: " + std::string(text));
    controller.ldap_port = *number;
  }
  const auto is_bad = [](char c) { return c <= ' ' || c == '/' || c == '@' || c == 127; };
  if (controller.host.empty() || std::ranges::any_of(controller.host, is_bad))
    return fail(Errc::bad_input, "ad.controllers: not a host name: " + std::string(text));
  return controller;
}

std::vector<SrvRecord> order_srv(std::vector<SrvRecord> records, std::minstd_rand& random) {
  std::ranges::sort(records, {}, &SrvRecord::priority);
  std::vector<SrvRecord> ordered;
  while (!records.empty()) {
    const auto priority = records.front().priority;
    const auto end = std::ranges::find_if(
        records, [priority](const SrvRecord& one) { return one.priority != priority; });
    std::uint32_t total = 0;
    for (auto at = records.begin(); at != end; ++at) total += at->weight;
    std::uniform_int_distribution<std::uint32_t> draw(0, total);
    std::uint32_t left = draw(random);
    auto chosen = records.begin();
    while (chosen + 1 != end && left > chosen->weight) left -= (chosen++)->weight;
    ordered.push_back(std::move(*chosen));
    records.erase(chosen);
  }
  return ordered;
}

Result<std::vector<SrvRecord>> parse_srv_answer(std::string_view message) {
  ns_msg handle;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (message.size() > k_answer_size ||
      ns_initparse(bytes, static_cast<int>(message.size()), &handle) != 0)
    return fail(Errc::bad_input, "not a DNS message");
  std::vector<SrvRecord> records;
  for (int i = 0; i < ns_msg_count(handle, ns_s_an) && records.size() < k_max_controllers; ++i) {
    ns_rr record;
    if (ns_parserr(&handle, ns_s_an, i, &record) != 0)
      return fail(Errc::bad_input, "damaged DNS answer");
    if (ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) < 7) continue;
    const unsigned char* data = ns_rr_rdata(record);
    std::array<char, NS_MAXDNAME> target{};
    if (ns_name_uncompress(ns_msg_base(handle), ns_msg_end(handle), data + 6, target.data(),
                           target.size()) < 0)
      return fail(Errc::bad_input, "damaged DNS answer");
    // RFC 2782: a target of "." says that the service is decidedly not here.
    if (const std::string name = target.data(); !name.empty() && name != ".")
      records.push_back({big_endian(data), big_endian(data + 2), big_endian(data + 4), name});
  }
  return records;
}

Controllers::Controllers(const config::ActiveDirectory& settings)
    : domain_(to_lower(settings.domain)), configured_(settings.controllers) {
  known_.with([&settings](Known& known) { known.site = settings.site; });
}

std::string Controllers::site() const {
  return known_.with([](const Known& known) { return known.site; });
}

Result<std::vector<Controller>> Controllers::find_names() {
  std::vector<Controller> found;
  for (const auto& text : configured_) {
    KONTOR_TRY(auto controller, parse_controller(text));
    controller.distance = found.size();
    found.push_back(std::move(controller));
  }
  if (!configured_.empty()) return found;
  return find_by_srv();
}

// [MS-ADTS] 6.3.2.3: the names below _msdcs list controllers only, not any LDAP server.
Result<std::vector<Controller>> Controllers::find_by_srv() {
  const std::string here = site();
  auto near = here.empty() ? Result<std::vector<SrvRecord>>(std::vector<SrvRecord>())
                           : query_srv("_ldap._tcp." + here + "._sites.dc._msdcs." + domain_);
  auto all = query_srv("_ldap._tcp.dc._msdcs." + domain_);
  if (!all && (!near || near->empty())) return fail(std::move(all).error());
  std::vector<Controller> found;
  const auto add = [&](Result<std::vector<SrvRecord>>& records, std::size_t distance) {
    if (!records) return;
    const auto ordered =
        known_.with([&](Known& known) { return order_srv(*std::move(records), known.random); });
    for (const auto& record : ordered) {
      const std::string host = to_lower(record.target);
      if (std::ranges::find(found, host, &Controller::host) == found.end())
        found.push_back(Controller{host, record.port, {}, distance});
    }
  };
  add(near, 0);
  add(all, 1);
  return found;
}

// Any controller of the forest knows all its sites and subnets; one that answers is enough.
void Controllers::find_site(const std::vector<Controller>& controllers) {
  std::size_t left = k_pinged;
  for (const auto& controller : controllers) {
    if (left-- == 0) break;
    const auto answer = ping(controller, domain_, k_ping);
    if (!answer || answer->client_site.empty()) continue;
    known_.with([&answer](Known& known) { known.site = answer->client_site; });
    break;
  }
}

Result<void> Controllers::refresh() {
  KONTOR_TRY(refresh_once());
  if (!configured_.empty() || domain_.empty() || !site().empty()) return {};
  find_site(in_order());
  return site().empty() ? Result<void>() : refresh_once();
}

Result<void> Controllers::refresh_once() {
  auto names = find_names();
  auto before = known_.with([](const Known& known) { return known.controllers; });
  if (!names && before.empty()) return fail(std::move(names).error());
  auto next = names ? std::move(*names) : before;
  for (auto& controller : next) {
    if (auto addresses = resolve(controller.host); !addresses.empty()) {
      controller.addresses = std::move(addresses);
      continue;
    }
    const auto old = std::ranges::find(before, controller.host, &Controller::host);
    if (old != before.end()) controller.addresses = old->addresses;
  }
  const bool any =
      std::ranges::any_of(next, [](const auto& one) { return !one.addresses.empty(); });
  known_.with([&next](Known& known) { known.controllers = std::move(next); });
  if (!any) return fail(Errc::unavailable, "no controller of " + domain_ + " has an address");
  return {};
}

std::vector<Controller> Controllers::in_order() const {
  return known_.with([](const Known& known) {
    const auto has_failed = [&known](const Controller& one) {
      return std::ranges::find(known.failed, one.host) != known.failed.end();
    };
    std::vector<const Controller*> pointers;  // in the order found, which decides at last
    for (const auto& one : known.controllers) pointers.push_back(&one);
    std::ranges::sort(pointers, {}, [&](const Controller* one) {
      return std::tuple(has_failed(*one), one->distance, one->host != known.preferred, one);
    });
    std::vector<Controller> ordered;
    for (const auto* one : pointers) ordered.push_back(*one);
    return ordered;
  });
}

std::optional<Controller> Controllers::nearer_than(const std::string& host) const {
  return known_.with([&host](const Known& known) -> std::optional<Controller> {
    const auto used = std::ranges::find(known.controllers, host, &Controller::host);
    if (used == known.controllers.end()) return std::nullopt;
    for (const auto& one : known.controllers)
      if (one.distance < used->distance && !one.addresses.empty()) return one;
    return std::nullopt;
  });
}

std::optional<Controller> Controllers::other_than(const std::string& host) const {
  for (auto& one : in_order())
    if (one.host != host && !one.addresses.empty()) return std::move(one);
  return std::nullopt;
}

void Controllers::answered(const std::string& host) {
  known_.with([&host](Known& known) {
    known.preferred = host;
    std::erase(known.failed, host);
  });
}

void Controllers::failed(const std::string& host) {
  known_.with([&host](Known& known) {
    if (known.preferred == host) known.preferred.clear();
    std::erase(known.failed, host);
    known.failed.push_back(host);
    // When every one has failed, none is worse than another: ask all in order again.
    if (known.failed.size() >= known.controllers.size()) known.failed = {host};
  });
}

}  // namespace kontor::directory
