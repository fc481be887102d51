# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that sends what no controller should, over the wire to the real server: those who are in order get their mail, the
rest is reported, and nobody pays for it with his memory."""
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import hostile_ldap  # noqa: E402
import kontor  # noqa: E402
from hostile_ldap import BASE, DOMAIN, guid, linked  # noqa: E402

MAIL = 'harm.test'
MANY, LONG = 10_000, 5_000  # members of one group, bytes of each name: 50 MB
MESSAGE = b'From: a@elsewhere.test\r\nTo: b@harm.test\r\nSubject: x\r\nMessage-ID: <%s@x>\r\n\r\nHello\r\n'


def dn(name):
    return b'CN=%s,' % name + BASE.encode()


def entry(number, name, kind=b'user', **attributes):
    text = name.encode()
    rows = {'objectGUID': [guid(number)], 'objectClass': [b'top', kind], 'objectCategory': [b'CN=Person'], 'sAMAccountName': [text],
            'cn': [text], 'displayName': [text], 'objectSid': [sid(number)], 'uSNChanged': [b'900'], 'userAccountControl': [b'512'],
            'mail': [text + b'@' + MAIL.encode()]}
    rows.update(attributes)
    return dn(text), {key: value for key, value in rows.items() if value is not None}


def sid(number):
    return bytes([1, 5, 0, 0, 0, 0, 0, 5]) + b''.join(part.to_bytes(4, 'little') for part in (21, 1, 2, 3, number))


def group(number, name, members, **attributes):
    return entry(number, name, b'group', member=members, userAccountControl=None, groupType=[b'-2147483646'], **attributes)


ENTRIES = [
    entry(1, 'anna'), entry(2, 'boris'),
    # Two people with one address; two with one objectGUID; two with one SID.
    entry(3, 'twin-a', proxyAddresses=[b'smtp:twins@harm.test']), entry(4, 'twin-b', proxyAddresses=[b'smtp:twins@harm.test']),
    entry(5, 'same-guid-a'), entry(5, 'same-guid-b'), entry(6, 'same-sid', objectSid=[sid(1)]),
    # NULs, bytes that are no text, values of no sense and of no end.
    entry(10, 'nul', displayName=[b'a\0b'], mail=[b'nul\0@harm.test', b'second@harm.test'], proxyAddresses=[b'smtp:\0', b'\xff\xfe']),
    entry(9, 'control', userAccountControl=[b'much']),  # whether he is a person at all cannot be known
    entry(11, 'types', accountExpires=[b'99999999999999999999999'], pwdLastSet=[b''], logonHours=[b'abc'],
          lockoutTime=[b'-'], sIDHistory=[b'\1\2'], objectSid=[b'S'], groupType=[b'\0\0']),
    entry(12, 'long', displayName=[b'x' * 1_000_000], title=[b'y' * 1_000_000], proxyAddresses=[b'smtp:%d@harm.test' % n for n in range(5_000)]),
    entry(13, 'lines', displayName=[b'a\r\nBcc: evil@x'], mail=[b'a\r\nRCPT TO:<evil@x>@harm.test']),
    entry(14, 'no-guid', objectGUID=None), entry(15, 'short-guid', objectGUID=[b'abc']), entry(16, 'empty', mail=[], cn=[], displayName=[]),
    # Names that lead in circles.
    entry(20, 'ring', manager=[linked(20, dn(b'ring'))], altRecipient=[linked(20, dn(b'ring'))]),
    group(30, 'loop-a', [linked(31, dn(b'loop-b')), linked(30, dn(b'loop-a')), linked(1, dn(b'anna'))]),
    group(31, 'loop-b', [linked(30, dn(b'loop-a')), linked(2, dn(b'boris')), b'no name at all', b'<GUID=nothing>;CN=x', b'']),
    group(32, 'huge', [linked(1, dn(b'anna'))] + [linked(1_000_000 + n, b'CN=' + b'z' * LONG) for n in range(MANY - 2)] + [linked(2, dn(b'boris'))]),
]


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-harm-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        authority, pem = hostile_ldap.certificate(cls.folder)
        cls.controller = hostile_ldap.Controller(ENTRIES, pem)
        cls.addClassCleanup(cls.controller.close)
        password = cls.folder / 'password'
        password.touch(mode=0o600)
        password.write_text('any\n')
        cls.server = kontor.Server({
            'server.demo': False, 'directory.source': 'ad', 'directory.default_domain': DOMAIN, 'ad.domain': DOMAIN, 'ad.bind': 'starttls',
            'ad.controllers': ['localhost:%d' % cls.controller.port], 'ad.bind_name': 'reader', 'ad.bind_password_file': str(password),
            'ad.ca_file': str(authority), 'ad.timeout': '10s'})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for('anna@' + MAIL), 'the people are known')

    def count(self, name):
        return self.server.ctl('quota', 'show', name + '@' + MAIL)['messages']

    def gains(self, address, names):
        """Exactly these get a message to it, one each."""
        everybody = ('anna', 'boris', 'twin-a', 'twin-b', 'same-sid', 'types', 'long', 'ring')
        before = {name: self.count(name) for name in everybody}
        self.assertEqual(self.server.lmtp([address + '@' + MAIL], MESSAGE % address.encode()), {})
        gained = {name: self.count(name) - before[name] for name in everybody}
        self.assertEqual({name: many for name, many in gained.items() if many}, {name: 1 for name in names}, address)

    def test_those_in_order_get_their_mail(self):
        for name in ('anna', 'boris', 'same-sid', 'types', 'long', 'ring'):
            with self.subTest(name):
                self.gains(name, [name])

    def test_two_with_one_address_lose_nothing_and_are_reported(self):
        self.gains('twins', ['twin-a', 'twin-b'])
        self.assertIn('twins@harm.test', str(self.server.ctl('status')))
        self.assertIn('twins@harm.test', self.server.log())

    def test_loops_end(self):
        self.gains('loop-a', ['anna', 'boris'])
        self.gains('loop-b', ['anna', 'boris'])

    def test_fifty_megabytes_of_members(self):
        self.gains('huge', ['anna', 'boris'])
        self.assertGreater(self.controller.bytes_sent, MANY * LONG)
        self.assertGreaterEqual(self.controller.ranges, MANY // hostile_ldap.MOST_VALUES)
        pid = self.server.ctl('directory', 'status')['pid']
        found = [line for line in pathlib.Path(f'/proc/{pid}/status').read_text().splitlines() if line.startswith('VmHWM')]
        print('\nkontor-directory at its peak:', found)

    def test_no_line_comes_out_of_a_value(self):
        for line in self.server.log().splitlines():
            self.assertFalse(line.startswith(('Bcc:', 'RCPT TO')), line)
        self.assertFalse(self.server.takes_mail_for('evil@x'))
        self.assertFalse(self.server.takes_mail_for('nul@harm.test'))

    def test_what_comes_later_is_still_followed(self):
        self.controller.entries.append(entry(50, 'late', uSNChanged=[b'1001']))
        self.controller.number = 1001
        kontor.wait_until(lambda: self.server.takes_mail_for('late@' + MAIL), 'a person made later')


if __name__ == '__main__':
    kontor.main()
