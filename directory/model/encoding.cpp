// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/encoding.hpp"

#include "base/core/crc32c.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_magic = "KONTORDC";
constexpr std::size_t k_max_text = 65'536;
constexpr std::size_t k_least_id = 4 + 16;
constexpr std::size_t k_least_principal = 216;

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

constexpr std::string Card::* k_card_texts[] = {&Card::initials,    &Card::mobile,  &Card::fax,
                                                &Card::street,      &Card::city,    &Card::region,
                                                &Card::postal_code, &Card::country, &Card::photo};

void write_ids(ByteWriter& out, const std::vector<PrincipalId>& ids) {
  out.u32(static_cast<std::uint32_t>(ids.size()));
  for (const auto& id : ids) write_id(out, id);
}

std::vector<PrincipalId> read_ids(ByteReader& in) {
  std::vector<PrincipalId> ids(in.count(k_least_id));
  for (auto& id : ids) id = read_id(in);
  return ids;
}

void write_texts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const auto& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
  std::vector<std::string> texts(in.count(4));
  for (auto& text : texts) text = in.text(k_max_text);
  return texts;
}

// A flag and eight bytes.
template <class Number>
void write_optional(ByteWriter& out, const std::optional<Number>& number) {
  out.flag(number.has_value());
  out.u64(static_cast<std::uint64_t>(number.value_or(0)));
}

template <class Number>
void read_optional(ByteReader& in, std::optional<Number>& number) {
  const bool is_there = in.flag();
  const auto value = in.u64();
  if (is_there)
    number = static_cast<Number>(value);
  else if (value != 0)
    in.fail();  // one value has one form
}

void write_optional_id(ByteWriter& out, const std::optional<PrincipalId>& id) {
  out.flag(id.has_value());
  if (id) write_id(out, *id);
}

std::optional<PrincipalId> read_optional_id(ByteReader& in) {
  if (!in.flag()) return std::nullopt;
  return read_id(in);
}

void write_limits(ByteWriter& out, const AccountLimits& limits) {
  out.u32(limits.control);
  write_optional(out, limits.locked_until);
  out.flag(limits.must_change_password);
  out.text(limits.logon_hours);
}

AccountLimits read_limits(ByteReader& in) {
  AccountLimits limits;
  limits.control = in.u32();
  read_optional(in, limits.locked_until);
  limits.must_change_password = in.flag();
  limits.logon_hours = in.text(k_max_text);
  return limits;
}

void write_mail_rules(ByteWriter& out, const MailRules& rules) {
  out.flag(rules.is_hidden);
  out.flag(rules.signed_in_only);
  out.flag(rules.deliver_and_redirect);
  out.text(rules.target_address);
  write_optional_id(out, rules.alternate);
  write_optional_id(out, rules.owner);
  write_ids(out, rules.allowed_senders);
  write_ids(out, rules.refused_senders);
  write_ids(out, rules.delegates);
  write_ids(out, rules.shared_with);
  write_texts(out, rules.x500);
  write_optional(out, rules.quota_warning);
  write_optional(out, rules.quota_send);
  write_optional(out, rules.quota_receive);
  out.u64(static_cast<std::uint64_t>(rules.recipient_type));
  out.flag(rules.is_moderated);
  write_ids(out, rules.moderators);
  write_ids(out, rules.past_moderation);
  out.u32(rules.moderation_flags);
}

MailRules read_mail_rules(ByteReader& in) {
  MailRules rules;
  rules.is_hidden = in.flag();
  rules.signed_in_only = in.flag();
  rules.deliver_and_redirect = in.flag();
  rules.target_address = in.text(k_max_text);
  rules.alternate = read_optional_id(in);
  rules.owner = read_optional_id(in);
  rules.allowed_senders = read_ids(in);
  rules.refused_senders = read_ids(in);
  rules.delegates = read_ids(in);
  rules.shared_with = read_ids(in);
  rules.x500 = read_texts(in);
  read_optional(in, rules.quota_warning);
  read_optional(in, rules.quota_send);
  read_optional(in, rules.quota_receive);
  rules.recipient_type = static_cast<std::int64_t>(in.u64());
  rules.is_moderated = in.flag();
  rules.moderators = read_ids(in);
  rules.past_moderation = read_ids(in);
  rules.moderation_flags = in.u32();
  return rules;
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
  out.u8(principal.rank);
  write_optional(out, principal.expires);
  for (const auto member : k_texts) out.text(principal.*member);
  for (const auto member : k_card_texts) out.text(principal.card.*member);
  write_texts(out, principal.addresses);
  write_ids(out, principal.members);
  write_ids(out, principal.member_of);
  out.u32(principal.group_type);
  write_texts(out, principal.sid_history);
  write_texts(out, principal.policies);
  write_limits(out, principal.limits);
  write_mail_rules(out, principal.mail_rules);
}

Principal read_principal(ByteReader& in) {
  Principal principal;
  principal.id = read_id(in);
  principal.kind = read_enum(in, Kind::room);
  principal.state = read_enum(in, State::expired);
  principal.is_admin = in.flag();
  principal.rank = in.u8();
  read_optional(in, principal.expires);
  for (const auto member : k_texts) principal.*member = in.text(k_max_text);
  for (const auto member : k_card_texts) principal.card.*member = in.text(k_max_text);
  principal.addresses = read_texts(in);
  principal.members = read_ids(in);
  principal.member_of = read_ids(in);
  principal.group_type = in.u32();
  principal.sid_history = read_texts(in);
  principal.policies = read_texts(in);
  principal.limits = read_limits(in);
  principal.mail_rules = read_mail_rules(in);
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
