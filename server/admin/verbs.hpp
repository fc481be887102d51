// SPDX-License-Identifier: GPL-3.0-or-later
// The table of everything an administrator can ask for: kontorctl's words, its help and what does
// the work. What a verb answers is JSON; kontorctl shows it as text unless told otherwise.
#pragma once
#include <boost/json/value.hpp>
#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "directory/model/domain_tools.hpp"
#include "server/admin/control.hpp"
#include "server/admin/imports.hpp"

namespace kontor::admin {

struct Request {
  std::vector<std::string> arguments;
  std::string payload;  // the file of a verb that takes one
  // "--into" -> its value.
  std::map<std::string, std::string> options = {};
  std::string peer = {};  // at the server: who asks, as its socket knows him; for the audit log
};

// The value of an option; `otherwise` when it was not given.
std::string option(const Request& request,
                   const std::string& name,
                   std::string_view otherwise = {});

// What a verb of the server works with.
struct Desk {
  Environment environment;
  UtcSeconds started{};
  // Shared with ControlServer, which ends the imports when the server stops.
  std::shared_ptr<Imports> imports = std::make_shared<Imports>();
};

// Where a verb that kontorctl carries out with the server's help works.
struct Client {
  std::string data_folder;
  std::ostream& progress;
  bool is_terminal = false;                  // `progress` is one: a line may be written over
  directory::DomainTools* domain = nullptr;  // nullptr: none (tests)
};

using Answer = Result<boost::json::value>;

// What a verb done in kontorctl itself found.
struct Finding {
  boost::json::value value;
  std::string text;            // for a person; empty: the value is shown
  bool good = true;            // false: exit status 1
  bool beside_output = false;  // shown where progress goes: something else is on the output
};

struct Verb {
  std::string_view name;  // one or two words
  // As help shows them; those in [] may be missing, FILE is sent along, "NAME..." stands for many.
  std::string_view arguments;
  std::string_view help;
  // In the running server, or in kontorctl itself.
  Task<Answer> (*at_server)(const Desk& desk, Request request) = nullptr;
  Result<Finding> (*here)(Request request) = nullptr;
  // Both: kontorctl sends many frames to the server; or here, with more than the words.
  Result<Finding> (*with_server)(const Client& client, Request request) = nullptr;
  Task<void> (*stream)(const Desk& desk, net::Stream& stream, Request request) = nullptr;
  std::string_view options = {};  // as help shows them
  // Do arguments and options go together? Missing: whatever arguments and options there are.
  bool (*fits)(const Request& request) = nullptr;

