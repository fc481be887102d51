# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests against a real domain share: a domain in a namespace of its own, and the program ad_probe."""
import base64
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import samba  # noqa: E402
import samba_people as people  # noqa: E402

SHOW_DELETED = '1.2.840.113556.1.4.417'
CROWD = 10_000 if os.environ.get('KONTOR_LONG') else 2_000


class DomainCase(unittest.TestCase):
    """A test class with one fresh domain (`self.domain`) and a scratch folder (`self.folder`)."""
    fill = 0
    smb_options = ''

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-ad-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.domain = samba.Domain.start(cls.folder / 'domain', cls.fill, cls.smb_options)
        cls.addClassCleanup(cls.domain.kill)
        cls.admin = cls.domain.admin()

    @classmethod
    def settings(cls, **changed):
        """{'section.name': value} of a server in this domain."""
        values = {
            'server.name': samba.MAIL_HOST, 'directory.source': 'ad', 'directory.default_domain': people.DOMAIN,
            'ad.domain': people.DOMAIN, 'ad.controllers': [samba.DC_HOST], 'ad.keytab_file': str(cls.domain.keytab),
            'ad.rooms_base': people.ROOMS_OU, 'ad.timeout': '8s'}
        values.update({key.replace('__', '.'): value for key, value in changed.items()})
        return values

    def modify(self, name, *changes, parent=people.PEOPLE_OU):
        """changes: (attribute, [values]) replaces; an empty list removes."""
        import ldap
        values = [(ldap.MOD_REPLACE, attribute, [value.encode() for value in new] or None) for attribute, new in changes]
        self.admin.modify_s('CN=%s,%s' % (name, parent), values)

    def tombstone_of(self, guid):
        import ldap
        import uuid
        control = ldap.controls.RequestControl(SHOW_DELETED, True)
        found = self.admin.search_ext_s(people.BASE, ldap.SCOPE_SUBTREE, '(&(isDeleted=TRUE)(objectGUID=%s))' % ''.join(
            '\\%02x' % byte for byte in uuid.UUID(guid).bytes_le), ['cn'], serverctrls=[control])
        return [dn for dn, _ in found if dn][0].rsplit(';', 1)[-1]

    def reanimate(self, guid, dn):
        import ldap
        control = ldap.controls.RequestControl(SHOW_DELETED, True)
        self.admin.modify_ext_s(self.tombstone_of(guid), [
            (ldap.MOD_DELETE, 'isDeleted', None), (ldap.MOD_REPLACE, 'distinguishedName', [dn.encode()])],
            serverctrls=[control])


class Probe:
    """A running ad_probe; its lines come through a queue."""

    def __init__(self, folder, settings, *arguments):
        data = pathlib.Path(tempfile.mkdtemp(dir=folder))
        server = kontor.Server(data=data)
        server.settings = {'server.data_folder': str(data), **settings}
        server.write_config()
        self.process = subprocess.Popen(
            [str(kontor.build_folder() / 'tests/ad_probe'), str(data / 'kontor.toml'), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), line.rstrip('\n')))
        self.lines.put((time.monotonic(), None))

    def next(self, seconds=kontor.PATIENCE):
        """(moment, line) of the next line."""
        try:
            moment, line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError('ad_probe said nothing for %s s' % seconds) from None
        if line is None:
            raise AssertionError('ad_probe ended')
        return moment, line

    def ask(self, line, seconds=kontor.PATIENCE):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        return self.next(seconds)[1]

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(kontor.PATIENCE)
        self.process.stdout.close()
        if code != 0:
            raise AssertionError('ad_probe ended with %d' % code)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self.process.kill()
            self.process.wait()
        else:
            self.close()


class Follower(Probe):
    """ad_probe follow: what is in force, as {account or display name: Person}, after each thing handed over."""

    def __init__(self, folder, settings):
        super().__init__(folder, settings, 'follow')
        self.by_id = {}
        self.status = None
        self.statuses = {}  # of each source
        self.words = set()  # "reachable", "lost": what was ever said
        self.servers = set()  # that were ever followed
        self.complete = 0

    def wait(self, condition, what, seconds=kontor.PATIENCE):
        """Takes what comes until condition(self) holds; returns the moment of the word that made it true."""
        end = time.monotonic() + seconds
        moment = time.monotonic()
        while not condition(self):
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError('not within %s s: %s (status %s)' % (seconds, what, self.status))
            try:
                moment = self._take(left)
            except queue.Empty:
                continue
        return moment

    def _take(self, seconds):
        moment, line = self.lines.get(timeout=seconds)
        if line is None:
            raise AssertionError('ad_probe ended')
        word, *parts = line.split('\t')
        if word == 'status':
            self.status = parts
            self.statuses[parts[3]] = parts
            self.words.add(parts[0])
            self.servers.add(parts[1])
            return moment
        source = parts[0]
        if word.startswith('complete'):
            self.by_id = {key: one for key, one in self.by_id.items() if one.source != source}
            self.complete += 1
        while word != 'end':
            moment, line = self.next()
            word, *parts = line.split('\t')
            if word == 'principal':
                self.by_id[parts[0]] = Person(parts, source)
            elif word == 'removed':
                self.by_id.pop(parts[0], None)
        return moment

    def find(self, name):
        found = [one for one in self.by_id.values() if name in (one.account, one.name)]
        return found[0] if found else None


class Person:
    def __init__(self, parts, source):
        self.source = source
        (self.id, kind, state, self.account, self.name, self.mail, addresses, self.principal_name, self.netbios,
         self.sid, expires, members, groups) = parts
        self.kind = ['person', 'group', 'contact', 'room'][int(kind)]
        self.state = ['enabled', 'disabled', 'expired'][int(state)]
        self.addresses = addresses.split(',') if addresses else []
        self.expires = int(expires)
        self.members = [one for one in members.split(',') if one]
        self.groups = [one for one in groups.split(',') if one]
        self.guid = self.id.split(':')[1]


class TicketClient:
    """The client's side of SASL GSSAPI and GSS-SPNEGO against ad_probe ticket."""

    def __init__(self, environment, service, spnego=False, binding=None, mutual=True,
                 host=samba.MAIL_HOST):
        import gssapi
        os.environ['KRB5CCNAME'] = environment['KRB5CCNAME']
        flags = [gssapi.RequirementFlag.integrity]
        if mutual:
            flags.append(gssapi.RequirementFlag.mutual_authentication)
        bindings = gssapi.raw.ChannelBindings(application_data=binding) if binding else None
        self.context = gssapi.SecurityContext(
            name=gssapi.Name('%s@%s' % (service, host), gssapi.NameType.hostbased_service), usage='initiate',
            mech=gssapi.OID.from_int_seq('1.3.6.1.5.5.2' if spnego else '1.2.840.113554.1.2.2'),
            flags=flags, channel_bindings=bindings)
        self.spnego = spnego

    def run(self, probe, authorization_id=b'', choice=b'\1\0\0\0'):
        """Returns the probe's last line: "done ..." or "error ..."."""
        token = self.context.step()
        while True:
            answer = probe.ask(base64.b64encode(token or b'').decode())
            word, _, rest = answer.partition(' ')
            if word != 'challenge':
                return answer
            challenge = base64.b64decode(rest)
            if not self.context.complete:
                token = self.context.step(challenge)
            elif self.spnego:
                token = self.context.step(challenge) if challenge else b''
            else:
                offer = self.context.unwrap(challenge).message
                if offer != b'\1\0\0\0':
                    raise AssertionError('offered layers %r' % offer)
                token = self.context.wrap(choice + authorization_id, False).message


def main():
    samba.enter_namespace()
    kontor.main()
