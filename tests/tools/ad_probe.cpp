// SPDX-License-Identifier: GPL-3.0-or-later
// Drives the Active Directory parts without the server: tests/functional/ad_parts.py talks to it.
//
//   ad_probe CONFIG follow            one JSON-like line for each thing the source hands over,
//   until EOF ad_probe CONFIG password          lines "ACCOUNT PASSWORD" (hex): "ok", or kind and
//   detail, and ms ad_probe CONFIG ticket MECH SERVICE [BINDING]   base64 tokens in, base64
//   challenges out
#include <chrono>
#include <csignal>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "directory/krb/acceptor.hpp"
#include "directory/krb/password.hpp"
#include "directory/krb/profile.hpp"
#include "directory/ldap/ad_source.hpp"
#include "directory/model/sid.hpp"

namespace {
using namespace kontor;
using namespace kontor::directory;

class Printer final : public SourceReceiver {
 public:
  explicit Printer(const std::vector<std::unique_ptr<Source>>& sources) : sources_(sources) {}
  void apply(const std::string& source, Changes changes) override {
    const std::lock_guard lock(mutex_);
    std::cout << (changes.is_complete ? "complete " : "changes ") << changes.upserts.size() << ' '
              << changes.removals.size() << '\t' << source << '\n';
    for (const auto& one : changes.upserts) print(one);
    for (const auto& id : changes.removals) std::cout << "removed\t" << id.text() << '\n';
    std::cout << "end" << std::endl;
  }
  void status_changed(const std::string& source) override {
    SourceStatus status;
    for (const auto& one : sources_)
      if (one->name() == source) status = one->status();
    const std::lock_guard lock(mutex_);
    std::cout << "status\t" << (status.is_reachable ? "reachable" : "lost") << '\t' << status.server
              << '\t' << status.detail << '\t' << source << std::endl;
  }

 private:
  static void print(const Principal& one) {
    std::cout << "principal\t" << one.id.text() << '\t' << static_cast<int>(one.kind) << '\t'
              << static_cast<int>(one.state) << '\t' << one.account_name << '\t' << one.name << '\t'
              << one.mail << '\t' << join(one.addresses, ",") << '\t' << one.principal_name << '\t'
              << one.netbios_domain << '\t' << one.sid << '\t' << one.expires.value_or(0) << '\t';
    for (const auto& member : one.members)
      std::cout << (is_sid_alone(member) ? member.source : member.guid.text()) << ',';
    std::cout << '\t';
    for (const auto& group : one.member_of) std::cout << group.guid.text() << ',';
    std::cout << '\n';
  }
  const std::vector<std::unique_ptr<Source>>& sources_;
  std::mutex mutex_;
};

int follow(const config::Settings& settings, const Domains& domains) {
  const auto sources = make_ad_sources(settings, domains);
  Printer printer(sources);
  std::vector<std::thread> threads;
  for (const auto& source : sources) threads.emplace_back([&] { source->run(printer); });
  for (std::string line; std::getline(std::cin, line);)
    if (line == "reconcile")
      for (const auto& source : sources) source->reconcile();
  for (const auto& source : sources) source->stop();
  for (auto& thread : threads) thread.join();
  std::cout << "stopped" << std::endl;
  return 0;
}

int passwords(const config::Settings& settings, const Domains& domains) {
  const auto checker = make_kerberos_checker(settings.ad, domains);
  for (std::string line; std::getline(std::cin, line);) {
    const auto parts = split(line, ' ');
    if (parts.size() != 2) return 2;
    Principal who;
    who.account_name = hex_decode(parts[0]).value_or("");
    // NAME, or NAME@DOMAIN for a person of another domain
    if (const auto at = who.account_name.find('@'); at != std::string::npos) {
      who.domain = who.account_name.substr(at + 1);
      who.account_name.resize(at);
    }
    const auto begun = std::chrono::steady_clock::now();
    if (who.account_name == "?") {
      checker->check_unknown("some password");
      std::cout << "spent";
    } else {
      const auto result = checker->check(who, who.account_name, hex_decode(parts[1]).value_or(""));
      std::cout << (result ? "ok" : result.error().text());
    }
    std::cout << '\t'
              << std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::steady_clock::now() - begun)
                     .count()
              << std::endl;
  }
  return 0;
}

int ticket(const config::Settings& settings, int argc, char** argv) {
  SignInContext context;
  context.service = argv[4];
  if (argc > 5) context.channel_binding = argv[5];
  for (const auto& mechanism : make_ticket_mechanisms(settings.ad)) {
    if (mechanism->name() != argv[3]) continue;
    auto acceptor = mechanism->begin(context);
    if (!acceptor) {
      std::cout << "error " << acceptor.error().text() << std::endl;
      return 1;
    }
    for (std::string line; std::getline(std::cin, line);) {
      auto step = (*acceptor)->step(
          line == "none" ? std::nullopt : std::optional(base64_decode(line).value_or("")));
      if (!step) {
        std::cout << "error " << step.error().text() << std::endl;
      } else if (!step->done) {
        std::cout << "challenge " << base64_encode(step->challenge) << std::endl;
      } else {
        const auto& who = step->authenticated;
        std::cout << "done " << who.name << '\t' << who.authorization_id << '\t' << who.sid << '\t'
                  << join(who.group_sids, ",") << std::endl;
      }
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);  // as kontor-directory does
  const auto settings = config::load_settings(argv[1]);
  if (!settings) {
    std::cerr << settings.error().text() << '\n';
    return 2;
  }
  if (const auto prepared = prepare_kerberos(*settings); !prepared) {
    std::cerr << prepared.error().text() << '\n';
    return 2;
  }
  const auto domains = make_domains(settings->ad);
  const std::string action = argv[2];
  if (action == "follow") return follow(*settings, domains);
  if (action == "ticket" && argc >= 5) return ticket(*settings, argc, argv);
  for (const auto& one : domains)
    if (const auto found = one->refresh(); !found) std::cerr << found.error().text() << '\n';
  return action == "password" ? passwords(*settings, domains) : 2;
}
