// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/screening_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

// Letters, digits, hyphens and underscores between dots; a name beyond ASCII is written as the DNS
// has it ("xn--...").
bool is_domain_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const auto label : split(text, '.')) {
    if (label.empty() || label.size() > 63) return false;
    const auto is_allowed = [](char c) {
      const char lower = ascii_lower(c);
      return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
    };
    if (!std::ranges::all_of(label, is_allowed)) return false;
  }
  return true;
}

bool looks_like_network(std::string_view text) {
  return text.find_first_of(":/") != std::string_view::npos ||
         text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

}  // namespace

Result<DnsList> parse_dns_list(std::string_view row) {
  const auto equals = std::min(row.find('='), row.size());
  DnsList list;
  list.zone = to_lower(trim(row.substr(0, equals)));
  if (!is_domain_name(list.zone) || list.zone.find('.') == std::string::npos)
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is not the name of a list in the DNS", list.zone));
  if (equals == row.size()) return list;
  for (const auto code : split(row.substr(equals + 1), ',')) {
    KONTOR_TRY(const auto network, parse_network(trim(code)));
    if (!network.first.text().starts_with("127.") || !network.last.text().starts_with("127."))
      return fail(Errc::bad_input,
                  fmt::format("\"{}\": the answers of a list begin with 127", trim(code)));
    list.codes.push_back(network);
  }
  return list;
}

Result<ServiceAddress> parse_service_address(std::string_view text) {
  ServiceAddress out;
  if (text.starts_with("unix:/") && text.size() < 100) {  // sockaddr_un holds 107 bytes
    out.path = text.substr(5);
    return out;
  }
  const auto colon = text.rfind(':');
  auto host = text.substr(0, std::min(colon, text.size()));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = parse_ip_address(host == "localhost" ? "127.0.0.1" : host);
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port || *port == 0)
    return fail(Errc::bad_input,
                fmt::format("\"{}\" is neither unix:/PATH nor ADDRESS:PORT", text));
  out.address = address->text();
  out.port = *port;
  return out;
}

Result<PeerList> PeerList::parse(const std::vector<std::string>& rows) {
  PeerList out;
  std::vector<std::string> networks;
  for (const auto& row : rows) {
    auto text = to_lower(trim(row));
    if (const auto at = text.rfind('@'); at != std::string::npos) {
      if (at + 1 == text.size() || !is_utf8(text) ||
          text.find_first_of(" ,;<>") != std::string::npos)
        return fail(Errc::bad_input, fmt::format("\"{}\" is not a sender", row));
      out.senders_.insert(std::move(text));
    } else if (looks_like_network(text)) {
      networks.push_back(std::move(text));
    } else {
      if (text.starts_with('.')) text.erase(0, 1);
      if (!is_domain_name(text))
        return fail(Errc::bad_input,
                    fmt::format("\"{}\" is neither a network nor a name nor a sender", row));
      out.names_.insert(std::move(text));
    }
  }
  KONTOR_TRY(out.networks_, NetworkList::parse(networks));
  return out;
}

bool PeerList::has_name(std::string_view name) const {
  if (names_.empty()) return false;
  const auto lower = to_lower(name);
  for (std::string_view rest = lower; !rest.empty();) {
    if (names_.contains(rest)) return true;
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return false;
    rest.remove_prefix(dot + 1);
  }
  return false;
}

bool PeerList::has_sender(std::string_view address) const {
  if (senders_.empty()) return false;
  const auto lower = to_lower(address);
  const auto at = lower.rfind('@');
  return at != std::string::npos &&
         (senders_.contains(lower) || senders_.contains(std::string_view(lower).substr(at)));
}

}  // namespace kontor::config
