// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: server, log, tls.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"server.name",
     [](Settings& s) -> Field { return &s.server.name; },
     {},
     "Host name of this server.",
     "It stands in greetings, in Received fields and in the names of Kerberos services "
     "(imap/NAME). Clients must reach the server by it, and the certificate must be for it."},
    {"server.data_folder",
     [](Settings& s) -> Field { return &s.server.data_folder; },
     {},
     "Folder of everything the server keeps.",
     "Mailboxes, the copy of the directory, the certificate made at the first start and the "
     "socket of kontorctl lie in it. It must be on a local file system and belong to the "
     "server's user."},
    {"server.port_base",
     [](Settings& s) -> Field { return &s.server.port_base; },
     {0, 64500},
     "Added to every standard port number.",
     "0 gives the standard ports (143, 993, 25, 465, 587, 24). With 10000, IMAP is on 10143. "
     "Ports below 1024 can be opened by root only."},
    {"server.listen",
     [](Settings& s) -> Field { return &s.server.listen; },
     {},
     "Addresses to listen on.",
     "Numeric IPv4 and IPv6 addresses. 0.0.0.0 and :: are all addresses of the machine. The "
     "default serves this machine alone."},
    {"server.lmtp_listen",
     [](Settings& s) -> Field { return &s.server.lmtp_listen; },
     {},
     "Addresses that the LMTP port listens on.",
     "LMTP is how a relay of your own hands mail over; it asks for no sign-in and checks less "
     "than SMTP does, so that it is offered to this machine alone unless it is set here. An "
     "empty list closes the port."},
    {"server.threads",
     [](Settings& s) -> Field { return &s.server.threads; },
     {0, 1024},
     "Network threads.",
     "0 makes one for each processor."},
    {"server.max_connections",
     [](Settings& s) -> Field { return &s.server.max_connections; },
     {1, 1000000},
     "Open connections in all.",
     "A connection above it is refused with a temporary error. Each connection needs a file "
     "descriptor; the server raises its own limit as far as the system allows."},
    {"server.max_connections_per_address",
     [](Settings& s) -> Field { return &s.server.max_connections_per_address; },
     {1, 1000000},
     "Open connections from one address.",
     "Raise it when many people come through one proxy or address translation."},
    {"server.max_connections_per_person",
     [](Settings& s) -> Field { return &s.server.max_connections_per_person; },
     {1, 1000000},
     "Open connections of one person.",
     "Mail programs open several connections each. The limit protects the others from a program "
     "gone wild."},
    {"server.demo",
     [](Settings& s) -> Field { return &s.server.demo; },
     {},
     "Refuse the known demo password from other machines.",
     "The demo organisation's password is printed in the documentation. With this setting it "
     "works from this machine only."},
    {"server.user",
     [](Settings& s) -> Field { return &s.server.user; },
     {},
     "Become this user after opening the ports.",
     "Only when started by root, which alone can open ports below 1024. Empty: the server stays "
     "the user "
     "that started it; as root it then warns."},
    {"log.file",
     [](Settings& s) -> Field { return &s.log.file; },
     {},
     "File for the log.",
     "Empty writes to standard error, where a service manager collects it. The file is opened "
     "again after SIGHUP, for log rotation."},
    {"log.format",
     [](Settings& s) -> Field { return &s.log.format; },
     {0, 0, {"logfmt", "json"}},
     "Form of a line of the log.",
     "logfmt writes key=value pairs, json an object a line."},
    {"log.level",
     [](Settings& s) -> Field { return &s.log.level; },
     {0, 0, {"debug", "info", "warning", "error"}},
     "The least important events to be written.",
     "Events below it are still counted."},
    {"tls.certificate_file",
     [](Settings& s) -> Field { return &s.tls.certificate_file; },
     {},
     "File with the certificate (PEM).",
     "The server's own certificate first, then those between it and the root. Empty: the server "
     "makes an authority and a certificate of its own in DATA/tls; clients then need "
     "DATA/tls/ca.pem. A changed file is noticed within a minute and used for new connections."},
    {"tls.key_file",
     [](Settings& s) -> Field { return &s.tls.key_file; },
     {},
     "File with the certificate's private key (PEM).",
     "Without a passphrase, readable for the server's user alone. Set together with "
     "tls.certificate_file."},
    {"tls.minimum_version",
     [](Settings& s) -> Field { return &s.tls.minimum_version; },
     {0, 0, {"1.2", "1.3"}},
     "Oldest version of TLS to be spoken.",
     "1.2 serves every mail program of the last ten years."},
    {"tls.warn_days",
     [](Settings& s) -> Field { return &s.tls.warn_days; },
     {0, 365},
     "Warn when the certificate ends within so many days.",
     "The warning is the event server.certificate.warning, once a day."},
});

}  // namespace

std::span<const Row> server_rows() { return k_rows; }

}  // namespace kontor::config
