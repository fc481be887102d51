# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/calendar/ical/rule_table.txt: recurrence rules and the times that python3-dateutil gives them.

Run by hand when rules are added: /usr/bin/python3 -B tests/support/rule_table.py > tests/unit/calendar/ical/rule_table.txt
Left out is what dateutil reads differently from RFC 5545: a COUNT whose DTSTART does not match the rule, BYWEEKNO
without a day, BYSETPOS of weeks, of which it cuts the first at DTSTART, and BYDAY with and without numbers at once.
"""
import datetime
import random
import signal
import sys

from dateutil.rrule import rrulestr

EXAMPLES = [
    ('19970902T090000', 'FREQ=DAILY;COUNT=10'),
    ('19970902T090000', 'FREQ=DAILY;UNTIL=19971224T000000'),
    ('19970902T090000', 'FREQ=DAILY;INTERVAL=10;COUNT=5'),
    ('19980101T090000', 'FREQ=YEARLY;UNTIL=20000131T090000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA'),
    ('19970902T090000', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU'),
    ('19970902T090000', 'FREQ=WEEKLY;UNTIL=19971007T000000;WKST=SU;BYDAY=TU,TH'),
    ('19970901T090000', 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;WKST=SU;BYDAY=MO,WE,FR'),
    ('19970902T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH'),
    ('19970805T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO'),
    ('19970805T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'),
    ('19970905T090000', 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR'),
    ('19970907T090000', 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU'),
    ('19970922T090000', 'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO'),
    ('19970928T090000', 'FREQ=MONTHLY;BYMONTHDAY=-3'),
    ('19970930T090000', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1'),
    ('19970902T090000', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU'),
    ('19970610T090000', 'FREQ=YEARLY;COUNT=10;BYMONTH=6,7'),
    ('19970101T090000', 'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200'),
    ('19970519T090000', 'FREQ=YEARLY;BYDAY=20MO'),
    ('19970512T090000', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO'),
    ('19970313T090000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=TH'),
    ('19970902T090000', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13'),
    ('19970913T090000', 'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13'),
    ('19961105T090000', 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8'),
    ('19970904T090000', 'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3'),
    ('19970929T090000', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2'),
    ('19970902T090000', 'FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000'),
    ('19970902T090000', 'FREQ=MINUTELY;INTERVAL=15;COUNT=6'),
    ('19970902T090000', 'FREQ=MINUTELY;INTERVAL=90;COUNT=4'),
    ('19970902T090000', 'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40'),
    ('19970902T090000', 'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16'),
    ('20070115T090000', 'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5'),
    ('20080229T120000', 'FREQ=YEARLY'),
    ('20080131T120000', 'FREQ=MONTHLY'),
    ('20200229T000000', 'FREQ=YEARLY;INTERVAL=3'),
    ('20200101T000000', 'FREQ=SECONDLY;BYHOUR=3;BYMINUTE=30;BYSECOND=0,59'),
    ('20200101T000007', 'FREQ=SECONDLY;INTERVAL=86401;COUNT=50'),
    ('20040101T000000', 'FREQ=YEARLY;BYWEEKNO=53,-1;BYDAY=MO,SU'),
    ('20040101T000000', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TH;WKST=SU'),
    ('20040101T000000', 'FREQ=YEARLY;BYYEARDAY=366,-366,1'),
    ('20230315T180000', 'FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;BYHOUR=2,3'),
    ('20230101T000000', 'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4'),
    ('20230101T000000', 'FREQ=HOURLY;BYDAY=MO;BYSETPOS=2'),
]
SPANS = {'YEARLY': 366 * 30, 'MONTHLY': 366 * 6, 'WEEKLY': 366 * 2, 'DAILY': 400, 'HOURLY': 40, 'MINUTELY': 4, 'SECONDLY': 2}


def some(chance, values, most, rng):
    return sorted(rng.sample(values, rng.randint(1, most))) if rng.random() < chance else []


def random_rule(rng):
    """A rule and its DTSTART."""
    frequency = rng.choice(list(SPANS))
    start = datetime.datetime(rng.randint(1990, 2030), rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.choice([0, 15, 30, 59]),
                              rng.choice([0, 0, 30]))
    parts = [f'FREQ={frequency}']
    if rng.random() < 0.5:
        parts.append(f'INTERVAL={rng.choice([2, 3, 4, 5, 7, 13])}')
    lists = {'BYMONTH': some(0.3, range(1, 13), 4, rng)}
    if frequency in ('YEARLY', 'MONTHLY', 'DAILY', 'HOURLY'):
        lists['BYMONTHDAY'] = some(0.3, [n for n in range(-31, 32) if n], 5, rng)
    if frequency in ('YEARLY', 'HOURLY'):
        lists['BYYEARDAY'] = some(0.15, [n for n in range(-366, 367) if n], 5, rng)
    days = some(0.4, ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'], 4, rng)
    if frequency == 'YEARLY' and rng.random() < 0.2:
        lists['BYWEEKNO'] = some(1, [n for n in range(-53, 54) if n], 4, rng)
        days = days or ['MO', 'FR']
    elif days and frequency in ('YEARLY', 'MONTHLY') and rng.random() < 0.5:
        days = [rng.choice(['1', '2', '-1', '-2', '5']) + day for day in days]
    lists['BYDAY'] = days
    lists['BYHOUR'] = some(0.25, range(24), 4, rng)
    lists['BYMINUTE'] = some(0.2, range(60), 4, rng)
    lists['BYSECOND'] = some(0.15, range(60), 4, rng)
    if frequency != 'WEEKLY' and any(lists.values()) and rng.random() < 0.3:
        lists['BYSETPOS'] = some(1, [-3, -2, -1, 1, 2, 3], 2, rng)
    parts += [f'{name}={",".join(map(str, values))}' for name, values in lists.items() if values]
    if rng.random() < 0.4:
        parts.append(f'WKST={rng.choice(["MO", "SU", "TH"])}')
    if rng.random() < 0.2:
        parts.append(f'COUNT={rng.randint(1, 60)}')
    return start.strftime('%Y%m%dT%H%M%S'), ';'.join(parts)


def too_slow(*_):
    raise ValueError('too slow')


def row(start, rule):
    """A line of the table; nothing where dateutil does not know or takes more than two seconds."""
    signal.signal(signal.SIGALRM, too_slow)
    signal.alarm(2)
    try:
        return line_of(start, rule)
    except ValueError:
        return None
    finally:
        signal.alarm(0)


def line_of(start, rule):
    first = datetime.datetime.strptime(start, '%Y%m%dT%H%M%S')
    end = first + datetime.timedelta(days=SPANS[rule.split(';')[0][5:]])
    times = []
    read = rrulestr(rule, dtstart=first)
    for time in read if 'UNTIL' in rule else read.replace(until=end):
        if time > end or len(times) >= 20000:
            break
        times.append(time)
    if len(times) >= 20000 or ('COUNT' in rule and (not times or times[0] != first)):
        return None
    shown = [time.strftime('%Y%m%dT%H%M%S') for time in (times if len(times) <= 6 else times[:4] + times[-2:])]
    return f'{start} {rule} {end.strftime("%Y%m%dT%H%M%S")} {len(times)} {",".join(shown) or "-"}'


def main():
    rng = random.Random(5545)
    print('# SPDX-License-Identifier: GPL-3.0-or-later')
    print('# Made by tests/support/rule_table.py with python3-dateutil: DTSTART, RRULE, the end of the window, how many times,')
    print('# and all of them, or the first four and the last two.')
    rows = [row(*example) for example in EXAMPLES]
    while len(rows) < 300:
        rows.append(row(*random_rule(rng)))
        rows = [one for one in rows if one]
        print(len(rows), file=sys.stderr)
    print('\n'.join(rows))


if __name__ == '__main__':
    main()
