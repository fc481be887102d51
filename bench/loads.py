# SPDX-License-Identifier: GPL-3.0-or-later
"""The loads of the comparison, one row each: what is run, which of its figures stand in the table."""
import statistics
from dataclasses import dataclass, field

from bench import sides


@dataclass(frozen=True)
class Line:
    """A line of the table: `figure` of the load program's line `of`."""
    text: str
    of: str
    figure: str
    unit: str
    more_is_better: bool = True
    cpu: str = 'cpu_ms_each'
    beside: tuple = ()  # further figures, shown in parentheses


@dataclass(frozen=True)
class Load:
    name: str
    arguments: tuple
    lines: tuple
    users: str = 'u#'
    people: int = sides.PEOPLE
    counted: int = 0    # 0: as many as the time allows
    quick: int = 20     # the count of a trial
    fresh: bool = False  # on servers that have just started
    needs: str = ''     # a port that a side must have


def latency(text, of, figure='p50_ms', beside=('p99_ms',)):
    return Line(text, of, figure, 'ms', more_is_better=False, beside=beside)


LOADS = (
    Load('lmtp16', ('lmtp', '--connections', '16'), (Line('LMTP, text, 16 connections', 'lmtp', 'per_second', '/s', beside=('p50_ms', 'p99_ms')),)),
    Load('lmtp1', ('lmtp', '--connections', '1'), (Line('LMTP, text, 1 connection', 'lmtp', 'per_second', '/s', beside=('p50_ms', 'p99_ms')),)),
    Load('smtp', ('smtp', '--connections', '16'),
         (Line('SMTP, 16 connections: accepted', 'smtp', 'accepted_per_second', '/s', beside=('p50_ms', 'p99_ms')),
          Line('the same until in the mailboxes', 'smtp', 'per_second', '/s')), needs='smtp'),
    Load('visible', ('visible',), (latency('from the 250 of SMTP to being seen by IMAP', 'visible'),), counted=200, people=1, needs='smtp'),
    Load('append', ('append', '--connections', '4'), (Line('APPEND one by one, 4 connections', 'append', 'per_second', '/s', beside=('p50_ms', 'p99_ms')),)),
    Load('login', ('login', '--connections', '8'), (Line('sign-in with TLS handshake, and out', 'login', 'per_second', '/s', beside=('p50_ms',)),)),
    Load('login-only', ('login', '--plain', '--connections', '8'), (Line('sign-in without the handshake', 'login without handshake', 'per_second', '/s', beside=('p50_ms',)),),
         counted=500),
    Load('store4', ('store', '--connections', '4'), (Line('STORE one by one, 4 connections', 'store', 'per_second', '/s', beside=('p50_ms', 'p99_ms')),),
         users='s#', people=sides.STORERS),
    Load('store16', ('store', '--connections', '16'), (Line('STORE one by one, 16 connections', 'store', 'per_second', '/s', beside=('p50_ms', 'p99_ms')),),
         users='s#', people=sides.STORERS),
    Load('fetch', ('fetch',),
         (latency('SELECT of {messages}, in a new session', 'select', beside=()),
          latency('FETCH 1:* (UID FLAGS)', 'fetch flags', beside=('first_ms',)),
          latency('FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)', 'fetch full', beside=('first_ms',))),
         users='big', people=1, counted=5, quick=2),
    Load('qresync', ('qresync',), (latency('QRESYNC of {messages}, 100 changes', 'qresync', beside=()),), users='big', people=1, counted=10, quick=2),
    Load('bodies', ('bodies', '--connections', '4'), (Line('bodies by TLS, 4 connections', 'bodies', 'mb_per_second', 'MB/s', cpu='cpu_ms_per_mb'),),
         users='big', people=1),
    Load('pop3', ('pop3', '--connections', '8'), (Line('POP3 RETR by TLS, 8 connections', 'pop3', 'mb_per_second', 'MB/s', cpu='cpu_ms_per_mb'),), needs='pop3s'),
    Load('idle', ('idle', '--deliveries', '20'),
         (Line('idle TLS session, with its share of the mailbox', 'idle', 'kb_each', 'KB', more_is_better=False, cpu=''),
          Line('a further session of the same mailbox', 'idle', 'kb_further', 'KB', more_is_better=False, cpu=''),
          latency('notification after the 250, 500 idle sessions', 'notification')), counted=500, quick=120, fresh=True),
)


@dataclass
class Run:
    rounds: int
    seconds: float
    quick: bool
    figures: dict = field(default_factory=dict)  # {(load name, column): [figures of each turn]}

    def measure(self, load, side, column=''):
        if load.counted or self.quick:
            bound = ('--count', str(load.quick if self.quick else load.counted))
        else:
            bound = ('--count', '10000000', '--seconds', str(self.seconds))
        figures = side.load(*load.arguments, *bound, users=load.users, people=load.people)
        self.figures.setdefault((load.name, column or side.name), []).append(figures)
        return figures

    def value(self, load, line, column, figure=None):
        """The mean over the turns; None when the side does not do that."""
        found = [turn[line.of][figure or line.figure] for turn in self.figures.get((load.name, column), ())
                 if (figure or line.figure) in turn.get(line.of, {})]
        if not found:
            return None
        # Only the first turn's first FETCH is one.
        return found[0] if figure == 'first_ms' else statistics.mean(found)
