# SPDX-License-Identifier: GPL-3.0-or-later
"""Two organisations with a real kontord each, which send their mail to each other without DNS.

    with organisations.pair() as (a, b):       # a.test and b.test
        a.send('anna', ['carl@b.test'], 'subject')
        b.wait_for('carl', 'subject')
"""
import contextlib
import email
import email.policy
import pathlib
import sys
import tempfile
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kontor  # noqa: E402

PASSWORD = 'two-organisations'
RETRY = {'queue.first_retry': '1s', 'queue.longest_retry': '1s'}


class People:
    """An LDIF file in the making."""

    def __init__(self, domain):
        self.domain, self.entries = domain, []
        self.base = ','.join(f'dc={part}' for part in domain.split('.'))
        self.add(self.base, objectClass='domain', dc=domain.split('.')[0])
        self.hash = kontor.password_hash(PASSWORD)

    def add(self, dn, **attributes):
        lines = [f'dn: {dn}']
        for name, values in attributes.items():
            for value in values if isinstance(values, list) else [values]:
                lines.append(f'{name}: {value}')
        self.entries.append('\n'.join(lines) + '\n')
        return dn

    def person(self, name, **more):
        address = f'{name}@{self.domain}'
        return self.add(f'uid={name},{self.base}', objectClass='inetOrgPerson', entryUUID=str(uuid.uuid4()), uid=name,
                        cn=name.capitalize(), mail=address, userPrincipalName=address, userPassword=self.hash, **more)

    def contact(self, name, address):
        """Somebody elsewhere, who has an address here too."""
        return self.add(f'cn={name},{self.base}', objectClass='contact', entryUUID=str(uuid.uuid4()), cn=name,
                        mail=address, proxyAddresses=[f'SMTP:{address}', f'smtp:{name}@{self.domain}'])

    def group(self, name, members):
        return self.add(f'cn={name},{self.base}', objectClass='groupOfNames', entryUUID=str(uuid.uuid4()), cn=name,
                        mail=f'{name}@{self.domain}', member=members)

    def text(self):
        return 'version: 1\n\n' + '\n'.join(self.entries)


class Organisation(kontor.Server):
    def __init__(self, domain, people, settings=None, data=None):
        data = data or tempfile.mkdtemp(prefix='kontor-org-')
        super().__init__({'directory.default_domain': domain, 'server.demo': False, **RETRY, **(settings or {})}, data=data)
        self.domain = domain
        self.own_folder = True
        (self.data / 'directory.ldif').write_text(people.text(), encoding='utf-8')

    def login(self, user):
        return self.imap(f'{user}@{self.domain}', PASSWORD)

    def message(self, sender, recipients, subject, text='hello'):
        return (f'From: {sender}\r\nTo: {", ".join(recipients)}\r\nSubject: {subject}\r\n'
                f'Message-ID: <{uuid.uuid4()}@{self.domain}>\r\n\r\n{text}\r\n')

    def send(self, user, recipients, subject, mail_options=(), rcpt_options=()):
        """As a signed-in person; {refused recipient: (code, text)}."""
        with self.submission(f'{user}@{self.domain}', PASSWORD) as client:
            return client.sendmail(f'{user}@{self.domain}', recipients,
                                   self.message(f'{user}@{self.domain}', recipients, subject),
                                   mail_options=list(mail_options), rcpt_options=list(rcpt_options))

    def receive(self, recipients, subject, sender='someone@elsewhere.test', text='hello'):
        """As a stranger on port 25."""
        with self.smtp() as client:
            return client.sendmail(sender, recipients, self.message(sender, recipients, subject, text))

    def messages(self, user):
        client = self.login(user)
        try:
            count = int(client.select('INBOX', readonly=True)[1][0])
            if not count:
                return []
            rows = client.fetch(f'1:{count}', '(BODY.PEEK[])')[1]
            return [email.message_from_bytes(row[1], policy=email.policy.default) for row in rows if isinstance(row, tuple)]
        finally:
            client.logout()

    def with_subject(self, user, subject):
        return [message for message in self.messages(user) if message['Subject'] == subject]

    def wait_for(self, user, subject, seconds=kontor.PATIENCE):
        """The one message of that subject in the INBOX."""
        found = kontor.wait_until(lambda: self.with_subject(user, subject), f'{subject} for {user}', seconds)
        if len(found) != 1:
            raise AssertionError(f'{len(found)} copies of {subject}')
        return found[0]

    def notices(self, user, about=''):
        """Delivery reports (RFC 3464) whose text names `about`."""
        return [message for message in self.messages(user)
                if message.get_content_type() == 'multipart/report' and about in message.as_string()]

    def wait_for_notice(self, user, about, seconds=kontor.PATIENCE):
        return kontor.wait_until(lambda: self.notices(user, about), f'a notice about {about} for {user}', seconds)[0]


def report_of(notice):
    """The fields of a report's recipients: a list of messages, the first about the whole (RFC 3464, 2.1)."""
    for part in notice.walk():
        if part.get_content_type() in ('message/delivery-status', 'message/global-delivery-status'):
            return part.get_payload()
    raise AssertionError('no delivery status in ' + notice.as_string()[:2000])


@contextlib.contextmanager
def pair(people_a, people_b, settings_a=None, settings_b=None):
    with contextlib.ExitStack() as stack:
        a = Organisation('a.test', people_a, settings_a)
        b = Organisation('b.test', people_b, settings_b)
        for one, other in ((a, b), (b, a)):
            one.settings.setdefault('domains.remote', []).append(f'{other.domain}=127.0.0.1:{other.port("smtp")}')
        stack.enter_context(a)
        stack.enter_context(b)
        yield a, b



