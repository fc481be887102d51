# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folder may include which (docs/architecture.md, "Arrows"), and where foreign headers live."""
import re
import sys

import tree

BASE = ['base/core', 'base/config', 'base/log', 'base/io', 'base/net', 'base/mime', 'base/crypto']
NO_NET = [folder for folder in BASE if folder != 'base/net']
STORE = ['store/log', 'store/format', 'store/mailbox', 'store/acl', 'store/quota', 'store/shared', 'store/tools']
DIRECTORY_SEEN = ['directory/model', 'directory/cache', 'directory/gal']

# The longest matching key is the row of a folder; it may always include itself and what lies under it.
ALLOWED = {
    'base/core': [],
    'base/config': ['base/core'],
    'base/log': ['base/core', 'base/config'],
    'base/io': ['base/core', 'base/log'],
    'base/net': ['base/core', 'base/log', 'base/config'],
    'base/mime': ['base/core'],
    'base/crypto': ['base/core'],
    'directory': BASE + ['directory'],
    'store': NO_NET + STORE,
    'search': NO_NET,
    'calendar': ['base/core', 'base/mime'],
    'server/trace': BASE + DIRECTORY_SEEN,
    'server/message_trace': ['base/core'],
    'server/message_trace/database': BASE + ['server/message_trace'],
    'server/line': BASE + DIRECTORY_SEEN + ['server/trace'],
    'server/policy': BASE + DIRECTORY_SEEN + ['server/trace'],
    'server/imap/wire': ['base/core', 'base/mime'],
    'server/smtp/wire': ['base/core', 'base/mime'],
    'server/pop3/wire': ['base/core', 'base/mime'],
    'server/ldap/wire': ['base/core', 'base/mime'],
    'server/http/wire': ['base/core', 'base/mime'],
    'server/http': BASE + DIRECTORY_SEEN + ['server/http/wire', 'server/line', 'server/trace'],
    'server/autodiscover': BASE + DIRECTORY_SEEN + ['server/http', 'server/trace'],
    'server/scheduling': BASE + STORE + DIRECTORY_SEEN + ['server/policy', 'server/sharing', 'server/dav/xml', 'server/trace', 'calendar'],
    'server/publish': BASE + STORE + DIRECTORY_SEEN + ['server/scheduling', 'server/dav/xml', 'calendar'],
    'server/dav/xml': ['base/core'],
    'server/dav': BASE + STORE + DIRECTORY_SEEN + ['server/dav/xml', 'server/http', 'server/http/wire', 'server/scheduling', 'server/sharing', 'server/policy', 'server/publish', 'server/trace', 'calendar'],
    'server/queue': BASE + ['store/log', 'store/format', 'server/trace', 'server/message_trace'],
    'server/scheduling/imip': ['base/core', 'base/mime', 'calendar'],
    'server/sharing': BASE + STORE + DIRECTORY_SEEN,
    'server/sieve': ['base/core', 'base/mime'],
    'server/delivery': BASE + STORE + DIRECTORY_SEEN + ['server/trace', 'server/message_trace', 'server/sieve'],
    'server/indexer': BASE + STORE + DIRECTORY_SEEN + ['search', 'calendar', 'server/trace'],
    'server/imap': BASE + STORE + DIRECTORY_SEEN + ['server/imap/wire', 'server/sharing', 'server/trace', 'server/indexer', 'search', 'calendar'],
    'server/ldap': BASE + DIRECTORY_SEEN + ['server/ldap/wire', 'server/line', 'server/trace'],
    'server/pop3': BASE + STORE + DIRECTORY_SEEN + ['server/pop3/wire', 'server/line', 'server/trace'],
    'server/managesieve/wire': ['base/core'],
    'server/managesieve': BASE + STORE + DIRECTORY_SEEN + ['server/managesieve/wire', 'server/delivery', 'server/sieve', 'server/line', 'server/trace'],
    'server/filter': BASE + ['server/trace'],
    'server/quarantine': BASE + STORE + ['server/queue', 'server/message_trace', 'server/trace'],
    'server/reports': BASE + ['server/dav/xml'],
    'server/rules/rewrite': ['base/core', 'base/crypto', 'base/mime'],
    'server/rules': BASE + DIRECTORY_SEEN + ['search/extract', 'search/fields'],
    'server/learning': BASE + STORE + DIRECTORY_SEEN + ['server/delivery', 'server/filter', 'server/http/wire', 'server/trace'],
    'server/imap_client': ['base/core'],
    'server/collector': BASE + STORE + DIRECTORY_SEEN + ['server/imap_client', 'server/delivery', 'server/filter', 'server/trace', 'server/message_trace'],
    'server/moderation': BASE + STORE + DIRECTORY_SEEN + ['server/delivery', 'server/queue', 'server/http', 'server/http/wire', 'server/message_trace', 'server/trace'],
    'server/pickup': BASE + ['server/smtp/wire', 'server/queue'],
    'server/smtp/client': BASE + DIRECTORY_SEEN + ['server/smtp/wire', 'server/queue', 'server/reports', 'server/trace'],
    'server/smtp': BASE + STORE + DIRECTORY_SEEN
                   + ['server/smtp/wire', 'server/delivery', 'server/policy', 'server/sharing', 'server/trace', 'server/message_trace', 'server/queue', 'server/quarantine', 'server/filter', 'server/rules'],
    'server/admin/archive': BASE,
    'server/admin/remote': BASE + ['server/admin'],
    'server/admin/api': BASE + DIRECTORY_SEEN + ['server/admin', 'server/http', 'server/http/wire'],
    'server/admin/console': BASE + ['server/http', 'server/http/wire'],
    'server/admin': BASE + STORE + DIRECTORY_SEEN + ['server/message_trace', 'server/message_trace/database', 'server/moderation', 'server/collector', 'server/quarantine', 'server/learning', 'server/imap_client', 'server/delivery', 'server/sieve', 'server/scheduling', 'calendar', 'server/sharing', 'server/policy', 'server/publish', 'server/trace', 'server/queue', 'server/reports', 'server/http', 'server/autodiscover', 'server/filter', 'server/indexer', 'server/rules', 'search'],
    # The snap-in for Windows: a build of its own, which links and includes nothing of the server.
    'admin-mmc/base': ['admin-mmc/client'],
    'admin-mmc/client': ['admin-mmc/base'],
    'admin-mmc/forms': ['admin-mmc/base', 'admin-mmc/client'],
    'admin-mmc/console': ['admin-mmc/base', 'admin-mmc/client', 'admin-mmc/forms'],
    'admin-mmc/tab': ['admin-mmc/base', 'admin-mmc/client', 'admin-mmc/forms', 'admin-mmc/console'],
    'admin-mmc/dll': ['admin-mmc/base', 'admin-mmc/client', 'admin-mmc/forms', 'admin-mmc/console', 'admin-mmc/tab'],
    'admin-mmc/host': ['admin-mmc/base'],
    'server/app': ['base', 'store', 'directory', 'search', 'calendar', 'server'],
}

