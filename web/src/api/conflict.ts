// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody changed what a form shows while it was open: who it was, as far as one may know.
import { ApiError, ask, get, listed } from './client';
import { offers } from './description';
import { isRow, textOf, type Json, type Row } from './json';
import { may } from './session';
import { t, time } from '../i18n';

const LOOKED_AT = 50;

/** What stands at a path and the tag that goes with it. */
export async function tagOf(path: string): Promise<string> {
  return (await ask('GET', path)).tag;
}

function nameOf(who: Json | undefined): string {
  return isRow(who) ? textOf(who['account'] ?? who['user'] ?? who['name']) : textOf(who);
}

/** The newest change of the audit log that names what the path names last. */
async function lastChange(path: string): Promise<Row | undefined> {
  const names = path.split('/').slice(2).map(decodeURIComponent);
  const rows = listed(await get('/audit', { kind: 'change', limit: LOOKED_AT })).items;
  return rows.find((row) => {
    const text = JSON.stringify([row['verb'], row['arguments']]);
    return names.some((name) => text.includes(JSON.stringify(name)));
  });
}

/** The refusal, with the name of who was faster. */
export async function explained(error: unknown, path: string): Promise<unknown> {
  if (!(error instanceof ApiError) || !error.isStale) return error;
  let sentence = t('changed_meanwhile');
  if (may('audit') && offers('GET', '/audit')) {
    const row = await lastChange(path).catch(() => undefined);
    if (row) sentence = t('changed_meanwhile_by', { who: nameOf(row['who']), when: time(textOf(row['time']), true) });
  }
  return new ApiError(error.status, error.code, sentence);
}
