// SPDX-License-Identifier: GPL-3.0-or-later
// The settings in force, each with its help.
import { useState } from 'preact/hooks';
import { get } from '../api/client';
import { rowOf, rowsOf, textOf, type Row } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Page } from '../parts/page';

function sectionOf(row: Row): string {
  const name = textOf(row['name']);
  return textOf(row['section']) || name.slice(0, Math.max(0, name.indexOf('.')));
}

function isChanged(row: Row): boolean {
  return row['changed'] === true || textOf(row['value']) !== textOf(row['default']);
}

function fits(row: Row, words: string): boolean {
  const all = `${textOf(row['name'])} ${textOf(row['help'])} ${textOf(row['value'])}`.toLowerCase();
  return words.toLowerCase().split(' ').every((word) => all.includes(word));
}

function Setting(props: { row: Row }) {
  const { row } = props;
  return (
    <li class={isChanged(row) ? 'setting setting-changed' : 'setting'}>
      <h3><code>{textOf(row['name'])}</code> {isChanged(row) && <span class="state state-warn">{t('changed')}</span>}</h3>
      <p class="setting-value"><code>{textOf(row['value'])}</code></p>
      {isChanged(row) && <p class="help">{t('default_value')} <code>{textOf(row['default'])}</code></p>}
      <p class="help" lang="en">{textOf(row['help'])}</p>
    </li>
  );
}

function List(props: { rows: Row[] }) {
  const [words, setWords] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const shown = props.rows.filter((row) => (!onlyChanged || isChanged(row)) && fits(row, words));
  const sections = [...new Set(shown.map(sectionOf))];
  return (
    <>
      <div class="tools">
        <label class="filter"><span class="hidden">{t('filter')}</span><input type="search" placeholder={t('filter')} value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
        <label><input type="checkbox" checked={onlyChanged} onChange={(event) => setOnlyChanged(event.currentTarget.checked)} /> {t('only_changed')}</label>
        <p class="total" role="status">{t('total', { total: shown.length })}</p>
      </div>
      {sections.map((section) => (
        <section key={section}>
          <h2>{section}</h2>
          <ul class="settings">{shown.filter((row) => sectionOf(row) === section).map((row) => <Setting key={textOf(row['name'])} row={row} />)}</ul>
        </section>
      ))}
    </>
  );
}

export function Settings() {
  const loaded = useLoad('settings', () => get('/settings'));
  return (
    <Page title={t('settings')} intro={t('settings_intro')}>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          const rows = rowsOf(Array.isArray(value) ? value : (row['items'] ?? row['settings']));
          return rows.length > 0 ? <List rows={rows} /> : <pre class="source">{textOf(row['settings'])}</pre>;
        }}
      </Wait>
    </Page>
  );
}
