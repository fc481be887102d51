// SPDX-License-Identifier: GPL-3.0-or-later
// Connections spoken to over a stream in memory: what is answered, and when they end.
#include "server/http/server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::http {
namespace {

constexpr net::Limit k_patience = std::chrono::seconds(10);

const std::string k_continued("\xA1\x07\x30\x05\xA0\x03\x0A\x01\x01", 9);
const std::string k_completed("\xA1\x07\x30\x05\xA0\x03\x0A\x01\x00", 9);

// Negotiate: the token "ticket" lets anna in with a last token, "first" wants "ticket" next;
// passwords as FakeSignIn has them.
class TicketSignIn final : public directory::SignInService {
 public:
  explicit TicketSignIn(testing::FakeSignIn& inner) : inner_(inner) {}
  std::vector<std::string> mechanisms(bool) const override { return names; }
  Result<std::unique_ptr<directory::SaslExchange>> begin(
      std::string mechanism, directory::SignInContext context) override {
    EXPECT_EQ(mechanism, "GSS-SPNEGO");
    EXPECT_EQ(context.service, "HTTP");
    ++begun;
    return std::make_unique<Exchange>(inner_);
  }
  Task<Result<directory::Identity>> check_password(std::string login,
                                                   std::string password,
                                                   directory::SignInContext context) override {
    ++checked;
    co_return co_await inner_.check_password(login, password, context);
  }
  std::vector<std::string> names = {"GSSAPI", "GSS-SPNEGO", "PLAIN"};
  int begun = 0, checked = 0;  // exchanges, passwords

 private:
  class Exchange final : public directory::SaslExchange {
   public:
    explicit Exchange(testing::FakeSignIn& owner) : owner_(owner) {}
    Task<Result<directory::SaslStep>> step(std::optional<std::string> response) override {
      directory::SaslStep step;
      if (is_completed_) {
        EXPECT_EQ(response, "");
        KONTOR_CO_TRY(step.identity, owner_.check("anna", "secret"));
        step.identity.proof = directory::Proof::ticket;
        step.done = true;
        co_return step;
      }
      if (response != "ticket" && response != "first")
        co_return fail(Errc::bad_input, "a defective token");
      is_completed_ = response == "ticket";
      step.challenge = is_completed_ ? k_completed : k_continued;
      co_return step;
    }

   private:
    testing::FakeSignIn& owner_;
    bool is_completed_ = false;
  };
  testing::FakeSignIn& inner_;
};

std::shared_ptr<const net::TlsContext> some_certificate() {
  const auto owner = std::make_shared<int>(0);
  return {owner, reinterpret_cast<const net::TlsContext*>(owner.get())};
}

Task<std::string> talk(net::Stream& stream,
                       std::vector<std::string> parts,
                       std::function<void()> between) {
  std::string answers;
  std::array<char, 4096> buffer{};
  const std::span<char> room(buffer);
  (void)co_await stream.start_tls(some_certificate(), k_patience);
  for (std::size_t next = 0;;) {
    if (next < parts.size()) {
      const std::string part = parts[next++];
      (void)co_await stream.write(part, k_patience);
    }
    const auto got = co_await stream.read_some(room, k_patience);
    if (!got || *got == 0) co_return answers;
    answers.append(buffer.data(), *got);
    if (between) between();
  }
}

struct HttpServer : ::testing::Test {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{
      {directory::test_person(1, "anna"), directory::test_person(2, "boris")}};
  testing::FakeSignIn passwords{directory};
  TicketSignIn sign_in{passwords};
  testing::FakeSessions sessions;
  log::RecordingSink events;
  Routes routes;
  Rates* rates = nullptr;
  std::function<void()> between;  // answers and the next part
  bool may_go_on = true;          // who comes with a cookie
  Cookies cookies{
      std::chrono::seconds(60), clock,
      [this](const directory::Identity& identity, std::string_view) -> Result<directory::Identity> {
        if (may_go_on) return identity;
        return fail(Errc::auth_failed, "disabled");
      }};

