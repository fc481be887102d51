// SPDX-License-Identifier: GPL-3.0-or-later
// We connect ourselves and hand libldap the socket: the connect is bounded, the watchdog knows what
// to cut, and the name for ticket and certificate is ours, whatever address was used.
#include "directory/ldap/handle.hpp"

#include <fcntl.h>
#include <openldap.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/core/text.hpp"
#include "directory/krb/socket.hpp"
#include "directory/sasl/interaction.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_values = 2'000'000;  // of one attribute

struct BerFree {
  void operator()(BerElement* element) const { ber_free(element, 0); }
};

Result<void> set_option(LDAP* handle, int option, const void* value) {
  if (ldap_set_option(handle, option, value) != LDAP_OPT_SUCCESS)
    return fail(Errc::internal, "libldap does not take option " + std::to_string(option));
  return {};
}

Result<void> set_options(LDAP* handle, const BindOptions& options) {
  const timeval limit = to_timeval(options.timeout);
  const int version = LDAP_VERSION3, unlimited = LDAP_NO_LIMIT;
  KONTOR_TRY(set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version));
  KONTOR_TRY(set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF));
  KONTOR_TRY(set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON));
  KONTOR_TRY(set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &limit));
  KONTOR_TRY(set_option(handle, LDAP_OPT_TIMEOUT, &limit));
  KONTOR_TRY(set_option(handle, LDAP_OPT_SIZELIMIT, &unlimited));
  return set_option(handle, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
}

extern "C" int answer_questions(LDAP*, unsigned, void*, void* questions) {
  return answer_with_nothing(questions);
}

Result<void> start_tls(LDAP* handle, const BindOptions& options) {
  const int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
  const int minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  KONTOR_TRY(set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand));
  KONTOR_TRY(set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum));
  if (!options.ca_file.empty()) {
    KONTOR_TRY(set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, options.ca_file.c_str()));
  }
  if (ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS)
    return fail(Errc::unavailable, options.section + ".ca_file cannot be used: " + options.ca_file);
  if (const int code = ldap_start_tls_s(handle, nullptr, nullptr); code != LDAP_SUCCESS)
    return fail(ldap_error(handle, "StartTLS", code));
  return {};
}

Result<void> bind_kerberos(LDAP* handle, const BindOptions& options) {
  // A seal, not only a signature: what is read is personal.
  const char* properties = "noanonymous,noplain,minssf=56";
  if (options.use_tls) {
    KONTOR_TRY(start_tls(handle, options));
    // Controllers refuse a second seal inside TLS ([MS-ADTS] 5.1.2.2), and may ask for the binding.
    properties = "noanonymous,noplain,maxssf=0";
    const int binding = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
    KONTOR_TRY(set_option(handle, LDAP_OPT_X_SASL_CBINDING, &binding));
  }
  KONTOR_TRY(set_option(handle, LDAP_OPT_X_SASL_SECPROPS, properties));
  const int code = ldap_sasl_interactive_bind_s(handle, nullptr, "GSSAPI", nullptr, nullptr,
                                                LDAP_SASL_QUIET, answer_questions, nullptr);
  if (code != LDAP_SUCCESS) return fail(ldap_error(handle, "bind with the keytab", code));
  return {};
}

Result<void> bind_simple(LDAP* handle, const BindOptions& options) {
  std::string password;
  if (options.password) {
    password = *options.password;
  } else if (!options.name.empty()) {
    KONTOR_TRY(password,
               read_password(options.password_file, options.section + ".bind_password_file"));
  }
  if (options.use_tls) {
    KONTOR_TRY(start_tls(handle, options));
  }
  if (options.name.empty()) return {};  // RFC 4513, 5.1.1: anonymous from the beginning
  berval secret{password.size(), password.data()};
  const int code = ldap_sasl_bind_s(handle, options.name.c_str(), LDAP_SASL_SIMPLE, &secret,
                                    nullptr, nullptr, nullptr);
  explicit_bzero(password.data(), password.size());
  if (code != LDAP_SUCCESS) return fail(ldap_error(handle, "bind as " + options.name, code));
  return {};
}

Result<Socket> connect_any(const Controller& controller, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  Error last(Errc::unavailable, controller.host + " has no address");
  for (const auto& address : controller.addresses) {
    auto connection = connect_tcp(address, controller.ldap_port, end);
    if (connection) return connection;
    last = std::move(connection).error();
  }
  return fail(std::move(last));
}

