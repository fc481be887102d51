// SPDX-License-Identifier: GPL-3.0-or-later
// One value of an answer, shown by its kind. Everything is text: nothing that came from a directory
// or a message is ever read as markup.
import type { ComponentChildren } from 'preact';
import { isRow, listOf, numberOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { count, duration, member, size, t, time, word } from '../i18n';

export type Kind = 'text' | 'count' | 'size' | 'seconds' | 'time' | 'moment' | 'state' | 'yes' | 'list' | 'code';

// What a member is, wherever it turns up.
const KINDS: Record<string, Kind> = {
  bytes: 'size', size: 'size', queue_bytes: 'size', queue_disk_bytes: 'size', bytes_limit: 'size',
  disk_free: 'size', disk_total: 'size', free: 'size', total_bytes: 'size', disk_bytes: 'size',
  directory_quota_warning: 'size', directory_quota_send: 'size', directory_quota_receive: 'size',
  messages: 'count', unseen: 'count', people: 'count', direct_members: 'count', mail_folders: 'count',
  sent: 'count', delivered: 'count', relayed: 'count', deferred: 'count', failed: 'count', refused: 'count',
  discarded: 'count', junk: 'count', viruses: 'count', passed: 'count', sessions: 'count', failures: 'count',
  recipients_left: 'count', tries: 'count', taken: 'count', waiting: 'count', letters: 'count', marks: 'count',
  age_seconds: 'seconds', next_try_seconds: 'seconds', seconds_left: 'seconds', seconds: 'seconds', up_seconds: 'seconds',
  time: 'time', since: 'time', until: 'time', from_time: 'time', arrived: 'time', began: 'time', ended: 'time', last_used: 'time',
  made: 'time', expires: 'time', deleted: 'time', gone_since: 'time', kept_until: 'time', next_try: 'time', date: 'time',
  not_before: 'time', not_after: 'time', received: 'time',
  state: 'state', status: 'state', level: 'state', reason: 'state', kind: 'state',
  account: 'code', principal: 'code', line: 'code', dn: 'code', folder_path: 'code',
};

export function kindOf(name: string): Kind {
  return KINDS[name] ?? 'text';
}

const BAD = new Set(['failed', 'refused', 'error', 'blocked', 'disabled', 'expired', 'virus', 'cancelled', 'missing', 'damaged', 'bad', 'rejected', 'off', 'stopped', 'problem']);
const WARN = new Set(['deferred', 'waiting', 'warning', 'paused', 'held', 'removed', 'discarded', 'quarantined', 'rehearsal', 'new', 'queued']);
const GOOD = new Set(['delivered', 'relayed', 'redirected', 'enabled', 'done', 'good', 'ok', 'released', 'approved', 'handed over', 'running', 'signing', 'current', 'on', 'complete']);

function tone(state: string): string {
  const first = state.split(' ', 1)[0] ?? '';
  if (BAD.has(state) || BAD.has(first)) return 'bad';
  if (WARN.has(state) || WARN.has(first)) return 'warn';
  return GOOD.has(state) || GOOD.has(first) ? 'good' : 'calm';
}

export function State(props: { value: string }) {
  if (props.value === '') return null;
  return <span class={`state state-${tone(props.value)}`}>{word(props.value)}</span>;
}

function scalar(value: Json, kind: Kind): ComponentChildren {
  if (value === null || value === '') return '';
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  if (typeof value === 'string' && kind !== 'state' && kind !== 'time' && kind !== 'code') return word(value);
  switch (kind) {
    case 'count': return count(numberOf(value));
    case 'size': return size(numberOf(value));
    case 'seconds': return duration(numberOf(value));
    case 'time': return time(typeof value === 'number' ? value : textOf(value));
    case 'moment': return time(typeof value === 'number' ? value : textOf(value), true);
    case 'state': return <State value={textOf(value)} />;
    case 'code': return <code>{textOf(value)}</code>;
    default: return textOf(value);
  }
}

export function Value(props: { value: Json | undefined; kind: Kind }) {
  const { value, kind } = props;
  if (value === undefined) return null;
  if (Array.isArray(value)) {
    if (value.some(isRow)) return <SmallTable rows={rowsOf(value)} />;
    return <>{listOf(value).map(textOf).join(', ')}</>;
  }
  if (isRow(value)) return <Members row={value} />;
  return <>{scalar(value, kind)}</>;
}

/** The members of a value, one a line; `only` names which, and in which order. */
export function Members(props: { row: Row; only?: string[]; without?: string[] }) {
  const names = props.only ?? Object.keys(props.row);
  const shown = names.filter((name) => {
    const value = props.row[name];
    const isEmpty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    return !isEmpty && !(props.without ?? []).includes(name);
  });
  return (
    <dl class="members">
      {shown.map((name) => (
        <div key={name}>
          <dt>{member(name)}</dt>
          <dd><Value value={props.row[name]} kind={kindOf(name)} /></dd>
        </div>
      ))}
    </dl>
  );
}

/** Rows that come inside another answer: a table without sorting, paging or filter. */
export function SmallTable(props: { rows: Row[]; columns?: string[]; caption?: string; actions?: (row: Row) => ComponentChildren }) {
  const names = props.columns ?? [...new Set(props.rows.flatMap((row) => Object.keys(row)))];
  if (props.rows.length === 0) return <p class="empty">{t('nothing')}</p>;
  return (
    <table class="small" role="table">
      {props.caption && <caption>{props.caption}</caption>}
      <thead role="rowgroup">
        <tr role="row">
          {names.map((name) => <th key={name} role="columnheader" scope="col">{member(name)}</th>)}
          {props.actions && <th role="columnheader" scope="col"><span class="hidden">{t('actions')}</span></th>}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map((row, at) => (
          <tr key={at} role="row">
            {names.map((name) => (
              <td key={name} role="cell" data-label={member(name)}><Value value={row[name]} kind={kindOf(name)} /></td>
            ))}
            {props.actions && <td role="cell" class="row-actions">{props.actions(row)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
