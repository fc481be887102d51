// SPDX-License-Identifier: GPL-3.0-or-later
// Long work: what runs and how far it is, what it brought, and an end to it.
import { fill, get } from '../api/client';
import { numberOf, rowOf, textOf, type Row } from '../api/json';
import { may } from '../api/session';
import { t, word } from '../i18n';
import { Meter } from '../parts/chart';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page } from '../parts/page';
import { href } from '../parts/route';
import { Members, State, Value } from '../parts/value';
import type { PageProps } from './registry';

function Cancel(props: { id: string; done: () => void }) {
  return <Operation label="cancel_job" method="DELETE" path="/jobs/{id}" values={{ id: props.id }} right="server" about={props.id} confirm={t('cancel_job_text')} isDangerous done={props.done} />;
}

function Progress(props: { row: Row }) {
  const { row } = props;
  const percent = row['percent'];
  return (
    <>
      {percent !== undefined && <Meter used={numberOf(percent)} total={100} label={`${numberOf(percent)} %`} isProgress />}
      <p>{textOf(row['progress'])}</p>
    </>
  );
}

function Job(props: { id: string }) {
  const loaded = useLoad(props.id, () => get(fill('/jobs/{id}', props)), 2);
  const row = rowOf(loaded.value);
  const isRunning = textOf(row['state']) === 'running';
  return (
    <Page title={t('job', { what: word(textOf(row['verb'])) })} intro={props.id} tools={isRunning ? <Cancel id={props.id} done={loaded.reload} /> : null}>
      <Wait loaded={loaded}>
        {() => (
          <div class="cards">
            <Card title={textOf(row['verb'])} tools={<State value={textOf(row['state'])} />}>
              <Progress row={row} />
              <Members row={row} without={['result', 'progress', 'percent', 'state', 'verb']} />
            </Card>
            {row['result'] !== undefined && row['result'] !== null && <Card title={t('result')} isWide><Value value={row['result']} kind="text" /></Card>}
          </div>
        )}
      </Wait>
    </Page>
  );
}

export function Jobs({ here }: PageProps) {
  const [, id] = here.parts;
  if (id) return <Job id={id} />;
  return (
    <Page title={t('jobs')} intro={t('jobs_intro')}>
      <ListOf caption={t('jobs')} path="/jobs" refreshSeconds={5}
        columns={[
          { name: 'verb', link: (row) => href('jobs', textOf(row['id'])) },
          { name: 'state' }, { name: 'who', fixed: true }, { name: 'began' }, { name: 'ended' }, { name: 'progress', fixed: true, show: (row) => <Progress row={row} /> },
        ]}
        tools={() => (may('server') ? <a class="button" href={href('backup')}>{t('new_job')}</a> : null)}
        actions={(row, reload) => (textOf(row['state']) === 'running' ? <Cancel id={textOf(row['id'])} done={reload} /> : null)}
      />
    </Page>
  );
}
