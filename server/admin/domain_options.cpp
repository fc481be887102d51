// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/domain_options.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/config/edit.hpp"
#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "server/admin/ask_password.hpp"

namespace kontor::admin {
namespace {

constexpr const char* k_config_file = "/etc/kontor/kontor.toml";
constexpr std::uint64_t k_max_config = 1U << 20U;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// The domain is the rest of the server's name unless somebody says another.
std::string domain_of(const Request& request, const config::Settings& settings) {
  if (const auto given = option(request, "--domain"); !given.empty()) return to_lower(given);
  if (!settings.ad.domain.empty()) return settings.ad.domain;
  const auto dot = settings.server.name.find('.');
  return dot == std::string::npos ? "" : to_lower(settings.server.name.substr(dot + 1));
}

std::string keytab_of(const Request& request, const JoinJob& job) {
  if (const auto given = option(request, "--keytab"); !given.empty()) return given;
  if (!job.settings.ad.keytab_file.empty()) return job.settings.ad.keytab_file;
  return io::parent_of(job.file) + "/kontor.keytab";
}

Result<directory::CommandForm> form_of(const std::string& word) {
  using directory::CommandForm;
  if (word.empty() || word == "windows") return CommandForm::windows;
  if (word == "samba") return CommandForm::samba;
  if (word == "adcli") return CommandForm::adcli;
  return fail(Errc::bad_input, "--print-commands is windows, samba or adcli");
}

std::vector<config::Change> changes_of(const JoinJob& job) {
  const auto& settings = job.settings;
  return {{"server", "name", settings.server.name},
          {"directory", "source", settings.directory.source},
          {"directory", "default_domain", settings.directory.default_domain},
          {"ad", "domain", settings.ad.domain},
          {"ad", "keytab_file", settings.ad.keytab_file}};
}

// Beside it with the same owner and mode, synced, renamed.
Result<void> replace_file(const std::string& path, const std::string& bytes) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) return fail(errno_error(path, errno));
  const std::string part = path + ".new";
  unlink(part.c_str());
  const Descriptor file(open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return fail(errno_error("creating " + part, errno));
  const bool is_written =
      write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      fchown(file.get(), about.st_uid, about.st_gid) == 0 &&
      fchmod(file.get(), about.st_mode & 07777) == 0 && fsync(file.get()) == 0 &&
      rename(part.c_str(), path.c_str()) == 0;
  if (is_written) return io::real_file_system().sync_directory(io::parent_of(path));
  const int problem = errno;
  unlink(part.c_str());
  return fail(errno_error("writing " + part, problem));
}

std::string lines_of(const std::vector<config::Change>& changes) {
  std::string out, section;
  for (const auto& change : changes) {
    if (change.section != section) out += "\n[" + change.section + "]\n";
    section = change.section;
    out += config::line_of(change) + "\n";
  }
  return out;
}

}  // namespace

std::string config_file(const Request& request) {
  const auto given = option(request, "--config");
  return given.empty() ? k_config_file : given;
}

Result<JoinJob> join_job(const Request& request) {
  JoinJob job;
  job.file = config_file(request);
  if (auto loaded = config::load_settings(job.file)) {
    job.settings = *std::move(loaded);
    job.has_file = true;
  } else if (loaded.error().code() != Errc::not_found) {
    return fail(loaded.error());
  }
  auto& settings = job.settings;
  if (const auto name = option(request, "--name"); !name.empty()) settings.server.name = name;
  settings.ad.domain = domain_of(request, settings);
  settings.ad.keytab_file = keytab_of(request, job);
  settings.directory.source = "ad";
  if (settings.directory.default_domain.empty())
    settings.directory.default_domain = settings.ad.domain;
  auto& wish = job.wish;
  wish.admin.user = option(request, "--user");
  wish.service_account = request.options.contains("--account");
  if (wish.service_account && request.options.contains("--computer"))
    return fail(Errc::bad_input, "--account makes a user, --computer a machine: give one");
  wish.account = option(request, wish.service_account ? "--account" : "--computer");
  wish.parent = option(request, "--parent");
  if (job.file != k_config_file) wish.settings_file = job.file;
  wish.reuse = request.options.contains("--reuse");
  wish.force = request.options.contains("--force");
  if (const auto list = option(request, "--services"); !list.empty())
    for (const auto service : split(list, ',')) wish.services.emplace_back(trim(service));
  KONTOR_TRY(job.form, form_of(option(request, "--print-commands")));
  return job;
}

Result<directory::RolloverWish> rollover_wish(const Request& request) {
  directory::RolloverWish wish;
  if (const auto days = option(request, "--older-than"); !days.empty()) {
    const auto number = parse_number<std::uint32_t>(days);
    if (!number || *number > 10'000) return fail(Errc::bad_input, "--older-than wants days");
    wish.older_than_days = *number;
  }
  if (const auto hours = option(request, "--ticket-life"); !hours.empty()) {
    const auto number = parse_number<std::uint32_t>(hours);
    if (!number || *number == 0 || *number > 10'000)
      return fail(Errc::bad_input, "--ticket-life wants hours");
    wish.ticket_hours = *number;
  }
  return wish;
}

Result<void> ask_password(directory::AdminSignIn& admin) {
  if (admin.user.empty()) return {};
  admin.password = hidden_line("Password of " + admin.user + ": ");
  if (admin.password.empty()) return fail(Errc::auth_failed, "an empty password");
  return {};
}

std::string settings_lines(const JoinJob& job) { return lines_of(changes_of(job)); }

std::string write_settings(const JoinJob& job) {
  const auto changes = changes_of(job);
  Result<void> done = fail(Errc::not_found, "there is no " + job.file);
  if (job.has_file) {
    const auto before = io::read_file(io::real_file_system(), job.file, k_max_config);
    auto after = before ? config::change_settings(*before, changes)
                        : Result<std::string>(fail(before.error()));
    if (after && *after == *before)
      return "The settings in " + job.file + " are as they should be.";
    done = after ? replace_file(job.file, *after) : Result<void>(fail(after.error()));
  }
  if (done) return "The settings are in " + job.file + "; restart kontord for them.";
  return "The settings were not written (" + done.error().detail() + "). Write yourself:\n" +
         lines_of(changes);
}

}  // namespace kontor::admin
