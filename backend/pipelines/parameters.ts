/** A run's parameters against the manifest: complete, known and of the right type before anything starts. */
import Schema from 'typebox/schema'
import type { Manifest } from '../../promote/manifest.ts'
import type { Parameters } from '../api/index.ts'
import { BackendError, suggestNames } from '../errors.ts'

/** The given values with defaults for the rest. @throws BCK009 naming every parameter that does not fit */
export function checkParameters(manifest: Manifest, given: Parameters): Parameters {
  const known = manifest.parameters.map(parameter => parameter.name)
  const details = [
    ...Object.keys(given)
      .filter(name => !known.includes(name))
      .map(name => ({ path: name, expected: expectedName(name, known), got: 'an unknown parameter' })),
    ...manifest.parameters
      .filter(({ name, schema }) => name in given && !Schema.Check(schema, given[name]))
      .map(({ name, schema }) => ({
        path: name,
        expected: JSON.stringify(schema),
        got: JSON.stringify(given[name]),
      })),
  ]
  const first = details[0]
  if (first) {
    throw new BackendError('BCK009', `Parameter "${first.path}" does not fit pipeline ${manifest.name}.`, {
      expected: first.expected,
      got: first.got,
      details,
    })
  }
  return Object.fromEntries(
    manifest.parameters.map(({ name, default: value }) => [name, given[name] ?? value]),
  )
}

function expectedName(name: string, known: readonly string[]): string {
  const close = suggestNames(name, known)
  if (close.length) return `perhaps ${close.join(' or ')}`
  return known.length ? `one of ${known.join(', ')}` : 'no parameters'
}
