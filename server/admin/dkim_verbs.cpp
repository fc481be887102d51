// SPDX-License-Identifier: GPL-3.0-or-later
// dkim: the keys that mail of our domains is signed with, and their records in the DNS.
//
// The DNS is asked by a resolver made for the question: the server's own remembers for a while that
// there was no record.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/idna.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"
#include "server/admin/verbs.hpp"
#include "server/filter/dkim/key_ring.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using filter::dkim::KeyState;
using filter::dkim::Looked;
using filter::dkim::Seen;
using filter::dkim::StoredKey;

Result<filter::dkim::KeyRing*> ring_of(const Desk& desk) {
  if (desk.environment.dkim_keys == nullptr)
    return fail(Errc::unavailable, "this server signs no mail");
  return desk.environment.dkim_keys;
}

// As the DNS has it.
Result<std::string> domain_named(const Request& request) {
  auto domain = mime::domain_to_ascii(request.arguments[0]);
  if (!domain || !filter::dkim::is_domain(*domain))
    return fail(Errc::bad_input, request.arguments[0] + " is not a mail domain");
  return domain;
}

std::vector<StoredKey> keys_of(const filter::dkim::KeyRing& ring, std::string_view domain) {
  auto keys = ring.list();
  std::erase_if(keys, [&](const StoredKey& key) { return key.domain != domain; });
  return keys;
}

Result<std::vector<StoredKey>> some_keys_of(const filter::dkim::KeyRing& ring,
                                            const std::string& domain) {
  auto keys = keys_of(ring, domain);
  if (keys.empty())
    return fail(Errc::not_found,
                domain + " has no keys; kontorctl dkim add " + domain + " makes them");
  return keys;
}

std::string kind_of(const StoredKey& key) {
  return key.key->kind() == crypto::KeyKind::rsa ? "rsa-" + std::to_string(key.key->bits())
                                                 : "ed25519";
}

json::object row_of(const Desk& desk, const StoredKey& key) {
  json::object row;
  row["domain"] = key.domain;
  row["selector"] = key.selector;
  row["kind"] = kind_of(key);
  row["state"] = word_of(key.state);
  row["since"] = store::show_moment(key.changed);
  row["record_needed_until"] =
      key.state == KeyState::retired
          ? store::show_moment(key.changed + filter::dkim::record_life(desk.environment.settings))
          : std::string();
  return row;
}

json::object record_of(const StoredKey& key) {
  json::object row;
  const auto name = record_name(key), text = record_text(key);
  row["selector"] = key.selector;
  row["state"] = word_of(key.state);
  row["name"] = name;
  row["text"] = text;
  row["line"] = filter::dkim::zone_line(name, text);
  return row;
}

// What is to be put into the DNS, each line as a name server's file has it.
json::object records_of(const std::string& domain, const std::vector<StoredKey>& keys) {
  json::object out;
  out["domain"] = domain;
  json::array records;
  for (const auto& key : keys)
    if (key.state != KeyState::retired) records.emplace_back(record_of(key));
  out["records"] = std::move(records);
  return out;
}

std::string_view word_of(Seen seen) {
  if (seen == Seen::right) return "right";
  if (seen == Seen::missing) return "missing";
  return seen == Seen::different ? "different" : "unknown";
}

std::string sentence_of(const Looked& looked) {
  switch (looked.seen) {
    case Seen::right:
      return looked.key.state == KeyState::waiting ? "the key signs from now on" : "";
    case Seen::missing:
      return "put this line into the DNS";
    case Seen::different:
      return "the DNS has something else: " + to_valid_utf8(looked.texts.front().substr(0, 600));
    case Seen::unknown:
      break;
  }
  return "the name servers do not answer";
}

// add and rotate: the new keys with what is to be done for them.
Task<Answer> dkim_make(filter::dkim::KeyRing& ring, std::string domain, bool at_once) {
  KONTOR_CO_TRY(const auto keys, co_await ring.add(domain, at_once));
  auto out = records_of(domain, keys);
  out["note"] = at_once ? "These keys sign from now on: put the lines into the DNS at once."
                        : "Put these lines into the DNS. The keys sign as soon as the server sees "
                          "them there, within ten minutes; kontorctl dkim check " +
                              domain + " looks at once.";
  co_return json::value(std::move(out));
}

std::string text_of(const json::object& answer) {
  std::string out;
  for (const auto& one : answer.at("records").as_array()) {
    const auto& row = one.as_object();
    const auto get = [&](const char* key) { return std::string(row.at(key).as_string()); };
    if (row.contains("result")) {
      out += get("name") + ": " + get("result");
      out += get("sentence").empty() ? "\n" : "; " + plain_lines(get("sentence")) + "\n";
      if (get("result") == "right") continue;
    }
    out += get("line") + "\n";
  }
  return out;
}

