// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/tab/addresses.hpp"

#include <algorithm>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin {
namespace {

constexpr std::size_t longest_address = 320;  // RFC 5321, 4.5.3.1: 64 and 255 and the "@"

bool has(const std::vector<std::wstring>& all, const std::wstring& one) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& other) { return same_text(one, other); });
}

}  // namespace

std::wstring without_kind(const std::wstring& value) {
  return begins(value, L"smtp:") ? trimmed(std::wstring_view(value).substr(5)) : std::wstring();
}

Addresses addresses_of(const Entry& entry) {
  Addresses found;
  std::vector<std::wstring> smtp;
  for (const auto& value : entry.all(L"proxyAddresses")) {
    const std::wstring address = without_kind(value);
    if (address.empty()) {
      found.others.push_back(value);
    } else if (value.starts_with(L"SMTP:") && found.primary.empty()) {
      found.primary = address;
    } else {
      smtp.push_back(address);
    }
  }
  const std::wstring mail = trimmed(entry.first(L"mail"));
  if (found.primary.empty()) found.primary = mail;
  if (found.primary.empty() && !smtp.empty()) found.primary = smtp.front();
  for (const auto& address : smtp) {
    if (!same_text(address, found.primary) && !has(found.more, address))
      found.more.push_back(address);
  }
  std::sort(found.more.begin(), found.more.end());
  return found;
}

std::vector<Change> address_changes(const Entry& entry,
                                    const Addresses& before,
                                    const Addresses& now) {
  std::vector<Change> changes;
  if (entry.first(L"mail") != now.primary && before.primary != now.primary)
    changes.push_back({L"mail", now.primary.empty() ? Values() : Values{now.primary}});
  if (before == now) return changes;
  Values values;
  if (!now.primary.empty()) values.push_back(L"SMTP:" + now.primary);
  for (const auto& address : now.more) values.push_back(L"smtp:" + address);
  for (const auto& other : now.others) values.push_back(other);
  if (values.size() == 1 && entry.all(L"proxyAddresses").empty()) values.clear();
  if (!values.empty() || !entry.all(L"proxyAddresses").empty())
    changes.push_back({L"proxyAddresses", values});
  return changes;
}

bool is_address(const std::wstring& text) {
  const auto at = text.rfind(L'@');
  if (at == text.npos || at == 0 || at > 64 || text.size() > longest_address) return false;
  const std::wstring local = text.substr(0, at), domain = text.substr(at + 1);
  if (local.find_first_of(L" \t\r\n<>()[],;:\\\"@") != local.npos || local.front() == L'.' ||
      local.back() == L'.' || local.find(L"..") != local.npos)
    return false;
  const auto labels = parts(domain, L".");
  if (labels.size() < 2 || joined(labels, L".") != domain) return false;
  return std::all_of(labels.begin(), labels.end(), [](const std::wstring& label) {
    return label.size() <= 63 && label.front() != L'-' && label.back() != L'-' &&
           std::all_of(label.begin(), label.end(), [](wchar_t letter) {
             return letter > 127 || letter == L'-' || (letter >= L'0' && letter <= L'9') ||
                    (letter >= L'a' && letter <= L'z') || (letter >= L'A' && letter <= L'Z');
           });
  });
}

}  // namespace kontor::admin
