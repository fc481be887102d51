# SPDX-License-Identifier: GPL-3.0-or-later
"""Many sessions of several people on shared mailboxes, random commands, deliveries, dropped connections, kill -9 and restarts:
every response is judged by a model of what that session may see, and nothing acknowledged is lost or twice.

A minute; ten with KONTOR_LONG. KONTOR_STRESS_SEED repeats what each session chose."""
import asyncio
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import world  # noqa: E402
from commands import Append, Store  # noqa: E402
from commands_read import Fetch, Select  # noqa: E402

SEED = int(os.environ.get('KONTOR_STRESS_SEED', '20261122'))
SECONDS = int(os.environ.get('KONTOR_STRESS_SECONDS', '600' if kontor.LONG else '60'))


class Stress(unittest.TestCase):
    def go(self, seconds, restart, settings=None, compacting=False, **options):
        print('seed', SEED, 'seconds', seconds, flush=True)
        with kontor.Server(settings) as server:
            async def run():
                one = world.World(server, SEED, compacting=compacting, **options)
                await one.run(seconds, max(4, seconds / 15), restart)
                print(sum(session.commands for session in one.sessions), 'commands,', sum(session.checks for session in one.sessions),
                      'whole pictures compared,', one.deliveries.count, 'deliveries,', one.collector.count, 'collected by POP3,', one.dropped, 'connections ended,',
                      one.quiet_points, 'quiet points', flush=True)
                self.assertGreater(one.quiet_points, 1)
                if one.limit:
                    print(sum(session.limited for session in one.sessions), 'commands done in part', flush=True)
                    self.assertTrue(any(session.limited for session in one.sessions))
                print([(type(other).__name__, other.count) for other in one.others], flush=True)
                self.assertTrue(all(other.count for other in one.others))
            asyncio.run(run())

    def test_no_session_sees_what_it_may_not(self):
        self.go(SECONDS // 2, lambda number: None)

    def test_nothing_is_lost_by_kills_and_restarts(self):
        self.go(SECONDS // 4, lambda number: ('kill', 'stop')[number % 2])

    def test_compaction_takes_nothing_away(self):
        settings = {'store.log_segment': 1 << 20, 'store.undelete_days': 0, 'store.compact_dead_percent': 1, 'store.keep_replaced': '0s'}
        self.go(SECONDS // 4, lambda number: ('stop', None, 'kill', None)[number % 4], settings, compacting=True)

    def test_commands_that_name_too_many_are_done_in_part(self):
        self.go(SECONDS // 4, lambda number: (None, 'kill', 'stop')[number % 3], {'imap.message_limit': 1000}, sessions=(('dmitri', 6),), limit=1000)

    def test_what_was_not_answered_is_not_remembered(self):
        with kontor.Server() as server:
            async def run():
                one = world.World(server, SEED, (('anna', 1),))
                await one.prepare()
                session = one.sessions[0]
                await one.connect(session)
                await session.run(Append(session, 'INBOX', [(1, ['\\Seen'], 1_700_000_000)]))
                await session.run(Select(session, 'INBOX'), Fetch(session, '1:*', [1], True, '(FLAGS MODSEQ)'))
                known = dict(session.picture.flags)
                one.tasks, session.link.send = [], lambda data: None  # the connection is cut before the command leaves
                session.send(Store(session, '1', [1], True, '+', ['$One'], silent=True))
                self.assertNotEqual(session.picture.flags, known)
                one.leave(session)
                self.assertIn(known, [mirror.flags for mirror in one.mirrors['anna']])
                await one.check()
            asyncio.run(run())


if __name__ == '__main__':
    kontor.main()
