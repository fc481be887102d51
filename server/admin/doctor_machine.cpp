// SPDX-License-Identifier: GPL-3.0-or-later
// doctor: the machine below the server. Blocks; runs on a pool.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "base/io/disk_room.hpp"
#include "base/io/file_system.hpp"
#include "base/net/socket_address.hpp"
#include "base/net/tls.hpp"
#include "server/admin/doctor.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint64_t k_mega = 1U << 20U;
constexpr int k_syncs = 5;
constexpr std::uint64_t k_other_files = 1'024;  // beside connections

void look_at_disk(const config::Settings& settings, Diagnoses& out) {
  const auto& folder = settings.server.data_folder;
  const auto room = io::disk_room(folder);
  if (!room) {
    out.push_back({"disk.space",
                   Grade::problem,
                   folder,
                   {"The data folder cannot be looked at.", "Папку данных нельзя прочесть."},
                   {"See whether it is there and belongs to the user of the server.",
                    "Проверьте, что она есть и принадлежит пользователю сервера."}});
    return;
  }
  const auto free = room->free, size = room->size;
  const auto reserve = std::max(settings.store.reserve, settings.queue.reserve);
  const auto percent = size == 0 ? 0 : free * 100 / size;
  Diagnosis space{
      "disk.space",
      Grade::good,
      folder,
      {fmt::format("{} MB of {} MB are free ({} %).", free / k_mega, size / k_mega, percent),
       fmt::format("Свободно {} МБ из {} МБ ({} %).", free / k_mega, size / k_mega, percent)}};
  if (free < reserve)
    space.grade = Grade::problem;
  else if (free < 4 * reserve || percent < 5)
    space.grade = Grade::warning;
  if (space.grade != Grade::good)
    space.advice = {"Make room: below store.reserve and queue.reserve no mail is taken.",
                    "Освободите место: ниже store.reserve и queue.reserve почта не принимается."};
  out.push_back(std::move(space));
  if (room->files == 0) return;  // a file system that makes them as it needs them
  const auto left = room->free_files * 100 / room->files;
  Diagnosis files{"disk.inodes",
                  left < 5 ? Grade::warning : Grade::good,
                  folder,
                  {fmt::format("{} inodes are free ({} %).", room->free_files, left),
                   fmt::format("Свободно inode: {} ({} %).", room->free_files, left)}};
  if (left < 5)
    files.advice = {"Remove small files from this file system, or enlarge it.",
                    "Удалите мелкие файлы с этой файловой системы или расширьте её."};
  out.push_back(std::move(files));
}

void look_at_sync(const config::Settings& settings, Diagnoses& out) {
  const auto path = settings.server.data_folder + "/run/doctor";
  auto& files = io::real_file_system();
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < k_syncs; ++i) {
    const auto written = io::write_file_durably(files, path, std::string(4'096, 'x'));
    if (written) continue;
    out.push_back(
        {"disk.write",
         Grade::problem,
         path,
         {"Nothing can be written into the data folder: " + written.error().text() + ".",
          "В папку данных нельзя писать: " + written.error().text() + "."},
         {"See whether the disk is full, read-only or failing (dmesg).",
          "Проверьте, не полон ли диск, не только ли для чтения он и исправен ли (dmesg)."}});
    return;
  }
  const auto each =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count() /
      k_syncs;
  static_cast<void>(files.remove(path));
  out.push_back({"disk.write",
                 Grade::good,
                 settings.server.data_folder,
                 {fmt::format("A small file is on disk for good in {:.1f} ms.", each),
                  fmt::format("Маленький файл надёжно записывается за {:.1f} мс.", each)}});
}

void look_at_limits(const config::Settings& settings, Diagnoses& out) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto wanted = settings.server.max_connections + k_other_files;
  const bool is_enough = limit.rlim_cur >= wanted;
  out.push_back({"limits.files",
                 is_enough ? Grade::good : Grade::warning,
                 "",
                 {fmt::format("{} files may be open; server.max_connections needs {}.",
                              limit.rlim_cur, wanted),
                  fmt::format("Открытых файлов может быть {}; для server.max_connections нужно {}.",
                              limit.rlim_cur, wanted)},
                 is_enough ? Words()
                           : Words{"Raise LimitNOFILE of kontor.service, or ulimit -n.",
                                   "Увеличьте LimitNOFILE в kontor.service или ulimit -n."}});
}

void look_at_clock(Diagnoses& out) {
  timex state{};
  const bool is_set = ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  out.push_back(
      {"clock", is_set ? Grade::good : Grade::warning, "",
       is_set ? Words{"The clock is kept by a time server.", "Часы идут по серверу времени."}
              : Words{"Nobody says that the clock is right.",
                      "Никто не подтверждает, что часы верны."},
       is_set ? Words()
              : Words{"Run chrony or systemd-timesyncd; Kerberos wants 5 minutes at most.",
                      "Запустите chrony или systemd-timesyncd; Kerberos допускает не больше "
                      "5 минут."}});
}

