// SPDX-License-Identifier: GPL-3.0-or-later
// What administrators did and saw: who, from where, what, before and after.
import { isRow, textOf, type Json, type Row } from '../api/json';
import { member, t, time, word } from '../i18n';
import { showText } from '../parts/dialog';
import { Page } from '../parts/page';
import { Members } from '../parts/value';
import { LogChoice, LogPages, daysOf } from './log';
import type { PageProps } from './registry';

function whoText(who: Json | undefined): string {
  if (!isRow(who)) return textOf(who);
  return textOf(who['user'] ?? who['login_user'] ?? who['name'] ?? who['uid']);
}

const OWN = new Set(['number', 'time', 'kind', 'who', 'hash', 'before_hash']);

function whatText(row: Row): string {
  return Object.entries(row).filter(([name]) => !OWN.has(name)).map(([name, value]) => `${member(name)}: ${textOf(value)}`).join('; ');
}

function Records(props: { rows: Row[] }) {
  if (props.rows.length === 0) return <p class="empty">{t('nothing')}</p>;
  const names = ['time', 'who', 'kind', 'what'];
  return (
    <table role="table">
      <caption class="hidden">{t('audit')}</caption>
      <thead role="rowgroup"><tr role="row">{names.map((name) => <th key={name} role="columnheader" scope="col">{member(name)}</th>)}</tr></thead>
      <tbody role="rowgroup">
        {props.rows.map((row, at) => (
          <tr key={at} role="row">
            <td role="cell" data-label={member('time')}>
              <button type="button" class="link" onClick={() => showText(t('record'), <Members row={row} />)}>{time(typeof row['time'] === 'number' ? row['time'] : textOf(row['time']), true)}</button>
            </td>
            <td role="cell" data-label={member('who')}>{whoText(row['who'])}</td>
            <td role="cell" data-label={member('kind')}>{word(textOf(row['kind']))}</td>
            <td role="cell" data-label={member('what')} class="long">{whatText(row)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Audit({ here }: PageProps) {
  const date = here.query.get('day') ?? '';
  const who = here.query.get('text') ?? '';
  const query = { ...daysOf(date), who };
  const key = JSON.stringify(query);
  return (
    <Page title={t('audit')} intro={t('audit_intro')}>
      <LogChoice key={`choice ${key}`} base="audit" date={date} text={who} />
      <LogPages key={key} path="/audit" query={query} title="audit" draw={(rows) => <Records rows={rows} />} />
    </Page>
  );
}
