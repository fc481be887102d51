// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"

namespace kontor::collector {
namespace {

constexpr std::string_view k_family = "kontor-collector ";
constexpr std::string_view k_head = "kontor-collector 1";
constexpr std::size_t k_max_text = 1'024;
constexpr std::size_t k_max_name = 64;
constexpr std::size_t k_max_fields = 16;
constexpr std::uint64_t k_longest_interval = 31'536'000;  // a year
constexpr std::uint64_t k_shortest_interval = 10;
constexpr std::uint64_t k_max_hops = 100;

bool is_text(std::string_view text) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  };
  return text.size() <= k_max_text && is_utf8(text) && std::ranges::none_of(text, is_control);
}

// RFC 5322, 3.6.8: ftext.
bool is_field_name(std::string_view name) {
  const auto is_it = [](char c) { return c > ' ' && c < 0x7F && c != ':' && c != ','; };
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, is_it);
}

Result<void> set_text(std::string& out, std::string_view key, std::string_view value) {
  if (!is_text(value))
    return fail(Errc::bad_input, fmt::format("{}: too long, or not plain text", key));
  out = value;
  return {};
}

template <class Number>
Result<void> set_number(Number& out,
                        std::string_view key,
                        std::string_view value,
                        std::uint64_t least,
                        std::uint64_t most) {
  const auto number = parse_number<std::uint64_t>(value);
  if (!number || *number < least || *number > most)
    return fail(Errc::bad_input, fmt::format("{} is a number from {} to {}", key, least, most));
  out = static_cast<Number>(*number);
  return {};
}

template <class Value, std::size_t N>
Result<void> set_word(Value& out,
                      std::string_view key,
                      std::string_view value,
                      const std::array<std::pair<std::string_view, Value>, N>& words) {
  std::vector<std::string> all;
  for (const auto& [word, meaning] : words) {
    all.emplace_back(word);
    if (word != value) continue;
    out = meaning;
    return {};
  }
  return fail(Errc::bad_input, fmt::format("{} is {}", key, join(all, " or ")));
}

constexpr std::array k_protocols{std::pair{std::string_view("imap"), Protocol::imap},
                                 std::pair{std::string_view("pop3"), Protocol::pop3}};
constexpr std::array k_tls{std::pair{std::string_view("implicit"), Tls::implicit},
                           std::pair{std::string_view("starttls"), Tls::starttls},
                           std::pair{std::string_view("none"), Tls::none}};
constexpr std::array k_modes{std::pair{std::string_view("copy"), false},
                             std::pair{std::string_view("move"), true}};
constexpr std::array k_which{std::pair{std::string_view("all"), false},
                             std::pair{std::string_view("new"), true}};
constexpr std::array k_yes{std::pair{std::string_view("no"), false},
                           std::pair{std::string_view("yes"), true}};

Result<void> set_id(Source& source, std::string_view value) {
  KONTOR_TRY(source.id, Uuid::parse(value));
  return {};
}

Result<void> set_name(Source& source, std::string_view value) {
  if (!is_source_name(value))
    return fail(Errc::bad_input, "a name has a to z, digits, \".\", \"-\" and \"_\"");
  source.name = value;
  return {};
}

Result<void> set_password(Source& source, std::string_view value) {
  KONTOR_TRY(auto password, hex_decode(value));
  const bool has_end = password.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos;
  if (password.size() > k_max_text || has_end)
    return fail(Errc::bad_input, "a password is one line");
  source.password = std::move(password);
  return {};
}

Result<void> set_fields(Source& source, std::string_view value) {
  std::vector<std::string> fields;
  for (const auto part : split(value, ',')) {
    const auto field = trim(part);
    if (!is_field_name(field))
      return fail(Errc::bad_input, "fields is a list such as Envelope-To,Received");
    fields.emplace_back(field);
  }
  if (fields.size() > k_max_fields) return fail(Errc::bad_input, "fields: too many");
  source.fields = std::move(fields);
  return {};
}

// In the order of the file.
std::vector<std::pair<std::string_view, std::string>> values_of(const Source& source) {
  const auto yes = [](bool is) { return std::string(is ? "yes" : "no"); };
  return {{"name", source.name},
          {"id", source.id.text()},
          {"protocol", std::string(name_of(source.protocol))},
          {"host", source.host},
          {"port", std::to_string(source.port)},
          {"tls", std::string(name_of(source.tls))},
          {"ca-file", source.ca_file},
          {"user", source.user},
          {"password", hex_encode(source.password)},
          {"folder", source.folder},
          {"mode", source.is_move ? "move" : "copy"},
          {"take", source.only_new ? "new" : "all"},
          {"interval", std::to_string(source.interval.count())},
          {"limit", std::to_string(source.limit)},
          {"max-size", std::to_string(source.max_size)},
          {"to", source.to},
          {"multidrop", yes(source.is_multidrop)},
          {"fields", join(source.fields, ",")},
          {"hops", std::to_string(source.hops)},
          {"paused", yes(source.is_paused)}};
}

std::string end_of(std::string_view before) { return fmt::format("end {:08x}\n", crc32c(before)); }

