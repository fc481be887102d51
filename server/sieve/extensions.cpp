// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/extensions.hpp"

#include <algorithm>
#include <array>

namespace kontor::sieve {
namespace {

constexpr std::array<std::string_view, k_extensions> k_names{"body",
                                                             "comparator-i;ascii-numeric",
                                                             "comparator-i;unicode-casemap",
                                                             "comparator-i;octet",
                                                             "comparator-i;ascii-casemap",
                                                             "copy",
                                                             "date",
                                                             "duplicate",
                                                             "editheader",
                                                             "encoded-character",
                                                             "envelope",
                                                             "environment",
                                                             "ereject",
                                                             "fileinto",
                                                             "ihave",
                                                             "imap4flags",
                                                             "include",
                                                             "index",
                                                             "mailbox",
                                                             "mailboxid",
                                                             "reject",
                                                             "relational",
                                                             "spamtest",
                                                             "spamtestplus",
                                                             "special-use",
                                                             "subaddress",
                                                             "vacation",
                                                             "vacation-seconds",
                                                             "variables",
                                                             "virustest"};

}  // namespace

std::string_view name_of(Extension extension) noexcept {
  return k_names[static_cast<std::size_t>(extension)];
}

std::optional<Extension> find_extension(std::string_view name) noexcept {
  const auto found = std::ranges::find(k_names, name);
  if (found == k_names.end()) return std::nullopt;
  return static_cast<Extension>(found - k_names.begin());
}

std::string extension_names() {
  std::string out;
  for (std::size_t i = 0; i < k_names.size(); ++i) {
    const auto extension = static_cast<Extension>(i);
    // RFC 5228, 2.7.3: every implementation has these two.
    if (extension == Extension::octet || extension == Extension::ascii_casemap) continue;
    if (!out.empty()) out += ' ';
    out += k_names[i];
  }
  return out;
}

}  // namespace kontor::sieve
