// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/dane.hpp"

#include <gmock/gmock.h>

#include "tests/unit/server/smtp/client/fake_world.hpp"

namespace kontor::smtp::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const net::TlsaRecord k_good{3, 1, 1, std::string(32, 'x')};

class DaneTest : public ::testing::Test {
 protected:
  auto find(const std::string& host, bool is_secure, const std::string& canonical = {}) {
    net::AddressAnswer addresses;
    addresses.is_secure = is_secure;
    addresses.canonical = canonical;
    return testing::run(context_, find_dane(resolver_, host, 25, addresses, "far.test"));
  }
  boost::asio::io_context context_;
  FakeResolver resolver_;
};

TEST(DaneRecord, OnlyWhatSmtpUsesCounts) {
  EXPECT_TRUE(is_usable(k_good));
  EXPECT_TRUE(is_usable({2, 0, 2, std::string(64, 'x')}));
  EXPECT_TRUE(is_usable({3, 0, 0, "certificate"}));
  EXPECT_FALSE(is_usable({0, 1, 1, std::string(32, 'x')})) << "RFC 7672, 3.1.3: PKIX-TA";
  EXPECT_FALSE(is_usable({1, 1, 1, std::string(32, 'x')}));
  EXPECT_FALSE(is_usable({4, 1, 1, std::string(32, 'x')}));
  EXPECT_FALSE(is_usable({3, 2, 1, std::string(32, 'x')}));
  EXPECT_FALSE(is_usable({3, 1, 3, std::string(32, 'x')}));
  EXPECT_FALSE(is_usable({3, 1, 1, std::string(31, 'x')})) << "no SHA-256";
  EXPECT_FALSE(is_usable({3, 1, 2, std::string(32, 'x')}));
  EXPECT_EQ(net::text_of({3, 1, 1, "\x01\xAB"}), "3 1 1 01ab");
}

TEST_F(DaneTest, TheNameThatRecordsAreOfGoesOutAndOthersAreNamesToo) {
  resolver_.tlsa_of["_25._tcp.mx.far.test"] = {k_good, {1, 1, 1, std::string(32, 'y')}};
  auto found = find("mx.far.test", true);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->records.size(), 2U);
  ASSERT_TRUE(found->trust);
  EXPECT_EQ(found->trust->base, "mx.far.test");
  EXPECT_THAT(found->trust->names, ElementsAre("far.test"));
  EXPECT_THAT(found->trust->records, ElementsAre(k_good));
  // Behind a CNAME: where it leads, then the first name.
  found = find("alias.test", true, "mx.far.test");
  EXPECT_EQ(found->trust->base, "mx.far.test");
  EXPECT_THAT(found->trust->names, ElementsAre("far.test", "alias.test"));
  resolver_.tlsa_of["_25._tcp.alias.test"] = {k_good};
  found = find("alias.test", true, "other.test");
  EXPECT_EQ(found->trust->base, "alias.test");
}

TEST_F(DaneTest, NamesThatAreNotSignedAreNotAskedFor) {
  resolver_.tlsa_of["_25._tcp.mx.far.test"] = {k_good};
  EXPECT_THAT(find("mx.far.test", false)->records, IsEmpty());
  EXPECT_EQ(resolver_.questions, 0U);
  EXPECT_THAT(find("mx.far.test", false, "mx.plain.test")->records, IsEmpty());
  resolver_.signed_names = {"mx.far.test"};
  EXPECT_EQ(find("mx.far.test", false, "mx.plain.test")->records.size(), 1U);
}

TEST_F(DaneTest, NoAnswerIsNoPermission) {
  resolver_.broken["_25._tcp.mx.far.test"] = Errc::unavailable;
  const auto found = find("mx.far.test", true);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Errc::unavailable);
  resolver_.broken["_25._tcp.mx.far.test"] = Errc::not_found;
  EXPECT_THAT(find("mx.far.test", true)->records, IsEmpty());
  resolver_.broken["alias.test"] = Errc::timed_out;
  EXPECT_FALSE(find("alias.test", false, "mx.plain.test"));
}

}  // namespace
}  // namespace kontor::smtp::client
