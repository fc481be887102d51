// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/tls.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/unit/base/net/tls_client.hpp"

namespace kontor::net {
namespace {

using kontor::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
constexpr UtcSeconds k_now{std::chrono::seconds(1'763'772'707)};
constexpr const char* k_name = "mail.example.test";

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

mode_t mode_of(const std::string& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST(OwnCertificate, IsMadeOnceAndItsKeysAreClosed) {
  const TempFolder folder;
  const auto tls = folder.path + "/tls";
  const auto mask = ::umask(077);
  const auto files = own_certificate(tls, k_name, k_now);
  ::umask(mask);
  ASSERT_TRUE(files) << files.error().text();
  EXPECT_EQ(mode_of(files->key), 0600U);
  EXPECT_EQ(mode_of(tls + "/ca.key"), 0600U);
  EXPECT_EQ(mode_of(tls + "/ca.pem"), 0644U) << "clients of this machine may read it";
  EXPECT_EQ(mode_of(tls), 0755U);
  const auto certificate = read_file(files->certificate);
  const auto again = own_certificate(tls, k_name, k_now + std::chrono::days(300));
  ASSERT_TRUE(again);
  EXPECT_EQ(read_file(again->certificate), certificate) << "it is used as it is";
  const auto context = TlsContext::load(*files, "1.2");
  ASSERT_TRUE(context) << context.error().text();
  for (const char* name : {k_name, "localhost"})
    EXPECT_THAT((*context)->check(name, k_now, 21), IsEmpty()) << name;
  EXPECT_EQ((*context)->endpoint_binding().size(), 32U);
  EXPECT_EQ((*context)->subject(), "CN=mail.example.test");
}

TEST(OwnCertificate, IsRenewedUnderTheSameAuthority) {
  const TempFolder folder;
  const auto files = own_certificate(folder.path, k_name, k_now);
  ASSERT_TRUE(files);
  const auto authority = read_file(folder.path + "/ca.pem");
  const auto first = read_file(files->certificate);
  ASSERT_TRUE(own_certificate(folder.path, k_name, k_now + std::chrono::days(370)));
  const auto second = read_file(files->certificate);
  EXPECT_NE(second, first) << "27 days before its end";
  ASSERT_TRUE(own_certificate(folder.path, "post.example.test", k_now + std::chrono::days(371)));
  EXPECT_NE(read_file(files->certificate), second) << "another name";
  EXPECT_EQ(read_file(folder.path + "/ca.pem"), authority);
  const auto command =
      "openssl verify -purpose sslserver -verify_ip ::1 -verify_hostname "
      "post.example.test -CAfile " +
      folder.path + "/ca.pem -attime " +
      std::to_string((k_now + std::chrono::days(372)).time_since_epoch().count()) + " " +
      files->certificate + " >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(OwnCertificate, RefusesAWrongNameOrFolder) {
  const TempFolder folder;
  for (const std::string name : {"", "a,DNS:evil.test", "mail example", "mail\n"})
    EXPECT_FALSE(own_certificate(folder.path, name, k_now)) << name;
  const auto closed = own_certificate("/proc/tls", k_name, k_now);
  ASSERT_FALSE(closed);
  EXPECT_THAT(closed.error().detail(), HasSubstr("/proc/tls"));
}

TEST(TlsContext, SaysWhatIsWrongWithTheFiles) {
  const TempFolder one;
  const TempFolder other;
  const auto files = own_certificate(one.path, k_name, k_now);
  const auto stranger = own_certificate(other.path, k_name, k_now);
  ASSERT_TRUE(files && stranger);
  const auto garbage = one.path + "/garbage.pem";
  std::ofstream(garbage) << "-----BEGIN CERTIFICATE-----\nxyz\n";
  const std::vector<std::pair<TlsFiles, std::string>> rows{
      {{files->certificate, stranger->key}, "does not belong to the certificate"},
      {{files->certificate, garbage}, "holds no usable private key"},
      {{garbage, files->key}, "holds no usable PEM certificate"},
      {{one.path + "/missing.pem", files->key}, "the certificate " + one.path + "/missing.pem"},
      {{files->certificate, one.path + "/missing.key"}, "the private key " + one.path},
  };
  for (const auto& [pair, sentence] : rows) {
    const auto context = TlsContext::load(pair, "1.2");
    ASSERT_FALSE(context) << sentence;
    EXPECT_THAT(context.error().detail(), HasSubstr(sentence));
  }
}

TEST(TlsContext, SaysWhatWillTroubleClients) {
  const TempFolder folder;
  const auto files = own_certificate(folder.path, k_name, k_now);
  ASSERT_TRUE(files);
  const auto loaded = TlsContext::load(*files, "1.2");
  ASSERT_TRUE(loaded);
  const TlsContext& context = **loaded;
  EXPECT_EQ(context.expires(), k_now + std::chrono::days(397));
  EXPECT_THAT(context.check(k_name, k_now + std::chrono::days(380), 21),
              ElementsAre("The certificate ends on 2026-12-24, in 17 days: renew it."));
  EXPECT_THAT(context.check(k_name, k_now + std::chrono::days(398), 21),
              ElementsAre("The certificate expired on 2026-12-24: clients refuse it."));
  EXPECT_THAT(context.check(k_name, k_now - std::chrono::days(2), 21),
              ElementsAre(HasSubstr("is not valid before 2025-11-21")));
  EXPECT_THAT(context.check("mail.elsewhere.test", k_now, 21),
              ElementsAre(HasSubstr("is not for the name of this server, mail.elsewhere.test")));
}

}  // namespace
}  // namespace kontor::net
