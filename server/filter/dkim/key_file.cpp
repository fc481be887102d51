// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/key_file.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/filter/dkim/signature.hpp"

namespace kontor::filter::dkim {
namespace {

constexpr std::string_view k_head = "Kontor DKIM key 1";
constexpr std::size_t k_longest_string = 255, k_longest_name = 253 - 64, k_longest_label = 63;

std::string_view kind_of(const crypto::PrivateKey& key) noexcept {
  return key.kind() == crypto::KeyKind::rsa ? "rsa" : "ed25519";
}

Result<KeyState> read_state(std::string_view word) {
  for (const auto state : {KeyState::waiting, KeyState::active, KeyState::retired})
    if (word_of(state) == word) return state;
  return fail(Errc::bad_input, "a state that is none");
}

Result<UtcSeconds> read_seconds(std::string_view text) {
  constexpr std::uint64_t k_last = 253'402'300'799;  // of the year 9999
  const auto number = parse_number<std::uint64_t>(text);
  if (!number || *number > k_last) return fail(Errc::bad_input, "a time that is none");
  return UtcSeconds(std::chrono::seconds(*number));
}

// "NAME: VALUE"
Result<std::string_view> read_line(std::string_view line, std::string_view name) {
  if (!line.starts_with(name) || !line.substr(name.size()).starts_with(": "))
    return fail(Errc::bad_input, "no line " + std::string(name));
  return line.substr(name.size() + 2);
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= k_longest_label && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
         });
}

}  // namespace

std::string_view word_of(KeyState state) noexcept {
  if (state == KeyState::waiting) return "waiting";
  return state == KeyState::active ? "active" : "retired";
}

std::string format_key(const StoredKey& key) {
  std::string out(k_head);
  out.append("\nstate: ").append(word_of(key.state));
  out += "\ncreated: " + std::to_string(key.created.time_since_epoch().count());
  out += "\nchanged: " + std::to_string(key.changed.time_since_epoch().count());
  return out + "\n" + key.key->pem();
}

Result<StoredKey> parse_key_file(std::string domain, std::string selector, std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() < 5 || lines[0] != k_head)
    return fail(Errc::bad_input, "the file does not begin with \"" + std::string(k_head) + "\"");
  StoredKey key;
  key.domain = std::move(domain);
  key.selector = std::move(selector);
  KONTOR_TRY(const auto state, read_line(lines[1], "state"));
  KONTOR_TRY(key.state, read_state(state));
  KONTOR_TRY(const auto created, read_line(lines[2], "created"));
  KONTOR_TRY(key.created, read_seconds(created));
  KONTOR_TRY(const auto changed, read_line(lines[3], "changed"));
  KONTOR_TRY(key.changed, read_seconds(changed));
  const auto pem = text.substr(static_cast<std::size_t>(lines[4].data() - text.data()));
  KONTOR_TRY(auto secret, crypto::PrivateKey::read(pem));
  key.key = std::make_shared<const crypto::PrivateKey>(std::move(secret));
  return key;
}

std::string record_name(const StoredKey& key) { return key.selector + "._domainkey." + key.domain; }

std::string record_text(const StoredKey& key) {
  return "v=DKIM1; k=" + std::string(kind_of(*key.key)) +
         "; p=" + base64_encode(key.key->public_bytes());
}

std::string zone_line(std::string_view name, std::string_view text) {
  std::string out = std::string(name) + ". IN TXT (";
  for (std::size_t at = 0; at < text.size(); at += k_longest_string)
    out.append(" \"").append(text.substr(at, k_longest_string)).append("\"");
  return out + " )";
}

Seen compare_record(const StoredKey& key, const std::vector<std::string>& texts) {
  bool has_other = false;
  for (const auto& text : texts) {
    const auto record = parse_key(text);
    if (record && record->kind == key.key->kind() && record->bytes == key.key->public_bytes())
      return Seen::right;
    has_other = true;
  }
  return has_other ? Seen::different : Seen::missing;
}

bool is_domain(std::string_view name) noexcept {
  if (name.empty() || name.size() > k_longest_name || !name.contains('.')) return false;
  return std::ranges::all_of(split(name, '.'), is_label);
}

bool is_selector(std::string_view name) noexcept { return is_label(name); }

}  // namespace kontor::filter::dkim