Result<Finding> shown(const Client& client, const char* verb, Request request) {
  KONTOR_TRY(auto value, ask_server(client.data_folder, {verb, std::move(request)}));
  if (!value.is_object() || !value.as_object().contains("records"))
    return fail(Errc::bad_input, "this server is of another version");
  Finding out;
  const auto& answer = value.as_object();
  out.text = text_of(answer);
  if (const auto* note = answer.if_contains("note"))
    out.text += "\n" + std::string(note->as_string()) + "\n";
  if (const auto* good = answer.if_contains("good")) out.good = good->as_bool();
  out.value = std::move(value);
  return out;
}

}  // namespace

Task<Answer> dkim_add(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(auto domain, domain_named(request));
  if (!keys_of(*ring, domain).empty())
    co_return fail(Errc::exists, domain + " has keys; kontorctl dkim rotate makes new ones");
  co_return co_await dkim_make(*ring, std::move(domain), request.options.contains("--now"));
}

Task<Answer> dkim_rotate(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(auto domain, domain_named(request));
  KONTOR_CO_TRY(const auto keys, some_keys_of(*ring, domain));
  if (std::ranges::find(keys, KeyState::waiting, &StoredKey::state) != keys.end())
    co_return fail(Errc::exists,
                   "new keys of " + domain + " wait already; kontorctl dkim check " + domain);
  co_return co_await dkim_make(*ring, std::move(domain), request.options.contains("--now"));
}

Task<Answer> dkim_list(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  std::vector<StoredKey> keys = ring->list();
  if (!request.arguments.empty()) {
    KONTOR_CO_TRY(const auto domain, domain_named(request));
    keys = keys_of(*ring, domain);
  }
  json::array rows;
  for (const auto& key : keys) rows.emplace_back(row_of(desk, key));
  co_return json::value(std::move(rows));
}

Task<Answer> dkim_show(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(const auto domain, domain_named(request));
  KONTOR_CO_TRY(const auto keys, some_keys_of(*ring, domain));
  co_return json::value(records_of(domain, keys));
}

Task<Answer> dkim_check(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(const auto domain, domain_named(request));
  KONTOR_CO_TRY(auto keys, some_keys_of(*ring, domain));
  KONTOR_CO_TRY(const auto resolver, net::Resolver::make(desk.environment.settings.dns));
  std::erase_if(keys, [](const StoredKey& key) { return key.state == KeyState::retired; });
  const auto found = co_await filter::dkim::KeyRing::look_up(std::move(keys), *resolver);
  json::object out;
  out["domain"] = domain;
  bool is_good = true;
  json::array records;
  for (const auto& one : found) {
    auto row = record_of(one.key);
    row["result"] = word_of(one.seen);
    row["sentence"] = sentence_of(one);
    is_good = is_good && one.seen == Seen::right;
    records.emplace_back(std::move(row));
    if (one.seen != Seen::right || one.key.state != KeyState::waiting) continue;
    KONTOR_CO_TRY(co_await ring->activate(one.key.domain, one.key.selector));
  }
  out["good"] = is_good;
  out["records"] = std::move(records);
  co_return json::value(std::move(out));
}

Task<Answer> dkim_retire(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(auto domain, domain_named(request));
  KONTOR_CO_TRY(co_await ring->retire(domain, request.arguments[1]));
  json::object out;
  out["retired"] = request.arguments[1];
  out["domain"] = domain;
  out["signed"] = !ring->keys_for(domain).empty();
  co_return json::value(std::move(out));
}

Task<Answer> dkim_remove(const Desk& desk, Request request) {
  KONTOR_CO_TRY(auto* ring, ring_of(desk));
  KONTOR_CO_TRY(auto domain, domain_named(request));
  KONTOR_CO_TRY(co_await ring->remove(domain, request.arguments[1]));
  json::object out;
  out["removed"] = request.arguments[1];
  out["domain"] = domain;
  co_return json::value(std::move(out));
}

Result<Finding> dkim_add_here(const Client& client, Request request) {
  return shown(client, "dkim add", std::move(request));
}
Result<Finding> dkim_rotate_here(const Client& client, Request request) {
  return shown(client, "dkim rotate", std::move(request));
}
Result<Finding> dkim_show_here(const Client& client, Request request) {
  return shown(client, "dkim show", std::move(request));
}
Result<Finding> dkim_check_here(const Client& client, Request request) {
  return shown(client, "dkim check", std::move(request));
}

}  // namespace kontor::admin