  HttpServer() {
    settings.http.idle_timeout = std::chrono::seconds(5);
    settings.http.max_body = 100;
    const auto echo = [](Call call) -> Task<Result<wire::Response>> {
      std::string who = call.person == nullptr ? "nobody" : call.person->mail;
      co_return wire::Response{200, "text/plain", who + " " + call.request.body};
    };
    const auto failing = [](Call) -> Task<Result<wire::Response>> {
      co_return fail(Errc::no_permission, "the true reason");
    };
    routes.add({"/open", {"GET", "POST"}, Access::anybody, echo});
    routes.add({"/closed", {"GET", "POST"}, Access::person, echo});
    routes.add({"/ticket", {"GET"}, Access::ticket, echo});
    routes.add({"/failing", {"GET"}, Access::anybody, failing});
    routes.add({"/below", {"GET"}, Access::anybody, echo, true, true});
  }

  // Each part goes when something was answered to the one before.
  std::string say(std::vector<std::string> parts) {
    boost::asio::io_context context;
    const Environment environment{
        {settings, sign_in, sessions, clock, some_certificate, log::Context(events)},
        routes,
        &cookies,
        rates};
    auto pair = net::make_memory_streams();
    testing::spawn(context, serve(std::move(pair.first), environment));
    return testing::run(context, talk(*pair.second, std::move(parts), between));
  }
  // One request that ends the connection.
  std::string ask(const std::string& line, const std::string& fields = {}) {
    return say({line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n"});
  }
};

bool is(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}
std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_F(HttpServer, AnswersAPipelineInOrder) {
  const auto answers =
      say({"POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
           "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo"
           "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
           "GET /never HTTP/1.1\r\nHost: a\r\n\r\n"});
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 3U);
  EXPECT_LT(answers.find("nobody one"), answers.find("nobody two"));
  EXPECT_TRUE(answers.ends_with("nobody "));
  EXPECT_EQ(count(answers, "keep-alive"), 2U);
}

TEST_F(HttpServer, KnowsPathsAndMethods) {
  EXPECT_TRUE(is(ask("GET /none"), 404));
  EXPECT_TRUE(is(ask("GET /openly"), 404));
  EXPECT_TRUE(is(ask("GET /BELOW/x"), 200));
  EXPECT_TRUE(is(ask("GET /belowx"), 404));
  const auto wrong = ask("POST /ticket");
  EXPECT_TRUE(is(wrong, 405));
  EXPECT_TRUE(wrong.contains("Allow: GET, HEAD, OPTIONS\r\n")) << wrong;
  EXPECT_TRUE(is(ask("BREW /open"), 501));
  const auto options = ask("OPTIONS /open");
  EXPECT_TRUE(is(options, 204));
  EXPECT_TRUE(options.contains("Allow: GET, HEAD, OPTIONS, POST\r\n")) << options;
  EXPECT_TRUE(is(ask("OPTIONS *"), 204));
  const auto head = ask("HEAD /open");
  EXPECT_TRUE(head.contains("Content-Length: 7\r\n")) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, TellsNothingOfAFailure) {
  const auto answer = ask("GET /failing");
  EXPECT_TRUE(is(answer, 403));
  EXPECT_FALSE(answer.contains("true reason"));
  EXPECT_EQ(events.count("http.request.refused"), 1U);
}

TEST_F(HttpServer, AsksForCredentials) {
  const auto answer = ask("GET /closed");
  EXPECT_TRUE(is(answer, 401));
  EXPECT_TRUE(answer.contains("WWW-Authenticate: Negotiate\r\n")) << answer;
  EXPECT_TRUE(answer.contains("WWW-Authenticate: Basic realm=\"Kontor\"")) << answer;
  EXPECT_FALSE(ask("GET /ticket").contains("Basic"));
  sign_in.names = {"PLAIN"};
  EXPECT_FALSE(ask("GET /closed").contains("Negotiate"));
  EXPECT_TRUE(ask("GET /ticket").contains("WWW-Authenticate: Negotiate"));
}

TEST_F(HttpServer, TakesPasswords) {
  const auto with = [](std::string_view text) {
    return "Authorization: Basic " + base64_encode(text) + "\r\n";
  };
  EXPECT_TRUE(ask("GET /closed", with("anna:secret")).ends_with("anna@example.test "));
  EXPECT_EQ(events.count("http.login.done"), 1U);
  EXPECT_TRUE(is(ask("GET /closed", with("anna:wrong")), 401));
  EXPECT_TRUE(is(ask("GET /ticket", with("anna:secret")), 401));
  EXPECT_TRUE(is(ask("GET /closed", "Authorization: Digest x\r\n"), 401));
  EXPECT_EQ(events.count("http.login.refused"), 3U);
  passwords.outage = true;
  const auto later = ask("GET /closed", with("anna:secret"));
  EXPECT_TRUE(is(later, 503));
  EXPECT_TRUE(later.contains("Retry-After")) << later;
  passwords.outage = false;
  sessions.person_full = true;
  EXPECT_TRUE(is(ask("GET /closed", with("anna:secret")), 503));
  sessions.person_full = false;
  sign_in.names = {"GSS-SPNEGO"};
  EXPECT_TRUE(is(ask("GET /closed", with("anna:secret")), 401));
}

TEST_F(HttpServer, TakesATicketAndProvesItself) {
  const auto answer =
      ask("GET /ticket", "Authorization: Negotiate " + base64_encode("ticket") + "\r\n");
  EXPECT_TRUE(is(answer, 200)) << answer;
  EXPECT_TRUE(answer.contains("WWW-Authenticate: Negotiate " + base64_encode(k_completed)));
  EXPECT_TRUE(answer.ends_with("anna@example.test "));
  EXPECT_TRUE(is(ask("GET /ticket", "Authorization: Negotiate TlRMTVNTUAAB\r\n"), 401));
}

TEST_F(HttpServer, NegotiatesInSteps) {
  const auto request = [](std::string_view token) {
    return "GET /ticket HTTP/1.1\r\nHost: a\r\nAuthorization: Negotiate " + base64_encode(token) +
           "\r\n\r\n";
  };
  const auto answers = say({request("first"), request("ticket"), "X\r\n\r\n"});
  EXPECT_TRUE(is(answers, 401));
  EXPECT_TRUE(answers.contains("WWW-Authenticate: Negotiate " + base64_encode(k_continued)));
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 1U);
  EXPECT_EQ(sign_in.begun, 1);
}

// The field Cookie of an answer's field Set-Cookie.
std::string cookie_of(const std::string& answer) {
  constexpr std::string_view name = "Set-Cookie: ";
  const auto at = answer.find(name);
  if (at == std::string::npos) return {};
  const auto begin = at + name.size();
  return "Cookie: other=1; " + answer.substr(begin, answer.find(';', begin) - begin) + "\r\n";
}

TEST_F(HttpServer, ATicketGivesACookieThatStandsForIt) {
  const auto answer =
      ask("GET /closed", "Authorization: Negotiate " + base64_encode("ticket") + "\r\n");
  EXPECT_TRUE(answer.contains("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60\r\n"));
  const auto cookie = cookie_of(answer);
  ASSERT_FALSE(cookie.empty());
  EXPECT_TRUE(ask("GET /closed", cookie).ends_with("anna@example.test "));
  EXPECT_TRUE(ask("GET /ticket", cookie).ends_with("anna@example.test "));
  EXPECT_EQ(sign_in.begun, 1);
  EXPECT_TRUE(
      is(ask("GET /closed", "Cookie: __Host-kontor=" + std::string(64, '0') + "\r\n"), 401));
  EXPECT_TRUE(is(ask("GET /closed", "Cookie: __Host-kontor\r\n"), 401));
  clock.time += std::chrono::seconds(60);
  EXPECT_TRUE(is(ask("GET /closed", cookie), 401));
}

TEST_F(HttpServer, APageOfAnotherSiteCannotUseACookie) {
  const auto cookie =
      cookie_of(ask("GET /closed", "Authorization: Negotiate " + base64_encode("ticket") + "\r\n"));
  EXPECT_TRUE(is(ask("POST /closed", cookie + "Origin: https://evil.test\r\n"), 401));
  EXPECT_TRUE(is(ask("POST /closed", cookie + "Origin: null\r\n"), 401));
  EXPECT_TRUE(is(ask("POST /closed", cookie + "Sec-Fetch-Site: cross-site\r\n"), 401));
  EXPECT_TRUE(is(ask("POST /closed", cookie + "Sec-Fetch-Site: same-site\r\n"), 401));
  EXPECT_TRUE(is(
      ask("POST /closed", cookie + "Origin: https://a\r\nSec-Fetch-Site: same-origin\r\n"), 200));
}

TEST_F(HttpServer, ACookieEndsWithTheRightToSignIn) {
  const auto cookie =
      cookie_of(ask("GET /closed", "Authorization: Negotiate " + base64_encode("ticket") + "\r\n"));
  may_go_on = false;
  EXPECT_TRUE(is(ask("GET /closed", cookie), 401));
  may_go_on = true;
  EXPECT_TRUE(is(ask("GET /closed", cookie), 401)) << "for good";
}

TEST_F(HttpServer, APasswordGivesNoCookie) {
  const auto answer =
      ask("GET /closed", "Authorization: Basic " + base64_encode("anna:secret") + "\r\n");
  EXPECT_TRUE(is(answer, 200));
  EXPECT_FALSE(answer.contains("Set-Cookie"));
}

// Each request proves anew who sends it: a proxy may send those of several people.
TEST_F(HttpServer, KeepsNobodySignedIn) {
  const auto answers = say({"GET /closed HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " +
                                base64_encode("anna:secret") + "\r\n\r\n",
                            "GET /closed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"});
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 1U);
  EXPECT_EQ(count(answers, "HTTP/1.1 401"), 1U);
}

