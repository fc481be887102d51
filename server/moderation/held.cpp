// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/moderation/held.hpp"

#include <algorithm>
#include <array>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::moderation {
namespace {

constexpr std::string_view k_magic = "KMOD";
constexpr std::uint16_t k_version = 1;
constexpr std::size_t k_id = 16;
constexpr std::uint8_t k_asked = 1, k_kept = 2, k_done = 4, k_utf8 = 8, k_requires_tls = 16,
                       k_all_flags = 31;
constexpr std::uint8_t k_last_body = 2;
constexpr std::uint64_t k_latest = 253'402'300'799;  // the end of the year 9999
constexpr std::array<std::string_view, 4> k_stages{"waiting", "approved", "rejected", "expired"};

// In the order of the file.
constexpr std::array k_texts{&Held::id,         &Held::trace,  &Held::sender,  &Held::envelope_id,
                             &Held::address,    &Held::author, &Held::subject, &Held::message_id,
                             &Held::decided_by, &Held::reason};
constexpr std::array k_times{&Held::arrived, &Held::expires, &Held::decided};

void append_text(std::string& out, std::string_view text) {
  append_le(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

template <std::unsigned_integral T>
Result<T> number(LeReader& in) {
  const auto value = in.number<T>();
  if (!value) return fail(Errc::corrupt, "cut short");
  return *value;
}

Result<std::string> text(LeReader& in) {
  KONTOR_TRY(const auto size, number<std::uint32_t>(in));
  const auto taken = in.take(size);
  if (!taken) return fail(Errc::corrupt, "cut short");
  return std::string(*taken);
}

Result<Held> parse_body(LeReader in) {
  Held out;
  for (const auto member : k_texts) {
    KONTOR_TRY(out.*member, text(in));
  }
  if (!is_held_id(out.id)) return fail(Errc::corrupt, "an id that is none");
  KONTOR_TRY(out.group.source, text(in));
  const auto guid = in.take(16);
  if (!guid) return fail(Errc::corrupt, "cut short");
  KONTOR_TRY(out.group.guid, Uuid::from_bytes(*guid));
  for (const auto member : k_times) {
    KONTOR_TRY(const auto seconds, number<std::uint64_t>(in));
    if (seconds > k_latest) return fail(Errc::corrupt, "a time after all times");
    out.*member = UtcSeconds(std::chrono::seconds(seconds));
  }
  KONTOR_TRY(out.size, number<std::uint64_t>(in));
  KONTOR_TRY(out.checksum, number<std::uint32_t>(in));
  KONTOR_TRY(out.body, number<std::uint8_t>(in));
  KONTOR_TRY(const auto stage, number<std::uint8_t>(in));
  KONTOR_TRY(const auto flags, number<std::uint8_t>(in));
  if (out.body > k_last_body || stage >= k_stages.size() || flags > k_all_flags)
    return fail(Errc::corrupt, "a value that has no meaning");
  out.stage = static_cast<Stage>(stage);
  out.is_asked = (flags & k_asked) != 0;
  out.is_kept = (flags & k_kept) != 0;
  out.is_done = (flags & k_done) != 0;
  out.is_utf8 = (flags & k_utf8) != 0;
  out.requires_tls = (flags & k_requires_tls) != 0;
  if (in.left() != 0) return fail(Errc::corrupt, "more than there should be");
  return out;
}

}  // namespace

std::string_view name_of(Stage stage) noexcept { return k_stages[static_cast<std::size_t>(stage)]; }

std::string held_id(const std::string& trace, const directory::PrincipalId& group) {
  const auto digest =
      crypto::sha256("kontor-moderation\n" + trace + '\n' + group.guid.bytes() + group.source);
  return hex_encode(digest).substr(0, k_id);
}

bool is_held_id(std::string_view id) noexcept {
  return id.size() == k_id &&
         std::ranges::all_of(id, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string format_held(const Held& held) {
  std::string out(k_magic);
  append_le(out, k_version);
  for (const auto member : k_texts) append_text(out, held.*member);
  append_text(out, held.group.source);
  out += held.group.guid.bytes();
  for (const auto member : k_times)
    append_le(out, static_cast<std::uint64_t>((held.*member).time_since_epoch().count()));
  append_le(out, held.size);
  append_le(out, held.checksum);
  append_le(out, held.body);
  append_le(out, static_cast<std::uint8_t>(held.stage));
  const unsigned flags = (held.is_asked ? k_asked : 0U) | (held.is_kept ? k_kept : 0U) |
                         (held.is_done ? k_done : 0U) | (held.is_utf8 ? k_utf8 : 0U) |
                         (held.requires_tls ? k_requires_tls : 0U);
  append_le(out, static_cast<std::uint8_t>(flags));
  append_le(out, crc32c(out));
  return out;
}

Result<Held> parse_held(std::string_view bytes) {
  constexpr std::size_t k_head = k_magic.size() + sizeof(k_version), k_sum = 4;
  if (bytes.size() < k_head + k_sum || !bytes.starts_with(k_magic))
    return fail(Errc::corrupt, "no record of this kind");
  if (load_le<std::uint16_t>(bytes, k_magic.size()) != k_version)
    return fail(Errc::unsupported, "written by a later version");
  const auto body = bytes.substr(0, bytes.size() - k_sum);
  if (load_le<std::uint32_t>(bytes, body.size()) != crc32c(body))
    return fail(Errc::corrupt, "the checksum does not fit");
  return parse_body(LeReader(body.substr(k_head)));
}

}  // namespace kontor::moderation
