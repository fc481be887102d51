// SPDX-License-Identifier: GPL-3.0-or-later
// Filters and the rows of groups.* and journal.rules: any text; what is a filter is asked of an
// entry.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/config/group_rules.hpp"
#include "base/config/journal_rules.hpp"
#include "directory/model/filter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const directory::Attributes k_entry = {
      {"cn", {"Anna", "a b  c"}}, {"n", {"5", "-7"}}, {"useraccountcontrol", {"514"}}};
  const bool is_rule = config::parse_group_rule(text).has_value();
  const auto dynamic = config::parse_dynamic_rule(text);
  if (dynamic && dynamic->address.find('@') == std::string::npos) std::abort();
  if (is_rule && text.find(':') == std::string_view::npos) std::abort();
  const auto journal = config::parse_journal_rule(text);
  if (journal && (journal->who.empty() || journal->target.find('@') == std::string::npos))
    std::abort();
  const auto parsed = parse_ldap_filter(text);
  if (!parsed) return 0;
  const directory::Filter filter(*parsed);
  LdapFilter negated;
  negated.kind = LdapFilter::Kind::none;
  negated.inner.push_back(*parsed);
  if (filter.matches(k_entry) == directory::Filter(negated).matches(k_entry)) std::abort();
  if (filter.matches({}) && !filter.attributes().empty() &&
      parsed->kind == LdapFilter::Kind::present)
    std::abort();
  return 0;
}
