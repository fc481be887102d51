# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars and the address book: Kontor beside Radicale, Cyrus (CalDAV, CardDAV) and OpenLDAP (completing names), the same
objects, questions and small client on every side, in turns. What is answered is counted: a wrong answer is an error.

    bench/groupware.py --build build/release [--events 10000] [--cards 20000] [--rounds 3] [--sides kontor,radicale,cyrus]

Each figure is the time by the clock, as the client sees it and with its own part in it, and the CPU time of the server.
Needs what cmake/packages-bench.txt names, and root for Cyrus."""
import argparse
import base64
import concurrent.futures
import http.client
import imaplib
import json
import pathlib
import random
import shutil
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tests/support'))
from bench import cyrus, meter, ours, report, sides
from tests.support import dav, kontor, slapd

ROOT = pathlib.Path(__file__).resolve().parents[1]
YEARS = 10
PEOPLE = 50                            # of the question for busy time
WRITERS = 8
PUTS = 1_000                           # of the measured ones
GIVEN = ['Анна', 'Борис', 'Виктория', 'Дмитрий', 'Екатерина', 'Clara', 'Иван', 'Юрий', 'Светлана', 'Anthony']
SURNAMES = ['Кузнецов', 'Иванов', 'Щербаков', 'Чайковский', 'Smith', 'Петренко', 'Johnson', 'Хрущёв', 'Ёлкин', 'Жуков']


def say(text):
    print(text, file=sys.stderr, flush=True)


# --- objects ------------------------------------------------------------------------------------------
def event(number, count, years=YEARS):
    """One of `count` spread evenly over the years from 2020 on; some 1 KB, every fiftieth weekly for a quarter."""
    minutes = number * years * 365 * 24 * 60 // count
    day = time.strftime('%Y%m%dT%H%M00Z', time.gmtime(1577836800 + minutes * 60))
    rule = 'RRULE:FREQ=WEEKLY;COUNT=12\r\n' if number % 50 == 0 else ''
    people = ''.join(f'ATTENDEE;CN=Person u{one};PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:u{one}@{sides.DOMAIN}\r\n' for one in range(4))
    return (f'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VEVENT\r\nUID:event-{number}\r\nDTSTAMP:20200101T000000Z\r\n'
            f'DTSTART:{day}\r\nDURATION:PT45M\r\n{rule}SUMMARY:Совещание {number}\r\nLOCATION:Переговорная {number % 7}\r\n'
            f'DESCRIPTION:{"Обсуждение плана работ и сроков. " * 6}\r\n').encode() + people.encode() + b'END:VEVENT\r\nEND:VCALENDAR\r\n'


def name_of(number):
    ending = ''.join('аиорнлтмкв'[int(digit)] for digit in str(number // 100))
    return GIVEN[number % 10], SURNAMES[number // 10 % 10] + ending


def card(number):
    given, surname = name_of(number)
    return (f'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-{number}\r\nFN:{given} {surname}\r\nN:{surname};{given};;;\r\nEMAIL:p{number}@{sides.DOMAIN}\r\n'
            f'TEL;TYPE=work:+7 495 {number:07}\r\nTEL;TYPE=cell:+7 916 {number:07}\r\nORG:Example;Department {number % 50}\r\n'
            f'TITLE:Engineer\r\nEND:VCARD\r\n').encode()


def directory_person(number, dc):
    def b64(text):
        return base64.b64encode(text.encode()).decode()
    given, surname = name_of(number)
    return (f'dn: uid=p{number},ou=People,{dc}\nobjectClass: inetOrgPerson\nuid: p{number}\ncn:: {b64(f"{given} {surname}")}\n'
            f'displayName:: {b64(f"{given} {surname}")}\ngivenName:: {b64(given)}\nsn:: {b64(surname)}\nmail: p{number}@{sides.DOMAIN}\n'
            f'telephoneNumber: +7 495 {number:07}\nmobile: +7 916 {number:07}\ndepartmentNumber: Department {number % 50}\ntitle: Engineer\n')


# --- the client ---------------------------------------------------------------------------------------
class Response(http.client.HTTPResponse):
    """Passes over 102 (Processing), which Cyrus says when it takes long."""
    def _read_status(self):
        while True:
            version, status, reason = super()._read_status()
            if status != 102:
                return version, status, reason
            http.client.parse_headers(self.fp)


class Client:
    """A connection that is kept where the server keeps it."""
    def __init__(self, side, user):
        self.side, self.user = side, user
        self.headers = {'Authorization': 'Basic ' + base64.b64encode(f'{side.login(user)}:{sides.PASSWORD}'.encode()).decode(),
                        'Content-Type': 'application/xml; charset=utf-8'}
        self.cookies = {}
        self.connection = None

    def ask(self, method, path, body=b'', expected=(200, 201, 204, 207), **fields):
        if isinstance(body, str):
            body = body.encode()
        headers = {**self.headers, **fields}
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPSConnection('127.0.0.1', self.side.ports['https'], timeout=600, context=ssl._create_unverified_context())
                self.connection.response_class = Response
            try:
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                answer = dav.Answer(response, response.read())
                break
            except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
                self.close()
                if attempt == 2:
                    raise
        if answer.status not in expected:
            raise RuntimeError(f'{self.side.title}: {method} {path}: {answer.status} {answer.body[:500]!r}')
        return answer

    def report(self, path, body):
        return self.ask('REPORT', path, body, Depth='1')

    def sync(self, path, token=''):
        """({href: etag}, those gone, token), in as many answers as the server wants."""
        found, gone = {}, set()
        while True:
            answer = self.report(path, f'<D:sync-collection {dav.SPACES}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>'
                                       '<D:prop><D:getetag/></D:prop></D:sync-collection>')
            told, statuses = answer.responses()
            found.update({href: props[dav.D + 'getetag'].text for href, props in told.items() if dav.D + 'getetag' in props and not href.endswith('/')})
            gone |= {href for href, status in statuses.items() if status == 404}
            token = answer.xml.find(dav.D + 'sync-token').text
            if 507 not in statuses.values():
                return found, gone, token

    def fetch(self, path, hrefs, kind):
        """The data of those objects by multiget, 500 at a time; how many came."""
        name, data = ('C:calendar-multiget', 'C:calendar-data') if kind == 'calendars' else ('CR:addressbook-multiget', 'CR:address-data')
        tag = dav.C + 'calendar-data' if kind == 'calendars' else dav.CR + 'address-data'
        count = 0
        for begin in range(0, len(hrefs), 500):
            body = f'<{name} {dav.SPACES}><D:prop><D:getetag/><{data}/></D:prop>' + ''.join(f'<D:href>{href}</D:href>' for href in hrefs[begin:begin + 500]) + f'</{name}>'
            told, _ = self.report(path, body).responses()
            count += sum(1 for props in told.values() if tag in props and props[tag].text)
        return count

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


# --- sides --------------------------------------------------------------------------------------------
class Kontor(ours.Kontor):
    can_busy, has_book = True, True

    def __init__(self, work, cards):
        super().__init__(work)
        self.cards = cards

    def directory(self):
        dc = ','.join('dc=' + part for part in sides.DOMAIN.split('.'))
        return '\n'.join([super().directory(), *(directory_person(number, dc) for number in range(self.cards))])

    def start(self):
        super().start()
        self.ports['https'] = self.server.port('https')
        return self

    def login(self, user):
        return user

    def calendar(self, user):
        return f'/dav/calendars/{user}/default/'

    def book(self, user):
        return f'/dav/addressbooks/{user}/global/'

    def make(self, client):
        client.ask('PROPFIND', self.calendar(client.user), Depth='0')

    def extra_in_book(self):
        return len(sides.NAMES)

    def put_whole(self, client, path, kind, objects):
        return False


class Radicale(sides.Side):
    name, title = 'radicale', 'Radicale'
    can_busy, has_book = False, False

    def __init__(self, work, tls):
        super().__init__(work)
        self.ports = {'https': sides.free_ports(1)[0]}
        (self.work / 'users').write_text(''.join(f'{name}:{sides.PASSWORD}\n' for name in sides.NAMES))
        (self.work / 'config').write_text(
            f'[server]\nhosts = 127.0.0.1:{self.ports["https"]}\nssl = True\ncertificate = {tls / "server.pem"}\nkey = {tls / "server.key"}\n'
            'max_content_length = 100000000\nmax_connections = 50\ntimeout = 600\n'
            f'[auth]\ntype = htpasswd\nhtpasswd_filename = {self.work / "users"}\nhtpasswd_encryption = plain\ndelay = 0\n'
            f'[storage]\nfilesystem_folder = {self.work / "data"}\n[logging]\nlevel = warning\n')

    def start(self):
        self.spawn(['/usr/bin/radicale', '--config', str(self.work / 'config')])
        kontor.wait_until(lambda: sides.accepts(self.ports['https']), 'Radicale', 60)
        return self

    def login(self, user):
        return user

    def calendar(self, user):
        return f'/{user}/calendar/'

    def book(self, user):
        return f'/{user}/book/'

    def make(self, client):
        client.ask('MKCALENDAR', self.calendar(client.user), expected=(201, 409))

    def make_book(self, client):
        client.ask('MKCOL', self.book(client.user), f'<D:mkcol {dav.SPACES}><D:set><D:prop><D:resourcetype><D:collection/><CR:addressbook/>'
                   '</D:resourcetype></D:prop></D:set></D:mkcol>', expected=(201, 409))

    def extra_in_book(self):
        return 0

    def put_whole(self, client, path, kind, objects):
        """All objects of a collection in one request, its own way."""
        if kind == 'text/calendar':
            inner = b''.join(one.split(b'PRODID:-//bench//EN\r\n')[1].removesuffix(b'END:VCALENDAR\r\n') for one in objects)
            objects = [b'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n', inner, b'END:VCALENDAR\r\n']
        client.ask('PUT', path, b''.join(objects), **{'Content-Type': kind + '; charset=utf-8'})
        return True


class Cyrus(cyrus.Cyrus):
    can_busy, has_book = True, False
    packages = (*cyrus.PACKAGES, 'cyrus-caldav')
    names = (*cyrus.Cyrus.names, 'https')
    services = '  https cmd="{bin}/httpd -s -C {work}/imapd.conf" listen="127.0.0.1:{https}" prefork={processors} maxchild=100\n'

    def configuration(self):
        return super().configuration() + 'httpmodules: caldav carddav\ncaldav_allowscheduling: off\nhttpkeepalive: 10\n'

    def login(self, user):
        return f'{user}@{sides.DOMAIN}'

    def calendar(self, user):
        return f'/dav/calendars/user/{self.login(user)}/Default/'

    def book(self, user):
        return f'/dav/addressbooks/user/{self.login(user)}/Default/'

    def make_inbox(self, client):
        """Without one its owner has nothing."""
        inbox = imaplib.IMAP4_SSL('127.0.0.1', self.ports['imaps'], ssl_context=ssl._create_unverified_context())
        inbox.login(self.login(client.user), sides.PASSWORD)
        inbox.create('INBOX')
        inbox.logout()

    def make(self, client):
        self.make_inbox(client)
        client.ask('PROPFIND', f'/dav/calendars/user/{self.login(client.user)}/', Depth='1')

    def make_book(self, client):
        self.make_inbox(client)
        client.ask('PROPFIND', f'/dav/addressbooks/user/{self.login(client.user)}/', Depth='1')

    def extra_in_book(self):
        return 0

    def put_whole(self, client, path, kind, objects):
        return False


# --- loads --------------------------------------------------------------------------------------------
class Bench:
    def __init__(self, chosen, every):
        self.chosen, self.every = chosen, every
        self.figures = {}  # (row, side): [(seconds, CPU seconds, operations)]

    def measure(self, row, side, work):
        """`work` gives how many operations it did."""
        cpu, began = meter.cpu_of(side), time.monotonic()
        count = work()
        figure = (time.monotonic() - began, meter.cpu_of(side) - cpu, count)
        self.figures.setdefault((row, side.name), []).append(figure)
        say(f'{row}: {side.title}: {figure[0] * 1000 / count:.2f} ms each by the clock, {figure[1] * 1000 / count:.2f} ms of CPU, {count} times')

    def put_all(self, side, user, make, count, path, suffix, kind):
        def part(offset):
            client = Client(side, user)
            for number in range(offset, count, WRITERS):
                client.ask('PUT', f'{path}{kind}-{number}.{suffix}', make(number), expected=(201, 204),
                           **{'Content-Type': 'text/calendar; charset=utf-8' if suffix == 'ics' else 'text/vcard; charset=utf-8'})
            client.close()
            return len(range(offset, count, WRITERS))
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            return sum(pool.map(part, range(WRITERS)))

    def fill(self):
        """The large calendar, in the quickest way that a side has; then changes in it as programs make them."""
        events = self.chosen.events
        for side in self.every:
            say(f'{side.title}: {events} events')
            client = Client(side, 'big')
            side.make(client)
            if not side.put_whole(client, side.calendar('big'), 'text/calendar', [event(number, events) for number in range(events)]):
                self.put_all(side, 'big', lambda number: event(number, events), events, side.calendar('big'), 'ics', 'event')
        for side in self.every:
            self.measure(f'PUT of a changed event among {events:,}, {WRITERS} connections, durable', side,
                         lambda: self.put_all(side, 'big', lambda number: event(number, events), min(PUTS, events), side.calendar('big'), 'ics', 'event'))

    def initial(self):
        for side in self.every:
            client = Client(side, 'big')
            path = side.calendar('big')
            kept = {}

            def tags():
                kept['found'], _, kept['token'] = client.sync(path)
                self.check(side, len(kept['found']), self.chosen.events)
                return 1

            def data():
                self.check(side, client.fetch(path, list(kept['found']), 'calendars'), self.chosen.events)
                return 1
            self.measure(f'first sync of {self.chosen.events:,} events: their tags', side, tags)
            self.measure(f'first sync of {self.chosen.events:,} events: their data, 500 in a request', side, data)

    def changes(self):
        for side in self.every:
            client = Client(side, 'big')
            path = side.calendar('big')
            _, _, token = client.sync(path)
            for number in random.Random(5).sample(range(self.chosen.events), 10):
                client.ask('PUT', f'{path}event-{number}.ics', event(number, self.chosen.events).replace(b'SUMMARY:', b'SUMMARY:+'),
                           expected=(201, 204), **{'Content-Type': 'text/calendar; charset=utf-8'})

            def ask():
                for _ in range(10):
                    found, gone, _ = client.sync(path, token)
                    self.check(side, (len(found), len(gone)), (10, 0))
                return 10
            self.measure('sync after 10 changes', side, ask)

    def year(self):
        counts = {}
        body = (f'<C:calendar-query {dav.SPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
                '<C:comp-filter name="VEVENT"><C:time-range start="20240101T000000Z" end="20250101T000000Z"/></C:comp-filter></C:comp-filter>'
                '</C:filter></C:calendar-query>')
        for side in self.every:
            client = Client(side, 'big')

            def ask():
                told, _ = client.report(side.calendar('big'), body).responses()
                counts[side.name] = len(told)
                return 1
            self.measure('events of one year of ten, with their data', side, ask)
        if len(set(counts.values())) != 1:
            raise RuntimeError(f'the sides found different events: {counts}')

    def prepare_people(self):
        for side in self.every:
            if side.can_busy:
                with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
                    list(pool.map(lambda number: self.prepare_person(side, f'u{number}'), range(PEOPLE)))

    def prepare_person(self, side, user):
        client = Client(side, user)
        side.make(client)
        for number in range(self.chosen.each):
            client.ask('PUT', f'{side.calendar(user)}{number}.ics', event(number, self.chosen.each, 1), expected=(201, 204), **{'Content-Type': 'text/calendar; charset=utf-8'})
        client.close()

    def busy(self):
        body = f'<C:free-busy-query {dav.SPACES}><C:time-range start="20200601T000000Z" end="20200608T000000Z"/></C:free-busy-query>'
        seen = {}
        for side in self.every:
            if not side.can_busy:
                continue
            clients = [Client(side, f'u{number}') for number in range(PEOPLE)]
            for client in clients:  # signed in before
                client.ask('PROPFIND', side.calendar(client.user), Depth='0')

            def ask():
                seen[side.name] = sum(client.report(side.calendar(client.user), body).body.count(b'FREEBUSY') for client in clients)
                return 1
            self.measure(f'busy time of {PEOPLE} people for a week, one request each', side, ask)
            for client in clients:
                client.close()
        if 0 in seen.values():
            raise RuntimeError(f'nobody is busy: {seen}')

    def books(self):
        for side in self.every:
            client = Client(side, 'u0')
            path, count = side.book('u0'), self.chosen.cards + side.extra_in_book()
            kept = {}

            def tags():
                kept['found'], _, _ = client.sync(path)
                self.check(side, len(kept['found']), count)
                return 1

            def data():
                self.check(side, client.fetch(path, list(kept['found']), 'addressbooks'), count)
                return 1
            self.measure(f'first sync of {self.chosen.cards:,} cards: their tags', side, tags)
            self.measure(f'first sync of {self.chosen.cards:,} cards: their data, 500 in a request', side, data)

    def fill_books(self):
        for side in self.every:
            if not side.has_book:
                side.make_book(Client(side, 'u0'))
                say(f'{side.title}: {self.chosen.cards} cards')
                whole = [card(number) for number in range(self.chosen.cards)]
                if side.put_whole(Client(side, 'u0'), side.book('u0'), 'text/vcard', whole):
                    continue
                self.put_all(side, 'u0', card, self.chosen.cards, side.book('u0'), 'vcf', 'card')

    def check(self, side, found, expected):
        if found != expected:
            raise RuntimeError(f'{side.title}: {found} instead of {expected}')

    def value(self, row, side, index):
        turns = self.figures.get((row, side.name))
        return statistics.mean(turn[index] * 1000 / turn[2] for turn in turns) if turns else None

    def table(self):
        lines = ['| work | ' + ' | '.join(f'{side.title}: clock, CPU' for side in self.every) + ' |', '|' + '---|' * (len(self.every) + 1)]
        for row in dict.fromkeys(row for row, _ in self.figures):
            cells = []
            for side in self.every:
                clock, cpu = self.value(row, side, 0), self.value(row, side, 1)
                cells.append('-' if clock is None else f'{report.number(clock)}, {report.number(cpu)} ms')
            lines.append(f'| {row} | ' + ' | '.join(cells) + ' |')
        lines.append('| memory at the end | ' + ' | '.join(f'{meter.memory_of(side) / 2**20:.0f} MB' for side in self.every) + ' |')
        return '\n'.join(lines)


# --- completing names by LDAP -------------------------------------------------------------------------
class Slapd(sides.Side):
    name, title = 'slapd', 'OpenLDAP'

    def __init__(self, work, cards):
        super().__init__(work)
        self.server = slapd.Slapd(self.work / 'slapd')
        conf = self.server.conf.read_text()
        self.server.conf.write_text(conf + '\nmaxsize 1073741824\nindex cn,sn,givenName,mail pres,eq,sub\n')
        self.server.fill([*slapd.house(), *(directory_person(number, slapd.BASE).replace('ou=People', 'ou=people') for number in range(cards))])

    def start(self):
        self.server.start()
        if self.group:
            (self.group / 'cgroup.procs').write_text(str(self.server.process.pid))
        self.roots = [self.server.process]
        return self

    def stop(self):
        self.roots = []
        self.server.end()


def complete(bench, kontor_side, cards):
    import ldap
    asked = ['Анн', 'Куз', 'Smi', 'Чай', 'p12', 'Ant', 'Ёлк', 'Све']

    def once(connection, base):
        for text in asked:
            try:
                connection.search_ext_s(base, ldap.SCOPE_SUBTREE, f'(|(cn={text}*)(mail={text}*)(sn={text}*)(givenName={text}*))',
                                        ['cn', 'mail', 'sn', 'givenName'], sizelimit=100)
            except ldap.SIZELIMIT_EXCEEDED:
                pass
    other = Slapd(kontor_side.work.parent, cards).start()
    try:
        ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)
        pairs = []
        for side, address, name, password, base in (
                (kontor_side, f'ldaps://127.0.0.1:{kontor_side.server.port("ldaps")}', f'u0@{sides.DOMAIN}', sides.PASSWORD, ''),
                (other, f'ldap://127.0.0.1:{other.server.port}', slapd.ADMIN, slapd.ADMIN_PASSWORD, slapd.BASE)):
            connection = ldap.initialize(address)
            if address.startswith('ldap:'):
                connection.start_tls_s()
            connection.simple_bind_s(name, password)
            once(connection, base)
            few = connection.search_s(base, ldap.SCOPE_SUBTREE, f'(|(cn=p{cards // 20}*)(mail=p{cards // 20}*))', ['mail'])
            bench.check(side, sorted(entry['mail'][0] for _, entry in few), sorted(
                f'p{number}@{sides.DOMAIN}'.encode() for number in range(cards) if str(number).startswith(str(cards // 20))))
            pairs.append((side, connection, base))
        for _ in range(bench.chosen.rounds):
            for side, connection, base in pairs:
                def ask(connection=connection, base=base):
                    for _ in range(25):
                        once(connection, base)
                    return 25 * len(asked)
                bench.measure(f'LDAP, completing three letters among {cards:,} people', side, ask)
    finally:
        other.stop()
        other.close()
    return other


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord')
    parser.add_argument('--events', type=int, default=10_000)
    parser.add_argument('--cards', type=int, default=20_000)
    parser.add_argument('--each', type=int, default=200, help='events of each of those whose busy time is asked for')
    parser.add_argument('--rounds', type=int, default=3, help='turns of each question on each side')
    parser.add_argument('--sides', default='kontor,radicale,cyrus')
    parser.add_argument('--only', default='', help='calendars, books, ldap')
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))  # so that all sides are ended too
    names, only = chosen.sides.split(','), [name for name in chosen.only.split(',') if name]
    wanted = lambda part: not only or part in only  # noqa: E731
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-groupware-', dir='/var/tmp'))
    work.chmod(0o755)
    machine, every, others = report.machine(), [], []
    try:
        every.append(mine := Kontor(work, chosen.cards))
        mine.start()
        tls = mine.data / 'tls'
        if 'radicale' in names:
            every.append(Radicale(work, tls).start())
        if 'cyrus' in names:
            every.append(Cyrus(work, tls, ROOT / 'build/cache/bench').start())
        bench = Bench(chosen, every)
        if wanted('calendars'):
            bench.fill()
            bench.prepare_people()
        if wanted('books'):
            bench.fill_books()
        for _ in range(chosen.rounds):
            for part, loads in (('calendars', (bench.initial, bench.changes, bench.year, bench.busy)), ('books', (bench.books,))):
                for load in loads if wanted(part) else ():
                    load()
        print(machine + '\n\n' + bench.table())
        if wanted('ldap'):
            other = complete(bench, mine, chosen.cards)
            for row in (row for row, side in bench.figures if side == other.name):
                print(f'\n{row}: ' + '; '.join(f'{side.title} {bench.value(row, side, 0):.2f} ms by the clock, {bench.value(row, side, 1):.2f} ms of CPU' for side in (mine, other)))
                break
        print(json.dumps({f'{row} | {side}': turns for (row, side), turns in bench.figures.items()}, ensure_ascii=False), file=sys.stderr)
        for side in every:
            side.stop()
    finally:
        for side in every:
            side.close()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == '__main__':
    main()
