// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/ntlm_message.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "directory/model/bytes.hpp"
#include "directory/model/utf16.hpp"

namespace kontor::directory {
namespace {

using namespace std::string_literals;

std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) out += {c, '\0'};
  return out;
}

// AUTHENTICATE with these names behind its fixed part of 64 octets.
std::string authenticate(const std::string& domain, const std::string& user, std::uint32_t flags) {
  ByteWriter out;
  out.raw("NTLMSSP\0"s);
  out.u32(3);
  const auto field = [&out](std::size_t size, std::size_t offset) {
    out.u32(static_cast<std::uint32_t>(size | size << 16U));
    out.u32(static_cast<std::uint32_t>(offset));
  };
  field(0, 64);
  field(0, 64);
  field(domain.size(), 64);
  field(user.size(), 64 + domain.size());
  field(0, 64);
  field(0, 64);
  out.u32(flags);
  return out.take() + domain + user;
}

TEST(NtlmMessage, TheClaimIsDomainAndUser) {
  EXPECT_EQ(ntlm_claim(authenticate(wide("ADTEST"), wide("alice"), 1)), "ADTEST\\alice");
  EXPECT_EQ(ntlm_claim(authenticate("ADTEST", "alice", 0)), "ADTEST\\alice");
  EXPECT_EQ(ntlm_claim(authenticate("", wide("alice"), 1)), "alice");
  EXPECT_EQ(ntlm_claim(authenticate(wide("X"), wide("alice@ad.test"), 1)), "alice@ad.test");
}

TEST(NtlmMessage, WhatIsNoneClaimsNobody) {
  const auto good = authenticate(wide("ADTEST"), wide("alice"), 1);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ntlm_claim(good.substr(0, size)).has_value()) << size;
  EXPECT_FALSE(ntlm_claim(authenticate(wide("ADTEST"), "", 1)));
  EXPECT_FALSE(ntlm_claim(authenticate(wide("ADTEST"), "a\0l\0\0\0"s, 1)));
  auto far = good;
  far.replace(40, 4, "\xff\xff\xff\xff");  // the user's offset
  EXPECT_FALSE(ntlm_claim(far));
}

TEST(NtlmMessage, TypesAreTold) {
  EXPECT_TRUE(is_ntlm_message("NTLMSSP\0\1\0\0\0"s, 1));
  EXPECT_FALSE(is_ntlm_message("NTLMSSP\0\1\0\0\0"s, 3));
  EXPECT_FALSE(is_ntlm_message("NTLMSSP\0\1\0"s, 1));
  EXPECT_FALSE(is_ntlm_message("", 0));
}

TEST(Utf16, IsReadWithItsSurrogates) {
  EXPECT_EQ(utf16le_to_utf8("\x10\x04\x3d\xd8\x00\xde"s), "А😀");
  EXPECT_EQ(utf16le_to_utf8("\x3d\xd8"s), "\xEF\xBF\xBD");
  EXPECT_EQ(utf16le_to_utf8("a\0b"s), "a");
}

}  // namespace
}  // namespace kontor::directory
