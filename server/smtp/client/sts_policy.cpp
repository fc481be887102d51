// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/sts_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::smtp::client {
namespace {

constexpr std::string_view k_version = "STSv1", k_head = "Kontor MTA-STS policies 1";
constexpr std::size_t k_longest_id = 32, k_longest_name = 253, k_fields = 6;
constexpr std::uint64_t k_longest_age = 31'557'600;  // 3.2: a year
constexpr std::uint64_t k_latest = std::uint64_t{1} << 40U;

bool is_letter_or_digit(char c) {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z');
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= k_longest_name &&
         std::ranges::none_of(split(name, '.'), [](std::string_view label) {
           return label.empty() || label.size() > 63 || std::ranges::any_of(label, [](char c) {
                    return !is_letter_or_digit(c) && c != '-' && c != '_';
                  });
         });
}

bool is_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return is_name(text);
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= k_longest_id && std::ranges::all_of(id, is_letter_or_digit);
}

std::optional<StsMode> mode_of(std::string_view word) {
  for (const auto mode : {StsMode::none, StsMode::testing, StsMode::enforce})
    if (word == word_of(mode)) return mode;
  return std::nullopt;
}

Error wrong(std::string what) { return {Errc::bad_input, "the policy has " + std::move(what)}; }

// One pair "name: value" of a policy.
class Reader {
 public:
  Result<void> add(std::string_view name, std::string_view value) {
    if (name == "version") return once(has_version_, value == k_version, "another version");
    if (name == "mode") {
      if (const auto mode = mode_of(value); mode && !has_mode_) policy_.mode = *mode;
      return once(has_mode_, mode_of(value).has_value(), "an unknown mode");
    }
    if (name == "max_age") {
      const auto age = parse_number<std::uint64_t>(value);
      const bool is_good = age && *age <= k_longest_age;
      if (is_good && !has_age_) policy_.max_age = std::chrono::seconds(*age);
      return once(has_age_, is_good, "a max_age that is none");
    }
    if (name != "mx") return {};  // 3.2: what is not known is passed over
    if (!is_pattern(value)) return fail(wrong("an mx that is no host"));
    if (policy_.hosts.size() == k_most_sts_hosts) return fail(wrong("too many hosts"));
    policy_.hosts.push_back(to_lower(value));
    return {};
  }

  Result<StsPolicy> finish() {
    if (!has_version_ || !has_mode_ || !has_age_) return fail(wrong("no version, mode or max_age"));
    if (policy_.mode != StsMode::none && policy_.hosts.empty()) return fail(wrong("no mx"));
    return std::move(policy_);
  }

 private:
  // 3.2: of a name that stands there twice the first one counts.
  static Result<void> once(bool& has, bool is_good, std::string_view otherwise) {
    if (std::exchange(has, true) || is_good) return {};
    return fail(wrong(std::string(otherwise)));
  }

  StsPolicy policy_;
  bool has_version_ = false, has_mode_ = false, has_age_ = false;
};

std::optional<std::pair<std::string, KnownPolicy>> read_row(std::string_view line) {
  const auto fields = split(line, '\t');
  if (fields.size() != k_fields || !is_name(fields[0]) || !is_id(fields[1])) return std::nullopt;
  KnownPolicy known;
  known.id = fields[1];
  const auto fetched = parse_number<std::uint64_t>(fields[2]);
  const auto age = parse_number<std::uint64_t>(fields[3]);
  const auto mode = mode_of(fields[4]);
  if (!fetched || *fetched > k_latest || !age || *age > k_longest_age || !mode) return std::nullopt;
  known.fetched = UtcSeconds(std::chrono::seconds(*fetched));
  known.policy.max_age = std::chrono::seconds(*age);
  known.policy.mode = *mode;
  if (!fields[5].empty())
    for (const auto host : split(fields[5], ',')) {
      if (!is_pattern(host) || known.policy.hosts.size() == k_most_sts_hosts) return std::nullopt;
      known.policy.hosts.emplace_back(host);
    }
  if (known.policy.hosts.empty() && known.policy.mode != StsMode::none) return std::nullopt;
  return std::pair(std::string(fields[0]), std::move(known));
}

}  // namespace

std::string_view word_of(StsMode mode) noexcept {
  if (mode == StsMode::none) return "none";
  return mode == StsMode::testing ? "testing" : "enforce";
}

std::optional<std::string> sts_id_of(const std::vector<std::string>& texts) {
  std::optional<std::string> id;
  bool has_record = false;
  for (const auto& text : texts) {
    const auto pairs = split(text, ';');
    if (trim(pairs[0]) != "v=STSv1" || pairs[0].front() != 'v' || pairs.size() < 2) continue;
    if (std::exchange(has_record, true)) return std::nullopt;
    for (auto pair : pairs) {
      pair = trim(pair);
      if (pair.starts_with("id=") && is_id(pair.substr(3)) && !id) id = pair.substr(3);
    }
  }
  return id;
}

Result<StsPolicy> parse_sts_policy(std::string_view text) {
  Reader reader;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (!trim(line).empty()) return fail(wrong("a line that is no pair"));
      continue;
    }
    KONTOR_TRY(reader.add(trim(line.substr(0, colon)), trim(line.substr(colon + 1))));
  }
  return reader.finish();
}

std::string format_sts_policy(const StsPolicy& policy) {
  auto out = fmt::format("version: {}\r\nmode: {}\r\n", k_version, word_of(policy.mode));
  for (const auto& host : policy.hosts) out += fmt::format("mx: {}\r\n", host);
  return out + fmt::format("max_age: {}\r\n", policy.max_age.count());
}

bool covers(const StsPolicy& policy, std::string_view host) noexcept {
  return std::ranges::any_of(policy.hosts, [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return iequals(pattern, host);
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 &&
           iequals(pattern.substr(2), host.substr(dot + 1));
  });
}

std::string format_known(const KnownPolicies& known) {
  std::string out(k_head);
  out += '\n';
  for (const auto& [domain, one] : known)
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", domain, one.id,
                       one.fetched.time_since_epoch().count(), one.policy.max_age.count(),
                       word_of(one.policy.mode), fmt::join(one.policy.hosts, ","));
  return out + "end\n";
}

Result<KnownPolicies> parse_known(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() < 3 || lines.front() != k_head || !lines.back().empty() ||
      lines[lines.size() - 2] != "end")
    return fail(Errc::bad_input, "not whole, or of another version");
  KnownPolicies known;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    auto row = read_row(lines[i]);
    if (!row || known.size() == k_most_policies)
      return fail(Errc::bad_input, "line " + std::to_string(i + 1) + " is wrong");
    known.insert(*std::move(row));
  }
  return known;
}

}  // namespace kontor::smtp::client
