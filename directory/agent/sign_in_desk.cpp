// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/sign_in_desk.hpp"

#include <algorithm>
#include <mutex>

#include "base/core/text.hpp"
#include "base/log/events/directory.hpp"
#include "directory/model/identity.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint32_t k_ticket_threads = 4;
constexpr std::uint32_t k_password_threads = 16;  // most of them may wait for a controller
constexpr std::uint32_t k_ntlm_threads = 2;       // for winbind, which may wait as well
constexpr std::size_t k_max_waiting = 2'000;      // steps not yet begun
constexpr std::size_t k_max_open = 20'000;
constexpr int k_max_steps = 20;  // of one exchange

}  // namespace

struct SignInDesk::Exchange {
  std::uint64_t id = 0;
  std::string mechanism;
  SignInContext context;
  io::WorkPool* pool = nullptr;
  log::Context log;

  std::mutex mutex;  // one step at a time
  std::unique_ptr<Acceptor> acceptor;
  std::string name;  // for the log, as far as it is known
  int steps = 0;

  explicit Exchange(log::Context log_in) : log(std::move(log_in)) {}
};

SignInDesk::SignInDesk(Parts parts)
    : parts_(std::move(parts)),
      tickets_("kontor-tickets", k_ticket_threads),
      passwords_("kontor-passwd", k_password_threads),
      ntlm_("kontor-ntlm", k_ntlm_threads) {}

SignInDesk::~SignInDesk() = default;

std::vector<OfferedMechanism> SignInDesk::offered() const {
  std::vector<OfferedMechanism> list;
  for (const auto& wanted : parts_.settings.sign_in.mechanisms)
    for (const auto& mechanism : parts_.mechanisms)
      if (iequals(mechanism->name(), wanted))
        list.push_back({mechanism->name(), mechanism->needs_tls()});
  return list;
}

io::WorkPool& SignInDesk::pool_of(const Mechanism& mechanism) {
  switch (mechanism.pool()) {
    case Mechanism::Pool::passwords:
      return passwords_;
    case Mechanism::Pool::ntlm:
      return ntlm_;
    case Mechanism::Pool::tickets:
      break;
  }
  return tickets_;
}

void SignInDesk::begin(SignInBegin message) {
  const auto is_it = [&](const auto& one) { return iequals(one->name(), message.mechanism); };
  const auto mechanism = std::ranges::find_if(parts_.mechanisms, is_it);
  auto exchange =
      std::make_shared<Exchange>(parts_.log.with({{log::Keys::session, message.context.session},
                                                  {log::Keys::peer, message.context.peer_address},
                                                  {log::Keys::protocol, message.context.service},
                                                  {log::Keys::mechanism, message.mechanism}}));
  exchange->id = message.id;
  exchange->mechanism = std::move(message.mechanism);
  exchange->context = std::move(message.context);
  Result<std::unique_ptr<Acceptor>> acceptor = fail(Errc::unsupported, "no such mechanism");
  if (mechanism != parts_.mechanisms.end()) {
    exchange->pool = &pool_of(**mechanism);
    if ((*mechanism)->needs_tls() && !exchange->context.is_tls)
      acceptor = fail(Errc::unsupported, "not without TLS");
    else if (open() >= k_max_open)
      acceptor = fail(Errc::unavailable, "too many sign-ins at once");
    else
      acceptor = (*mechanism)->begin(exchange->context);
  }
  if (!acceptor) {
    refuse(*exchange, acceptor.error());
    SignInAnswer answer;
    answer.id = exchange->id;
    answer.error = acceptor.error().code();
    parts_.answer(std::move(answer));
    return;
  }
  exchange->acceptor = *std::move(acceptor);
  exchanges_.with([&](Exchanges& all) { all.emplace(exchange->id, exchange); });
}

void SignInDesk::step(SignInStep message) {
  const auto exchange = exchanges_.with([&](Exchanges& all) -> std::shared_ptr<Exchange> {
    const auto found = all.find(message.id);
    return found == all.end() ? nullptr : found->second;
  });
  // One that begin() refused or that was given up; who asks has its answer or wants none.
  if (!exchange) return;
  if (exchange->pool->waiting() >= k_max_waiting) {
    const Error error(Errc::unavailable, "too many sign-ins wait");
    refuse(*exchange, error);
    abandon(message.id);
    SignInAnswer answer;
    answer.id = message.id;
    answer.error = error.code();
    parts_.answer(std::move(answer));
    return;
  }
  exchange->pool->post([this, exchange, response = std::move(message.response)]() mutable {
    run(exchange, std::move(response));
  });
}

