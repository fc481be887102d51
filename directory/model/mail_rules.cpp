// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/mail_rules.hpp"

#include <algorithm>
#include <charconv>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_x500 = 1'024;
constexpr std::size_t k_max_values = 100'000;  // of a list of people
constexpr std::uint64_t k_max_kilobytes = 1ULL << 50U;

// An attribute of DNs and the list it fills.
struct List {
  std::string_view attribute;
  std::vector<PrincipalId> MailRules::* list;
};
constexpr List k_lists[] = {
    {"authorig", &MailRules::allowed_senders},
    {"dlmemsubmitperms", &MailRules::allowed_senders},
    {"unauthorig", &MailRules::refused_senders},
    {"dlmemrejectperms", &MailRules::refused_senders},
    {"publicdelegates", &MailRules::delegates},
    {"msexchdelegatelistlink", &MailRules::shared_with},
    {"msexchmoderatedbylink", &MailRules::moderators},
    {"msexchbypassmoderationlink", &MailRules::past_moderation},
    {"msexchbypassmoderationfromdlmemberslink", &MailRules::past_moderation},
};

const std::vector<std::string>& values_of(const Attributes& entry, std::string_view name) {
  static const std::vector<std::string> none;
  const auto found = entry.lower_bound(name);
  if (found == entry.end() || !found->first.starts_with(name)) return none;
  // "authorig;range=0-1499": the beginning of a long list, which still lets through nobody else.
  const auto rest = std::string_view(found->first).substr(name.size());
  return rest.empty() || rest.starts_with(";range=") ? found->second : none;
}

std::string_view first_of(const Attributes& entry, std::string_view name) {
  const auto& values = values_of(entry, name);
  return values.empty() ? std::string_view() : std::string_view(values.front());
}

// A value of syntax Boolean (RFC 4517, 3.3.3).
bool is_true(const Attributes& entry, std::string_view name) {
  return iequals(trim(first_of(entry, name)), "TRUE");
}

bool is_clean(std::string_view text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 127;
         });
}

std::string target_of(std::string_view value) {
  value = trim(value);
  const auto colon = value.find(':');
  if (colon != std::string_view::npos) {
    if (!iequals(value.substr(0, colon), "smtp")) return {};  // a way that is none of ours
    value.remove_prefix(colon + 1);
  }
  return value.size() <= k_max_x500 ? std::string(value) : std::string();
}

void take_x500(const Attributes& entry, MailRules& rules) {
  const auto take = [&rules](std::string_view value) {
    if (value.starts_with('/') && value.size() <= k_max_x500 && is_clean(value))
      rules.x500.emplace_back(value);
  };
  take(trim(first_of(entry, "legacyexchangedn")));
  for (const std::string_view proxy : values_of(entry, "proxyaddresses"))
    if (istarts_with(proxy, "x500:")) take(trim(proxy.substr(5)));
}

// Numbers of KiB; Exchange's own defaults are not known here.
void take_quotas(const Attributes& entry, MailRules& rules) {
  if (is_true(entry, "mdbusedefaults")) return;
  const auto size = [&](std::string_view name) -> std::optional<std::uint64_t> {
    const auto value = parse_number<std::uint64_t>(trim(first_of(entry, name)));
    if (!value || *value > k_max_kilobytes) return std::nullopt;
    return *value * 1'024;
  };
  rules.quota_warning = size("mdbstoragequota");
  rules.quota_send = size("mdboverquotalimit");
  rules.quota_receive = size("mdboverhardquotalimit");
}

}  // namespace

const std::vector<std::string>& mail_rule_attributes() {
  static const std::vector<std::string> names = {"msExchHideFromAddressLists",
                                                 "msExchRequireAuthToSendTo",
                                                 "msExchRecipientTypeDetails",
                                                 "targetAddress",
                                                 "altRecipient",
                                                 "deliverAndRedirect",
                                                 "publicDelegates",
                                                 "msExchDelegateListLink",
                                                 "legacyExchangeDN",
                                                 "mDBUseDefaults",
                                                 "mDBStorageQuota",
                                                 "mDBOverQuotaLimit",
                                                 "mDBOverHardQuotaLimit",
                                                 "authOrig",
                                                 "unauthOrig",
                                                 "dLMemSubmitPerms",
                                                 "dLMemRejectPerms",
                                                 "msExchEnableModeration",
                                                 "msExchModeratedByLink",
                                                 "msExchBypassModerationLink",
                                                 "msExchBypassModerationFromDLMembersLink",
                                                 "msExchModerationFlags",
                                                 "managedBy",
                                                 "manager"};
  return names;
}

const std::vector<std::string>& mail_rule_links() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all{"altrecipient", "managedby", "manager"};
    for (const auto& row : k_lists) all.emplace_back(row.attribute);
    return all;
  }();
  return names;
}

void read_mail_rules(const Attributes& entry, const FindByDn& find, Principal& principal) {
  MailRules& rules = principal.mail_rules;
  rules = {};
  rules.is_hidden = is_true(entry, "msexchhidefromaddresslists");
  rules.signed_in_only = is_true(entry, "msexchrequireauthtosendto");
  rules.deliver_and_redirect = is_true(entry, "deliverandredirect");
  rules.is_moderated = is_true(entry, "msexchenablemoderation");
  rules.moderation_flags =
      parse_number<std::uint32_t>(trim(first_of(entry, "msexchmoderationflags")))
          .value_or(MailRules().moderation_flags);
  rules.target_address = target_of(first_of(entry, "targetaddress"));
  const auto type = trim(first_of(entry, "msexchrecipienttypedetails"));
  std::from_chars(type.data(), type.data() + type.size(), rules.recipient_type);
  const auto one = [&](std::string_view name) -> std::optional<PrincipalId> {
    const auto& values = values_of(entry, name);
    return values.empty() ? std::nullopt : find(name, values.front());
  };
  rules.alternate = one("altrecipient");
  rules.owner = one(principal.kind == Kind::group ? "managedby" : "manager");
  for (const auto& row : k_lists) {
    auto& list = rules.*row.list;
    for (const auto& value : values_of(entry, row.attribute)) {
      if (list.size() >= k_max_values) break;
      // Nobody who is known stands in the list as one without a GUID: the list is not empty.
      const auto found = find(row.attribute, value);
      if (found || row.list == &MailRules::allowed_senders)
        list.push_back(found.value_or(PrincipalId{principal.id.source, Uuid()}));
    }
  }
  take_x500(entry, rules);
  take_quotas(entry, rules);
}

}  // namespace kontor::directory
