// SPDX-License-Identifier: GPL-3.0-or-later
// The checks of a sender by themselves, against a DNS in memory. Lines of JSON from standard input:
//   {"zone": {"name": [["TXT", "..."], ["MX", 10, "host"], ["TIMEOUT"]]}}  replaces the DNS
//   {"spf": {"ip": "...", "helo": "...", "sender": "..."}}                 answers with the verdict
//   {"dkim": "a message in base64", "now": seconds}                        a verdict a signature
// An answer is one line of JSON. tests/functional/mail_auth.py runs it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <optional>

#include "server/filter/dkim/verify.hpp"
#include "server/filter/spf/check.hpp"
#include "tests/support/zone_resolver.hpp"

namespace {

using namespace kontor;
namespace json = boost::json;
using kontor::testing::ZoneResolver;

std::string text_of(const json::value& value) { return std::string(value.as_string()); }

void add_record(ZoneResolver::Records& records, const json::array& record) {
  const auto type = text_of(record[0]);
  if (type == "TIMEOUT") records.times_out = true;
  if (type == "A") records.a.push_back(text_of(record[1]));
  if (type == "AAAA") records.aaaa.push_back(text_of(record[1]));
  if (type == "TXT") records.txt.push_back(text_of(record[1]));
  if (type == "PTR") records.ptr.push_back(text_of(record[1]));
  if (type == "CNAME") records.cname = text_of(record[1]);
  if (type == "MX")
    records.mx.push_back({static_cast<std::uint16_t>(record[1].as_int64()), text_of(record[2])});
}

void read_zone(ZoneResolver& resolver, const json::object& zone) {
  resolver.zone.clear();
  for (const auto& entry : zone) {
    auto& records = resolver.zone[to_lower(entry.key())];
    for (const auto& record : entry.value().as_array()) add_record(records, record.as_array());
  }
}

template <class T>
T run(Task<T> task) {
  boost::asio::io_context context;
  std::optional<T> value;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T result) {
    if (error) std::rethrow_exception(error);
    value.emplace(std::move(result));
  });
  context.run();
  return std::move(value).value();
}

json::value check_spf(ZoneResolver& resolver, const json::object& asked) {
  filter::spf::Asked question;
  if (const auto address = parse_ip_address(text_of(asked.at("ip")))) question.client = *address;
  question.hello = text_of(asked.at("helo"));
  question.sender = text_of(asked.at("sender"));
  question.receiver = "mail.example.test";
  const auto answer = run(filter::spf::check(question, resolver));
  return json::object{{"verdict", filter::spf::word_of(answer.verdict)},
                      {"reason", answer.reason},
                      {"explanation", answer.explanation}};
}

json::value check_dkim(ZoneResolver& resolver, const json::object& asked) {
  const auto message = base64_decode(text_of(asked.at("dkim")));
  const UtcSeconds now{std::chrono::seconds(asked.at("now").as_int64())};
  const auto outcomes = run(filter::dkim::verify(filter::dkim::read_signatures(message.value()),
                                                 resolver, now, SteadyTime::max()));
  json::array answer;
  for (const auto& outcome : outcomes)
    answer.push_back(json::object{{"verdict", filter::dkim::word_of(outcome.verdict)},
                                  {"domain", outcome.domain},
                                  {"selector", outcome.selector},
                                  {"reason", outcome.reason}});
  return answer;
}

}  // namespace

int main() {
  ZoneResolver resolver;
  for (std::string line; std::getline(std::cin, line);) {
    const auto asked = json::parse(line).as_object();
    if (const auto* zone = asked.if_contains("zone")) read_zone(resolver, zone->as_object());
    if (const auto* spf = asked.if_contains("spf"))
      std::cout << check_spf(resolver, spf->as_object()) << std::endl;
    if (asked.contains("dkim")) std::cout << check_dkim(resolver, asked) << std::endl;
  }
  return 0;
}
