// SPDX-License-Identifier: GPL-3.0-or-later
// Where people and groups come from, and what is wrong there; the address book made of it.
import { get } from '../api/client';
import { listOf, rowOf, rowsOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, Page } from '../parts/page';
import { Members, SmallTable } from '../parts/value';

export function Directory() {
  const loaded = useLoad('directory', () => get('/directory'), 15);
  const book = useLoad('gal', () => get('/gal'));
  return (
    <Page title={t('directory')} intro={t('directory_intro')} tools={
      <>
        <Operation label="reconcile" method="POST" path="/directory/reconcile" right="server" confirm={t('reconcile_text')} done={loaded.reload} />
        <Operation label="accept_loss" method="POST" path="/directory/accept" right="server" confirm={t('accept_loss_text')} isDangerous done={loaded.reload} />
      </>
    }>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          const problems = listOf(row['problems']);
          return (
            <div class="cards">
              <Card title={t('attention')}>
                {problems.length === 0 ? <p class="well">{t('no_problems')}</p> : <ul class="problems">{problems.map((one, at) => <li key={at}>{textOf(one)}</li>)}</ul>}
              </Card>
              <Card title={t('directory')}><Members row={row} without={['sources', 'problems']} /></Card>
              <Card title={t('sources')} isWide><SmallTable rows={rowsOf(row['sources'])} /></Card>
            </div>
          );
        }}
      </Wait>
      <div class="cards">
        <Card title={t('address_book')}><Wait loaded={book}>{(value) => <Members row={rowOf(value)} />}</Wait></Card>
      </div>
    </Page>
  );
}
