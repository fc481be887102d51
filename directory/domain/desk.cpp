// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/desk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "base/core/text.hpp"
#include "directory/krb/profile.hpp"
#include "directory/krb/socket.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

// An administrator's command waits longer than a sign-in may.
std::chrono::milliseconds patience(const config::Settings& settings) {
  return std::max<std::chrono::milliseconds>(settings.ad.timeout, 15s);
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

DomainDesk::DomainDesk(const config::Settings& settings)
    : settings_(settings),
      realm_(realm_of(settings.ad)),
      callers_cache_(callers_ticket_cache()),
      all_(std::make_shared<Controllers>(settings.ad)),
      transport_(std::make_unique<KdcTransport>(Domains{all_}, patience(settings))) {
  if (const char* before = getenv("KRB5_CONFIG"); before != nullptr) {
    had_profile_ = true;
    profile_before_ = before;
  }
}

DomainDesk::~DomainDesk() {
  if (profile_file_.empty()) return;
  unlink(profile_file_.c_str());
  if (had_profile_) {
    setenv("KRB5_CONFIG", profile_before_.c_str(), 1);
  } else {
    unsetenv("KRB5_CONFIG");
  }
}

Result<void> DomainDesk::write_profile(const std::string& kpasswd_address) {
  std::string name = "/tmp/kontor-krb5.XXXXXX";
  const Socket file(mkostemp(name.data(), O_CLOEXEC));
  if (file.fd() < 0) return fail(errno_error("creating " + name, errno));
  if (!profile_file_.empty()) unlink(profile_file_.c_str());
  profile_file_ = name;
  const std::string text = kerberos_profile(settings_.ad, kpasswd_address);
  if (write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail(errno_error("writing " + name, errno));
  setenv("KRB5_CONFIG", name.c_str(), 1);
  return {};
}

Result<void> DomainDesk::find_controllers() {
  KONTOR_TRY(write_profile({}));
  return all_->refresh();
}

Result<void> DomainDesk::choose(const Controller& controller) {
  config::ActiveDirectory one = settings_.ad;
  one.controllers = {bracketed(controller.host) + ":" + std::to_string(controller.ldap_port)};
  pinned_ = std::make_shared<Controllers>(one);
  KONTOR_TRY(pinned_->refresh());
  transport_ = std::make_unique<KdcTransport>(Domains{pinned_}, patience(settings_));
  chosen_ = pinned_->in_order().front();
  return write_profile(chosen_.addresses.empty() ? "" : bracketed(chosen_.addresses.front()));
}

Result<void> DomainDesk::choose_any() {
  KONTOR_TRY(find_controllers());
  Error last(Errc::unavailable, "no controller of " + settings_.ad.domain + " is known");
  for (const auto& controller : controllers()) {
    KONTOR_TRY(choose(controller));
    const auto answer = connect(nullptr);
    if (answer) return {};
    last = Error(answer.error().code(), controller.host + ": " + answer.error().detail());
  }
  return fail(std::move(last));
}

ServiceIdentity DomainDesk::own_identity() const {
  return {realm_, settings_.ad.keytab_file,
          settings_.ad.bind == "starttls" ? std::string() : settings_.ad.bind_name};
}

Result<ServiceIdentity> DomainDesk::admin_identity(const AdminSignIn& admin) {
  ServiceIdentity identity;
  identity.realm = realm_;
  identity.ticket_cache = callers_cache_;
  if (!admin.user.empty()) {
    KONTOR_TRY(identity.ticket_cache,
               sign_in_with_password(*transport_, realm_, admin.user, admin.password));
  }
  return identity;
}

BindOptions DomainDesk::options_for(const ServiceIdentity* identity) const {
  BindOptions options;
  options.use_kerberos = identity != nullptr;
  options.use_tls = false;
  if (identity != nullptr) options.identity = *identity;
  options.timeout = patience(settings_);
  return options;
}

BindOptions DomainDesk::own_options() const {
  const auto identity = own_identity();
  const bool by_password = settings_.ad.bind == "starttls";
  BindOptions options = options_for(by_password ? nullptr : &identity);
  options.use_tls = settings_.ad.bind != "gssapi";
  options.ca_file = settings_.ad.ca_file;
  if (!by_password) return options;
  options.name = settings_.ad.bind_name;
  options.password_file = settings_.ad.bind_password_file;
  return options;
}

Result<std::unique_ptr<Connection>> DomainDesk::open(Controller controller,
                                                     const BindOptions& options,
                                                     std::uint16_t port) {
  if (port != 0) controller.ldap_port = port;
  dogs_.push_back(std::make_unique<Watchdog>());
  return Connection::open(controller, options, *transport_, *dogs_.back());
}

Result<std::unique_ptr<Connection>> DomainDesk::connect(const ServiceIdentity* identity) {
  auto options = options_for(identity);
  if (identity != nullptr) last_options_ = options;
  return open(chosen_, options, 0);
}

Result<std::unique_ptr<Connection>> DomainDesk::connect_as_server() {
  last_options_ = own_options();
  return open(chosen_, last_options_, 0);
}

Result<std::unique_ptr<Connection>> DomainDesk::connect_again(std::uint16_t port) {
  auto connection = open(chosen_, last_options_, port);
  for (const auto& other : controllers()) {
    if (connection) break;
    if (other.host != chosen_.host) connection = open(other, last_options_, port);
  }
  return connection;
}

Result<std::unique_ptr<AdminConnection>> DomainDesk::connect_to_write(
    const ServiceIdentity& identity) {
  return AdminConnection::open(chosen_, options_for(&identity), *transport_);
}

Result<std::unique_ptr<AdminConnection>> DomainDesk::connect_to_probe() {
  return AdminConnection::open(chosen_, own_options(), *transport_);
}

Result<std::vector<Entry>> search_all(Connection& connection, const Search& what) {
  std::vector<Entry> found;
  KONTOR_TRY(connection.search(what, [&found](Entry entry) -> Result<void> {
    found.push_back(std::move(entry));
    return {};
  }));
  return found;
}

}  // namespace kontor::directory
