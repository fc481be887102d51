# SPDX-License-Identifier: GPL-3.0-or-later
"""The sides of bench/search.py: each one with its full-text index, how that is made and how large it is. Dovecot: Debian's
dovecot-fts-xapian as its authors advise (partial=3 full=20); it answers from the index alone. Cyrus: Xapian, one tier."""
import pathlib
import subprocess

from bench import cyrus, meter, ours, peers, sides
from tests.support import kontor

SECONDS = 3_000  # an index that takes longer hangs
FTS_XAPIAN = '/usr/lib/dovecot/modules/lib21_fts_xapian_plugin.so'

DOVECOT_SEARCH = '''
mail_plugins = fts fts_xapian
plugin {
  fts = xapian
  fts_xapian = partial=3 full=20 verbose=0
  fts_autoindex = no
  fts_enforced = yes
}
service indexer-worker {
  vsz_limit = 4G
}
'''

CYRUS_SEARCH = '''
conversations: 1
conversations_db: twoskip
search_engine: xapian
search_index_headers: no
search_batchsize: 8192
defaultsearchtier: t1
t1searchpartition-default: {work}/search
'''


def bytes_in(*folders):
    return sum(path.stat().st_size for folder in folders for path in pathlib.Path(folder).rglob('*') if path.is_file())


class Indexed:
    """What each side adds: `words` is the search key for a person's word, index() makes the index from nothing."""

    def index(self):
        """CPU seconds of it."""
        before = meter.cpu_of(self)
        self.make_index()
        return meter.cpu_of(self) - before

    def run(self, *command, **options):
        subprocess.run([*self.prefix(), *command], check=True, timeout=SECONDS, stdout=subprocess.DEVNULL, **options)


class Kontor(Indexed, ours.Kontor):
    words = 'FUZZY TEXT'

    def make_index(self):
        # Outside of the group: it only waits for the end.
        subprocess.run([kontor.program('kontorctl'), '--data', str(self.data), 'search', 'rebuild', f'big@{sides.DOMAIN}'], check=True,
                       timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def index_bytes(self):
        return bytes_in(*self.data.glob('accounts/**/fts'))


class Dovecot(Indexed, peers.Peer):
    title = 'Dovecot with fts-xapian'
    words = 'TEXT'  # no FUZZY; parts of words are terms of the index

    def start(self, fsync='never'):  # filling is not measured
        self.start_dovecot(fsync)
        for name in ('imaps', 'lmtp'):
            kontor.wait_until(lambda: sides.accepts(self.ports[name]), f'{name} of Dovecot', 60)
        return self

    def more_settings(self):
        return DOVECOT_SEARCH

    def make_index(self):
        doveadm = ('/usr/bin/doveadm', '-c', str(self.work / 'dovecot.conf'))
        self.run(*doveadm, 'fts', 'rescan', '-u', f'big@{sides.DOMAIN}')
        self.run(*doveadm, 'index', '-u', f'big@{sides.DOMAIN}', 'INBOX')

    def index_bytes(self):
        return bytes_in(*(self.work / 'mail').glob('*/xapian-indexes'))


class Cyrus(Indexed, cyrus.Cyrus):
    title = 'Cyrus with Xapian'
    words = 'FUZZY TEXT'

    def __init__(self, work, tls, cache):
        super().__init__(work, tls, cache)
        (self.work / 'search').mkdir()
        self.own()

    def start(self, unsynced=True):
        return super().start(unsynced)

    def configuration(self):
        return super().configuration() + CYRUS_SEARCH

    def make_index(self):
        programs = self.work / 'usr'
        self.run('env', f'LD_LIBRARY_PATH={programs}/lib/x86_64-linux-gnu', f'{programs}/lib/cyrus/bin/squatter', '-C', str(self.work / 'imapd.conf'),
                 '-u', f'big@{sides.DOMAIN}')

    def index_bytes(self):
        return bytes_in(self.work / 'search')
