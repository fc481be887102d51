// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/server/smtp/dialogue.hpp"

#include <array>

namespace kontor::smtp {
namespace {

constexpr net::Limit k_patience = std::chrono::seconds(10);

Task<std::string> talk(net::Stream& stream,
                       std::vector<std::string> parts,
                       std::function<void(const std::string&)> on_answer) {
  std::string answers;
  std::array<char, 4096> buffer{};
  const std::span<char> room(buffer);
  for (std::size_t next = 0;;) {
    const auto got = co_await stream.read_some(room, k_patience);
    if (!got || *got == 0) co_return answers;
    answers.append(buffer.data(), *got);
    if (on_answer) on_answer(answers);
    if (next < parts.size() && answers.ends_with("\r\n")) {
      const auto& part = parts[next++];
      static_cast<void>(co_await stream.write(part, k_patience));
    }
  }
}

// Streams in memory do not look at it.
std::shared_ptr<const net::TlsContext> some_certificate() {
  const auto owner = std::make_shared<int>(0);
  return {owner, reinterpret_cast<const net::TlsContext*>(owner.get())};
}

}  // namespace

struct Dialogue::Parts {
  explicit Parts(Dialogue& d)
      : delivery(delivery::DeliveryEnvironment{d.settings,
                                               d.directory,
                                               d.store,
                                               d.workers,
                                               log::Context(d.events),
                                               d.clock,
                                               {},
                                               [&d] { return d.knows_everybody; },
                                               nullptr,
                                               d.trace}),
        routing(delivery, d.queue, d.workers, d.clock, log::Context(d.events)),
        gate(d.settings.smtp),
        policies(d.settings, log::Context(d.events)) {
    policies.set_directory(d.directory);
  }
  delivery::Delivery delivery;
  Routing routing;
  Gate gate;
  policy::Policies policies;
};

Dialogue::~Dialogue() = default;
Dialogue::Dialogue() {
  settings.server.name = "mail.example.test";
  settings.smtp.timeout = std::chrono::seconds(10);
  settings.directory.disabled_mail = "refuse";
}

std::string Dialogue::say(std::string_view input) { return say_in_turn({std::string(input)}); }

std::string Dialogue::say_in_turn(std::vector<std::string> parts) {
  boost::asio::io_context context;
  const auto tls = [this] { return has_certificate ? some_certificate() : nullptr; };
  if (!parts_) parts_ = std::make_unique<Parts>(*this);
  Environment environment{settings, directory, sign_in, parts_->routing,      parts_->gate,
                          sessions, clock,     tls,     log::Context(events), parts_->policies};
  environment.checks = checks;
  environment.scanning = scanning;
  environment.screening = screening;
  environment.trace = trace;
  environment.day_counts = &day_counts;
  auto pair = net::make_memory_streams(server_end);
  testing::spawn(context, serve(std::move(pair.first), role, implicit_tls, environment));
  return testing::run(context, talk(*pair.second, std::move(parts), on_answer));
}

}  // namespace kontor::smtp
