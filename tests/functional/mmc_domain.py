# SPDX-License-Identifier: GPL-3.0-or-later
"""The snap-in in a real domain: it signs in by the ticket of who sits at the machine, and asks for nothing."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

import snapin  # noqa: E402


class ByTicket(ad_case.DomainCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tls = cls.domain.folder / 'tls'
        cls.server = kontor.Server(data=cls.folder / 'data')
        cls.server.settings.update(cls.settings())
        cls.server.settings.update({'server.demo': False, 'tls.certificate_file': str(tls / 'mail.pem'), 'tls.key_file': str(tls / 'mail.key')})
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        samba.wait_until(lambda: cls.server.takes_mail_for('alice@' + people.MAIL), kontor.PATIENCE, 'the people of the domain are known')
        cls.prefix = snapin.shared()
        cls.address = '%s:%d' % (samba.MAIL_HOST, cls.server.port('https'))
        cls.prefix.settings(Language='en', Server=cls.address, CaFile=cls.prefix.path(cls.domain.ca_file))

    def test_an_administrator_is_asked_nothing(self):
        ticket = self.domain.kinit('alice')  # in the administrators' group by way of another
        with self.prefix.host(environment={name: ticket[name] for name in ('KRB5CCNAME', 'KRB5_CONFIG')}) as host:
            host.ask('expand', path=[])
            self.assertTrue(host.ask('expand', path=[self.address])['done'])
            shown = host.rows(self.address, 'Mailboxes')
            said = self.server.ctl('accounts', 'list')
            self.assertEqual([row['Address'] for row in shown], [row['address'] for row in said])
            self.assertIn('Алиса Петрова', [row['Name'] for row in shown])
            place = next(place for place, row in enumerate(shown) if row['Address'] == 'bob@' + people.MAIL)
            host.sheet([place])
            host.ask('page', page=1)
            host.set(1002, text='3 GB')
            host.ask('button', button=3)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.server.ctl('quota', 'show', 'bob@' + people.MAIL)['bytes_limit'], 3 << 30)
        self.assertIn('alice', str(self.server.ctl('audit', 'list')))

    def test_who_has_no_role_is_told_so(self):
        ticket = self.domain.kinit('bob')
        with self.prefix.host(environment={name: ticket[name] for name in ('KRB5CCNAME', 'KRB5_CONFIG')}) as host:
            host.ask('expand', path=[])
            self.assertFalse(host.ask('expand', path=[self.address])['done'])
            self.assertEqual(len(host.ask('messages')['messages']), 1)
            self.assertEqual(host.names(self.address), [])


if __name__ == '__main__':
    ad_case.main()
