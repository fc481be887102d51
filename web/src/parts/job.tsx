// SPDX-License-Identifier: GPL-3.0-or-later
// Long work that a page begins and waits for.
import type { ComponentChildren } from 'preact';
import { ask, fill, get } from '../api/client';
import { rowOf, textOf, type Json, type Row } from '../api/json';
import { t } from '../i18n';
import { Meter } from './chart';
import { Problem, useLoad, Wait } from './loading';
import { Operation } from './operation';

/** Begins it; the answer is the number it has from then on. */
export async function begin(path: string, body: Row): Promise<string> {
  const answer = await ask('POST', path, { body });
  return textOf(rowOf(answer.value)['job']);
}

/** The newest job of this kind that there is; nothing: none is known. */
export async function newest(verb: string): Promise<string> {
  const value = rowOf(await get('/jobs', { filter: verb, limit: 100 }));
  const rows = Array.isArray(value['items']) ? value['items'].map(rowOf) : [];
  return textOf(rows.find((row) => row['verb'] === verb)?.['id']);
}

/** How far a job is, and what it brought once it has ended. What failed brings something as well: what is wrong. */
export function Work(props: { id: string; children: (result: Json, job: Row) => ComponentChildren }) {
  const loaded = useLoad(props.id, () => get(fill('/jobs/{id}', { id: props.id })));
  const job = rowOf(loaded.value);
  const isRunning = job['state'] === 'running';
  useLoad(`${props.id} again`, () => {
    if (isRunning) loaded.reload();
    return Promise.resolve(null);
  }, isRunning ? 1 : 0);
  const result = job['result'];
  return (
    <Wait loaded={loaded}>
      {() => (isRunning ? (
        <div class="working">
          <p class="waiting" role="status">{textOf(job['progress']) || t('job_runs')}</p>
          {typeof job['percent'] === 'number' && <Meter used={job['percent']} total={100} label={`${job['percent']} %`} isProgress />}
          <Operation label="cancel_job" method="DELETE" path="/jobs/{id}" values={{ id: props.id }} right="look" confirm={t('cancel_job_text')} isDangerous done={loaded.reload} />
        </div>
      ) : typeof result === 'object' && result !== null ? props.children(result, job) : <Problem text={textOf(job['progress']) || textOf(job['state'])} />)}
    </Wait>
  );
}
