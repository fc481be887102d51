# SPDX-License-Identifier: GPL-3.0-or-later
"""Kontor's side of the comparison: a kontord with an embedded directory of the same people."""
import base64
import hashlib
import shutil

from tests.support import kontor

from bench import sides

SETTINGS = {'server.demo': False, 'smtp.max_messages_per_session': 1_000_000, 'server.max_connections': 15_000,
            'server.max_connections_per_address': 15_000, 'store.upkeep_interval': 604_800,
            'http.requests_per_person': 0, 'http.requests_per_address': 0}  # one client stands for many


def password_hash():
    """One round: the loads measure the servers, not how dear a guess is made."""
    salt = b'kontor-bench-salt'
    made = hashlib.pbkdf2_hmac('sha256', sides.PASSWORD.encode(), salt, 1)

    def ab64(data):
        return base64.b64encode(data).decode().rstrip('=').replace('+', '.')
    return f'{{PBKDF2-SHA256}}1${ab64(salt)}${ab64(made)}'


def directory(names=sides.NAMES):
    dc = ','.join('dc=' + part for part in sides.DOMAIN.split('.'))
    entries = [f'version: 1\n\ndn: {dc}\nobjectClass: domain\n', f'dn: ou=People,{dc}\nobjectClass: organizationalUnit\n']
    for name in names:
        entries.append(f'dn: uid={name},ou=People,{dc}\nobjectClass: inetOrgPerson\nentryUUID: {sides.entry_uuid(name)}\n'
                       f'uid: {name}\ncn: Person {name}\ndisplayName: Person {name}\nmail: {name}@{sides.DOMAIN}\n'
                       f'userPrincipalName: {name}@{sides.DOMAIN}\nuserPassword: {password_hash()}\n')
    return '\n'.join(entries)


class Kontor(sides.Side):
    name = 'kontor'
    title = 'Kontor'

    def __init__(self, work, **settings):
        """`settings`: further ones, with _ for the dot."""
        super().__init__(work)
        self.more = {name.replace('_', '.', 1): value for name, value in settings.items()}
        self.data = self.work / 'data'
        self.server = None

    def directory(self):
        return directory()

    def start(self):
        self.data.mkdir(exist_ok=True)
        (self.data / 'directory.ldif').write_text(self.directory(), encoding='utf-8')
        self.server = kontor.Server({**SETTINGS, **self.more, 'log.file': str(self.work / 'kontord.log')}, data=self.data, prefix=self.prefix()).start()
        self.ports = {name: self.server.port(name) for name in kontor.PORTS}
        self.roots = [self.server.process]
        return self

    def stop(self):
        self.roots = []
        self.server.stop()

    # --- the large mailbox, kept between runs -----------------------------------------------------
    def save(self, folder):
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns('run', '*.log'))

    def restore(self, folder):
        shutil.copytree(folder, self.data)
