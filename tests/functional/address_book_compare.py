# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches of the address book beside OpenLDAP's: the same people on both, some hundred filters made by chance, the same answers."""
import os
import pathlib
import random
import shutil
import sys
import tempfile
import unittest

import ldap
import ldap.filter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor, slapd

PEOPLE = 'ou=people,' + slapd.BASE
GIVEN = ['Анна', 'Борис', 'Clara', 'Dmitri', 'Ёлка', 'Anna Maria', 'Жанна', 'Ива', 'O\'Neil', 'Jean-Luc']
SURNAMES = ['Иванов', 'Кузнецова', 'Smith', 'Smithson', 'Ёжиков', 'Van der Berg', 'Петров (мл.)', 'Star*', 'Back\\slash']
NUMBER = 200
FILTERS = 3000 if kontor.LONG else 400


def people(random_one):
    made = []
    for number in range(NUMBER):
        given, surname = random_one.choice(GIVEN), random_one.choice(SURNAMES)
        name = f'{given} {surname}'
        more = {'telephoneNumber': f'+7 49{number % 7} 1{number:02}-45-{number % 10}', 'title': 'Директор',
                'departmentNumber': f'Dep {number % 4}', 'l': ['Москва', 'Moscow'][number % 2], 'initials': given[0],
                'mobile': f'+7 916 {number:03}', 'st': 'Область', 'postalCode': f'{125000 + number}'}
        kept = {key: value for key, value in more.items() if random_one.random() < 0.6}
        made.append(slapd.person(f'p{number}', 2000 + number, cn=name, displayName=name, givenName=given, sn=surname, **kept))
    return made


class Chance:
    """Filters over what both servers show alike."""
    TEXTS = {'cn': None, 'givenName': GIVEN, 'sn': SURNAMES, 'displayName': None, 'mail': ['p1@house.test', 'p17@house.test'],
             'uid': ['p1', 'p2', 'p33', 'P1'], 'title': ['директор'], 'l': ['МОСКВА', 'moscow'], 'initials': ['A', 'а', 'Ё'],
             'telephoneNumber': ['+7 490 100-45-0', '+74901004 50'], 'mobile': ['+7-916-003'], 'st': ['область'],
             'postalCode': ['125003'], 'departmentNumber': ['dep 1', 'DEP  2']}

    def __init__(self, seed):
        self.random = random.Random(seed)

    def value(self, name):
        known = self.TEXTS[name] or [f'{self.random.choice(GIVEN)} {self.random.choice(SURNAMES)}']
        value = self.random.choice(known)
        return self.random.choice([value, value.upper(), value.lower()])

    def parts(self, name):
        value = self.value(name)
        # Blanks at the edges of parts are where OpenLDAP and RFC 4518 differ.
        cut = [piece.strip() for piece in (value[:self.random.randint(0, 3)], value[2:self.random.randint(3, 6)], value[5:])]
        first, middle, last = (piece if self.random.random() < 0.6 else '' for piece in cut)
        if not first + middle + last:
            first = value[0]
        texts = [ldap.filter.escape_filter_chars(piece) for piece in (first, middle, last)]
        return '*'.join([texts[0], *([texts[1]] if texts[1] else []), texts[2]])

    def simple(self):
        name = self.random.choice(list(self.TEXTS))
        kind = self.random.randrange(6)
        if kind == 0:
            return f'({name}=*)'
        if kind == 1:
            return self.random.choice(['(nosuchattribute=x)', '(nosuchattribute=*)', '(objectClass=person)', '(objectClass=device)', '(&)', '(|)'])
        if kind < 4:
            return f'({name}={self.parts(name)})'
        return f'({name}={ldap.filter.escape_filter_chars(self.value(name))})'

    def filter(self, depth=0):
        kind = self.random.randrange(5) if depth < 3 else 4
        if kind < 2:
            inner = ''.join(self.filter(depth + 1) for _ in range(self.random.randint(1, 3)))
            return f'({"&|"[kind]}{inner})'
        if kind == 2:
            return f'(!{self.filter(depth + 1)})'
        return self.simple()


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-book-'))
        cls.addClassCleanup(lambda: shutil.rmtree(cls.folder, ignore_errors=True))
        cls.slapd = slapd.Slapd(cls.folder / 'slapd')
        cls.slapd.fill([*slapd.house(), *people(random.Random(11))])
        cls.slapd.start()
        cls.addClassCleanup(lambda: cls.slapd.kill())
        certificate = {'tls.certificate_file': str(cls.slapd.folder / 'server.pem'), 'tls.key_file': str(cls.slapd.folder / 'server.key')}
        cls.server = kontor.Server(settings={**cls.slapd.settings(), **certificate})
        cls.addClassCleanup(lambda: cls.server.close())
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for(f'p{NUMBER - 1}@house.test'), 'the people are known')
        cls.theirs = cls.connection(f'ldap://127.0.0.1:{cls.slapd.port}', True, slapd.READER, slapd.READER_PASSWORD)
        cls.ours = cls.connection(f'ldaps://127.0.0.1:{cls.server.port("ldaps")}', False, 'anna@house.test', slapd.PASSWORD)

    @classmethod
    def connection(cls, uri, starts_tls, user, password):
        made = ldap.initialize(uri)
        made.set_option(ldap.OPT_X_TLS_CACERTFILE, str(cls.slapd.folder / 'ca.pem'))
        made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        if starts_tls:
            made.start_tls_s()
        made.simple_bind_s(user, password)
        cls.addClassCleanup(made.unbind_s)
        return made

    @staticmethod
    def found(connection, text, base=PEOPLE):
        return sorted(dn.lower() for dn, _ in connection.search_s(base, ldap.SCOPE_SUBTREE, f'(&(objectClass=inetOrgPerson)(uid=p*){text})', ['1.1']))

    def test_filters(self):
        seed = int(os.environ.get('KONTOR_SEED', random.randrange(1 << 30)))
        print(f'  KONTOR_SEED={seed}', file=sys.stderr)
        chance = Chance(seed)
        hits = 0
        for _ in range(FILTERS):
            text = chance.filter()
            theirs, ours = self.found(self.theirs, text), self.found(self.ours, text)
            self.assertEqual(ours, theirs, f'{text} (KONTOR_SEED={seed})')
            hits += 0 < len(theirs) < NUMBER
        self.assertGreater(hits, FILTERS // 10, 'the filters tell people apart')

    def test_bases(self):
        for base in (slapd.BASE, PEOPLE, 'OU=People , ' + slapd.BASE, f'uid=p7,{PEOPLE}'):
            self.assertEqual(self.found(self.ours, '(cn=*)', base), self.found(self.theirs, '(cn=*)', base), base)


if __name__ == '__main__':
    kontor.main()
