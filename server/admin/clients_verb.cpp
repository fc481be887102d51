// SPDX-License-Identifier: GPL-3.0-or-later
// clients: what the server tells of itself, and from it the files for the computers of a domain,
// written by kontorctl.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/core/text.hpp"
#include "server/admin/client.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "server/autodiscover/answers.hpp"
#include "server/autodiscover/kit/kit.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using autodiscover::Kit;

std::vector<std::string> mechanisms_of(const Environment& environment) {
  if (environment.directory_service == nullptr) return environment.settings.sign_in.mechanisms;
  return environment.directory_service->mechanisms(true);
}

// The domains of those who have a mailbox and of the settings; the default one first.
json::array domains_of(const Environment& environment) {
  std::set<std::string> found;
  for (const auto& one : environment.directory.current()->all())
    if (one->has_mailbox()) found.insert(autodiscover::split_address(one->mail).domain);
  for (const auto& name : environment.settings.domains.local) found.insert(to_lower(trim(name)));
  for (const std::string_view row : environment.settings.domains.alias)
    found.insert(to_lower(trim(row.substr(0, row.find('=')))));
  found.erase("");
  json::array out;
  const auto first = to_lower(environment.settings.directory.default_domain);
  if (found.erase(first) > 0) out.emplace_back(first);
  for (const auto& name : found) out.emplace_back(name);
  return out;
}

// Fit for a zone file and for the name of a file: letters, digits, hyphens and underscores between
// dots. Whoever writes to the directory chooses the others.
bool is_plain_domain(std::string_view name) {
  const auto is_plain = [](char c) {
    return is_digit(c) || c == '-' || c == '_' || c == '.' || (c >= 'a' && c <= 'z');
  };
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, is_plain) &&
         !name.starts_with('.') && !name.contains("..");
}

std::string text_of(const json::object& facts, std::string_view key) {
  const auto* value = facts.if_contains(key);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value)
                                                : std::string();
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(path.string(), errno);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What the files are made from.
Result<Kit> kit_of(const Client& client, const Request& request, const json::object& facts) {
  Kit kit;
  kit.offer.host = text_of(facts, "host");
  kit.offer.port_base = facts.at("port_base").to_number<std::uint32_t>();
  kit.offer.tickets = facts.at("tickets").as_bool();
  kit.offer.passwords = facts.at("passwords").as_bool();
  kit.offer.ntlm = facts.at("ntlm").as_bool();
  kit.offer.https = facts.at("https").as_bool();
  for (const auto& domain : facts.at("domains").as_array())
    if (auto name = json::value_to<std::string>(domain); is_plain_domain(name))
      kit.domains.push_back(std::move(name));
  kit.forest = text_of(facts, "forest");
  if (const auto forest = request.options.find("--forest"); forest != request.options.end())
    kit.forest = to_lower(forest->second);
  if (const auto* person = facts.if_contains("person")) {
    const auto& row = person->as_object();
    kit.person = {text_of(row, "name"), text_of(row, "address"), text_of(row, "login")};
  }
  const auto ca = request.options.find("--ca");
  if (ca != request.options.end()) {
    KONTOR_TRY(kit.ca, read_file(ca->second));
  } else if (facts.at("own_certificate").as_bool()) {
    KONTOR_TRY(kit.ca, read_file(std::filesystem::path(client.data_folder) / "tls" / "ca.pem"));
  }
  return kit;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) return fail(errno_error(path.parent_path().string(), failed.value()));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(errno_error(path.string(), errno));
  return {};
}

}  // namespace

Task<Answer> clients_facts(const Desk& desk, Request request) {
  const auto& environment = desk.environment;
  const auto offer = autodiscover::make_offer(environment.settings, mechanisms_of(environment));
  json::object out;
  out["host"] = offer.host;
  out["port_base"] = offer.port_base;
  out["tickets"] = offer.tickets;
  out["passwords"] = offer.passwords;
  out["ntlm"] = offer.ntlm;
  out["https"] = offer.https;
  out["domains"] = domains_of(environment);
  const bool is_ad = environment.settings.directory.source == "ad";
  out["forest"] = is_ad ? to_lower(environment.settings.ad.domain) : "";
  out["own_certificate"] = environment.settings.tls.certificate_file.empty();
  if (const auto asked = request.options.find("--person"); asked != request.options.end()) {
    KONTOR_CO_TRY(const auto found, find_account(environment, asked->second));
    if (!found.person) co_return fail(Errc::not_found, "this account is nobody's");
    json::object person;
    person["name"] = to_valid_utf8(found.person->name);
    person["address"] = to_valid_utf8(found.person->mail);
    person["login"] = to_valid_utf8(autodiscover::login_of(*found.person));
    out["person"] = std::move(person);
  }
  co_return json::value(std::move(out));
}

Result<Finding> clients_write(const Client& client, Request request) {
  const std::filesystem::path folder = request.arguments[0];
  KONTOR_TRY(const auto facts, ask_server(client.data_folder, {"clients", request}));
  KONTOR_TRY(const auto kit, kit_of(client, request, facts.as_object()));
  json::array files;
  for (const auto& file : autodiscover::make_kit(kit)) {
    KONTOR_TRY(write_file(folder / file.name, file.text));
    files.emplace_back(file.name);
  }
  json::object out;
  out["folder"] = folder.string();
  out["files"] = std::move(files);
  const auto left_out = facts.at("domains").as_array().size() - kit.domains.size();
  if (left_out > 0) out["domains_left_out"] = left_out;  // not fit for the DNS as they stand
  return Finding{std::move(out), {}, true};
}

}  // namespace kontor::admin
