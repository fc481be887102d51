# SPDX-License-Identifier: GPL-3.0-or-later
"""The administration interface with a large organisation: lists of mailboxes by the page, sorted and filtered; the overview. By the
clock of one client that stays connected, and CPU of the server for each.

    bench/interface.py --build build/release [--people 10000] [--times 20]"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import groupware, meter, report, sides  # noqa: E402
from http.client import HTTPSConnection  # noqa: E402
import base64  # noqa: E402

QUESTIONS = (('the first page of mailboxes, by address', '/mailboxes?sort=address&limit=50'),
             ('a page in the middle, by name, falling', '/mailboxes?sort=-name&offset=5000&limit=50'),
             ('those with four letters in one of their texts', '/mailboxes?filter=anna&sort=address&limit=50'),
             ('all of them', '/mailboxes'),
             ('groups', '/groups?sort=address&limit=50'),
             ('the overview', '/overview'))


class Asker:
    def __init__(self, server, user):
        self.connection = HTTPSConnection('localhost', server.port('https'), context=server.tls_context(), timeout=120)
        word = base64.b64encode(f'{user}:{sides.PASSWORD}'.encode()).decode()
        self.fields = {'Authorization': 'Basic ' + word}
        self.connection.request('POST', '/api/admin/v1/session', headers={**self.fields, 'X-Kontor-Client': 'bench'})
        response = self.connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f'no session: {response.status}')
        self.fields = {'Cookie': response.headers['Set-Cookie'].split(';')[0]}

    def ask(self, path):
        self.connection.request('GET', '/api/admin/v1' + path, headers=self.fields)
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f'{path}: {response.status} {content[:200]}')
        return json.loads(content), len(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord')
    parser.add_argument('--people', type=int, default=10_000)
    parser.add_argument('--times', type=int, default=20)
    chosen = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-interface-', dir='/var/tmp'))
    work.chmod(0o755)
    machine = report.machine()
    side = groupware.Kontor(work, chosen.people)
    side.start()
    try:
        side.server.ctl('roles', 'grant', f'u0@{sides.DOMAIN}', 'full')
        asker = Asker(side.server, f'u0@{sides.DOMAIN}')
        print(f'{machine}\n\n| question | p50 by the clock | CPU of the server | bytes |\n|---|---|---|---|')
        for title, path in QUESTIONS:
            answer, size = asker.ask(path)
            if path.startswith('/mailboxes') and 'filter' not in path and answer['total'] < chosen.people:
                raise RuntimeError(f'{path}: {answer["total"]} mailboxes')
            spent, before = [], meter.cpu_of(side)
            for _ in range(chosen.times):
                began = time.perf_counter()
                asker.ask(path)
                spent.append(time.perf_counter() - began)
            cpu = (meter.cpu_of(side) - before) / chosen.times
            print(f'| {title} | {statistics.median(spent) * 1000:.1f} ms | {cpu * 1000:.1f} ms | {size:,} |', flush=True)
    finally:
        side.stop()
        side.close()


if __name__ == '__main__':
    main()
