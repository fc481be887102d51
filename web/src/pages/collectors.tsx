// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts elsewhere that mail is fetched from.
import { fill, get } from '../api/client';
import { rowOf, textOf, type Row } from '../api/json';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import type { Field } from '../parts/form';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page } from '../parts/page';
import { go, href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

const ONE = '/collectors/{name}';

/** The values of a source; of one that is there, as they are. */
function fieldsOf(row?: Row): Field[] {
  const isNew = row === undefined;
  const value = (name: string, usual = '') => textOf(row?.[name]) || usual;
  const host = isNew ? '' : `${value('host')}:${value('port')}`;
  return [
    ...(isNew ? [{ name: 'name', required: true }] : []),
    { name: 'protocol', kind: 'choice', choices: ['imap', 'pop3'], required: true, value: value('protocol', 'imap') },
    { name: 'host', required: true, help: 'collector_host_help', value: host },
    { name: 'tls', kind: 'choice', choices: ['implicit', 'starttls', 'none'], required: true, value: value('tls', 'implicit') },
    { name: 'user', label: 'collector_user', required: true, value: value('user') },
    { name: 'password', kind: 'password', required: isNew, ...(isNew ? {} : { help: 'collector_password_help' as const }) },
    { name: 'to', label: 'collector_to', required: true, value: value('to') },
    { name: 'folder', value: value('folder') },
    { name: 'mode', kind: 'choice', choices: ['copy', 'move'], required: true, value: value('mode', 'copy'), help: 'collector_mode_help' },
    { name: 'take', kind: 'choice', choices: ['all', 'new'], required: true, value: value('take', 'all') },
    { name: 'interval', value: value('interval'), help: 'collector_interval_help' },
    { name: 'multidrop', kind: 'choice', choices: ['no', 'yes'], required: true, value: row?.['multidrop'] === true ? 'yes' : 'no', help: 'collector_multidrop_help' },
  ];
}

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
        <Operation label="edit" method="PUT" path="/collectors/{name}" values={props} right="server" about={props.name} fields={fieldsOf(rowOf(loaded.value))} done={loaded.reload} />
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
        tools={(reload) => <Operation label="new_collector" method="POST" path="/collectors/{name}" right="server" isMain confirm={t('new_collector_text')} fields={fieldsOf()} done={reload} />}
        columns={[
          { name: 'name', link: (row) => href('collectors', textOf(row['name'])) },
          { name: 'state' }, { name: 'source' }, { name: 'to' }, { name: 'taken' }, { name: 'total', kind: 'count' }, { name: 'waiting' }, { name: 'last', kind: 'time' }, { name: 'next', kind: 'time' }, { name: 'error' },
        ]}
        actions={(row, reload) => <Actions name={textOf(row['name'])} state={textOf(row['state'])} done={reload} />}
      />
    </Page>
  );
}
