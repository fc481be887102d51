# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and messages made by chance do the same here and in Pigeonhole, which is Dovecot's Sieve."""
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import managesieve  # noqa: E402
import sieve_scripts  # noqa: E402

SENDER, RECIPIENT = 'anna+news@example.test', 'boris@other.test'
SEEDS = range(1, 2_001) if kontor.LONG else range(1, 61)


class Reference(unittest.TestCase):
    def test_the_same_actions(self):
        with kontor.Server({'server.name': 'mail.example.test'}) as server:
            reference = sieve_scripts.Pigeonhole()
            self.addCleanup(reference.close)
            client = managesieve.Client(server, 'anna')
            path = server.data / 'message.eml'
            both_wrong = 0
            for seed in SEEDS:
                maker = sieve_scripts.Maker(random.Random(seed))
                script, message = maker.script(), maker.message()
                wanted, said = reference.actions(script, message, SENDER, RECIPIENT)
                path.write_bytes(message)
                client.put('main', script)
                found = server.ctl('sieve', 'test', 'anna@example.test', path, '--script', 'main', '--from', SENDER,
                                   '--to', RECIPIENT)
                with self.subTest(seed=seed, script=script, said=said):
                    self.assertEqual(found['mistake'] is None, wanted is not None, found)
                    both_wrong += wanted is None
                    if wanted is not None:
                        folders = {row['folder']: {flag.lower() for flag in row.get('flags', [])} for row in found['folders']}
                        self.assertEqual((folders, set(found['redirected'])), wanted)
            self.assertLess(both_wrong, len(SEEDS) // 4, 'most scripts are to be right')


if __name__ == '__main__':
    kontor.main()