void SignInDesk::abandon(std::uint64_t id) {
  // The acceptor of a step under way lives until that ends.
  const auto gone = exchanges_.with([&](Exchanges& all) { return all.extract(id); });
}

std::size_t SignInDesk::open() const {
  return exchanges_.with([](const Exchanges& all) { return all.size(); });
}

void SignInDesk::run(const std::shared_ptr<Exchange>& exchange,
                     std::optional<std::string> response) {
  const std::lock_guard lock(exchange->mutex);
  auto answer = take_step(*exchange, std::move(response));
  if (!answer) {
    refuse(*exchange, answer.error());
    SignInAnswer refusal;
    refusal.error = answer.error().code();
    answer = std::move(refusal);
  }
  answer->id = exchange->id;
  if (answer->outcome != SignInAnswer::Outcome::challenge) abandon(exchange->id);
  parts_.answer(*std::move(answer));
}

Result<SignInAnswer> SignInDesk::take_step(Exchange& exchange,
                                           std::optional<std::string> response) {
  if (++exchange.steps > k_max_steps) return fail(Errc::bad_input, "too many steps");
  auto stepped = exchange.acceptor->step(std::move(response));
  exchange.name = exchange.acceptor->claimed_name();
  KONTOR_TRY(auto step, std::move(stepped));
  SignInAnswer answer;
  if (!step.done) {
    answer.outcome = SignInAnswer::Outcome::challenge;
    answer.step.challenge = std::move(step.challenge);
    return answer;
  }
  exchange.name = step.authenticated.name;
  KONTOR_TRY(answer, decide(exchange, std::move(step.authenticated)));
  answer.step.challenge = std::move(step.challenge);
  return answer;
}

Result<SignInAnswer> SignInDesk::decide(Exchange& exchange, Authenticated authenticated) {
  const auto copy = parts_.copy();
  const auto& domain = parts_.settings.directory.default_domain;
  auto person = authenticated.sid.empty() ? nullptr : copy->find_sid(authenticated.sid);
  if (!person) person = copy->find_login(authenticated.name, domain);
  if (!person) return fail(Errc::auth_failed, "no such person in the directory copy");
  KONTOR_TRY(check_may_sign_in(*person, parts_.clock.now().time_since_epoch().count()));
  // RFC 4422, 3.4.1: acting for another needs a right; nobody has it, only his own names do.
  if (!authenticated.authorization_id.empty() &&
      copy->find_login(authenticated.authorization_id, domain) != person)
    return fail(Errc::auth_failed, "may not act as " + authenticated.authorization_id);
  SignInAnswer answer;
  answer.outcome = SignInAnswer::Outcome::done;
  answer.step.done = true;
  answer.step.authorization_id = std::move(authenticated.authorization_id);
  auto& identity = answer.step.identity;
  identity = make_identity(*copy, *person, std::move(authenticated.name), authenticated.group_sids);
  identity.proof = authenticated.proof;
  identity.ticket_ends = authenticated.ticket_ends;
  KONTOR_TRY(check_proof(*person, identity.sids, identity.proof));
  exchange.log.emit(log::events::k_sign_in_done, {{log::Keys::user, answer.step.identity.login},
                                                  {log::Keys::principal, person->id.text()}});
  return answer;
}

void SignInDesk::refuse(const Exchange& exchange, const Error& error) {
  const bool is_ours = error.code() != Errc::auth_failed && error.code() != Errc::bad_input &&
                       error.code() != Errc::unsupported;
  exchange.log.emit(is_ours ? log::events::k_sign_in_unavailable : log::events::k_sign_in_refused,
                    {{log::Keys::user, exchange.name},
                     {log::Keys::error, name_of(error.code())},
                     {log::Keys::reason, error.detail()}});
}

}  // namespace kontor::directory
