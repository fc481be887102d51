// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/certificate.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/log/recording_sink.hpp"

namespace kontor::app {
namespace {

using ::testing::HasSubstr;

struct MovableClock final : Clock {
  UtcSeconds now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  UtcSeconds time = system_clock().now();
};

struct CertificateTest : ::testing::Test {
  CertificateTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "kontor-cert-XXXXXX";
    folder = mkdtemp(pattern.data());
    settings.server.name = "mail.example.test";
    settings.server.data_folder = folder + "/data";
    std::filesystem::create_directories(settings.server.data_folder);
  }
  ~CertificateTest() override { std::filesystem::remove_all(folder); }

  // An administrator's pair of files, for that name, named by the settings.
  void configure(const std::string& name) {
    const auto files = net::own_certificate(folder + "/" + name, name, clock.now());
    ASSERT_TRUE(files);
    const auto replace = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(files->certificate, folder + "/cert.pem", replace);
    std::filesystem::copy_file(files->key, folder + "/key.pem", replace);
    settings.tls.certificate_file = folder + "/cert.pem";
    settings.tls.key_file = folder + "/key.pem";
  }
  std::unique_ptr<Certificate> load() {
    auto loaded = Certificate::load(settings, clock, log::Context(sink));
    EXPECT_TRUE(loaded) << loaded.error().text();
    return *std::move(loaded);
  }

  std::string folder;
  config::Settings settings;
  MovableClock clock;
  log::RecordingSink sink;
};

TEST_F(CertificateTest, IsMadeWhenNoneIsSet) {
  const auto certificate = load();
  EXPECT_EQ(certificate->current()->subject(), "CN=mail.example.test");
  EXPECT_TRUE(std::filesystem::exists(settings.server.data_folder + "/tls/ca.pem"));
  EXPECT_EQ(sink.count("server.certificate.warning"), 0U);
}

TEST_F(CertificateTest, TheOwnOneIsRenewedInTime) {
  const auto certificate = load();
  const auto first = certificate->current();
  certificate->refresh(false);
  EXPECT_EQ(certificate->current(), first);
  clock.time += std::chrono::days(370);
  certificate->refresh(false);
  EXPECT_GT(certificate->current()->expires(), first->expires());
  EXPECT_EQ(sink.count("server.certificate.warning"), 0U);
}

TEST_F(CertificateTest, ChangedFilesAreUsedUnchangedOnesNot) {
  configure("mail.example.test");
  const auto certificate = load();
  const auto first = certificate->current();
  certificate->refresh(false);
  EXPECT_EQ(certificate->current(), first);
  configure("post.example.test");
  certificate->refresh(false);
  EXPECT_EQ(certificate->current()->subject(), "CN=post.example.test");
  const auto warning = sink.last("server.certificate.warning");
  ASSERT_TRUE(warning);
  EXPECT_THAT(warning->get(log::Keys::detail).value_or(""), HasSubstr("is not for the name"));
  const auto second = certificate->current();
  certificate->refresh(true);  // SIGHUP
  EXPECT_NE(certificate->current(), second);
}

TEST_F(CertificateTest, UnusableNewFilesAreReportedOnceAndTheOldOneStays) {
  configure("mail.example.test");
  const auto certificate = load();
  const auto first = certificate->current();
  std::ofstream(settings.tls.certificate_file) << "nonsense";
  certificate->refresh(false);
  certificate->refresh(false);
  EXPECT_EQ(certificate->current(), first);
  EXPECT_EQ(sink.count("server.certificate.refused"), 1U);
  configure("mail.example.test");
  certificate->refresh(false);
  EXPECT_NE(certificate->current(), first);
}

TEST_F(CertificateTest, WarnsOnceADay) {
  configure("mail.example.test");
  const auto certificate = load();
  clock.time += std::chrono::days(390);
  for (int hour = 0; hour < 49; ++hour) {
    certificate->refresh(false);
    clock.time += std::chrono::hours(1);
  }
  EXPECT_EQ(sink.count("server.certificate.warning"), 3U);
}

TEST_F(CertificateTest, AtTheStartWrongFilesAreAnError) {
  configure("mail.example.test");
  settings.tls.key_file = folder + "/missing.pem";
  const auto loaded = Certificate::load(settings, clock, log::Context(sink));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().detail(), HasSubstr("missing.pem"));
}

}  // namespace
}  // namespace kontor::app