Result<LdapHandle> wrap(Socket connection, const Controller& controller) {
  // libldap polls before it reads, but expects a blocking socket in the TLS handshake.
  const int flags = fcntl(connection.fd(), F_GETFL);
  fcntl(connection.fd(), F_SETFL, flags & ~O_NONBLOCK);
  const bool is_v6 = controller.host.find(':') != std::string::npos;
  const std::string url = "ldap://" + (is_v6 ? "[" + controller.host + "]" : controller.host) +
                          ":" + std::to_string(controller.ldap_port);
  LDAP* handle = nullptr;
  const int code = ldap_init_fd(connection.fd(), LDAP_PROTO_TCP, url.c_str(), &handle);
  if (code != LDAP_SUCCESS)
    return fail(Errc::internal, std::string("libldap: ") + ldap_err2string(code));
  connection.release();
  return LdapHandle(handle);
}

Result<LdapHandle> connect_and_bind(const Controller& controller,
                                    const BindOptions& options,
                                    Watchdog& dog) {
  KONTOR_TRY(auto connection, connect_any(controller, options.timeout));
  dog.watch(connection.fd());
  const Watchdog::Limit limit(dog, 2 * options.timeout);
  KONTOR_TRY(auto handle, wrap(std::move(connection), controller));
  KONTOR_TRY(set_options(handle.get(), options));
  if (options.use_kerberos) {
    KONTOR_TRY(bind_kerberos(handle.get(), options));
  } else {
    KONTOR_TRY(bind_simple(handle.get(), options));
  }
  return handle;
}

}  // namespace

timeval to_timeval(std::chrono::milliseconds length) {
  timeval made{};
  made.tv_sec = length.count() / 1'000;
  made.tv_usec = length.count() % 1'000 * 1'000;
  return made;
}

std::string text_of(const berval& value) {
  return value.bv_val == nullptr ? std::string() : std::string(value.bv_val, value.bv_len);
}

// The values are copied with their lengths: they may hold NULs.
Entry read_entry_message(LDAP* handle, LDAPMessage* message) {
  Entry entry;
  BerElement* raw = nullptr;
  berval dn{};
  if (ldap_get_dn_ber(handle, message, &raw, &dn) != LDAP_SUCCESS) return entry;
  const std::unique_ptr<BerElement, BerFree> guard(raw);
  entry.dn = parse_extended_dn(text_of(dn)).dn;
  berval name{};
  berval* values = nullptr;
  while (ldap_get_attribute_ber(handle, message, raw, &name, &values) == LDAP_SUCCESS &&
         name.bv_val != nullptr) {
    auto& list = entry.attributes[to_lower(text_of(name))];
    for (std::size_t i = 0; values != nullptr && values[i].bv_val != nullptr; ++i)
      if (list.size() < k_max_values) list.push_back(text_of(values[i]));
    ber_memfree(values);
    values = nullptr;
  }
  return entry;
}

Error ldap_error(LDAP* handle, const std::string& what, int code) {
  Errc kind = Errc::bad_input;
  switch (code) {
    case LDAP_NO_SUCH_OBJECT:
      kind = Errc::not_found;
      break;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_STRONG_AUTH_REQUIRED:
      kind = Errc::no_permission;
      break;
    case LDAP_TIMEOUT:
      kind = Errc::timed_out;
      break;
    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR:
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_LOCAL_ERROR:
    case LDAP_DECODING_ERROR:
      kind = Errc::unavailable;
      break;
    default:
      break;
  }
  std::string detail = what + ": " + ldap_err2string(code);
  char* more = nullptr;
  if (ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more) == LDAP_OPT_SUCCESS && more) {
    detail += " (" + to_valid_utf8(std::string_view(more).substr(0, 300)) + ")";
    ldap_memfree(more);
  }
  return {kind, detail};
}

Result<std::string> read_password(const std::string& file, const std::string& setting) {
  const Socket opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.fd() < 0) return fail(errno_error(setting + " " + file, errno));
  struct stat about{};
  if (fstat(opened.fd(), &about) != 0) return fail(errno_error(file, errno));
  if ((about.st_mode & 077) != 0)
    return fail(Errc::no_permission, setting + " " + file + " may be read by others: chmod 600");
  std::array<char, 1'024> bytes{};
  const auto size = read(opened.fd(), bytes.data(), bytes.size());
  if (size < 0) return fail(errno_error(file, errno));
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  std::string password(text.substr(0, text.find_first_of("\r\n")));
  explicit_bzero(bytes.data(), bytes.size());
  // RFC 4513, 5.1.2: a name with an empty password is an anonymous bind that succeeds.
  if (password.empty()) return fail(Errc::bad_input, file + " has no password in its first line");
  return password;
}

Result<LdapHandle> open_handle(const Controller& controller,
                               const BindOptions& options,
                               const KdcTransport& transport,
                               Watchdog& dog) {
  if (options.use_kerberos) {
    KONTOR_TRY(take_ldap_ticket(options.identity, transport, controller.host));
  }
  auto handle = connect_and_bind(controller, options, dog);
  if (!handle) dog.watch(-1);
  return handle;
}

}  // namespace kontor::directory
