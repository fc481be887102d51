# SPDX-License-Identifier: GPL-3.0-or-later
"""What a flag of a message may be read as, given who changed it when.

Times are ticks of one counter in the client: a command takes effect somewhere between its sending and its answer, so what two
commands did is ordered only when one was answered before the other was sent. A value read is wrong when every change that
could have made it had been overwritten before, for certain (linearizability of a register)."""
import itertools

FLAGS = ('\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '$One', '$Two', 'Urgent')
NEVER = float('inf')


class Violation(Exception):
    """The server did what the standards or its own word forbid."""


def demand(condition, *why):
    if not condition:
        raise Violation(' '.join(str(word) for word in why))


class Clock:
    def __init__(self):
        self.ticks = itertools.count(1)
        self.now = 0

    def tick(self):
        self.now = next(self.ticks)
        return self.now


class Write:
    """One change of some flags of a message: sent at `start`, known to be done by `end`."""
    __slots__ = ('values', 'start', 'end', 'by')

    def __init__(self, values, start, end=NEVER, by=''):
        self.values, self.start, self.end, self.by = values, start, end, by


def change(action, flags):
    """{flag: value} that STORE with '', '+' or '-' makes of a message's flags."""
    if action == '+':
        return {flag: True for flag in flags}
    if action == '-':
        return {flag: False for flag in flags}
    return {flag: flag in flags for flag in FLAGS}


class FlagHistory:
    def __init__(self, possible, start, end):
        """`possible`: {flag: set of values it may have begun with}."""
        self.writes = []
        self.begin(possible, start, end)

    def begin(self, possible, start, end):
        first = [Write({flag: value for flag, values in possible.items() if value in values}, start, end) for value in (True, False)]
        self.writes = [write for write in first if write.values] + [write for write in self.writes if write.start > start]

    def add(self, write):
        self.writes.append(write)

    def drop(self, write):
        if write in self.writes:
            self.writes.remove(write)

    def settle(self, flags, now):
        """At a quiet point the flags are known."""
        self.writes = [Write({flag: flag in flags for flag in FLAGS}, now, now)]

    def may_be(self, flag, value, since, until):
        """May somebody who looked between `since` and `until` have found this value?"""
        mine = [write for write in self.writes if write.values.get(flag) is value and write.start <= until]
        if not mine:
            return False
        other = [write for write in self.writes if flag in write.values and write.values[flag] is not value and write.end < since]
        last = max((write.start for write in other), default=-1)
        return any(write.end >= last for write in mine)

    def possible(self, flag, since, until):
        return {value for value in (True, False) if self.may_be(flag, value, since, until)}

    def wrong(self, flags, since, until):
        """The flags of a reading that cannot be."""
        if len(self.writes) == 1 and self.writes[0].start <= until:  # nobody has changed it since a quiet point
            return [flag for flag, value in self.writes[0].values.items() if value is not (flag in flags)]
        return [flag for flag in FLAGS if not self.may_be(flag, flag in flags, since, until)]

    def contradicts(self, write, flags):
        """Flags told as the answer to `write` itself: what differs needs a change that is not surely older."""
        for flag, value in write.values.items():
            if (flag in flags) is value:
                continue
            if not any(other is not write and other.end >= write.start and other.values.get(flag) is not value
                       and flag in other.values for other in self.writes):
                return flag
        return None
