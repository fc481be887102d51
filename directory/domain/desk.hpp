// SPDX-License-Identifier: GPL-3.0-or-later
// DomainDesk: the domain as a command works with it: its controllers, the one chosen, tickets.
//
// One controller serves a whole command, so that nothing waits for replication. The Kerberos
// settings are a file of this process in the temporary folder while the desk lives; the server's
// own are not touched. One desk at a time, one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "directory/krb/account_keys.hpp"
#include "directory/ldap/admin_connection.hpp"
#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

class DomainDesk {
 public:
  explicit DomainDesk(const config::Settings& settings);
  DomainDesk(const DomainDesk&) = delete;
  DomainDesk& operator=(const DomainDesk&) = delete;
  ~DomainDesk();

  const config::Settings& settings() const { return settings_; }
  // Asks DNS. unavailable: none is found.
  Result<void> find_controllers();
  std::vector<Controller> controllers() const { return all_->in_order(); }
  // From now on everything goes to this one.
  Result<void> choose(const Controller& controller);
  // The first that answers without a sign-in.
  Result<void> choose_any();
  const Controller& chosen() const { return chosen_; }
  const std::string& realm() const { return realm_; }
  KdcTransport& transport() { return *transport_; }

  ServiceIdentity own_identity() const;
  // The caller's ticket, or one for the name and password given.
  Result<ServiceIdentity> admin_identity(const AdminSignIn& admin);
  const std::string& callers_cache() const { return callers_cache_; }

  // To the chosen controller; nullptr: without a sign-in.
  Result<std::unique_ptr<Connection>> connect(const ServiceIdentity* identity);
  // As the settings say: with the keytab, or inside StartTLS with ad.bind_name.
  Result<std::unique_ptr<Connection>> connect_as_server();
  // As the last connection that was opened with a sign-in, to another port; of the chosen
  // controller, or of the first other one that answers there.
  Result<std::unique_ptr<Connection>> connect_again(std::uint16_t port);
  Result<std::unique_ptr<AdminConnection>> connect_to_write(const ServiceIdentity& identity);
  Result<std::unique_ptr<AdminConnection>> connect_to_probe();

 private:
  BindOptions options_for(const ServiceIdentity* identity) const;
  BindOptions own_options() const;
  Result<std::unique_ptr<Connection>> open(Controller controller,
                                           const BindOptions& options,
                                           std::uint16_t port);
  Result<void> write_profile(const std::string& kpasswd_address);

  const config::Settings& settings_;
  std::string realm_, callers_cache_, profile_file_, profile_before_;
  bool had_profile_ = false;
  std::shared_ptr<Controllers> all_, pinned_;
  std::unique_ptr<KdcTransport> transport_;
  Controller chosen_;
  BindOptions last_options_;
  // One for each connection that is open, the last first out.
  std::vector<std::unique_ptr<Watchdog>> dogs_;
};

// Every entry of a search.
Result<std::vector<Entry>> search_all(Connection& connection, const Search& what);

}  // namespace kontor::directory
