// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/quarantine/held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/percent.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::quarantine {
namespace {

constexpr std::string_view k_field = "X-Kontor-Held: ";
constexpr std::string_view k_mark = "X-Kontor-Held: version ";
constexpr std::size_t k_digits = 8;
constexpr std::size_t k_longest_text = 500;
constexpr std::string_view k_nothing = "-";

struct CauseRow {
  Cause cause;
  std::string_view name, folder;
};
constexpr std::array<CauseRow, k_causes> k_rows{{{Cause::virus, "virus", "Virus"},
                                                 {Cause::filter, "filter", "Filter"},
                                                 {Cause::dmarc, "dmarc", "DMARC"},
                                                 {Cause::signs, "signs", "Signs"},
                                                 {Cause::rule, "rule", "Rule"}}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < k_rows.size(); ++i)
    if (k_rows[i].cause != static_cast<Cause>(i)) return false;
  return true;
}
static_assert(in_order(), "one row for each Cause, in its order");

bool is_plain(char c) { return c > ' ' && c < 0x7F && c != '%'; }

// One word without blanks; "-" for nothing.
std::string encoded(std::string_view text) {
  if (text.empty()) return std::string(k_nothing);
  std::string out;
  for (const char c : text) {
    if (is_plain(c) && (c != '-' || text.size() > 1))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string> decoded(std::string_view word) {
  return word == k_nothing ? std::string() : percent_decode(word);
}

std::string_view cut(std::string_view text) { return text.substr(0, k_longest_text); }

void add(std::string& out, std::string_view key, std::string_view words) {
  out.append(k_field).append(key).append(" ").append(words).append("\r\n");
}

enum Wish : unsigned { requires_tls = 1, by_return = 2, by_trace = 4 };
constexpr unsigned k_all_wishes = 7;
constexpr int k_highest_priority = 9;
constexpr std::uint64_t k_latest = INT64_MAX / 2;

std::int64_t seconds_of(UtcSeconds time) {
  return std::max<std::int64_t>(time.time_since_epoch().count(), 0);
}

// What the sender asked of the way of the message, which holds for a release as well.
std::string wishes_of(const queue::Envelope& envelope) {
  const unsigned flags = (envelope.requires_tls ? Wish::requires_tls : 0U) |
                         (envelope.is_by_return ? Wish::by_return : 0U) |
                         (envelope.is_by_trace ? Wish::by_trace : 0U);
  return fmt::format("{} {} {} {}", flags, seconds_of(envelope.release),
                     seconds_of(envelope.deliver_by), envelope.priority + k_highest_priority);
}

bool take_wishes(const std::vector<std::string_view>& words, queue::Envelope& envelope) {
  if (words.size() != 4) return false;
  const auto flags = parse_number<unsigned>(words[0]), priority = parse_number<unsigned>(words[3]);
  const auto release = parse_number<std::uint64_t>(words[1]);
  const auto deliver_by = parse_number<std::uint64_t>(words[2]);
  if (!flags || *flags > k_all_wishes || !priority || *priority > 2 * k_highest_priority ||
      !release || *release > k_latest || !deliver_by || *deliver_by > k_latest)
    return false;
  envelope.requires_tls = (*flags & Wish::requires_tls) != 0;
  envelope.is_by_return = (*flags & Wish::by_return) != 0;
  envelope.is_by_trace = (*flags & Wish::by_trace) != 0;
  envelope.release = UtcSeconds(std::chrono::seconds(static_cast<std::int64_t>(*release)));
  envelope.deliver_by = UtcSeconds(std::chrono::seconds(static_cast<std::int64_t>(*deliver_by)));
  envelope.priority = static_cast<std::int8_t>(static_cast<int>(*priority) - k_highest_priority);
  return true;
}

std::string word_of(const queue::Recipient& one) {
  return fmt::format("{} {} {} {}", one.notify, one.has_notify ? 1 : 0, encoded(one.original),
                     encoded(one.address));
}

// The lines after the first, one after the other.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  // The words of the next line, if it is of this key.
  std::optional<std::vector<std::string_view>> next(std::string_view key) {
    const auto end = text_.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    auto line = text_.substr(0, end);
    if (!line.starts_with(k_field)) return std::nullopt;
    line.remove_prefix(k_field.size());
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
      return std::nullopt;
    text_.remove_prefix(end + 2);
    return split(line.substr(key.size() + 1), ' ');
  }
  bool text(std::string_view key, std::string& out) {
    const auto words = next(key);
    if (!words || words->size() != 1) return false;
    auto value = decoded(words->front());
    if (!value) return false;
    out = *std::move(value);
    return true;
  }
  template <class Number>
  bool number(std::string_view key, std::uint64_t most, Number& out) {
    const auto words = next(key);
    if (!words || words->size() != 1) return false;
    const auto value = parse_number<std::uint64_t>(words->front());
    if (!value || *value > most) return false;
    out = static_cast<Number>(*value);
    return true;
  }
  bool is_over() const { return text_.empty(); }

 private:
  std::string_view text_;
};

bool take_recipient(const std::vector<std::string_view>& words, Held& held) {
  if (words.size() != 4) return false;
  const auto notify = parse_number<unsigned>(words[0]);
  const auto has_notify = parse_number<unsigned>(words[1]);
  auto original = decoded(words[2]), address = decoded(words[3]);
  if (!notify || *notify > 7 || !has_notify || *has_notify > 1 || !original || !address ||
      address->empty())
    return false;
  queue::Recipient one;
  one.notify = static_cast<queue::Notify>(*notify);
  one.has_notify = *has_notify != 0;
  one.original = *std::move(original);
  one.address = *std::move(address);
  held.recipients.push_back(std::move(one));
  return true;
}

std::optional<Held> read(Lines lines) {
  Held held;
  auto& envelope = held.envelope;
  std::string cause;
  std::int64_t arrived = 0;
  const bool is_good =
      lines.text("trace", envelope.trace) && lines.text("sender", envelope.sender) &&
      lines.text("envelope-id", envelope.envelope_id) &&
      lines.number("return", 2, envelope.returned) && lines.number("body", 2, envelope.body) &&
      lines.number("utf8", 1, envelope.is_utf8) && lines.number("ours", 1, envelope.is_ours) &&
      lines.number("size", UINT64_MAX, envelope.size) &&
      lines.number("arrived", k_latest, arrived) &&
      take_wishes(lines.next("wishes").value_or(std::vector<std::string_view>()), envelope) &&
      lines.text("client", held.client) && lines.text("cause", cause) &&
      lines.text("score", held.score) && lines.text("reason", held.reason);
  const auto known = find_cause(cause);
  if (!is_good || !known) return std::nullopt;
  envelope.arrived = UtcSeconds(std::chrono::seconds(arrived));
  held.cause = *known;
  while (!lines.is_over()) {
    const auto words = lines.next("recipient");
    if (!words || !take_recipient(*words, held)) return std::nullopt;
  }
  if (held.recipients.empty()) return std::nullopt;
  return held;
}

}  // namespace

