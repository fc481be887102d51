// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts elsewhere that mail is fetched from.
import { fill, get } from '../api/client';
import { rowOf, textOf } from '../api/json';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page } from '../parts/page';
import { go, href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

const ONE = '/collectors/{name}';

function Actions(props: { name: string; state: string; done: () => void }) {
  const { name, done } = props;
  const values = { name };
  return (
    <>
      <Operation label="fetch_now" method="POST" path={`${ONE}/run`} values={values} right="server" about={name} done={done} />
      <Operation label="check" method="POST" path={`${ONE}/check`} values={values} right="server" about={name}
        done={(answer) => showText(t('check'), <Members row={answer} />)} />
      {props.state === 'paused'
        ? <Operation label="resume" method="POST" path={`${ONE}/resume`} values={values} right="server" about={name} done={done} />
        : <Operation label="pause" method="POST" path={`${ONE}/pause`} values={values} right="server" about={name} done={done} />}
    </>
  );
}

function One(props: { name: string }) {
  const loaded = useLoad(props.name, () => get(fill(ONE, props)), 10);
  return (
    <Page title={props.name} tools={
      <>
        <Actions name={props.name} state={textOf(rowOf(loaded.value)['state'])} done={loaded.reload} />
        <Operation label="remove" method="DELETE" path={ONE} values={props} right="server" confirm={t('remove_collector_text')} isDangerous done={() => go(href('collectors'))} />
      </>
    }>
      <Wait loaded={loaded}>{(value) => <div class="cards"><Card title={t('collector')} isWide><Members row={rowOf(value)} /></Card></div>}</Wait>
    </Page>
  );
}

export function Collectors({ here }: PageProps) {
  const [, name] = here.parts;
  if (name) return <One name={name} />;
  return (
    <Page title={t('collectors')} intro={t('collectors_intro')}>
      <ListOf caption={t('collectors')} path="/collectors" refreshSeconds={15}
        columns={[
          { name: 'name', link: (row) => href('collectors', textOf(row['name'])) },
          { name: 'state' }, { name: 'source' }, { name: 'to' }, { name: 'taken' }, { name: 'total', kind: 'count' }, { name: 'waiting' }, { name: 'last', kind: 'time' }, { name: 'next', kind: 'time' }, { name: 'error' },
        ]}
        actions={(row, reload) => <Actions name={textOf(row['name'])} state={textOf(row['state'])} done={reload} />}
      />
    </Page>
  );
}
