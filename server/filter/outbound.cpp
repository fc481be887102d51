// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/outbound.hpp"

#include "base/core/text.hpp"
#include "base/log/events/checks.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/idna.hpp"
#include "server/filter/arc/chain.hpp"
#include "server/filter/read_results.hpp"

namespace kontor::filter {
namespace {

// What this server found out, if it has not sealed that already.
std::optional<std::string_view> unsealed_results(std::string_view message,
                                                 std::string_view server_name) {
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message); cursor.next(field);) {
    if (istarts_with(field.name, "ARC-")) return std::nullopt;
    if (iequals(field.name, "Authentication-Results") &&
        iequals(read_results(field.value).server, server_name))
      return field.value;
  }
  return std::nullopt;
}

arc::Verdict chain_in(std::string_view results) {
  for (const auto& one : read_results(results).methods) {
    if (one.method != "arc") continue;
    if (one.result == "pass") return arc::Verdict::pass;
    return one.result == "fail" ? arc::Verdict::fail : arc::Verdict::temperror;
  }
  return arc::Verdict::none;
}

// Of the address here that it goes on from.
std::string sealing_domain(std::string_view message) {
  const auto address = mime::field_value(message, "Delivered-To").value_or("");
  const auto domain = mime::domain_to_ascii(
      trim(std::string_view(address).substr(std::min(address.rfind('@'), address.size() - 1) + 1)));
  return domain ? *domain : std::string();
}

}  // namespace

std::string signing_domain(std::string_view message) {
  const auto from = mime::field_value(message, "From");
  if (!from) return {};
  const auto addresses = mime::parse_addresses(*from);
  if (addresses.empty() || addresses.front().is_group) return {};
  const auto domain = mime::domain_to_ascii(addresses.front().mailbox.domain);
  return domain ? *domain : std::string();
}

std::string Outbound::sign(std::string bytes) const {
  const auto domain = signing_domain(bytes);
  const auto keys = environment_.keys.keys_for(domain);
  if (keys.empty()) return bytes;
  auto fields = dkim::sign(bytes, keys, environment_.clock.now());
  if (!fields) {
    environment_.log.emit(log::events::k_message_unsigned, fields.error(),
                          {{log::Keys::domain, domain}});
    return bytes;
  }
  return *std::move(fields) + bytes;
}

// A chain's readers know RSA (RFC 8617, 4.1.3 leaves algorithms to DKIM; few have more).
std::string Outbound::seal(std::string bytes) const {
  const auto results = unsealed_results(bytes, environment_.settings.server.name);
  if (!results) return bytes;
  auto keys = environment_.keys.keys_for(sealing_domain(bytes));
  if (keys.empty()) keys = environment_.keys.any_keys();
  std::erase_if(keys, [](const auto& key) { return key.key->kind() != crypto::KeyKind::rsa; });
  if (keys.empty()) return bytes;
  auto fields =
      arc::seal(bytes, *results, chain_in(*results), keys.front(), environment_.clock.now());
  if (fields) return *std::move(fields) + bytes;
  environment_.log.emit(log::events::k_message_unsigned, fields.error(),
                        {{log::Keys::domain, keys.front().domain}});
  return bytes;
}

Task<std::string> Outbound::dress(bool is_ours, std::string bytes) const {
  if (environment_.keys.is_empty()) co_return bytes;
  auto work = [this, is_ours, bytes = std::move(bytes)]() mutable {
    return is_ours ? sign(std::move(bytes)) : seal(std::move(bytes));
  };
  co_return co_await io::on_pool(environment_.workers, std::move(work));
}

}  // namespace kontor::filter
