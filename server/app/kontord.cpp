// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/kontord.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>

#include <cstdio>

#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "base/net/socket_stream.hpp"
#include "server/app/certificate.hpp"
#include "server/app/options.hpp"
#include "server/app/process.hpp"
#include "server/app/server.hpp"

namespace kontor::app {
namespace {

constexpr int k_done = 0;
constexpr int k_refused = 1;
constexpr int k_wrong_use = 2;

int complain(std::string_view sentences, int status) {
  for (const auto sentence : split(sentences, '\n')) fmt::print(stderr, "kontord: {}\n", sentence);
  return status;
}

int complain(const Error& error, int status) {
  return complain(error.detail().empty() ? error.text() : error.detail(), status);
}

// What --check looks at beside the settings themselves. Writes nothing.
int check(const config::Settings& settings) {
  if (!settings.tls.certificate_file.empty()) {
    const auto now = system_clock().now();
    const auto files = certificate_files(settings, now);
    if (!files) return complain(files.error(), k_refused);
    const auto context = net::TlsContext::load(*files, settings.tls.minimum_version);
    if (!context) return complain(context.error(), k_refused);
    for (const auto& sentence :
         (*context)->check(settings.server.name, now, settings.tls.warn_days))
      complain(sentence, k_done);
  }
  fmt::print("kontord: the settings are in order\n");
  return k_done;
}

// The C library keeps what one thread frees for that thread, and large blocks too once some were
// freed: mailboxes loaded by eight disk threads then cost half as much again
// (docs/performance.md).
void give_memory_back() {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

int serve(config::Settings settings) {
  give_memory_back();
  ::umask(077);
  net::ignore_broken_pipes();
  const auto& server = settings.server;
  if (const auto made = make_data_folder(server.data_folder, server.user); !made)
    return complain(made.error(), k_refused);
  // Ports below 1024 need root; everything behind them does not.
  auto ports = open_ports(settings);
  if (!ports) return complain(ports.error(), k_refused);
  if (const auto become = become_user(server.user); !become)
    return complain(become.error(), k_refused);
  auto running = Server::start(std::move(settings), *std::move(ports));
  if (!running) return complain(running.error(), k_refused);
  (*running)->run();
  return k_done;
}

}  // namespace

int run_kontord(const std::vector<std::string>& arguments) {
  const auto options = parse_options(arguments);
  if (!options)
    return complain(options.error().detail() + "\n" + "kontord --help lists the options",
                    k_wrong_use);
  using enum Options::Action;
  if (options->action == help) return fmt::print("{}", usage()), k_done;
  if (options->action == version) return fmt::print("kontord {}\n", KONTOR_VERSION), k_done;
  auto settings = settings_for(*options);
  if (!settings) return complain(settings.error(), k_refused);
  if (options->action == check) return app::check(*settings);
  if (options->action == dump_all || options->action == dump_changed) {
    fmt::print("{}", config::dump_settings(*settings, options->action == dump_changed));
    return k_done;
  }
  return app::serve(*std::move(settings));
}

}  // namespace kontor::app
