// SPDX-License-Identifier: Apache-2.0
// The catalogue that the collectives signed: every question, what divides it, and where lists of codes come from.
import type { JSX } from 'preact';
import { Frequency } from '../generated/aangan/federation/v1/catalogue_pb';
import { DataTable, OfCatalogue } from '../shared/parts';
import { link } from '../shared/route';
import { codeName, question, translated, useView } from './context';
import { LIST_OF, tablesOf } from './figures';
import { Dimension } from '../generated/aangan/federation/v1/catalogue_pb';

export function CataloguePage(): JSX.Element {
  const view = useView();
  const { data, words, catalogue, period } = view;
  const signed = data.catalogues.find((each) => each.catalogue === catalogue);
  const dimensionName = (dimension: Dimension) => words.say(`dimension.${LIST_OF[dimension] ?? 'place'}`);
  return (
    <>
      <h1>{words.say('catalogue.title')}</h1>
      <p class="lead">
        {words.say(signed?.inForce ? 'catalogue.in_force' : 'catalogue.waiting', {
          version: catalogue.version,
          count: signed?.signatures.length ?? 0,
        })}
      </p>
      <p>
        {words.say('catalogue.valid', {
          first: words.period(catalogue.firstPeriod),
          last: words.period(catalogue.lastPeriod),
        })}
      </p>
      {[Frequency.QUARTER, Frequency.YEAR].map((frequency) => {
        const title = words.say(`catalogue.every_${frequency}`);
        const rows = catalogue.indicators.filter((each) =>
          tablesOf(catalogue, each.id).some((table) => table.frequency === frequency),
        );
        return (
          <section key={frequency}>
            <h2>{title}</h2>
            <DataTable
              caption={title}
              rows={rows}
              columns={[
                {
                  title: words.say('catalogue.question'),
                  cell: (each) => <a href={link('indicator', each.id, { period })}>{question(view, each.id)}</a>,
                },
                { title: words.say('meaning.title'), cell: (each) => <OfCatalogue words={words} name={`meant.${each.id}`} text={each.meaning} /> },
                {
                  title: words.say('catalogue.divided'),
                  cell: (each) => {
                    const dimensions = new Set(tablesOf(catalogue, each.id).flatMap((table) => table.dimensions));
                    return dimensions.size > 0 ? words.list([...dimensions].map(dimensionName)) : words.say('catalogue.whole');
                  },
                },
              ]}
            />
          </section>
        );
      })}
      <h2>{words.say('catalogue.lists')}</h2>
      {catalogue.codeLists.map((list) => (
        <details key={list.id}>
          <summary>{translated(view, `dimension.${list.id}`, words.find(`dimension.${list.id}`) ?? list.title)}</summary>
          <ul>
            {list.codes.map((code) => (
              <li key={code.id}>{translated(view, `code.${list.id}.${code.id}`, code.title)}</li>
            ))}
          </ul>
          <p lang="en">{list.source}</p>
        </details>
      ))}
      <details>
        <summary>{words.say('dimension.place')}</summary>
        {catalogue.places.map((place) => (
          <p key={place.id}>
            <strong>{codeName(view, Dimension.PLACE, place.id)}</strong>:{' '}
            {words.list(place.collectives.map((id) => data.collectiveTitle(id)))}
          </p>
        ))}
      </details>
    </>
  );
}
