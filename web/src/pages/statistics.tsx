// SPDX-License-Identifier: GPL-3.0-or-later
// How much mail there was and what became of it: charts, a table, and a file for spreadsheets.
import { get, listed } from '../api/client';
import { numberOf, textOf, type Row } from '../api/json';
import { day, member, t, word, type Key } from '../i18n';
import { Chart, type Series } from '../parts/chart';
import { useLoad, Wait } from '../parts/loading';
import { Page } from '../parts/page';
import { go, href } from '../parts/route';
import { csv, save } from '../parts/save';
import { SmallTable } from '../parts/value';
import type { PageProps } from './registry';

const COUNTS = ['messages', 'bytes', 'sent', 'delivered', 'relayed', 'deferred', 'failed', 'refused', 'discarded', 'junk', 'viruses'];
const PERIODS = ['hour', 'day', 'month', 'all'];
const OF = ['', 'sender-domain', 'recipient-domain', 'mailbox'];
const MOST = 500;

interface Choice {
  by: string;
  of: string;
  since: string;
  until: string;
  name: string;
}

function choiceOf(query: URLSearchParams): Choice {
  const month = new Date(Date.now() - 30 * 86_400_000);
  const of = query.get('of') ?? '';
  return {
    of,
    by: query.get('by') ?? (of === '' ? 'day' : 'all'),
    since: query.get('since') ?? day(month),
    until: query.get('until') ?? '',
    name: query.get('name') ?? '',
  };
}

function Select(props: { name: string; label: Key; value: string; all: string[] }) {
  return (
    <label>{t(props.label)}{' '}
      <select name={props.name}>
        {props.all.map((one) => <option key={one} value={one} selected={one === props.value}>{one === '' ? t('whole_server') : word(one)}</option>)}
      </select>
    </label>
  );
}

function Choose(props: { choice: Choice }) {
  const { choice } = props;
  return (
    <form class="tools" onSubmit={(event) => {
      event.preventDefault();
      const typed = [...new FormData(event.currentTarget).entries()].map(([name, value]) => [name, textOf(value as string)]);
      go(`${href('statistics')}?${new URLSearchParams(typed).toString()}`);
    }}>
      <Select name="by" label="by_period" value={choice.by} all={PERIODS} />
      <Select name="of" label="of_what" value={choice.of} all={OF} />
      <label>{member('name')} <input name="name" type="text" value={choice.name} /></label>
      <label>{member('since')} <input name="since" type="date" value={choice.since} /></label>
      <label>{member('until')} <input name="until" type="date" value={choice.until} /></label>
      <button type="submit" class="primary">{t('show')}</button>
    </form>
  );
}

function labelOf(row: Row): string {
  return textOf(row['time'] ?? row['mailbox'] ?? row['domain']).replace(/^\d{4}-/, '');
}

function Charts(props: { rows: Row[] }) {
  const draw = (title: Key, names: [string, Series['tone']][], isSize: boolean) => (
    <Chart title={t(title)} isSize={isSize} series={names.map(([name, tone]) => ({ name: member(name), tone }))}
      bars={props.rows.map((row) => ({ label: labelOf(row), values: names.map(([name]) => numberOf(row[name])) }))} />
  );
  return (
    <div class="charts">
      {draw('chart_mail', [['delivered', 'a'], ['relayed', 'b'], ['failed', 'd'], ['refused', 'c']], false)}
      {draw('chart_bytes', [['bytes', 'a']], true)}
      {draw('chart_bad', [['junk', 'c'], ['viruses', 'd']], false)}
    </div>
  );
}

export function Statistics({ here }: PageProps) {
  const choice = choiceOf(here.query);
  const key = JSON.stringify(choice);
  const loaded = useLoad(key, async () => {
    const { name, of, ...rest } = choice;
    return listed(await get('/statistics', { ...rest, of, name: of === '' ? '' : name, limit: MOST })).items;
  });
  const title = choice.by === 'all' ? [] : ['time'];
  const columns = [...title, ...(choice.of === 'mailbox' ? ['mailbox'] : choice.of === '' ? [] : ['domain']), ...COUNTS];
  return (
    <Page title={t('statistics')} intro={t('statistics_intro')} tools={
      <button type="button" disabled={!loaded.value} onClick={() => save(`kontor-statistics-${choice.since}.csv`, csv(loaded.value ?? [], columns), 'text/csv')}>{t('export_csv')}</button>
    }>
      <Choose key={key} choice={choice} />
      <Wait loaded={loaded}>
        {(rows) => (
          <>
            {rows.length > 0 && <Charts rows={rows.slice(0, 60)} />}
            <SmallTable caption={t('statistics')} rows={rows} columns={columns} />
          </>
        )}
      </Wait>
    </Page>
  );
}
