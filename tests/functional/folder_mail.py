# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders with mail addresses of their own, and the copies of what is sent in the name of a shared mailbox: who may post, where it
goes, what stops, kills, backups, new names and other owners of an address make of it."""
import pathlib
import shutil
import smtplib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
from tests.functional import scan
from tests.support import dav, kontor

PEOPLE = ('anna', 'boris', 'clara')
OUTSIDE = 'eva@there.test'
REFUSED = {'list': b'5.7.1 you may not post to this folder', 'claim': b'5.7.1 sign in to post to this folder',
           'outside': b'5.7.1 this folder takes mail from people of the organisation only', 'gone': b'5.1.1 no such mailbox here'}


def dn(name, unit='People'):
    return f'uid={name},ou={unit},dc=example,dc=test'


def directory(boris_too=''):
    """Three people, a shared mailbox, its delegate clara, the group sales (boris), and one with a contact that stands for a folder."""
    entries = [f'dn: {dn(name)}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nmail: {name}@example.test\n'
               f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\n' + (boris_too if name == 'boris' else '') for name in PEOPLE]
    entries.append(f'dn: {dn("info")}\nobjectClass: inetOrgPerson\nuid: info\ncn: Information\nmail: info@example.test\n'
                   f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\nmsExchRecipientTypeDetails: 4\nuserAccountControl: 514\n'
                   f'publicDelegates: {dn("clara")}\n')
    entries.append('dn: cn=News,ou=Contacts,dc=example,dc=test\nobjectClass: contact\ncn: News\n'
                   'mail: news@example.test\n')
    entries.append('dn: cn=sales,ou=Groups,dc=example,dc=test\nobjectClass: groupOfNames\ncn: sales\nmail: sales@example.test\n'
                   f'member: {dn("boris")}\n')
    entries.append('dn: cn=list,ou=Groups,dc=example,dc=test\nobjectClass: groupOfNames\ncn: list\nmail: list@example.test\n'
                   f'member: {dn("anna")}\nmember: cn=News,ou=Contacts,dc=example,dc=test\n')
    return 'version: 1\n\n' + '\n'.join(entries)


def letter(sender, to, subject, more='', body='Hello'):
    return f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{more}\r\n{body}\r\n'


class Case(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = kontor.Server({'server.demo': False, 'queue.smart_host': '127.0.0.1:9', 'directory.disabled_mail': 'refuse',
                                     **self.settings})
        self.addCleanup(self.server.close)
        self.write()
        self.start()

    def start(self):
        self.server.start()
        self.know_people()

    def know_people(self):
        kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')

    def write(self, **more):
        file = self.server.data / 'directory.ldif'
        beside = file.with_suffix('.new')
        beside.write_text(directory(**more), encoding='utf-8')
        beside.rename(file)

    def give(self, *words):
        return self.server.ctl('shares', 'add', *words)

    def address(self, *words):
        return self.server.ctl('addresses', 'add', *words)

    def subjects(self, folder, who='boris'):
        client = self.server.imap(who)
        try:
            kind, said = client.select(f'"{folder}"', readonly=True)
            self.assertEqual(kind, 'OK', (folder, said))
            rows = client.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1] if int(said[0]) else []
            return [row[1].decode().strip().removeprefix('Subject: ') for row in rows if isinstance(row, tuple)]
        finally:
            client.logout()

    def submit(self, who, to, subject, sender=None, **options):
        sender = sender or f'{who}@example.test'
        with self.server.submission(who) as client:
            client.sendmail(sender, to if isinstance(to, list) else [to], letter(sender, to, subject, **options))

    def outside(self, to, subject, sender=OUTSIDE):
        """Port 25; the answer to RCPT, and the message when that is 250."""
        with self.server.smtp() as client:
            client.ehlo('there.test')
            client.mail(sender)
            code, text = client.rcpt(to)
            if code == 250:
                self.assertEqual(client.data(letter(sender, to, subject))[0], 250)
            return code, text

    def refused(self, who, to):
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as caught:
            self.submit(who, to, 'refused')
        return caught.exception.recipients[to]


class FolderMail(Case):
    def make_news(self, *options):
        self.give('public', 'anyone', 'reader', '--folder', 'News')
        self.give('public', 'sales@example.test', 'lrsp', '--folder', 'News')
        return self.address('public', 'News', 'News@Example.test', *options)

    def test_the_right_p_says_who_posts(self):
        said = self.make_news()
        self.assertEqual((said['address'], said['problem']), ('news@example.test', ''))
        self.submit('boris', 'news@example.test', 'from a member')
        self.assertEqual(self.refused('clara', 'news@example.test'), (550, REFUSED['list']))
        self.assertEqual(self.outside('news@example.test', 'x'), (550, REFUSED['outside']))
        self.assertEqual(self.outside('news@example.test', 'x', 'boris@example.test'), (550, REFUSED['claim']))
        with self.server.smtp() as client:  # a notice
            client.ehlo('there.test')
            client.mail('')
            self.assertEqual(client.rcpt('news@example.test'), (550, REFUSED['outside']))
        self.assertFalse(self.server.takes_mail_for('news@example.test'))
        self.assertEqual(self.subjects('Public/News'), ['from a member'])
        # Outsiders by the right of anonymous; people of the house have what names them.
        self.give('public', 'anonymous', 'p', '--folder', 'News')
        self.assertEqual(self.outside('news+tag@example.test', 'from outside')[0], 250)
        self.assertEqual(self.server.lmtp(['NEWS@example.test'], letter(OUTSIDE, 'news@example.test', 'by LMTP')), {})
        self.assertEqual(self.refused('clara', 'news@example.test'), (550, REFUSED['list']))
        self.assertIn({'folder': 'News', 'who': 'anonymous', 'rights': 'p'}, self.server.ctl('shares', 'list', 'public'))
        self.server.ctl('shares', 'remove', 'public', 'anonymous')
        self.assertEqual(self.outside('news@example.test', 'x')[0], 550)
        # Anyone is everybody, unless the address is for the house.
        self.give('public', 'anyone', 'lrsp', '--folder', 'News')
        self.assertEqual(self.outside('news@example.test', 'from anybody')[0], 250)
        self.submit('clara', 'news@example.test', 'from clara')
        self.assertTrue(self.address('public', 'News', 'news@example.test', '--inside')['inside'])
        self.assertEqual(self.outside('news@example.test', 'x'), (550, REFUSED['outside']))
        self.submit('anna', 'news@example.test', 'from anna')
        # A member who leaves the group may not any more.
        self.assertEqual(self.subjects('Public/News'),
                         ['from a member', 'from outside', 'by LMTP', 'from anybody', 'from clara', 'from anna'])
        self.assertEqual(self.server.log().count('event=delivery.copy.folder'), 6)
        for who in PEOPLE:
            self.assertEqual(self.subjects('INBOX', who), [])

    def test_each_folder_has_one_copy(self):
        self.make_news()
        self.address('public', 'News', 'tidings@example.test')
        self.give('public', 'sales@example.test', 'lrsp', '--folder', 'Other')
        self.address('public', 'Other', 'other@example.test')
        self.submit('boris', ['news@example.test', 'tidings@example.test', 'other@example.test', 'anna@example.test'], 'to all')
        self.assertEqual((self.subjects('Public/News'), self.subjects('Public/Other'), self.subjects('INBOX', 'anna')), (['to all'],) * 3)
        # A contact of the directory stands for the folder: in a list, whose rules count, and in the address book.
        self.assertEqual(self.server.lmtp(['list@example.test'], letter(OUTSIDE, 'list@example.test', 'to the list')), {})
        self.assertEqual((self.subjects('Public/News'), self.subjects('INBOX', 'anna')), (['to all', 'to the list'],) * 2)
        self.assertEqual(self.server.ctl('accounts', 'show', 'anna@example.test')['mail_goes_to'], ['anna@example.test'])

    def test_no_script_runs_for_a_folder(self):
        script = pathlib.Path(tempfile.mkdtemp()) / 'all.sieve'
        self.addCleanup(shutil.rmtree, script.parent)
        script.write_text('require ["fileinto", "mailbox"];\nfileinto :create "Sorted";\n', encoding='utf-8')
        self.give('info@example.test', 'sales@example.test', 'editor')
        boris = self.server.imap('boris')
        self.assertEqual(boris.create('"Shared/info@example.test/Orders"')[0], 'OK')
        boris.logout()
        self.server.ctl('sieve', 'put', 'info@example.test', 'all', str(script))
        self.server.ctl('sieve', 'activate', 'info@example.test', 'all')
        self.address('info@example.test', 'Orders', 'orders@example.test')
        self.give('info@example.test', 'anonymous', 'p', '--folder', 'Orders')
        for to in ('orders@example.test', 'info@example.test'):
            self.assertEqual(self.outside(to, to)[0], 250)
        self.give('info@example.test', 'sales@example.test', 'editor')  # Sorted too, which the script has made
        self.assertEqual(self.subjects('Shared/info@example.test/Orders'), ['orders@example.test'])
        self.assertEqual(self.subjects('Shared/info@example.test/Sorted'), ['info@example.test'])
        self.server.ctl('quota', 'set', 'info@example.test', '1')
        self.assertEqual(self.outside('orders@example.test', 'x'), (452, b'4.2.2 the mailbox is full'))

    def test_stops_and_kills(self):
        self.make_news('--inside')
        for how in ('kill', 'stop', 'kill', 'without snapshot'):
            # What was answered is there, and so is the address, from the first moment.
            self.submit('boris', 'news@example.test', how)
            self.server.restart(how)
            self.know_people()
            self.submit('boris', 'news@example.test', f'after {how}')
        self.assertEqual(self.subjects('Public/News'), [word for how in ('kill', 'stop', 'kill', 'without snapshot')
                                                        for word in (how, f'after {how}')])
        # Without what knows addresses nobody is refused for good before all mailboxes were looked at.
        for how in ('gone', 'damaged'):
            self.server.kill()
            file = self.server.data / 'accounts/shares'
            file.unlink() if how == 'gone' else file.write_bytes(b'kontorSH' + bytes(20))
            self.start()
            codes = set()

            def is_taken():
                with self.server.submission('boris') as client:
                    client.mail('boris@example.test')
                    codes.add(client.rcpt('news@example.test')[0])
                return 250 in codes
            kontor.wait_until(is_taken, f'known again when the file is {how}')
            self.assertLessEqual(codes, {250, 451})
            kontor.wait_until(lambda: self.outside('nobody@example.test', 'x')[0] == 550, 'all were looked at')

    def test_new_names_and_ends(self):
        self.make_news()
        self.give('public', 'sales@example.test', 'owner')
        boris = self.server.imap('boris')
        self.assertEqual(boris.create('Public/Years')[0], 'OK')
        self.assertEqual(boris.rename('Public/News', 'Public/Years/Old')[0], 'OK')
        self.server.restart('kill')
        self.know_people()
        self.submit('boris', 'news@example.test', 'under its new name')
        self.assertEqual(self.subjects('Public/Years/Old'), ['under its new name'])
        (row,) = self.server.ctl('addresses', 'list')
        self.assertEqual((row['mailbox'], row['folder'], row['address']), ('public', 'Years/Old', 'news@example.test'))
        boris = self.server.imap('boris')
        self.assertEqual(boris.delete('Public/Years/Old')[0], 'OK')
        boris.logout()
        self.assertEqual(self.refused('boris', 'news@example.test'), (550, REFUSED['gone']))
        self.server.restart('kill')
        self.know_people()
        self.assertEqual(self.refused('boris', 'news@example.test'), (550, REFUSED['gone']))
        self.assertEqual(self.server.ctl('addresses', 'list'), [])
        # The address is free; a folder loses it by command too.
        self.give('public', 'sales@example.test', 'lrsp', '--folder', 'Next')
        self.address('public', 'Next', 'news@example.test')
        self.submit('boris', 'news@example.test', 'next')
        self.assertEqual(self.server.ctl('addresses', 'remove', 'news@example.test')['folders'], 1)
        self.assertEqual(self.refused('boris', 'news@example.test'), (550, REFUSED['gone']))
        self.assertEqual(self.subjects('Public/Next'), ['next'])

    def test_an_address_has_one_owner(self):
        self.make_news()
        self.give('public', 'anyone', 'reader', '--folder', 'Other')
        for words, said in ((('Other', 'anna@example.test'), 'is the address of anna'),
                            (('Other', 'sales@example.test'), 'is the address of sales'),
                            (('Other', 'news@example.test'), 'is the address of the folder News of public'),
                            (('Other', 'x@there.test'), 'is in no domain whose mail is kept here'),
                            (('Other', 'a+b@example.test'), 'is no address that a folder can have'),
                            (('Other', 'a b@example.test'), 'is no address that a folder can have'),
                            (('None', 'x@example.test'), 'no folder None'),
                            (('INBOX', 'x@example.test'), 'INBOX has the addresses of the directory')):
            code, answer = self.server.ask('addresses', 'add', 'public', *words)
            self.assertEqual(code, 1, words)
            self.assertIn(said, str(answer), words)
        self.assertEqual(self.server.ask('addresses', 'remove', 'x@example.test')[0], 1)
        self.address('public', 'Other', 'later@example.test')
        # Who gets the address in the directory later has its mail; the list says so; the folder has it again when he loses it.
        self.give('public', 'anonymous', 'p', '--folder', 'Other')
        problem = lambda: [row['problem'] for row in self.server.ctl('addresses', 'list', 'public') if row['folder'] == 'Other']  # noqa: E731
        self.assertEqual(problem(), [''])
        self.write(boris_too='proxyAddresses: smtp:later@example.test\n')
        kontor.wait_until(lambda: problem() == ['the directory has this address too: mail goes to boris'], 'it is told')
        self.assertEqual(self.outside('later@example.test', 'to boris')[0], 250)
        self.write()
        kontor.wait_until(lambda: problem() == [''], 'he has it no more')
        self.assertEqual(self.outside('later@example.test', 'to the folder')[0], 250)
        self.assertEqual((self.subjects('INBOX'), self.subjects('Public/Other')), (['to boris'], ['to the folder']))

    def test_it_stands_in_the_address_book(self):
        def book():
            found = [row for word in ('News', 'Press', 'Journals', 'Orders') for row in self.server.ctl('gal', 'search', word)]
            return sorted((row['name'], row['address'], row['kind']) for row in found)

        client = dav.Client(self.server)
        cards = client.propfind('/dav/addressbooks/anna/global/', 'D:getetag', depth='1').responses()[0]
        contact = ('News', 'news@example.test', 'contact')  # the directory's own, which the folder does not double
        self.make_news()
        self.assertEqual(book(), [contact])
        self.give('public', 'anyone', 'reader', '--folder', 'Press')
        self.give('public', 'sales@example.test', 'owner')
        self.address('public', 'Press', 'press@example.test')
        self.address('public', 'Press', 'media@example.test')
        self.give('info@example.test', 'sales@example.test', 'editor')
        boris = self.server.imap('boris')
        boris.create('"Shared/info@example.test/Orders"')
        orders = self.address('info@example.test', 'Orders', 'orders@example.test', '--hidden')
        self.assertTrue(orders['hidden'])
        press = ('Press', 'media@example.test', 'contact')
        self.assertEqual(book(), [contact, press])
        self.address('info@example.test', 'Orders', 'orders@example.test')
        self.assertEqual(book(), [contact, ('Orders (Information)', 'orders@example.test', 'contact'), press])
        more = client.propfind('/dav/addressbooks/anna/global/', 'D:getetag', depth='1').responses()[0]
        self.assertEqual(len(more), len(cards) + 2)
        card = [client.ask('GET', href) for href in more if href not in cards]
        self.assertTrue(any(b'FN:Press' in one.body and b'media@example.test' in one.body for one in card), [one.body for one in card])
        # What is renamed or deleted is so there; a card keeps its name.
        self.assertEqual(boris.rename('Public/Press', 'Public/Journals')[0], 'OK')
        self.assertIn(('Journals', 'media@example.test', 'contact'), book())
        renamed = client.propfind('/dav/addressbooks/anna/global/', 'D:getetag', depth='1').responses()[0]
        self.assertEqual(set(renamed), set(more))
        self.assertEqual(boris.delete('Public/Journals')[0], 'OK')
        boris.logout()
        self.server.restart('kill')
        self.know_people()
        kontor.wait_until(lambda: book() == [contact, ('Orders (Information)', 'orders@example.test', 'contact')], 'all were looked at')

    def test_backups_have_the_addresses(self):
        self.give('info@example.test', 'sales@example.test', 'editor', '--send-as')
        boris = self.server.imap('boris')
        boris.create('"Shared/info@example.test/Orders"')
        boris.logout()
        self.address('info@example.test', 'Orders', 'orders@example.test')
        self.submit('boris', 'orders@example.test', 'before')
        kept = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, kept)
        self.server.ctl('backup', '--all', '--to', str(kept / 'kept'))
        self.server.ctl('addresses', 'remove', 'orders@example.test')
        self.assertEqual(self.refused('boris', 'orders@example.test')[0], 550)
        self.server.ctl('restore', 'info@example.test', '--replace', '--from', str(kept / 'kept'))
        kontor.wait_until(lambda: [row['address'] for row in self.server.ctl('addresses', 'list')] == ['orders@example.test'],
                          'the address is back')
        self.submit('boris', 'orders@example.test', 'after')
        self.assertEqual(self.subjects('Shared/info@example.test/Orders'), ['before', 'after'])

    def test_the_report_has_them(self):
        self.make_news()
        self.server.ctl('shares', 'add', 'public', 'anna@example.test', 'reader', '--folder', 'Lone')
        self.server.ctl('shares', 'remove', 'public', 'anna@example.test')
        self.address('public', 'Lone', 'lone@example.test')
        report = self.server.ctl('shares', 'report')
        self.assertIn({'mailbox': 'public', 'folder': 'News', 'who': 'anyone', 'rights': 'reader', 'addresses': ['news@example.test']}, report)
        self.assertIn({'mailbox': 'public', 'folder': 'Lone', 'who': 'nobody', 'rights': '', 'addresses': ['lone@example.test']}, report)
        # The owner of a folder gives it an address too: any folder of mail, of anybody.
        anna = self.server.imap('anna')
        anna.create('Projects')
        self.assertEqual(anna.setacl('Projects', 'anonymous', 'p')[0], 'OK')
        self.address('anna@example.test', 'Projects', 'projects@example.test')
        self.assertEqual(self.outside('projects@example.test', 'one')[0], 250)
        self.submit('anna', 'projects@example.test', 'her own')
        self.assertEqual(self.subjects('Projects', 'anna'), ['one', 'her own'])
        anna.logout()


class Quarantine(Case):
    def setUp(self):
        self.milter = scan.Milter((b'qlook at it\0', b'c'))
        self.addCleanup(self.milter.close)
        self.settings = {'scan.milters': [self.milter.setting]}
        super().setUp()

    def test_it_is_the_junk_of_the_account(self):
        self.give('info@example.test', 'sales@example.test', 'editor')
        boris = self.server.imap('boris')
        boris.create('"Shared/info@example.test/Orders"')
        boris.logout()
        self.give('public', 'anyone', 'reader', '--folder', 'News')
        for mailbox, folder in (('info@example.test', 'Orders'), ('public', 'News')):
            self.address(mailbox, folder, f'{folder}@example.test')
            self.give(mailbox, 'anonymous', 'p', '--folder', folder)
            self.assertEqual(self.outside(f'{folder}@example.test', 'bad')[0], 250)
        self.give('public', 'boris@example.test', 'reader', '--folder', 'Junk')
        for folder, wanted in (('Shared/info@example.test/Orders', []), ('Shared/info@example.test/Junk', ['bad']),
                               ('Public/News', []), ('Public/Junk', ['bad'])):
            self.assertEqual(self.subjects(folder), wanted, folder)


class SentCopies(Case):
    SENT = 'Shared/info@example.test/Sent'

    def setUp(self):
        super().setUp()
        self.give('info@example.test', 'sales@example.test', 'editor', '--send-as')

    def send(self, subject, message_id, who='boris', **options):
        self.submit(who, 'anna@example.test', subject, 'info@example.test', more=f'Message-ID: <{message_id}>\r\n' + options.pop('more', ''),
                    **options)

    def append(self, subject, message_id):
        text = letter('info@example.test', 'anna@example.test', subject, f'Message-ID: <{message_id}>\r\n').encode()
        with self.server.imap('boris') as client:
            kind, said = client.append(f'"{self.SENT}"', '\\Seen', None, text)
            self.assertEqual(kind, 'OK', said)
            self.assertIn(b'APPENDUID', said[0])

    def test_one_copy_in_the_shared_folder(self):
        self.send('one', 'one@x')
        self.assertEqual((self.subjects(self.SENT), self.subjects('Sent'), self.subjects('INBOX', 'anna')), (['one'], [], ['one']))
        with self.server.imap('boris') as client:
            client.select(f'"{self.SENT}"', readonly=True)
            row = client.fetch('1', '(FLAGS BODY.PEEK[HEADER])')[1][0]
            self.assertIn(b'\\Seen', row[0])
            self.assertNotIn(b'Received:', row[1])
        self.send('one', 'one@x')  # the client did not hear the answer
        self.assertEqual(self.subjects(self.SENT), ['one'])
        # Programs that store a copy themselves, after and before: theirs is the one that stays.
        self.append('one, by the program', 'one@x')
        self.assertEqual(self.subjects(self.SENT), ['one, by the program'])
        self.send('one', 'one@x')
        self.append('two, by the program', 'two@x')
        self.send('two', 'two@x')
        self.assertEqual(self.subjects(self.SENT), ['one, by the program', 'two, by the program'])
        # Without a Message-ID of its own it has the server's; what is answered is on disk.
        with self.server.submission('boris') as client:
            client.sendmail('info@example.test', ['anna@example.test'], letter('Info <INFO@example.test>', 'anna@example.test', 'three'))
        self.server.restart('kill')
        self.know_people()
        self.assertEqual(self.subjects(self.SENT)[2:], ['three'])
        self.assertEqual(self.server.log().count('event=smtp.sentcopy.stored'), 2)

    def test_mail_in_ones_own_name_and_refused_mail_have_none(self):
        self.submit('boris', 'anna@example.test', 'his own')
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.submit('boris', 'nobody@example.test', 'to nobody', 'info@example.test')
        with self.assertRaises(smtplib.SMTPException):  # anna may not write as it
            self.send('stolen', 'stolen@x', 'anna')
        meeting = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n'
                   'DTSTART:20260102T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
        self.send('a meeting', 'meeting@x', more='Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n', body=meeting)
        self.send('a file', 'file@x', more='Content-Type: text/calendar; charset=utf-8\r\n', body=meeting)
        self.assertEqual(self.subjects(self.SENT), ['a file'])

    def test_on_behalf_and_settings(self):
        ask = lambda *words: self.server.ctl('shares', 'sent', 'info@example.test', *words)['copies']  # noqa: E731
        self.assertEqual(ask(), 'send-as')
        self.give('info@example.test', 'clara@example.test', 'author')
        self.send('on behalf', 'behalf1@x', 'clara')
        self.assertEqual(self.subjects(self.SENT), [])
        self.assertEqual(ask('all'), 'all')
        self.send('on behalf', 'behalf2@x', 'clara')
        self.assertEqual(self.subjects(self.SENT), ['on behalf'])
        with self.server.imap('boris') as client:
            client.select(f'"{self.SENT}"', readonly=True)
            self.assertIn(b'Sender: clara@example.test', client.fetch('1', '(BODY.PEEK[HEADER])')[1][0][1])
        self.server.restart('kill')
        self.know_people()
        self.assertEqual(ask(), 'all')
        self.assertEqual(ask('none'), 'none')
        self.send('nowhere', 'none@x')
        self.assertEqual(ask('send-as'), 'send-as')
        self.assertEqual(self.subjects(self.SENT), ['on behalf'])
        self.assertEqual(self.server.ask('shares', 'sent', 'anna@example.test')[0], 1)
        self.assertEqual(self.server.ask('shares', 'sent', 'info@example.test', 'some')[0], 1)

    def test_without_the_right_or_the_room_the_mail_goes_all_the_same(self):
        self.give('info@example.test', 'sales@example.test', 'lrsp')
        self.send('no right', 'right@x')
        self.assertEqual((self.subjects('INBOX', 'anna'), self.subjects(self.SENT)), (['no right'], []))
        self.assertIn('no right i in the Sent folder', self.server.log())
        self.give('info@example.test', 'sales@example.test', 'editor', '--send-as')
        self.server.ctl('quota', 'set', 'info@example.test', '1')
        self.send('no room', 'room@x')
        self.assertEqual((self.subjects('INBOX', 'anna'), self.subjects(self.SENT)), (['no right', 'no room'], []))
        self.assertEqual(self.server.log().count('event=smtp.sentcopy.missing'), 2)
        self.server.ctl('quota', 'set', 'info@example.test', 'none')
        # A Sent folder that somebody deleted is made again, for those who may work in the mailbox.
        self.give('info@example.test', 'sales@example.test', 'owner')
        with self.server.imap('boris') as client:
            self.assertEqual(client.delete(f'"{self.SENT}"')[0], 'OK')
        self.send('made again', 'again@x')
        self.assertEqual(self.subjects(self.SENT), ['made again'])


if __name__ == '__main__':
    kontor.main()
