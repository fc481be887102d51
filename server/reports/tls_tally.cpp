// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reports/tls_tally.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"

namespace kontor::reports {
namespace {

constexpr std::string_view k_head = "Kontor TLS results 1";
constexpr std::size_t k_policy_fields = 6, k_failure_fields = 7;
constexpr char k_between = '|';
constexpr std::uint64_t k_most_sessions = std::uint64_t{1} << 32U;  // of a line

std::string cleaned(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c >= ' ' && c <= '~' && c != k_between && out.size() < k_longest_text) out += c;
  return out;
}

void clean(std::vector<std::string>& lines) {
  if (lines.size() > k_most_lines) lines.resize(k_most_lines);
  for (auto& line : lines) line = cleaned(line);
  std::erase(lines, std::string());
}

Error wrong(std::size_t line) {
  return {Errc::bad_input, "line " + std::to_string(line) + " is wrong"};
}

std::optional<PolicyType> type_of(std::string_view word) {
  for (const auto type : {PolicyType::none, PolicyType::tlsa, PolicyType::sts})
    if (word == word_of(type)) return type;
  return std::nullopt;
}

std::vector<std::string> list_of(std::string_view field) {
  std::vector<std::string> out;
  if (field.empty()) return out;
  for (const auto one : split(field, k_between)) out.emplace_back(one);
  return out;
}

bool is_clean(const TlsPolicy& policy) {
  return !policy.domain.empty() && !policy.domain.contains(' ') &&
         reports::cleaned(policy) == policy;
}

}  // namespace

std::string_view word_of(PolicyType type) noexcept {
  if (type == PolicyType::tlsa) return "tlsa";
  return type == PolicyType::sts ? "sts" : "no-policy-found";
}

std::uint64_t TlsCounts::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [failure, count] : failures) sum += count;
  return sum;
}

TlsPolicy cleaned(TlsPolicy policy) {
  policy.domain = cleaned(std::string_view(policy.domain));
  clean(policy.lines);
  clean(policy.hosts);
  return policy;
}

TlsFailure cleaned(TlsFailure failure) {
  for (auto* field :
       {&failure.result, &failure.sender, &failure.host, &failure.address, &failure.reason})
    *field = cleaned(std::string_view(*field));
  return failure;
}

std::string format_tls_tally(const TlsTally& tally) {
  std::string out(k_head);
  out += '\n';
  for (const auto& [policy, counts] : tally) {
    out.append("policy\t").append(policy.domain).append("\t").append(word_of(policy.type));
    out += '\t' + std::to_string(counts.successes) + '\t' +
           join(policy.lines, std::string(1, k_between)) + '\t' +
           join(policy.hosts, std::string(1, k_between)) + '\n';
    for (const auto& [failure, count] : counts.failures)
      out += "failure\t" + std::to_string(count) + '\t' + failure.result + '\t' + failure.sender +
             '\t' + failure.host + '\t' + failure.address + '\t' + failure.reason + '\n';
  }
  return out + "end\n";
}

Result<TlsTally> parse_tls_tally(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() < 3 || lines.front() != k_head || !lines.back().empty() ||
      lines[lines.size() - 2] != "end")
    return fail(Errc::bad_input, "not whole, or of another version");
  TlsTally tally;
  TlsCounts* counts = nullptr;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    const auto fields = split(lines[i], '\t');
    if (i > k_most_tls_rows) return fail(wrong(i + 1));
    if (fields.front() == "policy" && fields.size() == k_policy_fields) {
      const auto type = type_of(fields[2]);
      const auto successes = parse_number<std::uint64_t>(fields[3]);
      if (!type || !successes || *successes > k_most_sessions) return fail(wrong(i + 1));
      TlsPolicy policy{std::string(fields[1]), *type, list_of(fields[4]), list_of(fields[5])};
      if (!is_clean(policy) || tally.contains(policy)) return fail(wrong(i + 1));
      counts = &tally[std::move(policy)];
      counts->successes = *successes;
      continue;
    }
    if (fields.front() != "failure" || fields.size() != k_failure_fields || counts == nullptr)
      return fail(wrong(i + 1));
    const auto count = parse_number<std::uint64_t>(fields[1]);
    TlsFailure failure{std::string(fields[2]), std::string(fields[3]), std::string(fields[4]),
                       std::string(fields[5]), std::string(fields[6])};
    if (!count || *count == 0 || *count > k_most_sessions || failure.result.empty() ||
        cleaned(failure) != failure || !counts->failures.emplace(std::move(failure), *count).second)
      return fail(wrong(i + 1));
  }
  return tally;
}

}  // namespace kontor::reports
