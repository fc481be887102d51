// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: screening, scan.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"screening.enabled",
     [](Settings& s) -> Field { return &s.screening.enabled; },
     {},
     "Whether those who hand over mail on port 25 are looked at.",
     "By name, by lists in the DNS, by what they say of themselves. Who signs in or is in "
     "smtp.trusted_networks is not. Off behind a gateway, because there every message comes from "
     "the gateway's address."},
    {"screening.allow",
     [](Settings& s) -> Field { return &s.screening.allow; },
     {},
     "From whom mail is always taken.",
     "Networks (\"192.0.2.0/24\"), names of servers with what is below them (\"example.com\", by "
     "the reverse name that the name itself confirms), senders (\"anna@example.com\", "
     "\"@example.com\"). Neither screening.deny nor anything else of this section holds for them."},
    {"screening.deny",
     [](Settings& s) -> Field { return &s.screening.deny; },
     {},
     "From whom mail is never taken.",
     "Written as in screening.allow. Senders are what they claim to be: a forged one is not "
     "denied."},
    {"screening.dnsbl",
     [](Settings& s) -> Field { return &s.screening.dnsbl; },
     {},
     "Lists in the DNS of addresses that send unwanted mail.",
     "\"bl.example.org\", or \"bl.example.org=127.0.0.2,127.0.0.4-127.0.0.11\" when only some of "
     "its answers count (RFC 5782). 20 at most. Ask who runs a list whether you may use it."},
    {"screening.rhsbl",
     [](Settings& s) -> Field { return &s.screening.rhsbl; },
     {},
     "Lists in the DNS of domains that send unwanted mail.",
     "Written as in screening.dnsbl; asked for the domain of the sender."},
    {"screening.listed",
     [](Settings& s) -> Field { return &s.screening.listed; },
     {0, 0, {"mark", "refuse"}},
     "What is done with mail from an address or a domain on a list.",
     "mark only writes it into the field X-Kontor-Screening of the message; refuse says so to the "
     "sender, with the words of the list. Mail to postmaster is always taken (RFC 5321, 4.5.1)."},
    {"screening.reverse_name",
     [](Settings& s) -> Field { return &s.screening.reverse_name; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with mail from an address without a confirmed name.",
     "The name that the DNS has for the address must lead back to it. refuse also hits small "
     "servers whose providers give no names."},
    {"screening.hello",
     [](Settings& s) -> Field { return &s.screening.hello; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with a client that says a wrong name in HELO or EHLO.",
     "This server's own name or address, an address that is not the client's, or a name without a "
     "dot (RFC 5321, 4.1.1.1)."},
    {"screening.sender_domain",
     [](Settings& s) -> Field { return &s.screening.sender_domain; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with a sender whose domain takes no mail.",
     "It does not exist, has neither MX nor address, or says so by a null MX (RFC 7505): nobody "
     "could answer."},
    {"screening.sender_address",
     [](Settings& s) -> Field { return &s.screening.sender_address; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with a sender whose own server says that there is no such address.",
     "The server that takes mail for the sender's domain is asked with RCPT, and no message is "
     "sent; addresses of this server's domains are looked up in the directory. A server that does "
     "not answer, or puts off, refuses nobody. Some see such questions as an attack: mail of few "
     "strangers only."},
    {"screening.sender_address_keep",
     [](Settings& s) -> Field { return &s.screening.sender_address_keep; },
     {60, 31536000},
     "How long an address that exists is not asked for again.",
     "In memory: after a restart it is asked for once more."},
    {"screening.sender_address_missing_keep",
     [](Settings& s) -> Field { return &s.screening.sender_address_missing_keep; },
     {60, 31536000},
     "How long an address that does not exist is not asked for again.",
     "Somebody who gets his address only now waits so long until he is believed."},
    {"screening.sender_address_probes",
     [](Settings& s) -> Field { return &s.screening.sender_address_probes; },
     {1, 10000},
     "Questions about senders to other servers within a minute.",
     "Of a sender above that nothing is known, and he is not refused. Each domain is asked one "
     "question at a time."},
    {"screening.own_sender",
     [](Settings& s) -> Field { return &s.screening.own_sender; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with strangers that use an address of this server's domains.",
     "Who writes from here signs in or is in smtp.trusted_networks. refuse also hits services that "
     "send in your name (put them into screening.allow) and mail that others forward here without "
     "rewriting its sender."},
    {"screening.greeting_wait",
     [](Settings& s) -> Field { return &s.screening.greeting_wait; },
     {0, 30000},
     "How long a client is made to wait for the greeting.",
     "RFC 5321, section 3.1: it may not speak before that. Programs that send spam do not wait. "
     "0: nobody waits, and it is not looked at."},
    {"screening.early_talk",
     [](Settings& s) -> Field { return &s.screening.early_talk; },
     {0, 0, {"mark", "refuse"}},
     "What is done with a client that speaks before the greeting.",
     "refuse ends the connection with 554."},
    {"screening.own_lists",
     [](Settings& s) -> Field { return &s.screening.own_lists; },
     {},
     "Whether people may keep lists of senders and servers of their own.",
     "Mail from those on somebody's list of the blocked is refused for him alone; of the allowed "
     "it is neither greylisted nor put into his folder for junk. See kontorctl lists."},
    {"screening.spam_base",
     [](Settings& s) -> Field { return &s.screening.spam_base; },
     {0, 0, {"off", "mark", "refuse"}},
     "What is done with servers whose mail was learnt as spam again and again.",
     "Needs learning.controller. See kontorctl spam-base."},
    {"screening.spam_base_count",
     [](Settings& s) -> Field { return &s.screening.spam_base_count; },
     {1, 1000},
     "So many messages learnt as spam make a server one that sends spam.",
     "Each message counts once, whoever reported it."},
    {"screening.spam_base_period",
     [](Settings& s) -> Field { return &s.screening.spam_base_period; },
     {3600, 31536000},
     "Within this time they have to come.",
     "One that came before does not count any more."},
    {"screening.spam_base_keep",
     [](Settings& s) -> Field { return &s.screening.spam_base_keep; },
     {3600, 31536000},
     "How long a server stays in the base of spam.",
     "Since the last message of it that was learnt as spam."},
    {"screening.greylist",
     [](Settings& s) -> Field { return &s.screening.greylist; },
     {},
     "Whether strangers are asked to come again.",
     "The first mail of a sender from a network to a recipient is put off; a real server tries "
     "again. Delays first mails by several minutes."},
    {"screening.greylist_wait",
     [](Settings& s) -> Field { return &s.screening.greylist_wait; },
     {1, 86400},
     "A retry sooner than this does not count.",
     "The sender is told how long he has to wait."},
    {"screening.greylist_retry",
     [](Settings& s) -> Field { return &s.screening.greylist_retry; },
     {60, 1209600},
     "A retry later than this does not count.",
     "It is a first attempt then."},
    {"screening.greylist_keep",
     [](Settings& s) -> Field { return &s.screening.greylist_keep; },
     {3600, 34560000},
     "How long a sender who came again stays known.",
     "Since his last mail: a network and the domain that it sends for."},
    {"scan.clamd",
     [](Settings& s) -> Field { return &s.scan.clamd; },
     {},
     "The ClamAV daemon that looks for viruses.",
     "\"unix:/run/clamav/clamd.ctl\" or \"127.0.0.1:3310\", as clamd.conf says. Empty: none."},
    {"scan.virus",
     [](Settings& s) -> Field { return &s.scan.virus; },
     {0, 0, {"mark", "refuse", "hold"}},
     "What is done with a message that holds a virus.",
     "refuse gives it back to the sender; mark writes its name into the field X-Kontor-Scan and "
     "lets it in, for a reader who knows what he does; hold keeps it in quarantine."},
    {"scan.quarantine",
     [](Settings& s) -> Field { return &s.scan.quarantine; },
     {0, 0, {"junk", "hold"}},
     "What is done with a message that a milter wants put aside.",
     "junk: it goes into the recipient's folder for junk; hold: into quarantine, where an "
     "administrator sees it."},
    {"scan.milters",
     [](Settings& s) -> Field { return &s.scan.milters; },
     {},
     "Mail filters that speak the milter protocol.",
     "rspamd (\"127.0.0.1:11332\") and others, asked in this order. They may refuse a message, put "
     "it "
     "off, drop it, and change its header and text. 8 at most."},
    {"scan.outgoing",
     [](Settings& s) -> Field { return &s.scan.outgoing; },
     {},
     "Whether mail of people who signed in is scanned too.",
     "A virus in a mailbox that was taken over goes no further."},
    {"scan.fail_open",
     [](Settings& s) -> Field { return &s.scan.fail_open; },
     {},
     "Whether a message is taken when a scanner does not answer.",
     "Off, the sender is told to try again later: nothing unscanned comes in, and no mail while a "
     "scanner is down."},
    {"scan.timeout",
     [](Settings& s) -> Field { return &s.scan.timeout; },
     {1, 600},
     "Longest time for one scanner and one message.",
     "After that it counts as one that does not answer."},
});

}  // namespace

std::span<const Row> screening_rows() { return k_rows; }

}  // namespace kontor::config
