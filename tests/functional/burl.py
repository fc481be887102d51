# SPDX-License-Identifier: GPL-3.0-or-later
"""BURL (RFC 4468): submission fetches pieces of a message by IMAP URLs that their owners have signed.

    burl.py --build DIR
"""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

PHOTO = 'Subject: photo\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nТри строки\r\nо лете\r\n.\r\n'
HEAD = b'From: anna@example.test\r\nTo: boris@example.test\r\nSubject: Fwd: photo\r\n\r\nSee below\r\n'


class Burl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()
        cls.addClassCleanup(cls.server.close)
        with cls.server.imap('anna') as imap:
            imap.append('INBOX', None, None, PHOTO.encode())

    def url(self, owner, access, part='', folder='INBOX', uid=1):
        """A URL of one's own message, signed by GENURLAUTH."""
        with self.server.imap(owner) as imap:
            rump = f'imap://{owner}@localhost/{folder}/;UID={uid}{part};URLAUTH={access}'
            kind, answer = imap.xatom('GENURLAUTH', f'"{rump}"', 'INTERNAL')
            self.assertEqual(kind, 'OK', answer)
            signed = imap.response('GENURLAUTH')[1][-1].decode()
        return re.search(r'"?(imap://[^" ]+)"?', signed)[1]

    def begin(self, who='anna', options=()):
        smtp = self.server.submission(who)
        self.addCleanup(smtp.close)
        smtp.ehlo()
        self.assertEqual(smtp.docmd('MAIL', f'FROM:<{who}@example.test>')[0], 250)
        self.assertEqual(smtp.docmd('RCPT', 'TO:<boris@example.test>')[0], 250)
        return smtp

    def burl(self, smtp, *words):
        code, text = smtp.docmd('BURL', ' '.join(words))
        return code, text.decode()

    def newest(self):
        with self.server.imap('boris') as imap:
            count = imap.select('INBOX', readonly=True)[1][0].decode()
            return imap.fetch(count, '(BODY.PEEK[])')[1][0][1]

    def test_announced_to_who_is_signed_in(self):
        smtp = self.server.submission('anna')
        self.addCleanup(smtp.close)
        smtp.ehlo()
        self.assertEqual(smtp.esmtp_features['burl'], 'imap imap://localhost')
        self.assertIn('chunking', smtp.esmtp_features)  # RFC 4468, 3.1
        outside = self.server.smtp()
        self.addCleanup(outside.close)
        outside.ehlo()
        self.assertNotIn('burl', outside.esmtp_features)
        self.assertEqual(outside.docmd('BURL', 'imap://localhost/INBOX/;UID=1 LAST')[0], 500)

    def test_a_message_of_both_kinds_of_pieces(self):
        body = self.url('anna', 'submit+anna', '/;SECTION=TEXT')
        smtp = self.begin()
        smtp.send(b'BDAT %d\r\n' % len(HEAD) + HEAD)
        self.assertEqual(smtp.getreply()[0], 250)
        code, text = self.burl(smtp, body)
        self.assertEqual((code, 'octets' in text), (250, True))
        smtp.send(b'BDAT 5 LAST\r\nend\r\n')
        self.assertEqual(smtp.getreply()[0], 250)
        wanted = b'See below\r\n' + PHOTO.split('\r\n\r\n')[1].encode() + b'end\r\n'
        self.assertTrue(self.newest().endswith(b'\r\n\r\n' + wanted))

    def test_a_draft_is_sent_whole(self):
        with self.server.imap('anna') as imap:
            imap.create('BurlDrafts')
            imap.append('BurlDrafts', None, None, HEAD + b'a draft\r\n')
        smtp = self.begin()
        self.assertEqual(self.burl(smtp, self.url('anna', 'submit+anna', folder='BurlDrafts'), 'LAST')[0], 250)
        self.assertIn(b'a draft\r\n', self.newest())
        # Another message by the same session.
        self.assertEqual(smtp.docmd('MAIL', 'FROM:<anna@example.test>')[0], 250)

    def test_who_may_not(self):
        draft = self.url('anna', 'submit+anna')
        smtp = self.begin('clara')  # a ticket for another person
        self.assertEqual(self.burl(smtp, draft, 'LAST')[0], 554)
        # Behind a piece that failed only RSET helps.
        self.assertEqual(self.burl(smtp, self.url('anna', 'authuser'), 'LAST')[0], 503)
        self.assertEqual(smtp.docmd('RSET')[0], 250)
        smtp = self.begin()
        tampered = draft[:-1] + ('0' if draft[-1] != '0' else '1')
        self.assertEqual(self.burl(smtp, tampered), (554, '5.7.0 IMAP URL authorization failed'))
        # The ticket is for submission alone: URLFETCH gives it to nobody.
        with self.server.imap('anna') as imap:
            imap.xatom('URLFETCH', f'"{draft}"')
            self.assertTrue(imap.response('URLFETCH')[1][-1].endswith(b' NIL'))

    def test_what_is_not_there(self):
        smtp = self.begin()
        self.assertEqual(self.burl(smtp, self.url('anna', 'submit+anna', uid=999))[0], 554)
        for words, code in ((('imap://localhost/INBOX',), 501), (('http://localhost/',), 501), (('',), 501)):
            smtp.docmd('RSET')
            smtp.docmd('MAIL', 'FROM:<anna@example.test>')
            smtp.docmd('RCPT', 'TO:<boris@example.test>')
            self.assertEqual(self.burl(smtp, *words)[0], code, words)

    def test_the_order_of_commands(self):
        smtp = self.server.submission('anna')
        self.addCleanup(smtp.close)
        smtp.ehlo()
        url = self.url('anna', 'submit+anna')
        self.assertEqual(self.burl(smtp, url, 'LAST')[0], 503)
        smtp.docmd('MAIL', 'FROM:<anna@example.test>')
        self.assertEqual(self.burl(smtp, url, 'LAST')[0], 554)
        smtp.docmd('RCPT', 'TO:<boris@example.test>')
        self.assertEqual(self.burl(smtp, url, 'FIRST')[0], 501)
        self.assertEqual(self.burl(smtp, url)[0], 250)
        self.assertEqual(smtp.docmd('DATA')[0], 503)


if __name__ == '__main__':
    kontor.main()
