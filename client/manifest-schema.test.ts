import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { ManifestSchema } from '../promote/manifest.ts'

const file = join(import.meta.dirname, '../media/schemas/pipeline.schema.json')

test('the schema by which the editor checks pipeline.json is the one that reads it', () => {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Slipway pipeline',
    description: 'What a pipeline runs: parameters, steps and outputs. Written by promotion.',
    ...(JSON.parse(JSON.stringify(ManifestSchema)) as object),
  }
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, JSON.stringify(schema, null, 2))
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), schema)
})