void look_at_certificate(const config::Settings& settings, UtcSeconds now, Diagnoses& out) {
  const bool is_own = settings.tls.certificate_file.empty();
  const auto folder = settings.server.data_folder + "/tls";
  const net::TlsFiles files =
      is_own ? net::TlsFiles{folder + "/server.pem", folder + "/server.key"}
             : net::TlsFiles{settings.tls.certificate_file, settings.tls.key_file};
  const auto loaded = net::TlsContext::load(files, settings.tls.minimum_version);
  if (!loaded) {
    out.push_back({"certificate",
                   Grade::problem,
                   files.certificate,
                   {"The certificate cannot be used: " + loaded.error().text() + ".",
                    "Сертификат не годится: " + loaded.error().text() + "."},
                   {"Correct the files of tls.certificate_file and tls.key_file.",
                    "Исправьте файлы tls.certificate_file и tls.key_file."}});
    return;
  }
  const auto& certificate = **loaded;
  const auto days = std::chrono::floor<std::chrono::days>(certificate.expires() - now).count();
  const auto faults = certificate.check(settings.server.name, now, settings.tls.warn_days);
  for (const auto& sentence : faults)
    out.push_back({"certificate",
                   certificate.expires() <= now ? Grade::problem : Grade::warning,
                   files.certificate,
                   {sentence + ".", "Замечание к сертификату: " + sentence + "."},
                   {"Renew it; the server notices new files by itself.",
                    "Обновите его; новые файлы сервер заметит сам."}});
  if (faults.empty())
    out.push_back({"certificate",
                   Grade::good,
                   files.certificate,
                   {fmt::format("The certificate is for {} and good for {} days.",
                                settings.server.name, days),
                    fmt::format("Сертификат выдан для {} и годен ещё {} дней.",
                                settings.server.name, days)}});
  if (is_own)
    out.push_back({"certificate.issuer",
                   Grade::warning,
                   files.certificate,
                   {"It was made by the server itself: programs of others do not trust it.",
                    "Его сделал сам сервер: чужие программы ему не доверяют."},
                   {"Get one of a certificate authority, and name it in tls.certificate_file.",
                    "Получите сертификат удостоверяющего центра и назовите его в "
                    "tls.certificate_file."}});
}

void look_at_secrets(const config::Settings& settings, Diagnoses& out) {
  const auto& folder = settings.server.data_folder;
  auto directory = settings.directory.local_file;
  if (directory.empty()) directory = folder + "/directory.ldif";
  const std::array<std::string, 11> paths{folder,
                                          folder + "/tls/server.key",
                                          folder + "/tls/ca.key",
                                          folder + "/app-passwords",
                                          folder + "/run/control.sock",
                                          directory,
                                          settings.tls.key_file,
                                          settings.ad.keytab_file,
                                          settings.ad.bind_password_file,
                                          settings.queue.smart_host_password_file,
                                          settings.learning.password_file};
  bool is_good = true;
  for (const auto& path : paths) {
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0) continue;
    if ((info.st_mode & (S_IRWXO | S_IWGRP)) == 0) continue;
    is_good = false;
    out.push_back(
        {"secrets",
         Grade::problem,
         path,
         {fmt::format("Everybody on this machine may reach it (mode {:o}).", info.st_mode & 07777),
          fmt::format("К этому есть доступ у всех на этой машине (права {:o}).",
                      info.st_mode & 07777)},
         {"chmod o-rwx,g-w " + path, "chmod o-rwx,g-w " + path}});
  }
  if (is_good)
    out.push_back({"secrets",
                   Grade::good,
                   "",
                   {"Keys and passwords are for the server alone.",
                    "Ключи и пароли доступны только серверу."}});
}

// Does a port of this machine answer?
bool answers(const std::string& address, std::uint16_t port) {
  auto where = net::SocketAddress::of(address, port);
  if (!where) return false;
  const int fd = ::socket(where->family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const timeval limit{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const bool is_open = ::connect(fd, where->get(), *where->size()) == 0;
  ::close(fd);
  return is_open;
}

struct Port {
  std::string_view name;
  std::uint16_t standard;
};

void look_at_ports(const config::Settings& settings, Diagnoses& out) {
  std::vector<Port> ports{{"smtp", 25},   {"submission", 587}, {"submissions", 465}, {"imap", 143},
                          {"imaps", 993}, {"pop3", 110},       {"pop3s", 995}};
  if (settings.http.enabled) ports.push_back({"https", 443});
  if (settings.address_book.enabled) ports.insert(ports.end(), {{"ldap", 389}, {"ldaps", 636}});
  if (settings.sieve.manage) ports.push_back({"sieve", 4'190});
  bool is_good = true;
  for (const auto& address : settings.server.listen) {
    const auto asked = address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : address;
    for (const auto& port : ports) {
      const auto number = static_cast<std::uint16_t>(settings.server.port_base + port.standard);
      if (answers(asked, number)) continue;
      is_good = false;
      out.push_back({"ports",
                     Grade::problem,
                     fmt::format("{}:{}", address, number),
                     {fmt::format("Nobody answers at the port of {}.", port.name),
                      fmt::format("На порту {} никто не отвечает.", port.name)},
                     {"Look for a packet filter on this machine, and into the log.",
                      "Проверьте фильтр пакетов на этой машине и журнал."}});
    }
  }
  if (is_good)
    out.push_back(
        {"ports",
         Grade::good,
         "",
         {fmt::format("All ports answer at {} addresses.", settings.server.listen.size()),
          fmt::format("Все порты отвечают, адресов: {}.", settings.server.listen.size())}});
}

}  // namespace

Diagnoses diagnose_machine(const config::Settings& settings, UtcSeconds now) {
  Diagnoses out;
  look_at_disk(settings, out);
  look_at_sync(settings, out);
  look_at_limits(settings, out);
  look_at_clock(out);
  look_at_certificate(settings, now, out);
  look_at_secrets(settings, out);
  look_at_ports(settings, out);
  return out;
}

}  // namespace kontor::admin
