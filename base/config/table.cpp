// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/table.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

// Rows stand in the order of the documents: by section, as in Settings.
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
    {"directory.source",
     [](Settings& s) -> Field { return &s.directory.source; },
     {0, 0, {"local", "ad"}},
     "Where people and groups come from.",
     "local is the embedded directory, an LDIF file. ad is Active Directory, see the section "
     "ad."},
    {"directory.local_file",
     [](Settings& s) -> Field { return &s.directory.local_file; },
     {},
     "The embedded directory's LDIF file.",
     "Empty: directory.ldif in the data folder. Changes of the file are in force within two "
     "seconds."},
    {"directory.default_domain",
     [](Settings& s) -> Field { return &s.directory.default_domain; },
     {},
     "Domain of people who sign in by a short name.",
     "With example.test, anna signs in as anna@example.test. Empty: only full names are known."},
    {"directory.accept_loss_percent",
     [](Settings& s) -> Field { return &s.directory.accept_loss_percent; },
     {0, 100},
     "Greatest loss of people put in force unasked.",
     "When a complete set of people lacks more than this share of those known (and at least "
     "ten), it is held back until kontorctl directory accept: an emptied or unreachable part of "
     "the directory must not close mailboxes."},
    {"ad.domain",
     [](Settings& s) -> Field { return &s.ad.domain; },
     {},
     "DNS name of the Active Directory domain.",
     "Needed with directory.source = \"ad\". Controllers are found by its SRV records."},
    {"ad.controllers",
     [](Settings& s) -> Field { return &s.ad.controllers; },
     {},
     "Domain controllers to use.",
     "Host names in order of preference. Empty: found by SRV records of the domain and the "
     "site."},
    {"ad.keytab_file",
     [](Settings& s) -> Field { return &s.ad.keytab_file; },
     {},
     "Keytab of the server.",
     "Holds the keys of imap/NAME and smtp/NAME and of the account that reads the directory. "
     "Read by kontor-directory alone."},
    {"ad.bind",
     [](Settings& s) -> Field { return &s.ad.bind; },
     {0, 0, {"gssapi", "starttls"}},
     "How the directory is read.",
     "gssapi signs in by the keytab and seals the connection. starttls signs in with "
     "ad.bind_name and the password in ad.bind_password_file inside TLS."},
    {"ad.bind_name",
     [](Settings& s) -> Field { return &s.ad.bind_name; },
     {},
     "Account that reads the directory with a password.",
     "For ad.bind = \"starttls\": a user principal name of an ordinary account. For \"gssapi\": "
     "the "
     "principal of the keytab to sign in as; empty: its machine account."},
    {"ad.bind_password_file",
     [](Settings& s) -> Field { return &s.ad.bind_password_file; },
     {},
     "File with that account's password.",
     "One line, mode 0600. The password itself never stands in the settings."},
    {"ad.ca_file",
     [](Settings& s) -> Field { return &s.ad.ca_file; },
     {},
     "Authority that signed the controllers' certificates (PEM).",
     "For ad.bind = \"starttls\". Empty: the authorities the system trusts."},
    {"ad.search_base",
     [](Settings& s) -> Field { return &s.ad.search_base; },
     {},
     "Part of the directory that is read.",
     "A distinguished name. Empty: the whole domain."},
    {"ad.rooms_base",
     [](Settings& s) -> Field { return &s.ad.rooms_base; },
     {},
     "Part of the directory whose accounts are rooms.",
     "A distinguished name, such as that of an organisational unit. Accounts that Exchange marked "
     "as rooms are rooms anyway. A room has a mailbox even when its account is disabled."},
    {"ad.admin_group",
     [](Settings& s) -> Field { return &s.ad.admin_group; },
     {},
     "Group whose members administer the server.",
     "Members of nested groups count. The embedded directory uses the same name."},
    {"ad.timeout",
     [](Settings& s) -> Field { return &s.ad.timeout; },
     {100, 60000},
     "Longest wait for an answer of a controller.",
     "Another controller is tried after it."},
    {"ad.reconcile_interval",
     [](Settings& s) -> Field { return &s.ad.reconcile_interval; },
     {60, 2592000},
     "Time between complete comparisons with the directory.",
     "Changes arrive at once; the comparison finds deletions that the account is not allowed to "
     "see."},
    {"sign_in.remember_success",
     [](Settings& s) -> Field { return &s.sign_in.remember_success; },
     {0, 600},
     "How long a verified password is remembered.",
     "As a keyed hash in memory, and dropped at any change of the account. 0: every sign-in asks "
     "the directory."},
    {"sign_in.remember_failure",
     [](Settings& s) -> Field { return &s.sign_in.remember_failure; },
     {0, 3600},
     "How long a wrong password is remembered.",
     "A mail program that repeats a wrong password must not lock the account in Active "
     "Directory."},
    {"sign_in.mechanisms",
     [](Settings& s) -> Field { return &s.sign_in.mechanisms; },
     {0, 0, {"GSSAPI", "GSS-SPNEGO", "PLAIN", "LOGIN"}},
     "SASL mechanisms, in order of preference.",
     "PLAIN and LOGIN are offered inside TLS only."},
    {"imap.idle_timeout",
     [](Settings& s) -> Field { return &s.imap.idle_timeout; },
     {60, 86400},
     "Close an IMAP connection after so long without a command.",
     "RFC 9051 asks for at least 30 minutes. IDLE counts as silence until it ends."},
    {"imap.max_line",
     [](Settings& s) -> Field { return &s.imap.max_line; },
     {1024, 16777216},
     "Longest IMAP command without its literals.",
     "A longer one is refused and skipped."},
    {"imap.max_command",
     [](Settings& s) -> Field { return &s.imap.max_command; },
     {1024, 268435456},
     "Largest IMAP command with its literals.",
     "The message of APPEND is not counted; it is limited by smtp.max_message."},
    {"imap.max_bad_commands",
     [](Settings& s) -> Field { return &s.imap.max_bad_commands; },
     {1, 1000},
     "Wrong commands in a row before the connection is closed.",
     "Stops programs that speak another protocol."},
    {"smtp.timeout",
     [](Settings& s) -> Field { return &s.smtp.timeout; },
     {10, 3600},
     "Close an SMTP or LMTP connection after so long without input.",
     "RFC 5321, section 4.5.3.2, asks for at least five minutes."},
    {"smtp.max_message",
     [](Settings& s) -> Field { return &s.smtp.max_message; },
     {65536, 2147483648},
     "Largest message.",
     "For mail received and for IMAP APPEND; announced as SIZE and APPENDLIMIT."},
    {"smtp.max_recipients",
     [](Settings& s) -> Field { return &s.smtp.max_recipients; },
     {100, 100000},
     "Recipients of one message.",
     "RFC 5321, section 4.5.3.1.8, asks for at least 100. Further ones are asked to come in "
     "another message."},
    {"smtp.max_messages_per_session",
     [](Settings& s) -> Field { return &s.smtp.max_messages_per_session; },
     {1, 1000000},
     "Messages in one connection.",
     "The client is then asked to connect again."},
    {"smtp.max_bad_commands",
     [](Settings& s) -> Field { return &s.smtp.max_bad_commands; },
     {1, 1000},
     "Wrong commands before the connection is closed.",
     "Stops programs that guess."},
    {"smtp.max_hops",
     [](Settings& s) -> Field { return &s.smtp.max_hops; },
     {10, 1000},
     "Received fields before a message is taken for a loop.",
     "RFC 5321, section 6.3."},
    {"store.standard_folders",
     [](Settings& s) -> Field { return &s.store.standard_folders; },
     {},
     "Folders of a new mailbox.",
     "Sent, Drafts, Trash, Junk and Archive get their special use (RFC 6154). INBOX is always "
     "there."},
    {"store.log_segment",
     [](Settings& s) -> Field { return &s.store.log_segment; },
     {1048576, 1073741824},
     "Size at which a mailbox's log file is sealed.",
     "A new file is begun then."},
    {"store.sync_threads",
     [](Settings& s) -> Field { return &s.store.sync_threads; },
     {1, 256},
     "Threads that write mailboxes to the disk.",
     "Mailboxes are synced side by side; fast disks gain from more."},
    {"store.reserve",
     [](Settings& s) -> Field { return &s.store.reserve; },
     {1048576, 1099511627776},
     "Disk space kept free for deletions.",
     "Below it new mail is refused for the time being, while expunging still works."},
    {"store.max_loaded_accounts",
     [](Settings& s) -> Field { return &s.store.max_loaded_accounts; },
     {1, 10000000},
     "Mailboxes kept in memory.",
     "Mailboxes nobody uses are dropped from memory above it, the least recently used first."},
    {"store.tombstone_days",
     [](Settings& s) -> Field { return &s.store.tombstone_days; },
     {30, 36500},
     "How long expunged messages are remembered by number.",
     "A mail program away for longer compares its whole folder once (RFC 7162)."},
    {"mime.max_depth",
     [](Settings& s) -> Field { return &s.mime.max_depth; },
     {10, 1000},
     "Deepest nesting of a message that is looked into.",
     "Deeper parts are one opaque part."},
    {"mime.max_parts",
     [](Settings& s) -> Field { return &s.mime.max_parts; },
     {100, 1000000},
     "Parts of a message that are looked at.",
     "Further parts belong to the last one."},
});

}  // namespace

std::span<const Row> table() { return k_rows; }

const Row* find_row(std::string_view key) {
  const auto row = std::ranges::find(k_rows, key, &Row::key);
  return row == k_rows.end() ? nullptr : &*row;
}

std::string_view nearest_key(std::string_view key) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(3, key.size() / 2);
  for (const Row& row : k_rows) {
    // The name alone counts too: a right name in the wrong section, or in none.
    const std::string_view name = key.substr(key.find('.') + 1);
    const std::size_t distance =
        std::min(edit_distance(key, row.key), edit_distance(name, row.name()) + 1);
    if (distance >= least) continue;
    least = distance;
    nearest = row.key;
  }
  return nearest;
}

}  // namespace kontor::config
