# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sign-in by Kerberos ticket costs: 10,000 of them over IMAP against a real domain, and the acceptor alone with and
without the Kerberos library's replay cache (docs/decisions/0005-no-replay-cache.md). Root, as the tests of label ad.

    bench/tickets.py --build build/release [--logins 10000] [--clients 4]
"""
import argparse
import base64
import os
import pathlib
import socket
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / 'tests/support'), str(ROOT / 'tests/functional')]
import ad_server  # noqa: E402
import samba  # noqa: E402
import samba_people as people  # noqa: E402
from ad_case import kontor  # noqa: E402

NAMES = ('alice', 'bob', 'carol', 'ivan')
KRB5 = '1.2.840.113554.1.2.2'


def cpu_of(pid):
    """Processor seconds of a process so far."""
    fields = pathlib.Path('/proc/%d/stat' % pid).read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def initiator(cache, service='imap'):
    import gssapi
    credential = gssapi.Credentials(usage='initiate', store={'ccache': cache})
    return gssapi.SecurityContext(name=gssapi.Name('%s@%s' % (service, samba.MAIL_HOST), gssapi.NameType.hostbased_service),
                                  creds=credential, usage='initiate', mech=gssapi.OID.from_int_seq(KRB5))


def sign_in(port, cache):
    """One connection: AUTHENTICATE GSSAPI with an initial response, LOGOUT."""
    with socket.create_connection((samba.MAIL_HOST, port), 60) as connection:
        lines = connection.makefile('rb')
        lines.readline()
        context = initiator(cache)
        token = context.step()
        connection.sendall(b'a AUTHENTICATE GSSAPI ' + base64.b64encode(token) + b'\r\n')
        while True:
            line = lines.readline()
            if line.startswith(b'a OK'):
                break
            if not line.startswith(b'+ '):
                raise AssertionError('not signed in: %r' % line)
            challenge = base64.b64decode(line[2:])
            if not context.complete:
                answer = context.step(challenge) or b''
            else:
                context.unwrap(challenge)
                answer = context.wrap(b'\1\0\0\0', False).message
            connection.sendall(base64.b64encode(answer) + b'\r\n')
        connection.sendall(b'b LOGOUT\r\n')
        lines.read()


def through_the_server(server, caches, logins, clients):
    pids = {'kontord': server.pid, 'kontor-directory': server.ctl('directory', 'status')['pid']}
    for cache in caches:
        sign_in(server.port('imap'), cache)  # the service ticket is there, the mailbox open
    failures = []

    def client(cache):
        try:
            for _ in range(logins // clients):
                sign_in(server.port('imap'), cache)
        except BaseException as error:
            failures.append(error)
    before = {name: cpu_of(pid) for name, pid in pids.items()}
    begun = time.monotonic()
    threads = [threading.Thread(target=client, args=(caches[i % len(caches)],)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    if failures:
        raise failures[0]
    done = logins // clients * clients
    print('%d sign-ins by ticket over IMAP: %.0f /s with %d clients in one Python process' % (done, done / took, clients))
    for name, pid in pids.items():
        print('  %s: %.0f us of processor time each' % (name, (cpu_of(pid) - before[name]) / done * 1e6))


def acceptor_alone(keytab, cache, rcache, rounds):
    """Microseconds: processor time and time of accepting one token."""
    import gssapi
    spent = waited = 0.0
    for _ in range(rounds):
        token = initiator(cache).step()
        credential = gssapi.Credentials(usage='accept', mechs=[gssapi.OID.from_int_seq(KRB5)],
                                        store={'keytab': 'FILE:%s' % keytab, 'rcache': rcache})
        context = gssapi.SecurityContext(creds=credential, usage='accept')
        cpu, begun = time.thread_time(), time.monotonic()
        context.step(token)
        spent += time.thread_time() - cpu
        waited += time.monotonic() - begun
    return spent / rounds * 1e6, waited / rounds * 1e6


class Side(ad_server.ServerCase):
    def runTest(self):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--build', default='build/release')
    parser.add_argument('--logins', type=int, default=10_000)
    parser.add_argument('--clients', type=int, default=4)
    options = parser.parse_args()
    samba.enter_namespace()
    with tempfile.TemporaryDirectory(prefix='kontor-tickets-') as folder:
        Side.setUpClass()
        try:
            caches = [Side.domain.kinit(name)['KRB5CCNAME'] for name in NAMES]
            through_the_server(Side.server, caches, options.logins, options.clients)
            for rcache in ('none:', 'file2:%s/rcache' % folder):
                written = pathlib.Path(folder, 'rcache')
                cpu, wall = acceptor_alone(Side.domain.keytab, caches[0], rcache, min(options.logins, 2_000))
                print('accepting alone, replay cache %-8s %.0f us of processor time, %.0f us in all, %d bytes written'
                      % (rcache.split(':')[0] + ':', cpu, wall, written.stat().st_size if written.exists() else 0))
        finally:
            Side.doClassCleanups()


if __name__ == '__main__':
    main()
