# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence that server/imap tells a client has its Russian text (RFC 5255), and says it by Session::say."""
import re

import tree

STRING = r'"((?:[^"\\]|\\.)*)"'
# Sentences become text for clients where they stand in these.
SPOKEN = [
    re.compile(r'\bsyntax\((?:std::string\()?' + STRING),
    re.compile(r'\breturn (?:at_end\(\) \? )?syntax\(at_end\(\) \? ' + STRING + ' : ' + STRING),
    re.compile(r'Status::\w+,\s*(?:' + STRING + r'|std::move\(\w+\)|' + STRING + r' \+ [^;]*?),\s*' + STRING + r'\s*[)}+]'),
    re.compile(r'\bsay_bye\(session\w*, ' + STRING),
    re.compile(r'\bproblem = ' + STRING),
    re.compile(r'\bsay\(' + STRING),
    re.compile(r'\btagged\.text = ' + STRING),
    re.compile(r'fail\(Errc::bad_input, ' + STRING),
]
# The last group is the sentence; the ones before it are response codes.
CODED = 2
ENDS = ['directory/model/limits.cpp', 'base/core/answers.cpp']
UNSAID = re.compile(r'"(?:\*)? (?:OK|NO|BYE|BAD) (?:\[[^"\]]*\] )?[A-Za-z]|\] [A-Z][a-z][^"]*"\)')
# The greeting and what refuses a connection come before anybody could choose a language.
FIXED = ('server/imap/connection.cpp', 'server/imap/texts')


def rows():
    text = tree.read('server/imap/texts_russian.cpp')
    return re.findall(r'TextRow\{' + STRING + r',\s*' + STRING + r'\}', text)


def joined(text):
    """Adjacent literals are one."""
    return re.sub(r'"\s*\n\s*"', '', text)


def spoken(text):
    for number, pattern in enumerate(SPOKEN):
        for match in pattern.finditer(text):
            groups = [group for group in match.groups() if group is not None]
            for group in groups[-1:] if number == CODED else groups:
                if group:
                    yield group


def main():
    problems = []
    table = dict(rows())
    exact = {english for english in table if '{}' not in english}
    patterns = [re.compile('.*'.join(map(re.escape, english.split('{}')))) for english in table if '{}' in english]
    # A sentence that is put together from pieces begins like a pattern.
    heads = [english.split('{}')[0] for english in table if '{}' in english]
    files = [name for name in tree.tracked('.cpp', '.hpp') if name.startswith('server/imap/')]
    for name in files:
        if name.startswith('server/imap/texts'):
            continue
        text = joined(tree.read(name))
        for sentence in spoken(text):
            known = (sentence in exact or any(pattern.fullmatch(sentence) for pattern in patterns)
                     or any(head and sentence == head for head in heads))
            if not known:
                problems.append(f'{name}: no Russian text for "{sentence}"')
        if not name.startswith(FIXED):
            for match in UNSAID.finditer(text):
                problems.append(f'{name}: said without Session::say: {match[0]}')
    for sentence in re.findall(STRING + r'\}', tree.read(ENDS[0])[:6000]) + re.findall(
            r'(?:true|false), +' + STRING + r'\}', tree.read(ENDS[1])):
        if ' ' in sentence and sentence not in exact:
            problems.append(f'no Russian text for "{sentence}"')
    for english, other in rows():
        if not re.search('[а-яё]', other) and not re.fullmatch(r'[A-Z ,:0-9a-z]+', other):
            problems.append(f'not Russian: "{other}"')
        if english.count('{}') != other.count('{}'):
            problems.append(f'other holes: "{english}"')
        if '[' in other:
            problems.append(f'RFC 5255, 3.5 allows no "[": "{other}"')
    tree.finish('imap_texts', problems, len(files))


main()