# Headers of other projects and the only folders that may name them.
FOREIGN = [
    (r'(ldap|lber|openldap|ldap_\w+)\.h', ['directory/ldap']),
    (r'(gssapi|krb5|com_err).*', ['directory/krb']),
    (r'sasl/.*', ['directory/sasl', 'directory/ldap']),
    (r'openssl/.*', ['base/net', 'base/crypto']),
    (r'unbound.*', ['base/net']),
    (r'libpsl\.h', ['server/filter/dmarc']),
    (r'curl/.*', ['server/admin/remote']),
    (r're2/.*', ['server/rules']),
    (r'sqlite3\.h', ['server/message_trace/database']),
    (r'zlib\.h', ['base/net']),
    (r'unicode/.*', ['base/mime', 'search/analyze', 'calendar/zone']),
    (r'toml\+\+/.*', ['base/config']),
    (r'zstd\.h', ['store/format', 'search/index']),
    (r'spdlog/.*', ['base/log']),
    (r'xapian.*', ['search']),
    (r'boost/beast/.*', ['server/http/wire']),
    (r'libxml/.*', ['server/dav/xml', 'server/autodiscover', 'search/fields', 'search/extract']),
    (r'archive(_entry)?\.h', ['server/admin/archive', 'search/extract']),
    (r'poppler/.*', ['search/extract']),
    (r'nlohmann/.*', ['admin-mmc']),
    (r'(windows|mmc|commctrl|prsht|shlobj|objidl|sspi|winhttp|wincrypt|winldap|windns|winreg|dsclient)\.h', ['admin-mmc']),
]
LIGHT = re.compile(r'boost/asio/(?!awaitable\.hpp)')


def row_of(name):
    keys = [key for key in ALLOWED if name.startswith(key + '/')]
    return max(keys, key=len) if keys else None


def may(key, target):
    if target.startswith(key + '/'):
        return True
    allowed = ALLOWED[key]
    best = row_of(target) or ''
    return any(target.startswith(folder + '/') and (folder == best or folder not in ALLOWED or key == 'server/app'
                                                    or not best.startswith(folder + '/') or folder in ('directory', 'store', 'search', 'calendar'))
               for folder in allowed)


def problems_of(name, text):
    key = row_of(name)
    for number, line in enumerate(text.split('\n'), 1):
        quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        angled = re.match(r'\s*#\s*include\s*<([^>]+)>', line)
        where = f'{name}:{number}'
        if quoted and key and not may(key, quoted.group(1)):
            yield f'{where}: {key} may not include {quoted.group(1)}'
        if angled:
            header = angled.group(1)
            for pattern, folders in FOREIGN:
                if re.fullmatch(pattern, header) and not name.startswith(tuple(folder + '/' for folder in folders) + ('tests/', 'bench/')):
                    yield f'{where}: <{header}> belongs to {", ".join(folders)} alone'
            if name.endswith('.hpp') and LIGHT.match(header) and not name.startswith(('tests/', 'bench/')):
                yield f'{where}: a header includes at most <boost/asio/awaitable.hpp> of Asio'


def self_test():
    wrong = '#include "base/net/stream.hpp"\n#include <openssl/ssl.h>\n'
    assert len(list(problems_of('store/log/x.cpp', wrong))) == 2
    assert not list(problems_of('server/imap/x.cpp', '#include "store/mailbox/view.hpp"\n#include "server/imap/wire/lexer.hpp"\n'))
    assert list(problems_of('server/imap/x.cpp', '#include "server/smtp/server.hpp"\n'))
    assert list(problems_of('server/smtp/x.cpp', '#include "directory/agent/agent.hpp"\n'))
    assert list(problems_of('server/imap/wire/x.cpp', '#include "server/imap/session.hpp"\n'))


def check():
    names = tree.tracked('.cpp', '.hpp')
    problems = [problem for name in names for problem in problems_of(name, tree.read(name))]
    tree.finish('arrows', problems, len(names))


if __name__ == '__main__':
    sys.exit(self_test() or check())
