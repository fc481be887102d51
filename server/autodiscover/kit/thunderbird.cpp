// SPDX-License-Identifier: GPL-3.0-or-later
// Thunderbird: files for its install folder. At each start of a profile without our account the
// program asks the server, by the user's ticket, who he is, and makes the account. No password is
// ever asked for: a channel without callbacks cannot ask, and the account signs in by GSSAPI.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/autodiscover/kit/kit.hpp"

namespace kontor::autodiscover {
namespace {

namespace json = boost::json;

// The first line of such a file is passed over by the program.
constexpr std::string_view k_head = R"(// Kontor: mail without a password, made by kontorctl clients
const kontor = )";

constexpr std::string_view k_script = R"(;

if (kontor.trusted) defaultPref("network.negotiate-auth.trusted-uris", kontor.trusted);
defaultPref("mail.provider.suppress_dialog_on_startup", true);
if (kontor.book) {
  const server = "ldap_2.servers.kontor";
  defaultPref(server + ".dirType", 0);
  defaultPref(server + ".description", kontor.book.name);
  defaultPref(server + ".uri", kontor.book.uri);
  defaultPref(server + ".auth.saslmech", "GSSAPI");
  defaultPref(server + ".maxHits", 100);
  defaultPref("ldap_2.autoComplete.useDirectory", true);
  defaultPref("ldap_2.autoComplete.directoryServer", server);
}

(function () {
  const modules = name => ChromeUtils.importESModule(name);
  const { NetUtil } = modules("resource://gre/modules/NetUtil.sys.mjs");
  const { setTimeout } = modules("resource://gre/modules/Timer.sys.mjs");
  const say = text => Services.console.logStringMessage("Kontor: " + text);
  let tries = 0;

  // Who has the ticket, and where his mail is.
  function ask(done, failed) {
    const what = { uri: kontor.person, loadUsingSystemPrincipal: true };
    NetUtil.asyncFetch(what, (stream, status, request) => {
      try {
        if (!Components.isSuccessCode(status)) throw Error("error " + status.toString(16));
        const code = request.QueryInterface(Ci.nsIHttpChannel).responseStatus;
        if (code != 200) throw Error("HTTP status " + code);
        const size = stream.available();
        done(JSON.parse(NetUtil.readInputStreamToString(stream, size, { charset: "UTF-8" })));
      } catch (error) {
        failed(error);
      }
    });
  }

  // Without HTTPS: what stands here, by the name of the user's session.
  function fromSession({ address, name, ...rest }) {
    const session = Cc["@mozilla.org/userinfo;1"].getService(Ci.nsIUserInfo);
    const user = Services.env.get("USERNAME") || session.username;
    const filled = address.replace("%USERNAME%", () => user);
    return { ...rest, address: filled, name: name || session.fullname || user };
  }

  function makeIncoming(accounts, person) {
    const incoming = accounts.createIncomingServer(person.address, person.imap.host, "imap");
    incoming.port = person.imap.port;
    incoming.socketType = Ci.nsMsgSocketType.SSL;
    incoming.authMethod = Ci.nsMsgAuthMethod.GSSAPI;
    incoming.prettyName = person.address;
    incoming.doBiff = true;
    incoming.biffMinutes = 10;
    incoming.setBoolValue("login_at_startup", true);
    incoming.valid = true;
    return incoming;
  }

  function makeOutgoing(service, person) {
    const outgoing = service.createServer("smtp");
    const smtp = outgoing.QueryInterface(Ci.nsISmtpServer);
    smtp.hostname = person.submission.host;
    smtp.port = person.submission.port;
    outgoing.socketType = Ci.nsMsgSocketType.SSL;
    outgoing.authMethod = Ci.nsMsgAuthMethod.GSSAPI;
    outgoing.username = person.address;
    outgoing.description = person.submission.host;
    return outgoing;
  }

  function setUp(person) {
    const { MailServices } = modules("resource:///modules/MailServices.sys.mjs");
    const accounts = MailServices.accounts;
    const isOurs = one => one.type == "imap" && one.hostname == person.imap.host;
    if (accounts.allServers.some(isOurs)) return;
    const outgoing = makeOutgoing(MailServices.outgoingServer, person);
    const identity = accounts.createIdentity();
    identity.fullName = person.name;
    identity.email = person.address;
    identity.smtpServerKey = outgoing.key;
    identity.valid = true;
    const account = accounts.createAccount();
    account.addIdentity(identity);
    account.incomingServer = makeIncoming(accounts, person);
    const base = account.incomingServer.serverURI + "/";
    identity.fccFolderURI = base + "Sent";
    identity.draftsFolderURI = base + "Drafts";
    if (!accounts.defaultAccount) accounts.defaultAccount = account;
    MailServices.outgoingServer.defaultServer ??= outgoing;
    accounts.saveAccountInfo();
    Services.prefs.savePrefFile(null);
    account.incomingServer.performExpand(null);
    say("made the account of " + person.address);
  }

  function begin() {
    if (typeof kontor.person == "object") return setUp(fromSession(kontor.person));
    tries++;
    ask(setUp, error => {
      say("try " + tries + " of " + kontor.tries + ": " + error);
      if (tries < kontor.tries) setTimeout(begin, kontor.pause);
    });
  }

  const observer = {
    observe() {
      Services.obs.removeObserver(observer, "mail-startup-done");
      begin();
    },
  };
  Services.obs.addObserver(observer, "mail-startup-done");
})();
)";

