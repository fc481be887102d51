# SPDX-License-Identifier: GPL-3.0-or-later
"""What mail costs on its way through the server, as CPU for a message. Parts:

    checks    SMTP in to the mailbox: without checks; with SPF, DKIM, DMARC, ARC, lists in the DNS, names and rates; greylisting too
    relay     from SMTP in through the durable queue to another server: Kontor and Postfix to the same sink, in turns
    signing   the same way with DKIM: none, rsa-2048, ed25519, both
    queued    many messages for a domain that takes connections and says nothing: filling, memory, restart, and what a message for
              another domain waits

    bench/mail_flow.py --build build/release [--only relay,queued] [--count 20000] [--queued 100000] [--rounds 3] [--markdown docs/performance.md]

What a question to the message trace costs is bench/trace.py's."""
import argparse
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tests/support'))
from bench import meter, ours, peers, report, sides
from tests.support import kontor
import unbound

BEGIN, END = '<!-- bench/mail_flow.py: begin -->', '<!-- bench/mail_flow.py: end -->'
SINK = '/usr/sbin/smtp-sink'
FAR, DEAD, AUTHOR = 'far.test', 'dead.test', 'author.test'
CONNECTIONS = 16
PATIENCE = 900
SMALL = 400  # bytes of a message of which there are many


def say(text):
    print(text, file=sys.stderr, flush=True)


def settings(more):
    """Keyword arguments of ours.Kontor."""
    return {name.replace('.', '_', 1): value for name, value in more.items()}


