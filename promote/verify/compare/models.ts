/** Models: the same bytes, or the same rows per split with metrics and coefficients within the tolerance. */
import {
  different,
  exact,
  tolerant,
  unverified,
  type Comparison,
  type Document,
  type Limits,
} from './comparison.ts'
import { compareValues } from './values.ts'

export function compareModels(expected: Document, actual: Document, limits: Limits): Comparison {
  if (expected['digest'] !== undefined && expected['digest'] === actual['digest']) return exact
  // What a session shows of a model is less than what a step stores: only what is known of both is compared.
  const known = (names: readonly string[], document: Document) =>
    Object.fromEntries(names.filter(name => expected[name] !== undefined).map(name => [name, document[name]]))
  const part = (names: readonly string[], relative: number) =>
    compareValues(known(names, expected), known(names, actual), { ...limits, relative })
  const counts = part(['model', 'rows'], 0)
  const learned = part(['metrics', 'coefficients'], limits.model)
  const differences = [...counts.differences, ...learned.differences]
  if (differences.length > 0) return different(differences)
  const isEmpty = [expected, actual].some(d => d['metrics'] === undefined && d['coefficients'] === undefined)
  if (isEmpty) return unverified('the models have neither metrics nor coefficients')
  // The bytes of the artifact differ, or are not known.
  return tolerant
}
