# SPDX-License-Identifier: GPL-3.0-or-later
"""A small WebDAV client for tests: requests as they are written here, answers read by Python's XML parser."""
import base64
import http.client
import xml.etree.ElementTree as ElementTree

import kontor

D = '{DAV:}'
C = '{urn:ietf:params:xml:ns:caldav}'
CR = '{urn:ietf:params:xml:ns:carddav}'
SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CR="urn:ietf:params:xml:ns:carddav" ' \
         'xmlns:A="http://apple.com/ns/ical/"'


def event(uid, summary='Meeting', start='20261122T100000Z', extra=''):
    return ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n'
            f'UID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n{extra}'
            'END:VEVENT\r\nEND:VCALENDAR\r\n').encode()


def card(uid, name='Anna Ivanova', mail='anna@example.test', version='3.0'):
    return (f'BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{uid}\r\nFN:{name}\r\nN:;{name};;;\r\nEMAIL:{mail}\r\nEND:VCARD\r\n').encode()


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def xml(self):
        return ElementTree.fromstring(self.body)

    def responses(self):
        """{href: {property: element}} of the properties that are there, and {href: status} of responses without any."""
        found, statuses = {}, {}
        for response in self.xml.findall(D + 'response'):
            href = response.find(D + 'href').text
            status = response.find(D + 'status')
            if status is not None:
                statuses[href] = int(status.text.split()[1])
            for propstat in response.findall(D + 'propstat'):
                if ' 200 ' in propstat.find(D + 'status').text:
                    found.setdefault(href, {}).update({one.tag: one for one in propstat.find(D + 'prop')})
        return found, statuses

    def condition(self):
        """The names in DAV:error."""
        return [one.tag for one in self.xml]


class Client:
    """One person's connection; a request that fails on a connection that was closed meanwhile is not repeated."""

    def __init__(self, server, user='anna', password=kontor.PASSWORD):
        self.connection = http.client.HTTPSConnection('localhost', server.port('https'), context=server.tls_context(), timeout=120)
        self.headers = {}
        if user:
            token = base64.b64encode(f'{user}:{password}'.encode()).decode()
            self.headers['Authorization'] = 'Basic ' + token

    def ask(self, method, path, body=None, **fields):
        headers = {**self.headers, **{name.replace('_', '-'): value for name, value in fields.items()}}
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Answer(response, response.read())

    def propfind(self, path, *names, depth='0', **fields):
        body = f'<D:propfind {SPACES}><D:prop>' + ''.join(f'<{name}/>' for name in names) + '</D:prop></D:propfind>'
        answer = self.ask('PROPFIND', path, body, Depth=depth, **fields)
        assert answer.status == 207, (answer.status, answer.body)
        return answer

    def one(self, path, name):
        """The element of a property, or None."""
        found, _ = self.propfind(path, name).responses()
        prefix, local = name.split(':')
        space = {'D': D, 'C': C, 'CR': CR, 'A': '{http://apple.com/ns/ical/}'}[prefix]
        return next(iter(found.values()), {}).get(space + local)

    def report(self, path, body, **fields):
        return self.ask('REPORT', path, body, **{'Depth': '1', **fields})

    def sync(self, path, token='', limit=None, prop='<D:getetag/>'):
        """({href: properties}, {href: status}, new token); or the answer when it is no 207."""
        bound = f'<D:limit><D:nresults>{limit}</D:nresults></D:limit>' if limit else ''
        answer = self.report(path, f'<D:sync-collection {SPACES}><D:sync-token>{token}</D:sync-token>'
                                   f'<D:sync-level>1</D:sync-level>{bound}<D:prop>{prop}</D:prop></D:sync-collection>', Depth='0')
        if answer.status != 207:
            return answer
        return *answer.responses(), answer.xml.find(D + 'sync-token').text

    def home(self, kind='calendars'):
        name = 'C:calendar-home-set' if kind == 'calendars' else 'CR:addressbook-home-set'
        principal = self.one('/dav/', 'D:current-user-principal').find(D + 'href').text
        return self.one(principal, name).find(D + 'href').text

    def close(self):
        self.connection.close()