std::string_view name_of(Cause cause) noexcept {
  return k_rows[static_cast<std::size_t>(cause)].name;
}
std::string_view folder_of(Cause cause) noexcept {
  return k_rows[static_cast<std::size_t>(cause)].folder;
}
std::optional<Cause> find_cause(std::string_view name) noexcept {
  const auto found = std::ranges::find(k_rows, name, &CauseRow::name);
  return found == k_rows.end() ? std::nullopt : std::optional(found->cause);
}

std::string format_head(const Held& held) {
  const auto& envelope = held.envelope;
  std::string rest;
  add(rest, "trace", encoded(envelope.trace));
  add(rest, "sender", encoded(envelope.sender));
  add(rest, "envelope-id", encoded(envelope.envelope_id));
  add(rest, "return", std::to_string(static_cast<unsigned>(envelope.returned)));
  add(rest, "body", std::to_string(static_cast<unsigned>(envelope.body)));
  add(rest, "utf8", envelope.is_utf8 ? "1" : "0");
  add(rest, "ours", envelope.is_ours ? "1" : "0");
  add(rest, "size", std::to_string(envelope.size));
  add(rest, "arrived", std::to_string(seconds_of(envelope.arrived)));
  add(rest, "wishes", wishes_of(envelope));
  add(rest, "client", encoded(cut(held.client)));
  add(rest, "cause", name_of(held.cause));
  add(rest, "score", encoded(cut(held.score)));
  add(rest, "reason", encoded(cut(held.reason)));
  for (const auto& one : held.recipients) add(rest, "recipient", word_of(one));
  const auto size = k_mark.size() + 2 + k_digits + 2 + rest.size();
  return fmt::format("{}1 {:0{}}\r\n{}", k_mark, size, k_digits, rest);
}

std::optional<std::size_t> head_size(std::string_view beginning) noexcept {
  const auto digits = k_mark.size() + 2;
  if (!beginning.starts_with(k_mark) || beginning.size() < digits + k_digits + 2 ||
      beginning[digits - 1] != ' ' || beginning.substr(digits + k_digits, 2) != "\r\n")
    return std::nullopt;
  const auto size = parse_number<std::size_t>(beginning.substr(digits, k_digits));
  if (!size || *size > k_longest_head || *size <= digits + k_digits + 2) return std::nullopt;
  return size;
}

Result<Held> parse_head(std::string_view bytes) {
  if (bytes.starts_with(k_mark) && bytes.size() > k_mark.size() && bytes[k_mark.size()] != '1')
    return fail(Errc::unsupported, "it was held by a later version of this server");
  const auto size = head_size(bytes);
  if (!size || *size > bytes.size()) return fail(Errc::corrupt, "this is no held message");
  const auto head = bytes.substr(0, *size);
  const auto first = head.find("\r\n") + 2;
  auto held = read(Lines(head.substr(first)));
  if (!held || format_head(*held) != head)
    return fail(Errc::corrupt, "what stands before the held message is damaged");
  return *std::move(held);
}

Uuid guid_of(const Held& held) {
  std::string text = "kontor-quarantine\n" + held.envelope.trace + '\n';
  text += name_of(held.cause);
  for (const auto& one : held.recipients) text += '\n' + one.address;
  return Uuid::from_bytes(crypto::sha256(text).substr(0, 16)).value();
}

std::string id_of(const Uuid& guid) { return guid.hex().substr(0, 16); }

}  // namespace kontor::quarantine
