// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/tally.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::filter::dmarc {
namespace {

constexpr std::string_view k_head = "Kontor DMARC results 1";
constexpr std::size_t k_domain_fields = 4, k_row_fields = 11;

std::string_view pass_or_fail(bool is_pass) noexcept { return is_pass ? "pass" : "fail"; }

Error wrong(std::size_t line) {
  return {Errc::bad_input, "line " + std::to_string(line) + " is wrong"};
}

Result<OutcomeRow> read_row(const std::vector<std::string_view>& fields) {
  OutcomeRow row;
  row.client = fields[2];
  row.disposition = fields[3];
  row.is_dkim_aligned = fields[4] == "pass";
  row.is_spf_aligned = fields[5] == "pass";
  row.author = fields[6];
  row.sender = fields[7];
  const auto blank = fields[8].find(' ');
  if (blank == std::string_view::npos) return fail(Errc::bad_input, "no result of SPF");
  row.spf_domain = fields[8].substr(0, blank);
  row.spf_result = fields[8].substr(blank + 1);
  row.overridden = fields[9];
  if (fields[10].empty()) return row;
  for (const auto one : split(fields[10], ',')) {
    if (row.signatures.size() == k_most_told || std::ranges::count(one, ' ') != 2)
      return fail(Errc::bad_input, "a signature that is none");
    row.signatures.emplace_back(one);
  }
  return row;
}

}  // namespace

std::string format_tally(const Tally& tally) {
  std::string out(k_head);
  out += '\n';
  for (const auto& [published, outcomes] : tally) {
    out += "domain\t" + published.domain + '\t' + published.policy + '\t' + published.destinations +
           '\n';
    for (const auto& [row, count] : outcomes) {
      out += "row\t" + std::to_string(count) + '\t' + row.client + '\t' + row.disposition + '\t';
      out.append(pass_or_fail(row.is_dkim_aligned)).append("\t");
      out.append(pass_or_fail(row.is_spf_aligned)).append("\t");
      out += row.author + '\t' + row.sender + '\t' + row.spf_domain + ' ' + row.spf_result + '\t' +
             row.overridden + '\t' + join(row.signatures, ",") + '\n';
    }
  }
  return out + "end\n";
}

Result<Tally> parse_tally(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() < 3 || lines.front() != k_head || !lines.back().empty() ||
      lines[lines.size() - 2] != "end")
    return fail(Errc::bad_input, "not whole, or of another version");
  Tally tally;
  Outcomes* outcomes = nullptr;
  std::size_t rows = 0;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    const auto fields = split(lines[i], '\t');
    if (fields.front() == "domain" && fields.size() == k_domain_fields) {
      outcomes = &tally[{std::string(fields[1]), std::string(fields[2]), std::string(fields[3])}];
      continue;
    }
    if (fields.front() != "row" || fields.size() != k_row_fields || outcomes == nullptr ||
        ++rows > k_most_rows)
      return fail(wrong(i + 1));
    const auto count = parse_number<std::uint64_t>(fields[1]);
    auto row = read_row(fields);
    if (!count || *count == 0 || !row) return fail(wrong(i + 1));
    (*outcomes)[*std::move(row)] = *count;
  }
  return tally;
}

}  // namespace kontor::filter::dmarc