  std::size_t least_arguments() const;
  std::size_t most_arguments() const;
  // The position of FILE among the arguments of a server's verb; it is sent, not named.
  bool sends_file() const { return at_server != nullptr && arguments.ends_with("FILE"); }
};

// Sorted by name.
std::span<const Verb> verbs();
const Verb* find_verb(std::string_view name);
// The one nearest to the words of a command line that begin with no verb.
std::string_view nearest_verb(const std::vector<std::string>& words);

// What `status` says of the queue.
void add_queue_status(const Desk& desk, boost::json::object& out);
std::string queue_problem(const Desk& desk);  // nothing: it works, or there is none

// server/admin/*_verbs.cpp
Task<Answer> status(const Desk& desk, Request request);
Task<Answer> accounts_attach(const Desk& desk, Request request);
Task<Answer> accounts_migrate(const Desk& desk, Request request);
// What kontorctl does of it, and what it may be given together.
Result<Finding> accounts_migrate_here(const Client& client, Request request);
bool migrate_fits(const Request& request);
Task<Answer> accounts_remove(const Desk& desk, Request request);
Task<Answer> accounts_list(const Desk& desk, Request request);
// Of accounts_list: mailboxes whose owner the directory does not have.
Task<Answer> accounts_deleted(const Desk& desk);
Task<Answer> accounts_replace(const Desk& desk, Request request);
Task<Answer> accounts_show(const Desk& desk, Request request);
Task<Answer> addresses_add(const Desk& desk, Request request);
Task<Answer> addresses_list(const Desk& desk, Request request);
Task<Answer> addresses_remove(const Desk& desk, Request request);
Task<Answer> app_password_add(const Desk& desk, Request request);
Task<Answer> app_password_list(const Desk& desk, Request request);
Task<Answer> app_password_revoke(const Desk& desk, Request request);
Task<Answer> calendars_holidays(const Desk& desk, Request request);
Task<Answer> calendars_list(const Desk& desk, Request request);
Task<Answer> calendars_remove(const Desk& desk, Request request);
Task<Answer> calendars_links(const Desk& desk, Request request);
Task<Answer> calendars_publish(const Desk& desk, Request request);
Task<Answer> calendars_revoke(const Desk& desk, Request request);
Task<Answer> dkim_add(const Desk& desk, Request request);
Task<Answer> dkim_check(const Desk& desk, Request request);
Task<Answer> dkim_list(const Desk& desk, Request request);
Task<Answer> dkim_remove(const Desk& desk, Request request);
Task<Answer> dkim_retire(const Desk& desk, Request request);
Task<Answer> dkim_rotate(const Desk& desk, Request request);
Task<Answer> dkim_show(const Desk& desk, Request request);
// The lines of the DNS as text.
Result<Finding> dkim_add_here(const Client& client, Request request);
Result<Finding> dkim_check_here(const Client& client, Request request);
Result<Finding> dkim_rotate_here(const Client& client, Request request);
Result<Finding> dkim_show_here(const Client& client, Request request);
Task<Answer> dmarc_sources(const Desk& desk, Request request);
Task<Answer> dmarc_received(const Desk& desk, Request request);
Task<Answer> dmarc_reports(const Desk& desk, Request request);
Task<Answer> dmarc_send(const Desk& desk, Request request);
Task<Answer> gal_search(const Desk& desk, Request request);
Task<Answer> gal_show(const Desk& desk, Request request);
Task<Answer> gal_status(const Desk& desk, Request request);
Task<Answer> groups_list(const Desk& desk, Request request);
Task<Answer> groups_show(const Desk& desk, Request request);
Task<Answer> folders(const Desk& desk, Request request);
Task<Answer> deliver(const Desk& desk, Request request);
Task<Answer> local_add(const Desk& desk, Request request);
Task<Answer> local_list(const Desk& desk, Request request);
Task<Answer> local_passwd(const Desk& desk, Request request);
Task<Answer> local_remove(const Desk& desk, Request request);
// What kontorctl does for the two that need a password.
Result<Finding> local_add_here(const Client& client, Request request);
Result<Finding> local_passwd_here(const Client& client, Request request);
Task<Answer> out_of_office_clear(const Desk& desk, Request request);
Task<Answer> out_of_office_set(const Desk& desk, Request request);
Task<Answer> out_of_office_show(const Desk& desk, Request request);
Task<Answer> sieve_activate(const Desk& desk, Request request);
Task<Answer> sieve_check(const Desk& desk, Request request);
Task<Answer> sieve_list(const Desk& desk, Request request);
Task<Answer> sieve_put(const Desk& desk, Request request);
Task<Answer> sieve_rehearse(const Desk& desk, Request request);
Task<Answer> sieve_remove(const Desk& desk, Request request);
Task<Answer> sieve_show(const Desk& desk, Request request);
Task<Answer> sieve_test(const Desk& desk, Request request);
Task<Answer> policy_explain(const Desk& desk, Request request);
Task<Answer> policy_list(const Desk& desk, Request request);
Task<Answer> policy_remove(const Desk& desk, Request request);
Task<Answer> policy_set(const Desk& desk, Request request);
Task<Answer> queue_list(const Desk& desk, Request request);
Task<Answer> queue_show(const Desk& desk, Request request);
Task<Answer> queue_retry(const Desk& desk, Request request);
Task<Answer> queue_bounce(const Desk& desk, Request request);
Task<Answer> queue_clear(const Desk& desk, Request request);
Task<Answer> queue_pause(const Desk& desk, Request request);
Task<Answer> queue_release(const Desk& desk, Request request);
Task<Answer> queue_resume(const Desk& desk, Request request);
Task<Answer> queue_delete(const Desk& desk, Request request);
Task<Answer> rules_add(const Desk& desk, Request request);
Task<Answer> rules_change(const Desk& desk, Request request);
Task<Answer> rules_disable(const Desk& desk, Request request);
Task<Answer> rules_enable(const Desk& desk, Request request);
Task<Answer> rules_list(const Desk& desk, Request request);
Task<Answer> rules_move(const Desk& desk, Request request);
Task<Answer> rules_rehearse(const Desk& desk, Request request);
Task<Answer> rules_remove(const Desk& desk, Request request);
Task<Answer> rules_show(const Desk& desk, Request request);
Result<Finding> rules_show_here(const Client& client, Request request);
Task<Answer> rules_test(const Desk& desk, Request request);
bool rules_test_fits(const Request& request);
Result<Finding> rules_test_here(const Client& client, Request request);
Task<Answer> fingerprints_add(const Desk& desk, Request request);
Task<Answer> fingerprints_list(const Desk& desk, Request request);
Task<Answer> fingerprints_remove(const Desk& desk, Request request);
Task<Answer> quota_show(const Desk& desk, Request request);
Task<Answer> quota_set(const Desk& desk, Request request);
Task<Answer> recoverable(const Desk& desk, Request request);
Task<Answer> retention(const Desk& desk, Request request);
// What kontorctl does of a search, and what it may be given together.
Result<Finding> search_mail(const Client& client, Request request);
Task<void> search_stream(const Desk& desk, net::Stream& stream, Request request);
bool search_fits(const Request& request);
Task<Answer> audit_list(const Desk& desk, Request request);
Task<Answer> certificates(const Desk& desk, Request request);
Task<Answer> domains_list(const Desk& desk, Request request);
Task<Answer> domains_show(const Desk& desk, Request request);
Task<Answer> log_list(const Desk& desk, Request request);
Task<Answer> overview(const Desk& desk, Request request);
Task<Answer> roles_grant(const Desk& desk, Request request);
Task<Answer> roles_list(const Desk& desk, Request request);
Task<Answer> roles_revoke(const Desk& desk, Request request);
Task<Answer> services_list(const Desk& desk, Request request);
Task<Answer> services_pause(const Desk& desk, Request request);
Task<Answer> services_start(const Desk& desk, Request request);
Task<Answer> services_stop(const Desk& desk, Request request);
Result<Finding> audit_verify(const Client& client, Request request);
Task<Answer> statistics(const Desk& desk, Request request);
Result<Finding> statistics_here(const Client& client, Request request);
Task<Answer> tlsrpt(const Desk& desk, Request request);
Task<Answer> tlsrpt_received(const Desk& desk, Request request);
Task<Answer> tlsrpt_results(const Desk& desk, Request request);
Task<Answer> tlsrpt_send(const Desk& desk, Request request);
Task<Answer> trace_find(const Desk& desk, Request request);
Result<Finding> trace_find_here(const Client& client, Request request);
Task<Answer> trace_show(const Desk& desk, Request request);
Result<Finding> trace_show_here(const Client& client, Request request);
Task<Answer> trace_status(const Desk& desk, Request request);
Task<Answer> undelete(const Desk& desk, Request request);
Task<Answer> upkeep(const Desk& desk, Request request);
Task<Answer> shares_add(const Desk& desk, Request request);
bool shares_fits(const Request& request);
Task<Answer> shares_list(const Desk& desk, Request request);
Task<Answer> shares_remove(const Desk& desk, Request request);
Task<Answer> shares_report(const Desk& desk, Request request);
Task<Answer> shares_sent(const Desk& desk, Request request);
Task<Answer> sessions_list(const Desk& desk, Request request);
Task<Answer> sessions_end(const Desk& desk, Request request);
Task<Answer> blocks_list(const Desk& desk, Request request);
Task<Answer> blocks_add(const Desk& desk, Request request);
Task<Answer> blocks_remove(const Desk& desk, Request request);
// What the files of clients_write are made from.
Task<Answer> clients_facts(const Desk& desk, Request request);
Result<Finding> clients_write(const Client& client, Request request);
Task<Answer> config_dump(const Desk& desk, Request request);
Task<Answer> directory_status(const Desk& desk, Request request);
Task<Answer> directory_accept(const Desk& desk, Request request);
Task<Answer> directory_reconcile(const Desk& desk, Request request);
Result<Finding> domain_check(const Client& client, Request request);
Result<Finding> domain_join(const Client& client, Request request);
Result<Finding> domain_rollover(const Client& client, Request request);
Task<void> import_stream(const Desk& desk, net::Stream& stream, Request request);
Result<Finding> backup_make(const Client& client, Request request);
Result<Finding> backup_unpack(const Client& client, Request request);
Result<Finding> backup_verify(const Client& client, Request request);
Result<Finding> backup_list(Request request);
Result<Finding> export_mail(const Client& client, Request request);
// What `import` may be given together.
bool import_fits(const Request& request);
Result<Finding> import_mail(const Client& client, Request request);
Result<Finding> config_check(Request request);
Result<Finding> restore_mail(const Client& client, Request request);
Task<Answer> rooms(const Desk& desk, Request request);
Task<Answer> search_rebuild(const Desk& desk, Request request);
Result<Finding> search_rebuild_here(const Client& client, Request request);
Task<Answer> search_status(const Desk& desk, Request request);
Result<Finding> store_compact(const Client& client, Request request);
Task<void> compact_stream(const Desk& desk, net::Stream& stream, Request request);
Result<Finding> store_dump(Request request);
Result<Finding> store_verify(Request request);
Result<Finding> store_repair(const Client& client, Request request);
Result<Finding> store_rebuild(const Client& client, Request request);

}  // namespace kontor::admin