// What is run at the start before the file above is looked for.
constexpr std::string_view k_pointer =
    "// Kontor: made by kontorctl clients\n"
    "pref(\"general.config.filename\", \"kontor.cfg\");\n"
    "pref(\"general.config.obscure_value\", 0);\n"
    "pref(\"general.config.sandbox_enabled\", false);\n";

std::string policies(const Kit& kit) {
  json::object certificates{{"ImportEnterpriseRoots", true}};
  if (!kit.ca.empty()) certificates["Install"] = json::array{k_ca_name};
  json::object all{{"Certificates", std::move(certificates)}};
  if (kit.offer.https) {
    const json::object authentication{{"SPNEGO", json::array{"https://" + kit.offer.host}}};
    all["Authentication"] = authentication;
  }
  return json::serialize(json::object{{"policies", std::move(all)}}) + "\n";
}

// The address book: the whole of it, inside TLS, by the user's ticket.
json::object book_of(const Kit& kit) {
  const auto& offer = kit.offer;
  const auto uri =
      fmt::format("ldaps://{}:{}/??sub?(objectclass=*)", offer.host, offer.port(k_ldaps));
  return {{"name", kit.domains.empty() ? offer.host : kit.domains.front()}, {"uri", uri}};
}

json::object person_facts(const Kit& kit) {
  const auto& offer = kit.offer;
  if (offer.https)
    return {{"person", offer.url(k_person_path)},
            {"trusted", "https://" + offer.host},
            {"tries", 20},
            {"pause", 3'000}};
  const auto place = [&](std::uint16_t port) {
    return json::object{{"host", offer.host}, {"port", offer.port(port)}};
  };
  const auto person = kit.person.value_or(KitPerson{"", template_address(kit), ""});
  return {{"person", json::object{{"address", person.address},
                                  {"name", person.name},
                                  {"imap", place(k_imaps)},
                                  {"submission", place(k_submissions)}}}};
}

json::object facts_of(const Kit& kit) {
  auto facts = person_facts(kit);
  if (kit.offer.address_book) facts["book"] = book_of(kit);
  return facts;
}

}  // namespace

std::vector<KitFile> thunderbird_files(const Kit& kit) {
  std::vector<KitFile> files;
  const std::string folder = "thunderbird/";
  files.push_back({folder + "distribution/policies.json", policies(kit)});
  if (!kit.ca.empty()) files.push_back({folder + "distribution/certificates/" + k_ca_name, kit.ca});
  // Without tickets a person sets up his account himself: autoconfig leaves him the password.
  if (!kit.offer.tickets) return files;
  std::string script(k_head);
  script.append(json::serialize(facts_of(kit))).append(k_script);
  files.push_back({folder + "kontor.cfg", std::move(script)});
  files.push_back({folder + "defaults/pref/kontor.js", std::string(k_pointer)});
  return files;
}

}  // namespace kontor::autodiscover
