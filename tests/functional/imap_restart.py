# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mail program keeps over a restart of the server stays true: ids (RFC 8474), QRESYNC with expunges (RFC 7162) and what
NOTIFY (RFC 5465) is asked for; after a stop in good order, after kill -9 and without the snapshot."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

HOW = ('stop', 'kill', 'without snapshot')


def text(number, answered=None):
    head = f'Subject: number {number}\r\nMessage-ID: <r{number}@example.test>\r\n'
    if answered:
        head += f'In-Reply-To: <r{answered}@example.test>\r\n'
    return f'{head}\r\ntext {number}\r\n'


class Connection(kontor.ImapWire):
    def append(self, mailbox, number, flags='', answered=None):
        message = text(number, answered)
        return self.command(f'APPEND {mailbox} ({flags}) {{{len(message)}+}}\r\n{message}')


def first(pattern, lines):
    found = [match for match in (re.search(pattern, line) for line in lines) if match]
    assert found, (pattern, lines)
    return found[0]


class Restart(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server().start()
        self.addCleanup(self.server.close)

    # --- RFC 8474 -------------------------------------------------------------------------------------
    def ids(self):
        """{mailbox: (MAILBOXID, UIDVALIDITY, [(UID, EMAILID, THREADID)])}, by STATUS and SELECT alike."""
        one = Connection(self.server)
        found = {}
        for name in ('INBOX', 'Work', 'Done'):
            status = one.command(f'STATUS {name} (MAILBOXID UIDVALIDITY)')
            mailbox_id = first(r'MAILBOXID \((\S+?)\)', status)[1]
            select = one.command(f'SELECT {name}')
            self.assertEqual(first(r'\[MAILBOXID \((\S+?)\)\]', select)[1], mailbox_id)
            lines = one.command('UID FETCH 1:* (EMAILID THREADID)')
            messages = [match.groups() for match in
                        (re.search(r'UID (\d+) EMAILID \((\S+)\) THREADID (\(\S+\)|NIL)', line) for line in lines) if match]
            found[name] = (mailbox_id, first(r'UIDVALIDITY (\d+)', status)[1], messages)
        one.close()
        return found

    def test_ids_stay_the_same(self):
        one = Connection(self.server, 'CREATE Work', 'CREATE Old')
        for number in range(1, 6):
            one.append('Work', number, answered=number - 1 if number > 1 else None)
            self.server.lmtp(['anna@example.test'], text(100 + number).encode())
        one.command('SELECT Work')
        one.command('COPY 2:3 INBOX')
        one.command('MOVE 4 Old')
        one.command('RENAME Old Done')
        one.close()
        before = self.ids()
        self.assertEqual([len(messages) for _, _, messages in before.values()], [7, 4, 1])
        everything = [message for _, _, messages in before.values() for message in messages]
        self.assertEqual(len({email for _, email, _ in everything}), 10)  # two are there twice
        copies = {email for _, email, _ in before['INBOX'][2]} & {email for _, email, _ in before['Work'][2]}
        self.assertEqual(len(copies), 2)
        for how in HOW:
            with self.subTest(how):
                self.server.restart(how)
                self.assertEqual(self.ids(), before)
        # What comes later has ids of its own; a mailbox made again under an old name is another one.
        one = Connection(self.server)
        one.append('Work', 99)
        one.command('DELETE Done')
        one.command('CREATE Done')
        one.close()
        later = self.ids()
        self.assertNotIn(later['Work'][2][-1][1], {email for _, email, _ in everything})
        self.assertNotEqual(later['Done'][:2], before['Done'][:2])
        self.assertEqual(later['INBOX'], before['INBOX'])

    # --- RFC 7162 -------------------------------------------------------------------------------------
    def resync(self, validity, modseq, known=''):
        """(UIDs gone, {UID: flags}, HIGHESTMODSEQ) as a program is told that comes back."""
        one = Connection(self.server, 'ENABLE QRESYNC')
        lines = one.command(f'SELECT Box (QRESYNC ({validity} {modseq}{known}))')
        one.close()
        gone, changed = set(), {}
        for line in lines:
            self.assertNotRegex(line, r'^\* \d+ EXPUNGE')
            if match := re.fullmatch(r'\* VANISHED \(EARLIER\) ([\d:,]+)', line):
                for part in match[1].split(','):
                    low, _, high = part.partition(':')
                    gone |= set(range(int(low), int(high or low) + 1))
            elif match := re.match(r'\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) MODSEQ', line):
                changed[int(match[1])] = frozenset(match[2].split())
        return gone, changed, int(first(r'HIGHESTMODSEQ (\d+)', lines)[1])

    def test_qresync_tells_what_was_expunged_before_and_after_a_restart(self):
        one = Connection(self.server, 'CREATE Box', 'ENABLE QRESYNC')
        for number in range(1, 21):
            one.append('Box', number)
        lines = one.command('SELECT Box')
        validity, start = first(r'UIDVALIDITY (\d+)', lines)[1], int(first(r'HIGHESTMODSEQ (\d+)', lines)[1])
        told = start
        gone, flags = set(), {}
        for number, how in enumerate(HOW, 1):
            # Some leave by EXPUNGE, some by MOVE, one is flagged; the answer to a STORE is the last the client hears.
            expunged, moved, flagged = 3 * number, 3 * number + 1, 20 - number
            one.command(f'UID STORE {expunged} +FLAGS.SILENT (\\Deleted)')
            one.command('EXPUNGE')
            one.command(f'UID MOVE {moved} Archive')
            one.command(f'UID STORE {flagged} +FLAGS (\\Flagged ${number})')
            gone |= {expunged, moved}
            flags[flagged] = frozenset({'\\Flagged', f'${number}'})
            one.close()
            self.server.restart(how)
            with self.subTest(how):
                self.assertEqual(self.resync(validity, start)[:2], (gone, flags))
                now_gone, changed, highest = self.resync(validity, told)
                self.assertEqual((now_gone, changed), ({expunged, moved}, {flagged: flags[flagged]}))
                self.assertGreater(highest, told)
                # Only of what it knows, when it says so; nothing when it knows all.
                self.assertEqual(self.resync(validity, start, f' {expunged}:20')[0], gone - set(range(1, expunged)))
                self.assertEqual(self.resync(validity, highest), (set(), {}, highest))
                self.assertEqual(self.resync(int(validity) + 1, start)[:2], (set(), {}))
                told = highest
            one = Connection(self.server, 'ENABLE QRESYNC', 'SELECT Box')
            self.assertEqual(one.command('UID SEARCH RETURN (COUNT) ALL')[0].split()[-1], str(20 - len(gone)))
        # MODSEQ and UIDNEXT go on from where they were.
        uid = int(first(r'APPENDUID \d+ (\d+)', one.append('Box', 21))[1])
        self.assertEqual(uid, 21)
        modseq = int(first(r'MODSEQ \((\d+)\)', one.command('UID FETCH 21 (MODSEQ)'))[1])
        self.assertGreater(modseq, told)
        one.close()

    def test_a_session_that_is_cut_by_kill_misses_nothing(self):
        """What one session was told is there after kill -9: flags, expunges and new messages alike."""
        watcher = Connection(self.server, 'ENABLE QRESYNC', 'CREATE Box', 'SELECT Box')
        writer = Connection(self.server, 'SELECT Box')
        for round_number in range(1, 4):
            for number in range(1, 6):
                writer.append('Box', round_number * 10 + number)
            writer.command('UID STORE 1:* +FLAGS ($Told)')
            writer.command('STORE 1 +FLAGS (\\Deleted)')
            writer.command('EXPUNGE')
            watcher.command('NOOP')
            known = watcher.command('UID FETCH 1:* (FLAGS MODSEQ)')
            self.server.kill()
            writer.close()
            watcher.close()
            self.server.start()
            watcher = Connection(self.server, 'ENABLE QRESYNC', 'SELECT Box')
            writer = Connection(self.server, 'SELECT Box')
            self.assertEqual(watcher.command('UID FETCH 1:* (FLAGS MODSEQ)')[:-1], known[:-1])
        watcher.close()
        writer.close()

    # --- RFC 5465 -------------------------------------------------------------------------------------
    WATCHED = ('NOTIFY SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) '
               '(mailboxes (Work Done) (MessageNew MessageExpunge FlagChange))')

    def take_status(self, told, line):
        """Keeps what a STATUS response tells of a mailbox."""
        if match := re.fullmatch(r'\* STATUS (\S+) \(([^()]*)\)', line):
            words = match[2].split()
            told.setdefault(match[1], {}).update(zip(words[::2], map(int, words[1::2])))

    def hear(self, one, told, wanted):
        """Lines that come without being asked for, until the wanted one."""
        while True:
            line = one.line().decode()
            self.take_status(told, line)
            if re.match(wanted, line):
                return

    def test_notify_goes_on_where_it_was(self):
        """After a restart a watcher begins with the very counters that the last one was told, and is told what comes."""
        writer = Connection(self.server, 'CREATE Work', 'CREATE Done')
        told, number, inbox = {}, 0, 0
        for how in (*HOW, None):
            with self.subTest(how):
                watcher = Connection(self.server)
                lines = watcher.command('SELECT INBOX')
                self.assertIn(f'* {inbox} EXISTS', lines)
                beginning = {}
                for line in watcher.command(self.WATCHED):
                    self.take_status(beginning, line)
                self.assertEqual(set(beginning), {'Work', 'Done'})
                for name, known in told.items():
                    self.assertEqual({key: beginning[name].get(key) for key in known}, known, name)
                told = beginning
                for _ in range(2):
                    number += 1
                    writer.append('Work', number)
                    self.hear(watcher, told, rf'\* STATUS Work \(.*UIDNEXT {told["Work"]["UIDNEXT"] + 1}\b')
                writer.command('SELECT Work')
                writer.command('UID MOVE 1:* Done')
                self.hear(watcher, told, r'\* STATUS Done ')
                if told['Work']['MESSAGES']:
                    self.hear(watcher, told, r'\* STATUS Work \(MESSAGES 0 ')
                self.assertEqual((told['Work']['MESSAGES'], told['Done']['MESSAGES']), (0, number))
                inbox += 1
                self.assertEqual(self.server.lmtp(['anna@example.test'], text(500 + number).encode()), {})
                self.hear(watcher, told, rf'\* {inbox} EXISTS')
                self.hear(watcher, told, rf'\* {inbox} FETCH \(UID {inbox} FLAGS \(\)\)')
                watcher.close()
                writer.close()
                if how:
                    self.server.restart(how)
                writer = Connection(self.server)
        writer.close()


if __name__ == '__main__':
    kontor.main()
