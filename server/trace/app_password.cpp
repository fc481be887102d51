// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/app_password.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::trace {
namespace {

constexpr std::string_view k_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t k_symbols = 16;  // 80 bits
constexpr std::size_t k_check = 4;     // 20 bits
constexpr std::size_t k_group = 4;
constexpr std::size_t k_id = 8;
constexpr std::size_t k_longest_name = 100;
constexpr std::size_t k_longest_typed = 64;

// One symbol of the low five bits of each byte.
std::string symbols_of(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += k_alphabet[static_cast<unsigned char>(byte) & 31U];
  return out;
}

std::string random_symbols(std::size_t count) {
  std::string bytes(count, '\0');
  random_bytes(bytes.data(), bytes.size());
  return symbols_of(bytes);
}

std::string check_of(std::string_view symbols) {
  const auto digest = crypto::sha256("kontor app password\n" + std::string(symbols));
  return symbols_of(std::string_view(digest).substr(0, k_check));
}

// The symbol that was meant; NUL: none.
char symbol_of(char typed) {
  const char c = ascii_lower(typed);
  if (c == 'o') return '0';
  if (c == 'i' || c == 'l') return '1';
  return k_alphabet.contains(c) ? c : '\0';
}

}  // namespace

const std::vector<std::string>& app_password_protocols() {
  static const std::vector<std::string> words{"http", "imap", "ldap", "pop3", "sieve", "smtp"};
  return words;
}

std::string app_password_protocol(std::string_view service) {
  return service == "pop" ? "pop3" : to_lower(service);
}

Result<std::vector<std::string>> parse_app_password_protocols(std::string_view text) {
  std::vector<std::string> list;
  if (iequals(text, "all")) return list;
  const auto& known = app_password_protocols();
  for (const auto part : split(text, ',')) {
    auto word = to_lower(trim(part));
    if (std::ranges::find(known, word) == known.end())
      return fail(Errc::bad_input, "\"" + to_valid_utf8(word) +
                                       "\" is no protocol; there are all, " + join(known, ", "));
    list.push_back(std::move(word));
  }
  std::ranges::sort(list);
  const auto [first, last] = std::ranges::unique(list);
  list.erase(first, last);
  return list;
}

bool is_app_password_name(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  return !name.empty() && name.size() <= k_longest_name && is_utf8(name) && trim(name) == name &&
         std::ranges::none_of(name, is_control);
}

bool is_app_password_id(std::string_view text) {
  return text.size() == k_id &&
         std::ranges::all_of(text, [](char c) { return k_alphabet.contains(c); });
}

std::string make_app_password_id() { return random_symbols(k_id); }

std::string make_app_password_secret() {
  std::string symbols = random_symbols(k_symbols);
  symbols += check_of(symbols);
  std::string out;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i > 0 && i % k_group == 0) out += '-';
    out += symbols[i];
  }
  return out;
}

std::optional<std::string> app_password_symbols(std::string_view typed) {
  if (typed.size() > k_longest_typed) return std::nullopt;
  std::string symbols;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    const char symbol = symbol_of(c);
    if (symbol == '\0' || symbols.size() == k_symbols + k_check) return std::nullopt;
    symbols += symbol;
  }
  if (symbols.size() != k_symbols + k_check) return std::nullopt;
  const std::string check = symbols.substr(k_symbols);
  symbols.resize(k_symbols);
  if (check_of(symbols) != check) return std::nullopt;
  return symbols;
}

std::string hash_app_password(std::string_view salt, std::string_view symbols) {
  return crypto::hmac_sha256(salt, symbols);
}

}  // namespace kontor::trace
