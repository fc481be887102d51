// SPDX-License-Identifier: GPL-3.0-or-later
// Names of elements count without their namespace: most reporters have none, others one of two.
#include "server/reports/read_dmarc.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/core/networks.hpp"
#include "base/core/text.hpp"
#include "server/dav/xml/element.hpp"
#include "server/reports/read_tls.hpp"

namespace kontor::reports {
namespace {

using dav::xml::Element;

constexpr dav::xml::Limits k_xml{16, 600'000};
constexpr std::size_t k_most_proofs = 20;
constexpr std::uint64_t k_most_messages = std::uint64_t{1} << 50U;
constexpr std::uint64_t k_latest = std::uint64_t{1} << 36U;  // seconds
constexpr std::array<std::string_view, 6> k_policy_names{"p", "sp", "np", "adkim", "aspf", "pct"};

Error wrong(std::string_view what) {
  return {Errc::bad_input, "the report has no good " + std::string(what)};
}

const Element* child(const Element& of, std::string_view name) {
  const auto found =
      std::ranges::find_if(of.children, [&](const Element& one) { return one.name.local == name; });
  return found == of.children.end() ? nullptr : &*found;
}

std::string text_of(const Element& of, std::string_view name) {
  const auto* found = child(of, name);
  return found != nullptr ? shown(trim(found->content())) : std::string();
}

Result<UtcSeconds> moment_of(const Element& range, std::string_view name) {
  const auto seconds = parse_number<std::uint64_t>(text_of(range, name));
  if (!seconds || *seconds > k_latest) return fail(wrong("date_range"));
  return UtcSeconds(std::chrono::seconds(*seconds));
}

std::vector<ReportedProof> proofs_of(const Element& results, std::string_view name) {
  std::vector<ReportedProof> out;
  for (const auto& one : results.children) {
    if (one.name.local != name || out.size() == k_most_proofs) continue;
    out.push_back({to_lower(text_of(one, "domain")), text_of(one, "selector"),
                   to_lower(text_of(one, "result"))});
  }
  return out;
}

std::optional<bool> passed(const Element& evaluated, std::string_view name) {
  const auto word = to_lower(text_of(evaluated, name));
  if (word != "pass" && word != "fail") return std::nullopt;
  return word == "pass";
}

Result<ReportedRow> row_of(const Element& record) {
  const auto* row = child(record, "row");
  const auto* evaluated = row != nullptr ? child(*row, "policy_evaluated") : nullptr;
  const auto* identifiers = child(record, "identifiers");
  if (evaluated == nullptr || identifiers == nullptr) return fail(wrong("record"));
  ReportedRow out;
  out.address = text_of(*row, "source_ip");
  if (!parse_ip_address(out.address)) return fail(wrong("source_ip"));
  const auto count = parse_number<std::uint64_t>(text_of(*row, "count"));
  if (!count || *count > k_most_messages) return fail(wrong("count"));
  out.count = *count;
  out.disposition = to_lower(text_of(*evaluated, "disposition"));
  const auto dkim = passed(*evaluated, "dkim"), spf = passed(*evaluated, "spf");
  if (!dkim || !spf) return fail(wrong("policy_evaluated"));
  out.is_dkim_aligned = *dkim;
  out.is_spf_aligned = *spf;
  for (const auto& one : evaluated->children)
    if (one.name.local == "reason" && out.reasons.size() < k_most_proofs)
      out.reasons.push_back(text_of(one, "type"));
  out.author = to_lower(text_of(*identifiers, "header_from"));
  out.sender = to_lower(text_of(*identifiers, "envelope_from"));
  if (out.author.empty()) return fail(wrong("header_from"));
  if (const auto* results = child(record, "auth_results")) {
    out.dkim = proofs_of(*results, "dkim");
    out.spf = proofs_of(*results, "spf");
  }
  return out;
}

std::string policy_of(const Element& published) {
  std::string out;
  for (const auto name : k_policy_names) {
    const auto value = text_of(published, name);
    if (!value.empty()) out.append(out.empty() ? "" : " ").append(name).append("=").append(value);
  }
  return out;
}

}  // namespace

Result<DmarcReport> read_dmarc_report(std::string_view document) {
  KONTOR_TRY(const auto root, dav::xml::read(document, k_xml));
  const auto* metadata = child(root, "report_metadata");
  const auto* range = metadata != nullptr ? child(*metadata, "date_range") : nullptr;
  const auto* published = child(root, "policy_published");
  if (root.name.local != "feedback" || range == nullptr || published == nullptr)
    return fail(Errc::bad_input, "the XML is no report of DMARC");
  DmarcReport out;
  out.organisation = text_of(*metadata, "org_name");
  out.email = text_of(*metadata, "email");
  out.id = text_of(*metadata, "report_id");
  if (out.organisation.empty()) return fail(wrong("org_name"));
  if (out.id.empty()) return fail(wrong("report_id"));
  KONTOR_TRY(out.begin, moment_of(*range, "begin"));
  KONTOR_TRY(out.end, moment_of(*range, "end"));
  if (out.end < out.begin) return fail(wrong("date_range"));
  out.domain = to_lower(text_of(*published, "domain"));
  if (out.domain.empty() || out.domain.contains(' ')) return fail(wrong("domain"));
  out.policy = policy_of(*published);
  for (const auto& one : root.children) {
    if (one.name.local != "record") continue;
    if (out.rows.size() == k_most_records) return fail(wrong("number of records"));
    KONTOR_TRY(auto row, row_of(one));
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace kontor::reports