// Numbers and switches; nothing: another key.
std::optional<Result<void>> set_how(Source& source, std::string_view key, std::string_view value) {
  if (key == "mode") return set_word(source.is_move, key, value, k_modes);
  if (key == "take") return set_word(source.only_new, key, value, k_which);
  if (key == "interval") {
    std::uint64_t seconds = 0;
    auto set = set_number(seconds, key, value, k_shortest_interval, k_longest_interval);
    if (set) source.interval = std::chrono::seconds(seconds);
    return set;
  }
  if (key == "limit") return set_number(source.limit, key, value, 0, 1'000'000);
  if (key == "max-size") return set_number(source.max_size, key, value, 0, 1ULL << 40U);
  if (key == "multidrop") return set_word(source.is_multidrop, key, value, k_yes);
  if (key == "fields") return set_fields(source, value);
  if (key == "hops") return set_number(source.hops, key, value, 1, k_max_hops);
  if (key == "paused") return set_word(source.is_paused, key, value, k_yes);
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Protocol protocol) noexcept {
  return protocol == Protocol::imap ? "imap" : "pop3";
}

std::string_view name_of(Tls tls) noexcept {
  if (tls == Tls::implicit) return "implicit";
  return tls == Tls::starttls ? "starttls" : "none";
}

unsigned Source::port_used() const noexcept {
  if (port != 0) return port;
  if (protocol == Protocol::imap) return tls == Tls::implicit ? 993 : 143;
  return tls == Tls::implicit ? 995 : 110;
}

std::string Source::text() const {
  auto out = fmt::format("{}://{}@{}:{}", name_of(protocol), user, host, port_used());
  if (protocol == Protocol::imap) out += "/" + folder;
  return out;
}

bool is_source_name(std::string_view name) noexcept {
  const auto is_it = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= k_max_name && name.front() != '.' && name.front() != '-' &&
         std::ranges::all_of(name, is_it);
}

Result<void> set_value(Source& source, std::string_view key, std::string_view value) {
  if (key == "name") return set_name(source, value);
  if (key == "id") return set_id(source, value);
  if (key == "protocol") return set_word(source.protocol, key, value, k_protocols);
  if (key == "host") return set_text(source.host, key, value);
  if (key == "port") return set_number(source.port, key, value, 0, 65'535);
  if (key == "tls") return set_word(source.tls, key, value, k_tls);
  if (key == "ca-file") return set_text(source.ca_file, key, value);
  if (key == "user") return set_text(source.user, key, value);
  if (key == "password") return set_password(source, value);
  if (key == "folder") return set_text(source.folder, key, value);
  if (key == "to") return set_text(source.to, key, value);
  if (auto done = set_how(source, key, value)) return *std::move(done);
  return fail(Errc::bad_input, fmt::format("there is no value named {}", key));
}

Result<void> check_source(const Source& source) {
  const auto wrong = [](std::string sentence) {
    return fail(Errc::bad_input, std::move(sentence));
  };
  const bool is_host =
      !source.host.empty() && source.host.find_first_of(" /@\"<>") == std::string::npos;
  if (!is_source_name(source.name)) return wrong("the source has no name");
  if (!is_host) return wrong("--host wants the name of a server");
  if (source.user.empty()) return wrong("--user is missing: the name to sign in with there");
  if (source.password.empty()) return wrong("the password is missing");
  const auto at = source.to.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == source.to.size())
    return wrong("--to wants the address of a mailbox here");
  if (source.protocol == Protocol::imap && source.folder.empty())
    return wrong("--folder wants the name of a folder there");
  if (source.is_multidrop && source.fields.empty())
    return wrong("--fields says where recipients stand in the messages");
  return {};
}

std::string format_source(const Source& source) {
  std::string out(k_head);
  out += '\n';
  for (const auto& [key, value] : values_of(source))
    out.append(key).append(" ").append(value).append("\n");
  out += end_of(out);
  return out;
}

Result<Source> parse_source(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.front() != k_head) {
    if (lines.front().starts_with(k_family))
      return fail(Errc::unsupported, "line 1: written by a later version");
    return fail(Errc::corrupt, "line 1: not a source of the collector");
  }
  Source out;
  const auto expected = values_of(out);
  if (lines.size() != expected.size() + 3) return fail(Errc::corrupt, "lines are missing");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto line = lines[i + 1];
    const auto key = expected[i].first;
    if (!line.starts_with(key) || line.substr(key.size(), 1) != " ")
      return fail(Errc::corrupt, fmt::format("line {}: {} belongs there", i + 2, key));
    const auto set = set_value(out, key, line.substr(key.size() + 1));
    if (!set) return fail(Errc::corrupt, fmt::format("line {}: {}", i + 2, set.error().detail()));
  }
  if (const auto checked = check_source(out); !checked)
    return fail(Errc::corrupt, checked.error().detail());
  // One way only to write it.
  if (format_source(out) != text) return fail(Errc::corrupt, "the checksum does not fit the lines");
  return out;
}

}  // namespace kontor::collector
