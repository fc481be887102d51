// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/certificate.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/log/events/server.hpp"

namespace kontor::app {
namespace {

// Device, inode, size and time: a file replaced, rewritten or reached by another link differs.
std::string stamp_of(const net::TlsFiles& files) {
  std::string stamp;
  for (const auto& path : {files.certificate, files.key}) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) info = {};
    stamp += fmt::format("{}:{}:{}:{}.{} ", info.st_dev, info.st_ino, info.st_size,
                         info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }
  return stamp;
}

net::TlsFiles configured_files(const config::Settings& settings) {
  if (!settings.tls.certificate_file.empty())
    return {settings.tls.certificate_file, settings.tls.key_file};
  const auto folder = settings.server.data_folder + "/tls";
  return {folder + "/server.pem", folder + "/server.key"};
}

}  // namespace

Result<net::TlsFiles> certificate_files(const config::Settings& settings, UtcSeconds now) {
  if (!settings.tls.certificate_file.empty()) return configured_files(settings);
  return net::own_certificate(settings.server.data_folder + "/tls", settings.server.name, now);
}

Certificate::Certificate(const config::Settings& settings, const Clock& clock, log::Context log)
    : settings_(settings), clock_(clock), log_(std::move(log)) {}

Result<std::unique_ptr<Certificate>> Certificate::load(const config::Settings& settings,
                                                       const Clock& clock,
                                                       log::Context log) {
  std::unique_ptr<Certificate> made(new Certificate(settings, clock, std::move(log)));
  KONTOR_TRY(made->reload());
  made->warn();
  return made;
}

std::shared_ptr<const net::TlsContext> Certificate::current() const {
  return context_.with([](const auto& context) { return context; });
}

Result<void> Certificate::reload() {
  const auto before = current();
  KONTOR_TRY(const auto files, certificate_files(settings_, clock_.now()));
  // Before the files are read: a change in between is seen the next time.
  stamp_ = stamp_of(files);
  KONTOR_TRY(auto loaded,
             net::TlsContext::load(files, settings_.tls.minimum_version, before.get()));
  log_.emit(log::events::k_certificate_loaded, {{log::Keys::detail, loaded->subject()}});
  context_.with([&](auto& context) { context = std::move(loaded); });
  return {};
}

void Certificate::refresh(bool always) {
  const bool is_own = settings_.tls.certificate_file.empty();
  const bool is_due = is_own && current()->expires() - clock_.now() < std::chrono::days(30);
  if (always || is_due || stamp_of(configured_files(settings_)) != stamp_) {
    if (const auto loaded = reload(); loaded)
      warned_ = {};
    else
      log_.emit(log::events::k_certificate_refused, loaded.error());
  }
  if (clock_.now() - warned_ >= std::chrono::days(1)) warn();
}

void Certificate::warn() {
  warned_ = clock_.now();
  const auto sentences = current()->check(settings_.server.name, warned_, settings_.tls.warn_days);
  for (const auto& sentence : sentences)
    log_.emit(log::events::k_certificate_warning, {{log::Keys::detail, sentence}});
}

}  // namespace kontor::app
