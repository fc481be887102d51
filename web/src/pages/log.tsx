// SPDX-License-Identifier: GPL-3.0-or-later
// The log and the audit log, a page at a time, the newest first: by day, by level, by words.
import { useState } from 'preact/hooks';
import { get, listed, type Query } from '../api/client';
import { isRow, textOf, type Row } from '../api/json';
import { day, t, time, word, type Key } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Page } from '../parts/page';
import { go, href } from '../parts/route';
import type { PageProps } from './registry';

const PER_PAGE = 200;
const LEVELS = ['error', 'warning', 'info', 'debug'];

/** Where the next page begins; what the server says of it, else the oldest record of this one. */
export function placeAfter(value: unknown, rows: Row[]): string {
  const next = isRow(value as never) ? textOf((value as Row)['next']) : '';
  if (next !== '' || rows.length < PER_PAGE) return next;
  const last = rows.at(-1) ?? {};
  return textOf(last['place'] ?? last['number'] ?? last['time']);
}

function tone(level: string): string {
  if (/^(error|critical|fatal)/.test(level)) return 'bad';
  return level.startsWith('warn') ? 'warn' : 'calm';
}

function fieldsText(row: Row): string {
  const fields = row['fields'];
  if (!isRow(fields)) return textOf(fields);
  return Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`).join('  ');
}

export function LogLines(props: { rows: Row[] }) {
  if (props.rows.length === 0) return <p class="empty">{t('nothing')}</p>;
  return (
    <ol class="log" tabIndex={0} aria-label={t('log')}>
      {props.rows.map((row, at) => {
        const level = textOf(row['level']);
        return (
          <li key={at} class={`log-${tone(level)}`}>
            <time>{time(typeof row['time'] === 'number' ? row['time'] : textOf(row['time']), true)}</time>
            <b>{word(level)}</b>
            <code>{textOf(row['event'])}</code>
            <span>{textOf(row['text'])} <small>{fieldsText(row)}</small></span>
          </li>
        );
      })}
    </ol>
  );
}

function moved(date: string, days: number): string {
  const at = date === '' ? new Date() : new Date(`${date}T12:00:00`);
  at.setDate(at.getDate() + days);
  return day(at);
}

interface ChoiceProps {
  base: string;
  date: string;
  text: string;
  level?: string;
}

/** The day, with a step to the one before and after; words; how bad. */
export function LogChoice(props: ChoiceProps) {
  const to = (changes: Record<string, string>) => {
    const all = { day: props.date, text: props.text, level: props.level ?? '', ...changes };
    const kept = Object.entries(all).filter(([, value]) => value !== '');
    go(`${href(props.base)}?${new URLSearchParams(kept).toString()}`);
  };
  return (
    <form class="tools" onSubmit={(event) => {
      event.preventDefault();
      const data = new FormData(event.currentTarget);
      to({ text: textOf(data.get('text') as string), day: textOf(data.get('day') as string), level: textOf((data.get('level') ?? '') as string) });
    }}>
      <button type="button" aria-label={t('day_before')} onClick={() => to({ day: moved(props.date, -1) })}>‹</button>
      <label>{t('day')} <input name="day" type="date" value={props.date} onChange={(event) => to({ day: event.currentTarget.value })} /></label>
      <button type="button" aria-label={t('day_after')} disabled={props.date === ''} onClick={() => to({ day: moved(props.date, 1) })}>›</button>
      <label class="filter"><span class="hidden">{t('words')}</span><input name="text" type="search" placeholder={t('words')} value={props.text} /></label>
      {props.level !== undefined && (
        <label>{t('level')}{' '}
          <select name="level" onChange={(event) => to({ level: event.currentTarget.value })}>
            <option value="">{t('every_level')}</option>
            {LEVELS.map((level) => <option key={level} value={level} selected={level === props.level}>{word(level)}</option>)}
          </select>
        </label>
      )}
      <button type="submit" class="primary">{t('find')}</button>
    </form>
  );
}

export function LogPages(props: { path: string; query: Query; draw: (rows: Row[]) => preact.JSX.Element; title: Key }) {
  const key = JSON.stringify(props.query);
  const [before, setBefore] = useState<string[]>([]);
  const loaded = useLoad(`${key} ${before.join(' ')}`, async () => {
    const value = await get(props.path, { ...props.query, limit: PER_PAGE, before: before.at(-1) ?? '' });
    const rows = listed(value).items;
    return { rows, next: placeAfter(value, rows) };
  });
  return (
    <Wait loaded={loaded}>
      {({ rows, next }) => (
        <>
          {props.draw(rows)}
          <nav class="pages" aria-label={t('pages')}>
            <button type="button" disabled={before.length === 0} onClick={() => setBefore(before.slice(0, -1))}>{t('newer')}</button>
            <span>{t('page_number', { number: before.length + 1 })}</span>
            <button type="button" disabled={next === ''} onClick={() => setBefore([...before, next])}>{t('older')}</button>
            <button type="button" onClick={loaded.reload}>{t('refresh')}</button>
          </nav>
        </>
      )}
    </Wait>
  );
}

/** A whole day as the interface wants it; nothing: all days. */
export function daysOf(date: string): Query {
  return date === '' ? {} : { since: date, until: date };
}

export function Log({ here }: PageProps) {
  const [date, text, level] = ['day', 'text', 'level'].map((name) => here.query.get(name) ?? '') as [string, string, string];
  const query: Query = { ...daysOf(date), text, level };
  const key = JSON.stringify(query);
  return (
    <Page title={t('log')} intro={t('log_intro')}>
      <LogChoice key={`choice ${key}`} base="log" date={date} text={text} level={level} />
      <LogPages key={key} path="/log" query={query} title="log" draw={(rows) => <LogLines rows={rows} />} />
    </Page>
  );
}
