# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/calendar/recur/instance_table.txt: events and the instances that python3-recurring-ical-events finds.

Run by hand when events are added: /usr/bin/python3 -B tests/support/instance_table.py > tests/unit/calendar/recur/instance_table.txt
"""
import datetime
import random

import icalendar
import recurring_ical_events

ZONES = ['Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Yekaterinburg', 'America/St_Johns',
         'Europe/Samara', 'Asia/Kamchatka', 'Europe/Dublin']  # none whose law of the coming years is made anew each year
RULES = ['FREQ=DAILY;COUNT={count}', 'FREQ=WEEKLY;COUNT={count}', 'FREQ=MONTHLY;COUNT={count}', 'FREQ=DAILY;INTERVAL=3;COUNT={count}',
         'FREQ=WEEKLY;INTERVAL=2', 'FREQ=MONTHLY;INTERVAL=3', 'FREQ=YEARLY', 'FREQ=DAILY;INTERVAL=11']


def local(time):
    return time.strftime('%Y%m%dT%H%M%S')


def event(rng):
    """The lines of a calendar of one recurring event: exceptions, added dates and moved instances among them."""
    zone = rng.choice(ZONES)
    start = datetime.datetime(rng.randint(2008, 2026), rng.randint(1, 12), rng.randint(1, 28), rng.randint(4, 22), rng.choice([0, 30]))
    minutes = rng.choice([30, 60, 90, 600])
    rule = rng.choice(RULES).format(count=rng.randint(2, 60))
    lines = [f'DTSTART;TZID={zone}:{local(start)}', f'DTEND;TZID={zone}:{local(start + datetime.timedelta(minutes=minutes))}', f'RRULE:{rule}']
    step = {'DAILY': 1, 'WEEKLY': 7}.get(rule.split(';')[0][5:], 0) * int(rule.split('INTERVAL=')[1].split(';')[0] if 'INTERVAL' in rule else 1)
    nth = [start + datetime.timedelta(days=step * n) for n in rng.sample(range(1, 20), 4)] if step and 'COUNT' not in rule else []
    overrides = []
    if nth:
        lines.append(f'EXDATE;TZID={zone}:{local(nth[0])}')
        for original in nth[1:3]:
            moved = original + datetime.timedelta(hours=rng.choice([-50, -3, 2, 26, 700]))
            overrides.append(['UID:u', f'RECURRENCE-ID;TZID={zone}:{local(original)}', f'DTSTART;TZID={zone}:{local(moved)}',
                              f'DTEND;TZID={zone}:{local(moved + datetime.timedelta(minutes=45))}'])
    if rng.random() < 0.4:
        lines.append(f'RDATE;TZID={zone}:{local(start + datetime.timedelta(days=2, hours=1))}')
    out = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN']
    for one in [['UID:u', *lines], *overrides]:
        out += ['BEGIN:VEVENT', 'DTSTAMP:20260101T000000Z', *one, 'END:VEVENT']
    return out + ['END:VCALENDAR'], start


def row(rng):
    lines, start = event(rng)
    begin = (start + datetime.timedelta(days=rng.choice([-10, 0, 40, 300]))).replace(hour=0, minute=0, tzinfo=datetime.timezone.utc)
    end = begin + datetime.timedelta(days=rng.choice([7, 60, 400, 2000]))
    calendar = icalendar.Calendar.from_ical('\r\n'.join(lines) + '\r\n')
    found = recurring_ical_events.of(calendar).between(begin, end)

    def utc(time):
        return time.astimezone(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    times = sorted(utc(one['DTSTART'].dt) + '/' + utc(one['DTEND'].dt) for one in found)
    shown = times if len(times) <= 8 else times[:5] + times[-3:]
    return '|'.join([utc(begin), utc(end), str(len(times)), ','.join(shown), '\\n'.join(lines)])


def main():
    rng = random.Random(4791)
    print('# SPDX-License-Identifier: GPL-3.0-or-later')
    print('# Made by tests/support/instance_table.py with python3-recurring-ical-events: a range, how many instances, all of them (or the')
    print('# first five and the last three), the calendar.')
    for _ in range(150):
        print(row(rng))


if __name__ == '__main__':
    main()
