// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for a person, each value with the rule it came from, and the rules that lost.
import { get } from '../api/client';
import { rowOf, rowsOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card } from '../parts/page';
import { Members, SmallTable } from '../parts/value';

export function Why(props: { person: string }) {
  const { person } = props;
  const loaded = useLoad(person, () => get(`/people/${encodeURIComponent(person)}/policy`));
  return (
    <Wait loaded={loaded}>
      {(value) => {
        const row = rowOf(value);
        return (
          <div class="cards">
            <Card title={t('policy')} isWide tools={
              <Operation label="set_own_policy" method="PUT" path="/policies/{who}" values={{ who: person }} right="server" done={loaded.reload}
                fields={[{ name: 'values', kind: 'lines', required: true, help: 'policy_values_help', rows: 4 }]} />
            }>
              <p class="help">{t('why_text')}</p>
              <Members row={row} only={['address', 'dn']} />
              <SmallTable caption={t('in_force')} rows={rowsOf(row['values'])} columns={['name', 'value', 'level', 'rule', 'kept_by']} />
            </Card>
            <Card title={t('lost_rules')} isWide>
              <SmallTable rows={rowsOf(row['lost'])} />
            </Card>
          </div>
        );
      }}
    </Wait>
  );
}
