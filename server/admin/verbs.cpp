// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/verbs.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/admin/collector_verbs.hpp"
#include "server/admin/doctor.hpp"
#include "server/admin/domains_verbs.hpp"
#include "server/admin/guard_verbs.hpp"
#include "server/admin/moderation_verbs.hpp"
#include "server/admin/shares_flags.hpp"

namespace kontor::admin {
namespace {

constexpr std::size_t k_many = 100;

// clang-format off
constexpr std::array k_verbs{
    Verb{"accounts attach", "ACCOUNT PERSON", "Gives a mailbox whose owner is gone to a person, who may have been made again.", accounts_attach},
    Verb{"accounts list", "", "People and rooms with a mailbox, and mailboxes that belong to nobody; --deleted: those whose owner is gone, and until when they are kept.", accounts_list, nullptr, nullptr, nullptr, "[--deleted]"},
    Verb{"accounts lock", "ACCOUNT", "Nobody signs in to a mailbox any more, and who is connected is put out; mail still comes. @DOMAIN: of all mailboxes of a mail domain.", accounts_lock},
    Verb{"accounts migrate", "[FROM] [TO]", "Makes a person of one source a person of another, as from the file into Active Directory: mailbox, rights and app passwords. Many: --all (by address) or --list FILE (FROM,TO).", accounts_migrate, nullptr, accounts_migrate_here, nullptr, "[--all] [--to-source SOURCE] [--list FILE] [--keep] [--dry-run]", migrate_fits},
    Verb{"accounts remove", "ACCOUNT", "Removes a mailbox and all it holds from the disk. It cannot be brought back.", accounts_remove},
    Verb{"accounts replace", "ACCOUNT ID", "Puts DATA/restoring/ID, which restore --replace has made, in the place of a mailbox.", accounts_replace},
    Verb{"accounts show", "ACCOUNT", "One account: addresses, groups, size. ACCOUNT is an address, a login name or an id.", accounts_show},
    Verb{"accounts unlock", "ACCOUNT", "Takes the lock of a mailbox, or of @DOMAIN, away.", accounts_unlock},
    Verb{"addresses add", "MAILBOX FOLDER ADDRESS", "Gives a folder a mail address of its own: mail to it comes into that folder. Who has the right p there may post; --inside: nobody from outside the organisation; --hidden: not in the address book. MAILBOX may be public.", addresses_add, nullptr, nullptr, nullptr, "[--inside] [--hidden]"},
    Verb{"addresses list", "[MAILBOX]", "The mail addresses of folders, and what is wrong with one.", addresses_list},
    Verb{"addresses remove", "ADDRESS", "Takes a mail address away from its folder.", addresses_remove},
    Verb{"app-password add", "PERSON", "Makes a password for one device of a person and shows it, once; --protocols imap,smtp and --expires DAYS limit it.", app_password_add, nullptr, nullptr, nullptr, "[--name DEVICE] [--protocols LIST] [--expires DAYS]"},
    Verb{"app-password list", "[PERSON]", "App passwords: whose, for what, and when, how and from where each was used last.", app_password_list},
    Verb{"app-password revoke", "PERSON [ID]", "Ends an app password, by its id or name, and the connections that were signed in with it; --all: all of the person.", app_password_revoke, nullptr, nullptr, nullptr, "[--all]"},
    Verb{"audit list", "", "What administrators did and looked for, the newest first; --who is a part of a name, --before the number of a record.", audit_list, nullptr, nullptr, nullptr, "[--since DATE] [--until DATE] [--who NAME] [--kind KIND] [--limit NUMBER] [--before NUMBER]"},
    Verb{"audit verify", "", "Is the log of administrators' searches as the server wrote it? The server may run or not.", nullptr, nullptr, audit_verify},
    Verb{"backup", "", "Saves accounts beside the running server, into a folder or a tar; run again, it saves what is new.", nullptr, nullptr, backup_make, nullptr, "[--person ACCOUNT] [--domain DOMAIN] [--all] [--to FOLDER] [--tar FILE] [--since BACKUP] [--full] [--rate SIZE] [--compress zstd] [--manifest FILE]"},
    Verb{"backup list", "BACKUP", "The accounts that a backup holds.", nullptr, backup_list},
    Verb{"backup unpack", "TAR FOLDER", "Makes the folder of a backup from its tar; incremental ones after the full one.", nullptr, nullptr, backup_unpack},
    Verb{"backup verify", "BACKUP", "Is every file of a backup as it was saved? BACKUP is a folder or a tar.", nullptr, nullptr, backup_verify},
    Verb{"blocks", "[list]", "Addresses that are refused after wrong passwords.", blocks_list},
    Verb{"blocks add", "ADDRESS [TIME]", "Refuses connections of an address or network for a time such as 2h.", blocks_add},
    Verb{"blocks remove", "ADDRESS", "Lets a refused address in again; all instead of an address: every one.", blocks_remove},
    Verb{"calendars", "[list]", "Calendars that everybody sees, made from files: titles, events, when the file was taken.", calendars_list},
    Verb{"calendars holidays", "FILE", "Makes a calendar that everybody sees and nobody changes (holidays) what an .ics file says; again, with a newer file, it follows.", calendars_holidays, nullptr, nullptr, nullptr, "[--name NAME] [--title TITLE]"},
    Verb{"calendars links", "[ACCOUNT]", "Published links of calendars: whose, what they show, and when each was used last.", calendars_links},
    Verb{"calendars publish", "ACCOUNT CALENDAR", "Makes a link by which a calendar is read without signing in, and shows it, once. ACCOUNT may be public.", calendars_publish, nullptr, nullptr, nullptr, "[--detail full|free-busy]"},
    Verb{"calendars remove", "NAME", "Deletes a calendar that was made from a file; undelete brings it back.", calendars_remove},
    Verb{"calendars revoke", "LINK", "Ends a published link, by its id or its address.", calendars_revoke},
    Verb{"certificates", "", "The certificate that the server shows, until when it is good, and what is wrong with it.", certificates},
    Verb{"clients", "FOLDER", "Writes the files that make the computers of this domain find the server by themselves: Thunderbird, Outlook, DNS, Active Directory, notes.", clients_facts, nullptr, clients_write, nullptr, "[--person ACCOUNT] [--forest DOMAIN] [--ca FILE]"},
    Verb{"collector add", "NAME", "Fetches mail of an account elsewhere from now on, by --protocol imap or pop3, into the mailbox --to: --mode copy or move, --take all or new. With --multidrop yes the recipients stand in the messages, and --to is for what is nobody's. Asks for the password.", collector_add, nullptr, collector_add_here, nullptr, "[--protocol PROTOCOL] [--host HOST] [--tls MODE] [--ca-file FILE] [--user USER] [--password-file FILE] [--folder FOLDER] [--to ADDRESS] [--multidrop YES] [--fields LIST] [--hops NUMBER] [--mode MODE] [--take WHICH] [--interval TIME] [--limit NUMBER] [--max-size SIZE]"},
    Verb{"collector check", "NAME", "Signs in at a source and says what it would fetch; takes nothing.", collector_check},
    Verb{"collector list", "", "The accounts elsewhere that mail is fetched from: the last session, what is wrong, the next time.", collector_list},
    Verb{"collector pause", "NAME", "Nothing is fetched from a source until it is resumed.", collector_pause},
    Verb{"collector remove", "NAME", "Fetches nothing more from a source and forgets it; what was fetched stays.", collector_remove},
    Verb{"collector resume", "NAME", "Mail is fetched from a paused source again.", collector_resume},
    Verb{"collector run", "NAME", "Fetches what a source has, now, and waits for the end.", collector_run},
    Verb{"collector set", "NAME", "Changes values of a source, from the next session on; --password asks for a new one.", collector_set, nullptr, collector_set_here, nullptr, "[--protocol PROTOCOL] [--host HOST] [--tls MODE] [--ca-file FILE] [--user USER] [--password-file FILE] [--folder FOLDER] [--to ADDRESS] [--multidrop YES] [--fields LIST] [--hops NUMBER] [--mode MODE] [--take WHICH] [--interval TIME] [--limit NUMBER] [--max-size SIZE] [--password]"},
    Verb{"collector show", "NAME", "All values of a source but its password, and how its last session went.", collector_show},
    Verb{"config check", "FILE", "Reads a settings file and says what is wrong with it.", nullptr, config_check},
    Verb{"config dump", "[changed]", "The settings in force; with changed, those that differ from the defaults.", config_dump},
    Verb{"deliver", "ADDRESS FILE", "Puts a message file into the mailbox, room or list of that address.", deliver},
    Verb{"directory accept", "", "Puts a set of people in force that was held back because it would lose many.", directory_accept},
    Verb{"directory reconcile", "", "Reads all people and groups anew.", directory_reconcile},
    Verb{"directory status", "", "Where people and groups come from, and what is wrong there.", directory_status},
    Verb{"dkim add", "DOMAIN", "Makes the first keys that mail of a domain is signed with, and shows their lines for the DNS; --now: they sign before they are seen there.", dkim_add, nullptr, dkim_add_here, nullptr, "[--now]"},
    Verb{"dkim check", "DOMAIN", "Are the records of a domain's keys in the DNS as they should be? Keys that wait for it sign from then on.", dkim_check, nullptr, dkim_check_here},
    Verb{"dkim list", "[DOMAIN]", "The keys that mail is signed with, new ones that wait, and old ones whose records are still needed.", dkim_list},
    Verb{"dkim remove", "DOMAIN SELECTOR", "Deletes a key that signs no more, or does not yet.", dkim_remove},
    Verb{"dkim retire", "DOMAIN SELECTOR", "A key signs no more, also if no other one of the domain does.", dkim_retire},
    Verb{"dkim rotate", "DOMAIN", "Makes new keys; the old ones sign until the new ones are seen in the DNS, or with --now no more.", dkim_rotate, nullptr, dkim_rotate_here, nullptr, "[--now]"},
    Verb{"dkim show", "DOMAIN", "The lines of a domain's keys for the DNS.", dkim_show, nullptr, dkim_show_here},
    Verb{"dmarc", "[DOMAIN]", "What others report of mail in the name of our domains, by the address that sent it, in the last 30 days: how much passed, and what to do.", dmarc_sources, nullptr, nullptr, nullptr, "[--days NUMBER]"},
    Verb{"dmarc received", "[DOMAIN]", "The DMARC reports of others that came in: whose, of which time, whether they were signed.", dmarc_received, nullptr, nullptr, nullptr, "[--days NUMBER]"},
    Verb{"dmarc reports", "", "What has been counted for domains that ask for DMARC reports, and was not sent yet.", dmarc_reports},
    Verb{"dmarc send", "", "Sends the DMARC reports now, today's too; by itself each day is reported when it is over.", dmarc_send},
    Verb{"doctor", "", "Looks at everything: disk, clock, limits, certificate, secrets, ports, DNS records and blocklists, directory, queue, mailboxes, indexes; says what is wrong and what to do. --language en or ru (else the terminal's); --no-dns asks no name server.", doctor, nullptr, doctor_here, nullptr, "[--language LANGUAGE] [--no-dns]"},
    Verb{"domain check", "", "Looks at all that Active Directory needs to be: DNS, clock, keytab, names, rights; says what to do.", nullptr, nullptr, domain_check, nullptr, "[--config FILE]"},
    Verb{"domain join", "", "Makes the server's account in Active Directory, its names and keytab; or prints the commands (FORM: windows, samba, adcli).", nullptr, nullptr, domain_join, nullptr, "[--config FILE] [--user ADMINISTRATOR] [--domain DOMAIN] [--name HOST] [--account NAME] [--computer NAME] [--parent DN] [--services LIST] [--keytab FILE] [--reuse] [--force] [--print-commands FORM]"},
    Verb{"domain rollover", "", "Gives the server's account new keys; the old ones stay in the keytab as long as tickets may need them.", nullptr, nullptr, domain_rollover, nullptr, "[--config FILE] [--older-than DAYS] [--ticket-life HOURS]"},
    Verb{"domains", "[list]", "The mail domains: of the directory's addresses and of the settings, how many mailboxes they have, whether their mail is signed.", domains_list},
    Verb{"domains add", "DOMAIN", "Takes mail for a domain from now on, also after a restart.", domains_add},
    Verb{"domains mailboxes", "DOMAIN", "The mailboxes of one mail domain: messages, size, locks.", domains_mailboxes},
    Verb{"domains remove", "DOMAIN", "Takes no more mail for a domain that domains add has added; --mailboxes: its people are taken out of the embedded directory with it.", domains_remove, nullptr, nullptr, nullptr, "[--mailboxes]"},
    Verb{"domains show", "DOMAIN", "The records that the DNS of a mail domain should have.", domains_show},
    Verb{"export", "ACCOUNT", "Writes the mail of an account, now or at a DATE, to new files: --format maildir, mbox or eml.", nullptr, nullptr, export_mail, nullptr, "[--format FORMAT] [--to FOLDER] [--folder FOLDER] [--at DATE] [--from BACKUP] [--of ACCOUNT]"},
    Verb{"fingerprints add", "NAME FILE", "Lets rules know a confidential document: its fingerprint is kept, not its text. In place of the one of that name.", fingerprints_add},
    Verb{"fingerprints list", "", "The documents that rules know.", fingerprints_list},
    Verb{"fingerprints remove", "NAME", "Rules forget a document.", fingerprints_remove},
    Verb{"folders", "ACCOUNT", "The folders of an account with their counts.", folders},
    Verb{"gal", "[status]", "The address book: how many are in it, and its search bases for LDAP.", gal_status},
    Verb{"gal search", "TEXT...", "Who is found in the address book when somebody types this: names in either script, addresses, telephone numbers, departments.", gal_search, nullptr, nullptr, nullptr, "[--limit NUMBER]"},
    Verb{"gal show", "ENTRY", "One entry of the address book as people see it, or why somebody is not in it. ENTRY is an address, a login name or a DN.", gal_show},
    Verb{"groups list", "", "Groups that have an address, and who may send to them.", groups_list},
    Verb{"groups show", "GROUP [SENDER]", "The people a group stands for, nested groups included; who may send to it, and whether SENDER may.", groups_show},
    Verb{"import", "[ADDRESS] [SOURCE]", "Brings mail into a mailbox: of an mbox file, a Maildir, .eml files or a tree of them, or from an IMAP server; may be run again.", nullptr, nullptr, import_mail, import_stream, "[--into FOLDER] [--dry-run] [--imap HOST] [--user USER] [--password-file FILE] [--authzid USER] [--tls MODE] [--ca-file FILE] [--no-verify] [--folder FOLDER] [--list FILE]", import_fits},
    Verb{"learning", "", "What people say of mail and rspamd is told: what waits, what was learnt since the start.", learning_status},
    Verb{"lists", "ACCOUNT", "Whose mail a person wants always (allowed) or never (blocked).", lists_show},
    Verb{"lists allow", "ACCOUNT WHOM", "Mail of WHOM is always wanted: an address, @domain, a network or a server with all below it.", lists_allow},
    Verb{"lists block", "ACCOUNT WHOM", "Mail of WHOM is refused for that person.", lists_block},
    Verb{"lists remove", "ACCOUNT WHOM", "Takes WHOM off the lists of a person.", lists_remove},
    Verb{"local add", "ADDRESS", "Adds a person to the embedded directory and asks for a password.", local_add, nullptr, local_add_here, nullptr, "[--name NAME] [--login LOGIN] [--password-file FILE]"},
    Verb{"local list", "", "The people of the embedded directory.", local_list},
    Verb{"local passwd", "PERSON", "Sets the password of a person of the embedded directory; asks for it.", local_passwd, nullptr, local_passwd_here, nullptr, "[--password-file FILE]"},
    Verb{"local remove", "PERSON", "Takes a person out of the embedded directory; the mailbox is kept for store.deleted_account_days.", local_remove},
    Verb{"log", "", "The newest lines of the server's log, the newest first; --level: and what is graver, --before a time.", log_list, nullptr, nullptr, nullptr, "[--level LEVEL] [--text WORDS] [--since DATE] [--until DATE] [--limit NUMBER] [--before TIME]"},
    Verb{"moderation approve", "ID", "A held message goes to its group, as if a moderator had approved it.", moderation_approve},
    Verb{"moderation list", "", "Messages to moderated groups that wait for a decision; --all: also what was decided.", moderation_list, nullptr, nullptr, nullptr, "[--all]"},
    Verb{"moderation reject", "ID [REASON]", "A held message goes back to its sender, with the reason.", moderation_reject},
    Verb{"moderation show", "ID", "One held message: who decides about it, and its header.", moderation_show},
    Verb{"out-of-office clear", "ACCOUNT", "The mailbox answers nobody any more.", out_of_office_clear},
    Verb{"out-of-office set", "ACCOUNT", "What the mailbox answers, once a sender, while its owner is away: --internal to people of the organisation, --external to others.", out_of_office_set, nullptr, nullptr, nullptr, "[--internal TEXT] [--external TEXT] [--subject TEXT] [--from DATE] [--until DATE]"},
    Verb{"out-of-office show", "ACCOUNT", "What the mailbox answers, and whether it does now.", out_of_office_show},
    Verb{"overview", "", "The server on one page: state, counts, domains, directory, certificate, disk, traffic of the last hours, what went wrong last.", overview},
    Verb{"policy explain", "PERSON", "What holds for a person: each value, the rule it came from, and the rules that lost.", policy_explain},
    Verb{"policy list", "", "Every rule of what holds for whom, and what is wrong with it.", policy_list},
    Verb{"policy remove", "WHO [NAME]", "Takes away a rule that policy set made, or one value of it.", policy_remove},
    Verb{"policy set", "WHO NAME=VALUE...", "Sets what holds for a group, person, organisational unit or everybody, at once and for good.", policy_set},
    Verb{"quarantine", "[list]", "Mail that a check or a rule holds back, the newest first; ADDRESS may be a part of one, REASON is virus, filter, dmarc, signs or rule. --as: what policy lets a person see of his own.", quarantine_list, nullptr, nullptr, nullptr, "[--since DATE] [--until DATE] [--sender ADDRESS] [--recipient ADDRESS] [--reason REASON] [--as PERSON] [--limit NUMBER]"},
    Verb{"quarantine delete", "ID", "Deletes held mail; --learn: rspamd learns that it is spam; --as: for a person alone, as policy lets him.", quarantine_delete, nullptr, nullptr, nullptr, "[--learn] [--as PERSON]"},
    Verb{"quarantine except", "[WHOM]", "A sender, @domain or network whose mail is held for viruses and rules alone; --remove: no more. Without WHOM: all of them.", quarantine_except, nullptr, nullptr, nullptr, "[--remove]"},
    Verb{"quarantine read", "ID", "The held message itself.", quarantine_read, nullptr, quarantine_read_here, nullptr, "[--as PERSON]"},
    Verb{"quarantine release", "ID", "Gives held mail to its recipients; --learn: rspamd learns that it is no spam; --allow-sender: his mail is not held again; --as: for a person alone, as policy lets him.", quarantine_release, nullptr, nullptr, nullptr, "[--learn] [--allow-sender] [--as PERSON]"},
    Verb{"quarantine show", "ID", "One held message: why, its score, who sent it, for whom it waits.", quarantine_show, nullptr, nullptr, nullptr, "[--as PERSON]"},
    Verb{"queue", "[FILTER]", "Mail on its way to others, oldest first; FILTER is a part of a sender, recipient or domain.", queue_list},
    Verb{"queue bounce", "ID", "Gives up a message of the queue now: its sender gets a failure notice.", queue_bounce},
    Verb{"queue clear", "FILTER", "Ends every message of the queue that FILTER fits, a part of a sender, recipient or domain, or all; --notify: their senders are told.", queue_clear, nullptr, nullptr, nullptr, "[--notify]"},
    Verb{"queue delete", "ID [notify]", "Ends a message of the queue; with notify, its sender is told.", queue_delete},
    Verb{"queue pause", "[DOMAIN]", "Mail for a domain waits until queue resume, also after a restart; without DOMAIN: which ones do.", queue_pause},
    Verb{"queue release", "DOMAIN", "Sends what queue.routes holds for a domain, as ETRN does; @DOMAIN: for all below it too.", queue_release},
    Verb{"queue resume", "DOMAIN", "Mail for a paused domain goes on at once.", queue_resume},
    Verb{"queue retry", "[ID]", "Tries everything now; with ID, one message, or what a part of an address or domain fits.", queue_retry},
    Verb{"queue show", "ID", "One message of the queue: each recipient, its tries and what the other side said.", queue_show},
    Verb{"quota set", "ACCOUNT SIZE [MESSAGES]", "What a mailbox may hold: a size as 500MB, default (the settings') or none.", quota_set},
    Verb{"quota show", "ACCOUNT", "What a mailbox holds and may hold.", quota_show},
    Verb{"recoverable", "ACCOUNT", "What was expunged or deleted and can be brought back; with --folder, each message.", recoverable, nullptr, nullptr, nullptr, "[--folder FOLDER]"},
    Verb{"restore", "ACCOUNT", "Puts mail back in its place, from a backup or from what the server's own disk still knows of a DATE; with --folder calendar:NAME, contacts:NAME or notes:NAME, or --object UID, what lay in a calendar or an address book.", nullptr, nullptr, restore_mail, nullptr, "[--from BACKUP] [--of ACCOUNT] [--at DATE] [--folder FOLDER] [--uid UID] [--message-id ID] [--object UID] [--overwrite] [--into FOLDER] [--copies] [--replace] [--dry-run]"},
    Verb{"retention", "[ACCOUNT]", "What the retention rules expunged at the last turn of upkeep; --dry-run: what they would now.", retention, nullptr, nullptr, nullptr, "[--dry-run]"},
    Verb{"roles grant", "WHO ROLE", "Lets a group or a person administer: ROLE is full, help-desk, auditor or organisation; --domains, --units: for the mailboxes of these mail domains (with commas between) and organisational units (DNs, with semicolons) alone.", roles_grant, nullptr, nullptr, nullptr, "[--domains LIST] [--units LIST]"},
    Verb{"roles list", "", "Who may administer besides the administrators' group, and what.", roles_list},
    Verb{"roles revoke", "WHO [ROLE]", "Takes a role away, or all of theirs.", roles_revoke},
    Verb{"rooms", "", "Rooms and equipment: the lists they are in, what policy says of booking them, what they have taken. --free: those that are free from then on, for an hour or until --until; --capacity: those that hold so many people.", rooms, nullptr, nullptr, nullptr, "[--free TIME] [--until TIME] [--capacity NUMBER]"},
    Verb{"rules add", "FILE", "Adds rules for all mail that passes, as JSON, behind the others or --before one (docs/admin/organisation-rules.md); in force at once.", rules_add, nullptr, nullptr, nullptr, "[--before NAME]"},
    Verb{"rules change", "NAME FILE", "Puts the rule of a file in the place of that one; in force at once.", rules_change},
    Verb{"rules disable", "NAME", "The rule does nothing any more.", rules_disable},
    Verb{"rules enable", "NAME", "The rule acts from now on.", rules_enable},
    Verb{"rules list", "", "The rules for all mail that passes, in the order in which they are asked.", rules_list},
    Verb{"rules move", "NAME PLACE", "Asks a rule earlier or later: 1 is the first.", rules_move},
    Verb{"rules rehearse", "NAME", "From now on the rule only says in the message trace what it would have done.", rules_rehearse},
    Verb{"rules remove", "NAME", "Takes a rule away.", rules_remove},
    Verb{"rules show", "NAME", "A rule as JSON, which rules change takes again.", rules_show, nullptr, rules_show_here},
    Verb{"rules test", "[RULE]", "What a rule, the rules of a file, or all rules would have done, each by itself, with mail that lies in the mailboxes (--since: yesterday when absent) or with the message of a file (--ours: sent by somebody of this organisation); does nothing.", rules_test, nullptr, rules_test_here, nullptr, "[--since DATE] [--until DATE] [--message FILE] [--from ADDRESS] [--to ADDRESSES] [--ours]", rules_test_fits},
    Verb{"search", "QUERY", "Looks for mail, events, tasks, contacts: from:anna has:attachment before:2026-03 \"annual report\" (docs/search-queries.md). In mailboxes named, in all, of a domain, of a group or of those a policy is for, in what a person may read (--as), or in the address book (--people); it is written down in the audit log. --export writes what was found to files (--format eml, mbox or maildir), and goes on with one that was broken off.", nullptr, nullptr, search_mail, search_stream, "[--account ACCOUNTS] [--all] [--domain DOMAIN] [--group GROUP] [--policy WHO] [--as PERSON] [--people] [--order ORDER] [--limit NUMBER] [--offset NUMBER] [--recoverable] [--export FOLDER] [--format FORMAT] [--reason TEXT]", search_fits},
    Verb{"search rebuild", "ACCOUNT", "Makes the full-text index of a mailbox anew, beside the one there is, and waits for it.", search_rebuild, nullptr, search_rebuild_here},
    Verb{"search status", "[ACCOUNT]", "The full-text indexes of mailboxes: how many messages they hold, their size, what is wrong.", search_status},
    Verb{"services", "[list]", "The protocols and the queue: which run, are paused or stopped, and how many sessions they have.", services_list},
    Verb{"services pause", "SERVICE", "New connections are told to come later; those there are go on. Also after a restart.", services_pause},
    Verb{"services start", "SERVICE", "A service that was paused or stopped takes connections again.", services_start},
    Verb{"services stop", "SERVICE", "As pause, and the connections there are end; of queue: nothing is sent any more.", services_stop},
    Verb{"sessions end", "ACCOUNT", "Ends every connection of a person.", sessions_end},
    Verb{"sessions list", "", "Who is connected.", sessions_list},
    Verb{"shares add", "MAILBOX WHO RIGHTS", "Gives a person, a group or anyone a mailbox: RIGHTS is reader, author, editor, owner or letters of RFC 4314, of a calendar (--folder calendar:default) freebusy and delegate, too; --send-as: may write as it. MAILBOX may be public: the public folders.", shares_add, nullptr, nullptr, nullptr, "[--folder NAME] [--send-as]", shares_fits},
    Verb{"shares flags", "MAILBOX [WHICH]", "Which flags each reader has for himself: seen (\\Seen; the default), all (but \\Deleted), or shared: none; default takes the setting back. Without WHICH, what holds.", shares_flags, nullptr, nullptr, nullptr, "[--folder NAME]"},
    Verb{"shares list", "MAILBOX", "Who may do what in a mailbox, folder by folder.", shares_list},
    Verb{"shares remove", "MAILBOX WHO", "Takes away what was given to a person, a group or anyone.", shares_remove, nullptr, nullptr, nullptr, "[--folder NAME]"},
    Verb{"shares report", "[WHO]", "Who shared what with whom, and the mail addresses of folders; with WHO, what a person or group was given by name.", shares_report},
    Verb{"shares sent", "MAILBOX [WHICH]", "Which mail sent in the name of a shared mailbox has a copy in its Sent folder: send-as (the default), all (on its behalf too), none. Without WHICH, what holds.", shares_sent},
    Verb{"sieve activate", "ACCOUNT [SCRIPT]", "That script runs on the mail that comes; without SCRIPT none does.", sieve_activate},
    Verb{"sieve check", "FILE", "Is this script right? Says line and column of a mistake.", sieve_check},
    Verb{"sieve list", "ACCOUNT", "The scripts of a mailbox's owner: which one is active, and what is wrong with them.", sieve_list},
    Verb{"sieve put", "ACCOUNT SCRIPT FILE", "Stores a script under that name, or instead of the one that has it.", sieve_put},
    Verb{"sieve rehearse", "ACCOUNT", "What the script would have done with the mail of the last day, or since a DATE; does nothing.", sieve_rehearse, nullptr, nullptr, nullptr, "[--script SCRIPT] [--since DATE]"},
    Verb{"sieve remove", "ACCOUNT SCRIPT", "Deletes a script that is not active.", sieve_remove},
    Verb{"sieve show", "ACCOUNT [SCRIPT]", "The text of a script; without SCRIPT of the active one.", sieve_show},
    Verb{"sieve test", "ACCOUNT FILE", "What the script would do with this message; does nothing.", sieve_test, nullptr, nullptr, nullptr, "[--script SCRIPT] [--from ADDRESS] [--to ADDRESS]"},
    Verb{"spam-base", "", "Servers whose mail was learnt as spam again and again, and why; --all: those that are near it too.", spam_base_list, nullptr, nullptr, nullptr, "[--all]"},
    Verb{"spam-base add", "ADDRESS [WHY]", "Puts a server into the base of spam, for good.", spam_base_add},
    Verb{"spam-base import", "FILE", "Puts the addresses of a list into the base of spam, one a line.", spam_base_import},
    Verb{"spam-base remove", "ADDRESS", "Takes a server out of the base of spam and forgets what was said of it.", spam_base_remove},
    Verb{"statistics", "", "How much mail there was and what became of it, by day of the last 30 days; --by hour, day, month or all, --of sender-domain, recipient-domain or mailbox (--name: one of them), --csv for spreadsheets.", statistics, nullptr, statistics_here, nullptr, "[--by PERIOD] [--of WHAT] [--name NAME] [--since DATE] [--until DATE] [--limit NUMBER] [--csv]"},
    Verb{"status", "", "Is the server well?", status},
    Verb{"store compact", "ACCOUNT", "Gives back the space of purged mail and packs the rest, now; the server goes on. ACCOUNT may be its folder.", nullptr, nullptr, store_compact, compact_stream},
    Verb{"store dump", "FOLDER", "What the folder of an account holds; the server may run or not.", nullptr, store_dump},
    Verb{"store rebuild", "FOLDER", "Makes the snapshot of an account anew from its logs; the server must not run.", nullptr, nullptr, store_rebuild},
    Verb{"store repair", "FOLDER", "Mends the damaged logs of an account and keeps what was there in quarantine/; the server must not run.", nullptr, nullptr, store_repair},
    Verb{"store verify", "FOLDER", "Is the folder of an account sound? Changes nothing; the server may run or not.", nullptr, store_verify},
    Verb{"tlsrpt", "[DOMAIN]", "What others report of TLS with our mail hosts in the last 30 days: sessions that succeeded, what failed, and what to do.", tlsrpt, nullptr, nullptr, nullptr, "[--days NUMBER]"},
    Verb{"tlsrpt received", "[DOMAIN]", "The TLS reports of others that came in: whose, of which time.", tlsrpt_received, nullptr, nullptr, nullptr, "[--days NUMBER]"},
    Verb{"tlsrpt results", "", "What has been counted of TLS with the mail hosts of others, and was not told them yet.", tlsrpt_results},
    Verb{"tlsrpt send", "", "Sends the TLS reports now, today's too; by itself each day is reported when it is over.", tlsrpt_send},
    Verb{"trace", "", "What became of messages, the newest first: who sent them, to whom, and whether they were delivered, relayed, refused, wait or failed. ADDRESS may be a domain; STATUS also junk or virus. --as: only what a person may know, which is his own mail and that of shared mailboxes he reads.", trace_find, nullptr, trace_find_here, nullptr, "[--sender ADDRESS] [--recipient ADDRESS] [--status STATUS] [--since DATE] [--until DATE] [--subject WORDS] [--message-id ID] [--queue-id ID] [--client ADDRESS] [--as PERSON] [--limit NUMBER] [--before PLACE]"},
    Verb{"trace show", "ID", "The whole way of one message, recipient by recipient: where it came from, what checks found, where it was delivered, what other servers answered at each try.", trace_show, nullptr, trace_show_here, nullptr, "[--as PERSON]"},
    Verb{"trace status", "", "How much of the message trace is kept, and since when.", trace_status},
    Verb{"undelete", "ACCOUNT", "Brings expunged messages back into their folder, or a deleted folder; --into names another place.", undelete, nullptr, nullptr, nullptr, "[--folder FOLDER] [--uid UIDS] [--since DATE] [--message-id ID] [--all] [--into FOLDER]"},
    Verb{"upkeep", "[ACCOUNT]", "Does at once what is done for each mailbox in store.upkeep_interval: retention, purging, compaction.", upkeep},
};
// clang-format on
static_assert(std::ranges::is_sorted(k_verbs, {}, &Verb::name));

}  // namespace

std::string option(const Request& request, const std::string& name, std::string_view otherwise) {
  const auto found = request.options.find(name);
  return found == request.options.end() ? std::string(otherwise) : found->second;
}

std::size_t Verb::most_arguments() const {
  if (arguments.ends_with("...")) return k_many;
  return arguments.empty() ? 0 : split(arguments, ' ').size();
}

std::size_t Verb::least_arguments() const {
  if (arguments.empty()) return 0;
  const auto words = split(arguments, ' ');
  return static_cast<std::size_t>(
      std::ranges::count_if(words, [](std::string_view word) { return word.front() != '['; }));
}

std::span<const Verb> verbs() { return k_verbs; }

const Verb* find_verb(std::string_view name) {
  const auto verb = std::ranges::find(k_verbs, name, &Verb::name);
  return verb == k_verbs.end() ? nullptr : &*verb;
}

std::string_view nearest_verb(const std::vector<std::string>& words) {
  const auto distance = [&](const Verb& verb) {
    const auto length = std::min(words.size(), split(verb.name, ' ').size());
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(length);
    return edit_distance(verb.name, join({words.begin(), end}, " "));
  };
  return std::ranges::min_element(k_verbs, {}, distance)->name;
}

}  // namespace kontor::admin
