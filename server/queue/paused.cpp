// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/paused.hpp"

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/mail_domain.hpp"

namespace kontor::queue {
namespace {

constexpr std::string_view k_magic = "KontorQP";
constexpr std::uint32_t k_version = 1;
constexpr std::size_t k_head = 16;  // magic, version, count
constexpr std::size_t k_number = 4;

}  // namespace

std::string encode_paused(const std::set<std::string>& domains) {
  std::string out(k_magic);
  append_le(out, k_version);
  append_le(out, static_cast<std::uint32_t>(domains.size()));
  for (const auto& domain : domains) {
    append_le(out, static_cast<std::uint32_t>(domain.size()));
    out += domain;
  }
  append_le(out, crc32c(out));
  return out;
}

Result<std::set<std::string>> decode_paused(std::string_view bytes) {
  if (bytes.size() < k_head + k_number || !bytes.starts_with(k_magic))
    return fail(Errc::corrupt, "it is no list of paused domains");
  LeReader reader(bytes.substr(k_magic.size(), bytes.size() - k_magic.size() - k_number));
  const auto version = reader.number<std::uint32_t>().value_or(0);
  if (version > k_version)
    return fail(Errc::unsupported, "it is of a newer version of this server");
  const auto end = bytes.size() - k_number;
  if (load_le<std::uint32_t>(bytes, end) != crc32c(bytes.substr(0, end)))
    return fail(Errc::corrupt, "its checksum is wrong");
  std::set<std::string> domains;
  for (auto left = reader.number<std::uint32_t>().value_or(0); left > 0; --left) {
    const auto size = reader.number<std::uint32_t>();
    const auto domain = size ? reader.take(*size) : std::nullopt;
    if (!domain) return fail(Errc::corrupt, "it is too short");
    domains.emplace(*domain);
  }
  if (reader.left() != 0) return fail(Errc::corrupt, "it is too long");
  return domains;
}

bool is_paused_in(const std::set<std::string>& paused, std::string_view address) {
  if (paused.empty()) return false;
  return paused.contains("*") || paused.contains(mail_domain(address));
}

}  // namespace kontor::queue
