// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/encoding.hpp"

#include "base/core/crc32c.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_magic = "KONTORDC";
constexpr std::size_t k_max_text = 65'536;
constexpr std::size_t k_least_id = 4 + 16;
constexpr std::size_t k_least_principal = 64;

// The texts of a principal in the order they are written.
constexpr std::string Principal::* k_texts[] = {&Principal::sid,
                                                &Principal::dn,
                                                &Principal::name,
                                                &Principal::given_name,
                                                &Principal::surname,
                                                &Principal::account_name,
                                                &Principal::netbios_domain,
                                                &Principal::principal_name,
                                                &Principal::domain,
                                                &Principal::mail,
                                                &Principal::title,
                                                &Principal::department,
                                                &Principal::company,
                                                &Principal::telephone,
                                                &Principal::office,
                                                &Principal::credential_stamp};

void write_ids(ByteWriter& out, const std::vector<PrincipalId>& ids) {
  out.u32(static_cast<std::uint32_t>(ids.size()));
  for (const auto& id : ids) write_id(out, id);
}

std::vector<PrincipalId> read_ids(ByteReader& in) {
  std::vector<PrincipalId> ids(in.count(k_least_id));
  for (auto& id : ids) id = read_id(in);
  return ids;
}

template <class Enum>
Enum read_enum(ByteReader& in, Enum last) {
  const auto value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return in.is_ok() ? static_cast<Enum>(value) : Enum{};
}

}  // namespace

void write_id(ByteWriter& out, const PrincipalId& id) {
  out.text(id.source);
  out.raw(id.guid.bytes());
}

PrincipalId read_id(ByteReader& in) {
  PrincipalId id;
  id.source = in.text(255);
  if (const auto guid = Uuid::from_bytes(in.raw(16)); guid) id.guid = *guid;
  return id;
}

void write_principal(ByteWriter& out, const Principal& principal) {
  write_id(out, principal.id);
  out.u8(static_cast<std::uint8_t>(principal.kind));
  out.u8(static_cast<std::uint8_t>(principal.state));
  out.flag(principal.is_admin);
  out.flag(principal.expires.has_value());
  out.u64(static_cast<std::uint64_t>(principal.expires.value_or(0)));
  for (const auto member : k_texts) out.text(principal.*member);
  out.u32(static_cast<std::uint32_t>(principal.addresses.size()));
  for (const auto& address : principal.addresses) out.text(address);
  write_ids(out, principal.members);
  write_ids(out, principal.member_of);
}

Principal read_principal(ByteReader& in) {
  Principal principal;
  principal.id = read_id(in);
  principal.kind = read_enum(in, Kind::room);
  principal.state = read_enum(in, State::expired);
  principal.is_admin = in.flag();
  const bool has_end = in.flag();
  const auto end = static_cast<std::int64_t>(in.u64());
  if (has_end) principal.expires = end;
  for (const auto member : k_texts) principal.*member = in.text(k_max_text);
  principal.addresses.resize(in.count(4));
  for (auto& address : principal.addresses) address = in.text(k_max_text);
  principal.members = read_ids(in);
  principal.member_of = read_ids(in);
  return principal;
}

void write_changes(ByteWriter& out, const Changes& changes) {
  out.flag(changes.is_complete);
  out.u32(static_cast<std::uint32_t>(changes.upserts.size()));
  for (const auto& principal : changes.upserts) write_principal(out, principal);
  write_ids(out, changes.removals);
}

Changes read_changes(ByteReader& in) {
  Changes changes;
  changes.is_complete = in.flag();
  const std::size_t count = in.count(k_least_principal);
  for (std::size_t i = 0; i < count && in.is_ok(); ++i)
    changes.upserts.push_back(read_principal(in));
  changes.removals = read_ids(in);
  return changes;
}

std::string encode_copy(const DirectoryCopy& copy) {
  ByteWriter out;
  out.raw(k_magic);
  out.u32(k_copy_version);
  out.u64(copy.generation());
  out.u32(static_cast<std::uint32_t>(copy.size()));
  for (const auto& principal : copy.all()) write_principal(out, *principal);
  out.u32(crc32c(out.bytes()));
  return out.take();
}

Result<DecodedCopy> decode_copy(std::string_view bytes) {
  ByteReader head(bytes);
  if (head.raw(k_magic.size()) != k_magic) return fail(Errc::corrupt, "not a directory copy");
  const auto version = head.u32();
  if (!head.is_ok() || bytes.size() < k_magic.size() + 4 + 4)
    return fail(Errc::corrupt, "directory copy is cut short");
  if (version != k_copy_version)
    return fail(Errc::unsupported, "directory copy of version " + std::to_string(version));
  ByteReader tail(bytes.substr(bytes.size() - 4));
  if (crc32c(bytes.substr(0, bytes.size() - 4)) != tail.u32())
    return fail(Errc::corrupt, "directory copy with a wrong checksum");
  ByteReader in(bytes.substr(k_magic.size() + 4, bytes.size() - k_magic.size() - 8));
  DecodedCopy copy;
  copy.generation = in.u64();
  const std::size_t count = in.count(k_least_principal);
  copy.principals.reserve(count);
  for (std::size_t i = 0; i < count && in.is_ok(); ++i)
    copy.principals.push_back(read_principal(in));
  if (!in.at_end()) return fail(Errc::corrupt, "directory copy with lengths that do not fit");
  return copy;
}

}  // namespace kontor::directory
