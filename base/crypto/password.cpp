// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/password.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::crypto {
namespace {

constexpr std::string_view k_scrypt = "{SCRYPT}";
constexpr std::string_view k_pbkdf2 = "{PBKDF2-SHA256}";
constexpr std::size_t k_salt_size = 16;
constexpr std::size_t k_hash_size = 32;
// What one check may cost: a directory entry must not stop the server.
constexpr unsigned k_max_log_n = 17;
constexpr unsigned k_max_r = 16;
constexpr unsigned k_max_p = 4;
constexpr unsigned k_max_iterations = 5'000'000;
constexpr std::uint64_t k_max_memory = 320U << 20U;

struct Scrypt {
  unsigned log_n = 14;
  unsigned r = 8;
  unsigned p = 1;
};

struct Parsed {
  std::optional<Scrypt> scrypt;  // else PBKDF2
  unsigned iterations = 0;
  std::string salt;
  std::string hash;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string derive(const Parsed& how, std::string_view password) {
  std::string out(how.hash.size(), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int done = 0;
  if (how.scrypt) {
    const std::uint64_t n = std::uint64_t{1} << how.scrypt->log_n;
    done = EVP_PBE_scrypt(password.data(), password.size(), bytes_of(how.salt), how.salt.size(), n,
                          how.scrypt->r, how.scrypt->p, k_max_memory, to, out.size());
  } else {
    done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(how.salt),
                             static_cast<int>(how.salt.size()), static_cast<int>(how.iterations),
                             EVP_sha256(), static_cast<int>(out.size()), to);
  }
  return done == 1 ? out : std::string();
}

std::optional<unsigned> number_up_to(std::string_view text, unsigned max) {
  const auto number = parse_number<unsigned>(text);
  if (!number || *number == 0 || *number > max) return std::nullopt;
  return number;
}

std::optional<Parsed> with_salt_and_hash(Parsed parsed,
                                         std::string_view salt,
                                         std::string_view hash) {
  auto raw_salt = base64_decode(salt);
  auto raw_hash = base64_decode(hash);
  if (!raw_salt || !raw_hash || raw_salt->empty() || raw_hash->size() < 16 || raw_hash->size() > 64)
    return std::nullopt;
  parsed.salt = *std::move(raw_salt);
  parsed.hash = *std::move(raw_hash);
  return parsed;
}

std::optional<Parsed> parse_scrypt(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 5) return std::nullopt;
  const auto log_n = number_up_to(parts[0], k_max_log_n);
  const auto r = number_up_to(parts[1], k_max_r);
  const auto p = number_up_to(parts[2], k_max_p);
  if (!log_n || !r || !p) return std::nullopt;
  Parsed parsed;
  parsed.scrypt = Scrypt{*log_n, *r, *p};
  return with_salt_and_hash(std::move(parsed), parts[3], parts[4]);
}

// OpenLDAP's slapd-pw-pbkdf2 writes base64 with '.' for '+' and without padding.
std::string from_adapted_base64(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '.', '+');
  while (plain.size() % 4 != 0) plain.push_back('=');
  return plain;
}

std::optional<Parsed> parse_pbkdf2(std::string_view text) {
  const auto parts = split(text, '$');
  if (parts.size() != 3) return std::nullopt;
  const auto iterations = number_up_to(parts[0], k_max_iterations);
  if (!iterations) return std::nullopt;
  Parsed parsed;
  parsed.iterations = *iterations;
  return with_salt_and_hash(std::move(parsed), from_adapted_base64(parts[1]),
                            from_adapted_base64(parts[2]));
}

std::optional<Parsed> parse(std::string_view hashed) {
  if (istarts_with(hashed, k_scrypt)) return parse_scrypt(hashed.substr(k_scrypt.size()));
  if (istarts_with(hashed, k_pbkdf2)) return parse_pbkdf2(hashed.substr(k_pbkdf2.size()));
  return std::nullopt;
}

}  // namespace

std::string hash_password(std::string_view password) {
  Parsed fresh;
  fresh.scrypt = Scrypt{};
  fresh.salt.resize(k_salt_size);
  random_bytes(fresh.salt.data(), fresh.salt.size());
  fresh.hash.resize(k_hash_size);
  const auto hash = derive(fresh, password);
  std::string text(k_scrypt);
  text.append(std::to_string(fresh.scrypt->log_n)).append(":");
  text.append(std::to_string(fresh.scrypt->r)).append(":");
  text.append(std::to_string(fresh.scrypt->p)).append(":");
  return text.append(base64_encode(fresh.salt)).append(":").append(base64_encode(hash));
}

bool verify_password(std::string_view hashed, std::string_view password) {
  const auto parsed = parse(hashed);
  if (!parsed) return false;
  const auto derived = derive(*parsed, password);
  return !derived.empty() && equal_in_constant_time(derived, parsed->hash);
}

bool is_password_hash(std::string_view hashed) { return parse(hashed).has_value(); }

}  // namespace kontor::crypto
