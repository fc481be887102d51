// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/idna.hpp"

#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

struct CloseIdna {
  void operator()(UIDNA* idna) const noexcept { uidna_close(idna); }
};

}  // namespace

Result<std::string> domain_to_ascii(std::string_view domain) {
  constexpr std::size_t k_max_domain = 255;
  if (domain.size() > 4 * k_max_domain) return fail(Errc::bad_input, "a domain that is too long");
  const bool is_ascii =
      std::ranges::all_of(domain, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_ascii) return to_lower(domain);
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, CloseIdna> idna(
      uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI, &error));
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::array<char, k_max_domain + 1> ascii{};
  const auto size =
      uidna_nameToASCII_UTF8(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()),
                             ascii.data(), static_cast<std::int32_t>(ascii.size()), &info, &error);
  if (U_FAILURE(error) || info.errors != 0 || size <= 0)
    return fail(Errc::bad_input, "not a domain that the DNS can have");
  return to_lower(std::string_view(ascii.data(), static_cast<std::size_t>(size)));
}

}  // namespace kontor::mime