class Work:
    """A folder that everybody may enter, for one part."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='kontor-mail-flow-', dir='/var/tmp'))
        self.path.chmod(0o755)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


# --- SMTP in to the mailbox -----------------------------------------------------------------------
def key_pair(work):
    """(private key for dkimpy, text of its record)"""
    path = work / 'author.pem'
    subprocess.run(['openssl', 'genrsa', '-traditional', '-out', str(path), '2048'], check=True, capture_output=True)
    public = subprocess.run(['openssl', 'rsa', '-in', str(path), '-pubout'], check=True, capture_output=True, text=True).stdout
    return path.read_bytes(), 'v=DKIM1; k=rsa; p=' + ''.join(line for line in public.splitlines() if '-' not in line)


def txt(name, text):
    return f'{name}. 3600 IN TXT ' + ' '.join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))


def signed_message(work):
    """A message of AUTHOR with a DKIM signature and an ARC set, and the records that make both hold."""
    import dkim
    key, record = key_pair(work)
    body = ''.join(f'Line {number} of a letter about the order of last week and what became of it.\r\n' for number in range(32))
    message = (f'From: Eva <eva@{AUTHOR}>\r\nTo: you@{sides.DOMAIN}\r\nSubject: The order of last week\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
               f'Message-ID: <1@{AUTHOR}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}').encode()
    message = dkim.sign(message, b's1', AUTHOR.encode(), key) + message
    results = f'Authentication-Results: {AUTHOR}; dkim=pass header.d={AUTHOR}; dmarc=pass header.from={AUTHOR}\r\n'.encode()
    message = results + message
    message = b''.join(dkim.arc_sign(message, b's1', AUTHOR.encode(), key, AUTHOR.encode())) + message
    path = work / 'signed'
    path.write_bytes(message)
    records = [f'{AUTHOR}. 3600 IN A 127.0.0.1', f'{AUTHOR}. 3600 IN MX 10 mx.{AUTHOR}.', f'mx.{AUTHOR}. 3600 IN A 127.0.0.1',
               txt(AUTHOR, 'v=spf1 ip4:127.0.0.0/8 -all'), txt(f's1._domainkey.{AUTHOR}', record),
               txt(f'_dmarc.{AUTHOR}', 'v=DMARC1; p=reject'), '2.0.0.127.list.bench. 3600 IN A 127.0.0.2',
               f'1.0.0.127.in-addr.arpa. 3600 IN PTR mx.{AUTHOR}.']
    # With them what is not there is remembered, as it is in the Internet.
    records += [f'{zone}. 3600 IN SOA ns.{zone}. root.{zone}. 1 3600 600 86400 3600' for zone in ('test', 'bench', 'arpa')]
    return path, records


CHECKS = {'checks.enabled': True, 'checks.dmarc_fail': 'obey', 'screening.enabled': True, 'screening.dnsbl': ['list.bench'],
          'screening.rhsbl': ['list.bench'], 'smtp.max_messages_per_minute': 1_000_000}
KINDS = {'no checks': {'checks.enabled': False, 'screening.enabled': False, 'smtp.max_messages_per_minute': 0},
         'all checks': CHECKS, 'all checks, greylisting': {**CHECKS, 'screening.greylist': True, 'screening.greylist_wait': 1}}


def first_tries(side):
    """Greylisting puts everybody off once: after this pass they are known."""
    import smtplib

    def refused():
        with smtplib.SMTP('127.0.0.1', side.ports['smtp'], timeout=60) as client:
            client.ehlo(f'mx.{AUTHOR}')
            client.mail(f'eva@{AUTHOR}')
            return sum(client.rcpt(f'u{i}@{sides.DOMAIN}')[0] != 250 for i in range(sides.PEOPLE))
    if refused() == 0:
        raise RuntimeError('greylisting puts nobody off')
    kontor.wait_until(lambda: refused() == 0, 'greylisting lets all in', 60)


def checks(chosen):
    figures = {}
    with Work() as work:
        message, records = signed_message(work)
        names = unbound.Unbound(records)
        try:
            for turn in range(chosen.rounds):
                for kind, wanted in list(KINDS.items())[::1 if turn % 2 == 0 else -1]:
                    folder = work / f'{turn}-{kind.replace(" ", "-")}'
                    folder.mkdir()
                    side = ours.Kontor(folder, **settings({**wanted, 'dns.servers': [names.setting], 'server.name': f'mail.{sides.DOMAIN}'}))
                    try:
                        side.start()
                        if 'greylist' in kind:
                            first_tries(side)
                        load = ('send', '--file', str(message), '--sender', f'eva@{AUTHOR}', '--hello', f'mx.{AUTHOR}', '--connections', str(CONNECTIONS))
                        side.load(*load, '--count', '200')  # every mailbox is there, and the DNS is asked once
                        got = side.load(*load, '--count', str(chosen.count))['send']
                        proof = newest(side)
                        is_checked = all(f'{one}=pass' in proof for one in ('spf', 'dkim', 'dmarc', 'arc'))
                        if is_checked != (kind != 'no checks'):
                            raise RuntimeError(f'{kind}: {proof[:800]}')
                        figures.setdefault(kind, []).append(got)
                        say(f'checks {turn + 1}/{chosen.rounds} {kind}: {got["per_second"]:,.0f}/s, {got["cpu_ms_each"]:.3f} ms')
                    finally:
                        side.close()
        finally:
            names.close()
    base = mean(figures['no checks'], 'cpu_ms_each')
    lines = ['| SMTP in to the mailbox, 16 connections | messages/s | CPU a message | beside no checks |', '|---|---|---|---|']
    for kind, found in figures.items():
        cpu = mean(found, 'cpu_ms_each')
        lines.append(f'| {kind} | {mean(found, "per_second"):,.0f} | {cpu:.3f} ms | {cpu / base:.2f}x |')
    return lines


def newest(side):
    """The header of a message that came in."""
    imap = side.server.imap('u0')
    imap.select('INBOX')
    header = imap.fetch('*', '(BODY.PEEK[HEADER])')[1][0][1].decode()
    imap.logout()
    return header


def mean(found, figure):
    return statistics.mean(one[figure] for one in found)


# --- through the queue ----------------------------------------------------------------------------
class Sink:
    """Postfix's own smtp-sink: takes everything, and says how many messages it has."""

    def __init__(self, work):
        self.port = sides.free_ports(1)[0]
        self.path = work / 'sink.out'
        out = open(self.path, 'wb')
        self.process = subprocess.Popen([SINK, '-c', '-u', 'nobody', f'127.0.0.1:{self.port}', '1000'], stdin=subprocess.DEVNULL,
                                        stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        out.close()
        kontor.wait_until(lambda: sides.accepts(self.port), 'smtp-sink', 30)

    def count(self):
        size = self.path.stat().st_size
        with open(self.path, 'rb') as file:
            file.seek(max(0, size - 300))
            found = re.findall(rb'mesg=(\d+)', file.read())
        return int(found[-1]) if found else 0

    def close(self):
        self.process.terminate()
        self.process.wait()


class PostfixRelay(peers.Peer):
    """Postfix alone, with the settings of a careful administrator of a busy relay."""
    name = 'postfix'
    title = 'Postfix'

    def __init__(self, work, sink):
        sides.Side.__init__(self, work)
        self.sink = sink
        self.ports = {'smtp': sides.free_ports(1)[0]}

    def start(self):
        self.start_postfix()
        kontor.wait_until(lambda: peers.accepts_or_dead(self, self.ports['smtp']), 'Postfix', 60)
        return self

    def postfix_settings(self, conf):
        (conf / 'transport').write_text(f'{FAR} smtp:[127.0.0.1]:{self.sink.port}\n')
        return f'transport_maps = texthash:{conf}/transport\nrelay_domains = {FAR}\nsmtp_tls_security_level = may\nsmtp_host_lookup = native\n'


class KontorRelay(ours.Kontor):
    def __init__(self, work, sink, name='kontor', **more):
        self.name = name  # of its folder and control group
        super().__init__(work, **settings({'domains.remote': [f'{FAR}=127.0.0.1:{sink.port}'], 'smtp.trusted_networks': ['127.0.0.0/8'],
                                           'smtp.max_messages_per_minute': 0, 'checks.enabled': False, **more}))


def relayed(side, sink, count, *arguments):
    """From the first byte until the sink has all: seconds to accept, seconds and CPU of all."""
    before, cpu, begin = sink.count(), meter.cpu_of(side), time.monotonic()
    accepted = side.load('send', '--domain', FAR, '--connections', str(CONNECTIONS), '--count', str(count), *arguments)['send']
    kontor.wait_until(lambda: sink.count() >= before + count, f'{count} messages at the sink, which has {sink.count() - before}', PATIENCE)
    took = time.monotonic() - begin
    time.sleep(0.5)  # the last fates are still being written
    if sink.count() != before + count:
        raise RuntimeError(f'{side.name}: {sink.count() - before} messages came of {count}')
    return {'accepted': accepted['per_second'], 'relayed': count / took, 'cpu_ms': (meter.cpu_of(side) - cpu) * 1000 / count}


def relay(chosen):
    figures = {'Kontor': [], 'Postfix': []}
    with Work() as work:
        sink = Sink(work)
        both = [KontorRelay(work, sink), PostfixRelay(work, sink)]
        try:
            for side in both:
                side.start()
                relayed(side, sink, min(200, chosen.count))
            for turn in range(chosen.rounds):
                for side in both[::1 if turn % 2 == 0 else -1]:
                    got = relayed(side, sink, chosen.count)
                    figures[side.title].append(got)
                    say(f'relay {turn + 1}/{chosen.rounds} {side.title}: ' + ', '.join(f'{name} {value:,.3g}' for name, value in got.items()))
        except Exception:
            for side in both:
                say(side.troubles())
            raise
        finally:
            for side in both:
                side.close()
            sink.close()
    lines = ['| relay through the durable queue, 16 connections in | Kontor | Postfix | ratio |', '|---|---|---|---|']
    for text, figure, unit, more_is_better in (('accepted', 'accepted', '/s', True), ('accepted and handed over', 'relayed', '/s', True),
                                               ('CPU a message', 'cpu_ms', ' ms', False)):
        mine, theirs = mean(figures['Kontor'], figure), mean(figures['Postfix'], figure)
        times = mine / theirs if more_is_better else theirs / mine
        lines.append(f'| {text} | {report.number(mine)}{unit} | {report.number(theirs)}{unit} | {times:.1f}x |')
    return lines


# --- signing --------------------------------------------------------------------------------------
SIGNING = {'unsigned': (), 'rsa-2048': ('rsa',), 'ed25519': ('ed25519',), 'both': ('rsa', 'ed25519')}


def signing_side(work, sink, kind, message):
    side = KontorRelay(work, sink, f'kontor-{kind}').start()
    if SIGNING[kind]:
        for key in side.server.ctl('dkim', 'add', sides.DOMAIN, '--now')['records']:
            if not any(key['selector'].startswith(wanted) or f'k={wanted}' in key['text'] for wanted in SIGNING[kind]):
                side.server.ctl('dkim', 'retire', sides.DOMAIN, key['selector'])
    relayed(side, sink, 20, '--file', str(message), '--sender', f'u0@{sides.DOMAIN}')
    return side


def signing(chosen):
    figures = {kind: [] for kind in SIGNING}
    with Work() as work:
        message = work / 'plain'
        message.write_bytes((f'From: u0 <u0@{sides.DOMAIN}>\r\nTo: a@{FAR}\r\nSubject: The order\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
                             f'Message-ID: <1@{sides.DOMAIN}>\r\n\r\n' + 'A line of a letter about the order of last week.\r\n' * 50).encode())
        sink = Sink(work)
        every = {}
        try:
            for kind in SIGNING:
                every[kind] = signing_side(work, sink, kind, message)
            for turn in range(chosen.rounds):
                for kind, side in list(every.items())[::1 if turn % 2 == 0 else -1]:
                    got = relayed(side, sink, chosen.count, '--file', str(message), '--sender', f'u0@{sides.DOMAIN}')
                    figures[kind].append(got)
                    say(f'signing {turn + 1}/{chosen.rounds} {kind}: {got["cpu_ms"]:.3f} ms')
        finally:
            for side in every.values():
                side.close()
            sink.close()
    base = mean(figures['unsigned'], 'cpu_ms')
    lines = ['| relay, signed by DKIM | messages/s | CPU a message | of it for signing |', '|---|---|---|---|']
    for kind, found in figures.items():
        cpu = mean(found, 'cpu_ms')
        lines.append(f'| {kind} | {mean(found, "relayed"):,.0f} | {cpu:.3f} ms | {cpu - base:.3f} ms |')
    return lines


# --- a long queue ---------------------------------------------------------------------------------
def memory_kb(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('RssAnon'))


def to_the_sink(side, sink):
    """Seconds that one message for a living domain takes, its 250 included."""
    before, begin = sink.count(), time.monotonic()
    side.load('send', '--domain', FAR, '--connections', '1', '--count', '1', '--size', str(SMALL))
    kontor.wait_until(lambda: sink.count() > before, 'the message of another domain', PATIENCE)
    return time.monotonic() - begin


def waits_for(side, count):
    kontor.wait_until(lambda: side.server.ask('status')[1]['queue_messages'] == count, f'{count} messages in the queue', 60)


def cpu_since_start(side):
    """Seconds of the server and all it started."""
    total = 0
    for pid in meter.tree([side.server.pid]):
        fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
        total += sum(int(field) for field in fields[11:15])
    return total / os.sysconf('SC_CLK_TCK')


def queued(chosen):
    with Work() as work, socket.create_server(('127.0.0.1', 0), backlog=200) as silent:
        sink = Sink(work)
        dead = f'{DEAD}=127.0.0.1:{silent.getsockname()[1]}'
        side = KontorRelay(work, sink, **{'domains.remote': [f'{FAR}=127.0.0.1:{sink.port}', dead]})
        try:
            side.start()
            alone = statistics.median(to_the_sink(side, sink) for _ in range(5))
            memory = memory_kb(side.server.pid)
            filled = side.load('send', '--domain', DEAD, '--connections', str(CONNECTIONS), '--count', str(chosen.queued), '--size', str(SMALL))['send']
            waits_for(side, chosen.queued)
            held = memory_kb(side.server.pid) - memory
            beside = statistics.median(to_the_sink(side, sink) for _ in range(5))
            side.server.ctl('queue', 'retry')  # all of it is due at once
            due = statistics.median(to_the_sink(side, sink) for _ in range(5))
            say(f'queued: filled, {held:,} KB')
            side.stop()
            begin = time.monotonic()
            side.start()
            took, cpu = time.monotonic() - begin, cpu_since_start(side)
            waits_for(side, chosen.queued)
            after, again = memory_kb(side.server.pid), statistics.median(to_the_sink(side, sink) for _ in range(5))
            side.server.restart('kill')
            side.roots = [side.server.process]
            waits_for(side, chosen.queued)
        finally:
            side.close()
            sink.close()
    each = 1024 / chosen.queued
    return [f'| {chosen.queued:,} messages for a domain that never answers | |', '|---|---|',
            f'| filling, {CONNECTIONS} connections | {filled["per_second"]:,.0f}/s, {filled["cpu_ms_each"]:.3f} ms CPU a message |',
            f'| memory | {held / 1024:,.0f} MB, {held * each:,.0f} bytes a message |',
            f'| start of the server with it | {took:.1f} s, {cpu:.1f} s CPU with all its processes; then {after / 1024:,.0f} MB |',
            f'| a message for another domain, accepted and handed over | {alone * 1000:.0f} ms without the queue, {beside * 1000:.0f} ms beside it, '
            f'{due * 1000:.0f} ms when all of it is due, {again * 1000:.0f} ms after the start |']


PARTS = {'checks': checks, 'relay': relay, 'signing': signing, 'queued': queued}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord and kontor-load')
    parser.add_argument('--only', default=','.join(PARTS), help='parts, separated by commas')
    parser.add_argument('--count', type=int, default=20_000, help='messages of a measurement')
    parser.add_argument('--queued', type=int, default=100_000, help='messages of the long queue')
    parser.add_argument('--rounds', type=int, default=3, help='turns of each measurement')
    parser.add_argument('--markdown', metavar='FILE', help='rewrite the tables in this file')
    chosen = parser.parse_args()
    lines = [f'{report.machine()}. Postfix {peers.versions().rsplit(" ", 1)[1]}.']
    for part in chosen.only.split(','):
        lines += ['', *PARTS[part](chosen)]
    text = '\n'.join(lines)
    print(text)
    if chosen.markdown:
        report.rewrite(pathlib.Path(chosen.markdown), text, (BEGIN, END))


if __name__ == '__main__':
    main()