TEST_F(HttpServer, AsksForTheBodyOnlyOfThoseWhoMay) {
  const std::string head = "HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n";
  EXPECT_TRUE(is(say({"POST /closed " + head + "\r\n"}), 401));
  EXPECT_TRUE(is(say({"POST /none " + head + "\r\n"}), 404));
  const auto answers = say({"POST /open " + head + "Connection: close\r\n\r\n", "body"});
  EXPECT_TRUE(answers.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")) << answers;
  EXPECT_TRUE(answers.ends_with("nobody body"));
}

TEST_F(HttpServer, EndsAfterWhatItCannotRead) {
  const auto answers = say({"GET / HTTP/1.1\r\n\r\nGET /open HTTP/1.1\r\nHost: a\r\n\r\n"});
  EXPECT_TRUE(is(answers, 400));
  EXPECT_EQ(count(answers, "HTTP/1.1 "), 1U);
  EXPECT_TRUE(is(say({"POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"}), 413));
}

TEST_F(HttpServer, SaysWhenToComeAgain) {
  settings.http.requests_per_address = 3;
  settings.http.requests_per_person = 2;
  Rates few(settings.http, clock);
  rates = &few;
  const auto mine = "Authorization: Basic " + base64_encode("anna:secret") + "\r\n";
  EXPECT_TRUE(is(ask("GET /closed", mine), 200));
  EXPECT_TRUE(is(ask("GET /closed", mine), 200));
  const auto person = ask("GET /closed", mine);
  EXPECT_TRUE(is(person, 429));
  EXPECT_TRUE(person.contains("Retry-After: 30\r\n")) << person;
  EXPECT_EQ(sign_in.checked, 3);
  // Now the address: nobody looks at who asks, the connection goes on.
  const auto address = say({"GET /closed HTTP/1.1\r\nHost: a\r\n" + mine + "\r\n",
                            "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"});
  EXPECT_EQ(count(address, "HTTP/1.1 429 Too Many Requests\r\n"), 2U) << address;
  EXPECT_EQ(count(address, "Retry-After: 20\r\n"), 2U) << address;
  EXPECT_EQ(sign_in.checked, 3);
  EXPECT_EQ(events.count("http.rate.limited"), 2U) << "once a minute for each of the two";
  clock.time += std::chrono::seconds(20);
  EXPECT_TRUE(is(ask("GET /open"), 200));
  EXPECT_TRUE(is(ask("GET /open"), 429));
  clock.time += std::chrono::seconds(60);
  EXPECT_TRUE(is(ask("GET /closed", mine), 200));
}

TEST_F(HttpServer, WantsNoBodyOfWhoSendsTooMany) {
  settings.http.requests_per_address = 1;
  Rates few(settings.http, clock);
  rates = &few;
  EXPECT_TRUE(is(ask("GET /open"), 200));
  const auto unfinished = say({"POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"});
  EXPECT_TRUE(is(unfinished, 429)) << unfinished;
  EXPECT_TRUE(unfinished.contains("Connection: close\r\n"));
  const auto waiting =
      say({"POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"});
  EXPECT_TRUE(is(waiting, 429)) << waiting;
}

TEST_F(HttpServer, KeepsAnAccessLogWithoutSecrets) {
  const auto hidden = [](Call) -> Task<Result<wire::Response>> {
    co_return wire::Response{200, "text/plain", "x"};
  };
  Route route{"/published", {"GET"}, Access::anybody, hidden, true};
  route.is_secret = true;
  routes.add(route);
  ask("GET /published/s3cret.ics?word=s3cret", "Cookie: s3cret\r\n");
  ask("POST /closed", "Authorization: Basic " + base64_encode("anna:secret") + "\r\n");
  ask("GET /nowhere");
  ask("GET /open\r\nX\x01");
  std::vector<log::RecordedEvent> lines;
  for (auto& event : events.events()) {
    for (const auto& field : event.fields)
      if (const auto* text = std::get_if<std::string>(&field.value()))
        EXPECT_FALSE(text->contains("s3cret")) << event.name;
    if (event.name == "http.access.logged") lines.push_back(std::move(event));
  }
  ASSERT_EQ(lines.size(), 4U);
  const auto said = [&](std::size_t line, log::Key key) { return lines[line].get(key); };
  using log::Keys;
  EXPECT_EQ(said(0, Keys::command), "GET");
  EXPECT_EQ(said(0, Keys::route), "/published");
  EXPECT_EQ(said(0, Keys::status), "200");
  EXPECT_EQ(said(0, Keys::user), std::nullopt);
  EXPECT_EQ(said(1, Keys::command), "POST");
  EXPECT_EQ(said(1, Keys::user), "anna");
  EXPECT_GT(std::stoi(said(1, Keys::bytes).value_or("0")), 100);
  EXPECT_EQ(said(2, Keys::status), "404");
  EXPECT_EQ(said(3, Keys::status), "400");
  settings.http.access_log = false;
  ask("GET /open");
  EXPECT_EQ(events.count("http.access.logged"), 4U);
}

TEST_F(HttpServer, EndsWithItsSession) {
  between = [this] { sessions.end_all("disabled"); };
  const auto answers = say({"GET /open HTTP/1.1\r\nHost: a\r\n\r\n"});
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 1U);
  EXPECT_EQ(events.count("http.connection.closed"), 1U);
}

TEST_F(HttpServer, TurnsAwayWhatIsTooMuch) {
  sessions.full = true;
  EXPECT_EQ(say({}), "");
  EXPECT_EQ(events.count("http.connection.refused"), 1U);
}

}  // namespace
}  // namespace kontor::http
